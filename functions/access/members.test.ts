import { beforeAll, describe, expect, test } from 'vitest';
import { clusterPath, type Role } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';
import { digestOf } from '../secrets.ts';
import { accessOf } from './access.ts';
import { applyMembers, areMembersApplied } from './members.ts';
import type { Site } from './site.ts';

let it: RunningHub;
let id: string;
/** Makes its members those of the document. */
const write = ({ cluster: { members, emails } }: Site): Promise<void> =>
  it.run(it.documents.commit([{ op: 'update', path: clusterPath(id), data: { members, emails } }]));

async function become(site: Site): Promise<void> {
  await write(site);
  await applied(site);
}

/** Once more for as long as the application starts anew. */
async function applied(site: Site): Promise<void> {
  while ((await it.run(applyMembers(site))) === 'renewing') await it.clock.runFor(seconds(10));
}

/** The cluster with these members, by name. */
async function siteWith(members: Record<string, Role>): Promise<Site> {
  const site = await it.site(id);
  const emails = Object.fromEntries(Object.keys(members).map((uid) => [uid, `${uid}@example.com`]));
  return { ...site, cluster: { ...site.cluster, members, emails } };
}

/** Everything that the cluster knows of its members. */
async function known({ leaf }: Site): Promise<object> {
  const ours = { labelSelector: 'hub-member=true' };
  const accounts = await leaf.list({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    namespace: 'hub-members',
    ...ours,
  });
  const roles = await leaf.list({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    namespace: 'pachyderm',
    ...ours,
  });
  return {
    accounts: accounts.map(({ metadata }) => [metadata.name, metadata.annotations]).sort(),
    roles: roles.map(({ metadata, roleRef, subjects }) => [metadata.name, roleRef.name, subjects]).sort(),
    // A copy: what is kept in there changes under whoever holds it.
    bindings: structuredClone(await it.bindings(id)),
    kept: await it.keptBindings(id),
  };
}

/** Breaks off at the n-th call into the cluster, before or after it was carried out. */
function breakingAt(site: Site, n: number, when: 'before' | 'after'): Site & { struck: () => boolean } {
  let calls = 0;
  const strike = (moment: typeof when, call: number): void => {
    if (call === n && moment === when) throw new AppError('LEAF_UNAVAILABLE', `call ${n}`);
  };
  const breaking = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const method: unknown = Reflect.get(object, name);
        if (typeof method !== 'function' || name === 'close') return method;
        return async (...args: unknown[]) => {
          const call = ++calls;
          strike('before', call);
          const result: unknown = await method.apply(object, args);
          strike('after', call);
          return name === 'inside' ? breaking(result as object) : result;
        };
      },
    });
  const ports = { ...site.ports, pachyderms: breaking(site.ports.pachyderms) };
  return { ...site, ports, leaf: breaking(site.leaf), struck: () => calls >= n };
}

/** Does that after the n-th call. */
const once = (n: number, work: () => Promise<unknown>) => {
  let calls = 0;
  return <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const result = await call(...args);
      if (++calls === n) await work();
      return result;
    };
};

describe.each(INTERIORS)('bringing a cluster to its members (%s)', (inside) => {
  beforeAll(async () => {
    it = runHub({ inside });
    id = await it.created();
  });

  test.each(['before', 'after'] as const)(
    'comes to the same end wherever it broke off %s a call, and what broke off is found',
    async (when) => {
      const before = await siteWith({ ada: 'owner', grace: 'editor', barbara: 'viewer' });
      const after = await siteWith({ ada: 'owner', barbara: 'owner', linus: 'editor' });
      await become(after);
      const wanted = await known(after);
      let breaks = 0;
      for (let n = 1, struck = true; struck; n++) {
        await become(before);
        const token = `grace ${when} ${n}`;
        const order = {
          hash: digestOf(token),
          email: 'grace@example.com',
          expiresAt: it.clock.now() + minutes(50),
        };
        await it.asHub(id, (pachyderm, admin) => pachyderm.registerToken(admin, order));
        await write(after);
        const broken = breakingAt(after, n, when);
        const failed = await it.run(applyMembers(broken)).then(
          () => false,
          () => true,
        );
        struck = broken.struck();
        if (failed) breaks++;
        const looksDone = await it.run(areMembersApplied(after));
        if (looksDone && (await it.run(accessOf(after).remembers(after)))) {
          expect(await known(after), `after call ${n}`).toEqual(wanted);
        }
        await applied(after);
        expect(await known(after), `repeated after call ${n}`).toEqual(wanted);
        expect(await it.run(areMembersApplied(after))).toBe(true);
        const session = await it.asHub(id, (pachyderm) => pachyderm.whoAmI(token));
        expect(session, `session after call ${n}`).toMatchObject({ known: false });
      }
      expect(breaks).toBeGreaterThan(10);
    },
  );

  test('finds what a slower one has left that knew of yesterday’s members, wherever that one died', async () => {
    const before = await siteWith({ ada: 'owner', grace: 'editor' });
    const after = await siteWith({ ada: 'owner', barbara: 'viewer' });
    await become(after);
    const wanted = await known(after);
    let struck = true;
    for (let n = 1; struck; n++) {
      const slow = breakingAt(before, n, 'after');
      // Once the quicker one has seen who is there.
      const list = once(2, () => applyMembers(slow).catch(() => undefined));
      const quick = { ...after, leaf: { ...after.leaf, list: list(after.leaf.list.bind(after.leaf)) } };
      await it.run(applyMembers(quick));
      struck = slow.struck();
      expect(await known(after), `the slower one died after call ${n}`).toEqual(wanted);
    }
  });

  test('ends the sessions under an address that its member has no more', async () => {
    const before = await siteWith({ ada: 'owner', grace: 'viewer' });
    await become(before);
    const token = 'grace by her first address';
    const expiresAt = it.clock.now() + minutes(50);
    const order = { hash: digestOf(token), email: 'grace@example.com', expiresAt };
    await it.asHub(id, (pachyderm, admin) => pachyderm.registerToken(admin, order));
    const emails = { ...before.cluster.emails, grace: 'hopper@example.com' };
    const after = { ...before, cluster: { ...before.cluster, emails } };
    expect(await it.run(areMembersApplied(after))).toBe(false);
    await become(after);
    expect(await it.run(areMembersApplied(after))).toBe(true);
    expect(await it.bindings(id)).toMatchObject({
      'user:hopper@example.com': ['projectViewer', 'repoReader'],
    });
    expect(await it.asHub(id, (pachyderm) => pachyderm.whoAmI(token))).toMatchObject({ known: false });
  });
});
