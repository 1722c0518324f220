import { beforeAll, describe, expect, test } from 'vitest';
import { clusterPath } from '../../shared/documents/cluster.ts';
import { wayFrom } from '../../shared/lifecycle/derive.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';
import { timelineReaders } from '../../test/timeline-readers.ts';
import { GATEWAY } from '../access/exposure.ts';
import { memberAccountName } from '../access/member-account.ts';
import { ROLES } from '../pachyderm/members.ts';
import { digestOf } from '../secrets.ts';

let it: RunningHub;
const ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'hub-members' };
const BINDING = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  namespace: 'pachyderm',
  labelSelector: 'hub-member=true',
};

/** Who is known in the cluster, and as what: in its Kubernetes, in the application, and in it after its next start. */
async function rolesIn(id: string): Promise<{ kubernetes: string[]; now: string[]; later: string[] }> {
  const leaf = await it.leaf(id);
  const bound = await leaf.list(BINDING);
  const principals = (bindings: object): string[] =>
    Object.entries(bindings)
      .filter(([principal]) => principal.endsWith('@example.com'))
      .map(([principal, roles]) => `${principal} ${(roles as string[]).join('+')}`)
      .sort();
  return {
    kubernetes: bound.map(({ subjects, roleRef }) => `${subjects[0].name} ${roleRef.name}`).sort(),
    now: principals(await it.bindings(id)),
    later: principals(await it.keptBindings(id)),
  };
}
const expected = (roles: Record<string, keyof typeof ROLES>) => {
  const told = Object.entries(roles).map(([uid, role]) => `user:${uid}@example.com ${ROLES[role].join('+')}`);
  return {
    kubernetes: Object.entries(roles)
      .map(([uid, role]) => `${memberAccountName(uid)} hub-${role}`)
      .sort(),
    now: told.sort(),
    later: told.sort(),
  };
};
/** Of those who come and go here. */
const readers = async (id: string): Promise<string[]> =>
  timelineReaders(await it.cluster(id), ['ada', 'grace', 'vera']);

describe.each(INTERIORS)('a member (%s)', (inside) => {
  beforeAll(() => {
    it = runHub({ inside });
  });

  test.each([...wayFrom('queued'), 'ready' as const])(
    'who comes while it is %s is one once it is ready',
    async (state) => {
      if (state === 'queued') await it.allow('ada', 0);
      const id = await it.create();
      await it.reach(id, state, { stepMs: 20 });
      await it.share(id, 'grace', 'editor');
      if (state === 'queued') await it.allow('ada', 100);
      await it.clock.runFor(10);
      await it.reach(id, 'ready', { stepMs: 20 });
      expect(await rolesIn(id)).toEqual(expected({ ada: 'owner', grace: 'editor' }));
      expect(await (await it.leaf(id)).find({ ...ACCOUNT, name: memberAccountName('grace') })).toBeDefined();
      expect(await readers(id)).toEqual(['ada', 'grace']);
      expect(await it.cluster(id)).toMatchObject({ endpoints: { console: expect.any(String) } });
    },
  );

  test('is what the last word says, whatever came before', async () => {
    const id = await it.created();
    for (const role of ['viewer', 'editor', 'owner', 'viewer'] as const) await it.share(id, 'grace', role);
    await it.reach(id, 'ready', { stepMs: 20 });
    expect(await rolesIn(id)).toEqual(expected({ ada: 'owner', grace: 'viewer' }));
    expect((await it.messagesOf(id)).at(-1)).toBe('The change of its members is in effect.');
  });

  test('who is removed is shut out of everything at once', async () => {
    const id = await it.created();
    await it.share(id, 'grace', 'owner');
    await it.reach(id, 'ready', { stepMs: 20 });
    const { leaf, connection } = await it.site(id);
    const account = { namespace: 'hub-members', name: memberAccountName('grace') };
    const { token } = await leaf.issueToken(account, minutes(55));
    const verified = () => it.leaves.verifyToken(connection.server, token);
    const session = {
      hash: digestOf('a token'),
      email: 'grace@example.com',
      expiresAt: it.clock.now() + minutes(55),
    };
    await it.asHub(id, (pachyderm, admin) => pachyderm.registerToken(admin, session));
    expect(await it.asHub(id, (pachyderm) => pachyderm.whoAmI('a token'))).toMatchObject({ known: true });
    expect(verified()).toBeDefined();

    await it.share(id, 'grace');
    await it.reach(id, 'ready', { stepMs: 20 });
    expect(await rolesIn(id)).toEqual(expected({ ada: 'owner' }));
    expect(await it.asHub(id, (pachyderm) => pachyderm.whoAmI('a token'))).toMatchObject({ known: false });
    expect(verified()).toBeUndefined();
    expect(await readers(id)).toEqual(['ada']);
  });

  test('who comes or goes while strangers are let in finds it closed at once, and open again once it is locked', async () => {
    const id = await it.created();
    const pachd = await it.pachd(id);
    const kept = structuredClone(pachd.bindings);
    pachd.bindings = {};
    await it.share(id, 'grace', 'editor');
    await it.reach(id, 'ready', { limitMs: seconds(10), stepMs: 20 });
    const closed = await it.cluster(id);
    expect(closed).toMatchObject({ endpoints: {}, error: { code: 'LOCK_FAILED' } });
    expect(closed.conditions).toContainEqual(expect.objectContaining({ type: 'Locked', status: false }));
    expect(await (await it.leaf(id)).find(GATEWAY)).toBeUndefined();
    pachd.bindings = kept;
    // Nobody need wait for the next look at all clusters.
    await it.clock.runFor(minutes(13));
    expect(await it.cluster(id)).toMatchObject({ endpoints: { console: expect.any(String) } });
    expect(await it.cluster(id)).not.toHaveProperty('error');
    expect(await rolesIn(id)).toEqual(expected({ ada: 'owner', grace: 'editor' }));
  });

  test('who is removed is not let in again by a step that is slower than the next one', async () => {
    const id = await it.created();
    const { pachyderms } = it.ports;
    let slow = 1;
    it.ports.pachyderms = {
      ...pachyderms,
      async inside(where) {
        if (slow-- > 0) await it.clock.sleepUntil(it.clock.after(seconds(5)));
        return pachyderms.inside(where);
      },
    };
    await it.share(id, 'grace', 'editor');
    await it.clock.runFor(seconds(1));
    await it.share(id, 'grace');
    await it.reach(id, 'ready', { limitMs: seconds(3), stepMs: 20 });
    await it.clock.runFor(seconds(10));
    it.ports.pachyderms = pachyderms;
    expect(await rolesIn(id)).toEqual(expected({ ada: 'owner' }));
    expect(await (await it.leaf(id)).find({ ...ACCOUNT, name: memberAccountName('grace') })).toBeUndefined();
  });

  test('who is let in again by a step that stalled for minutes, and died of it, is out again a quarter of an hour later', async () => {
    const id = await it.created();
    const { pachyderms } = it.ports;
    // The first one hangs with what it was to tell, and is never heard of again.
    let first = true;
    const until = { hung: Promise.resolve() };
    it.ports.pachyderms = {
      ...pachyderms,
      async inside(where) {
        const pachyderm = await pachyderms.inside(where);
        if (!first) return pachyderm;
        first = false;
        return {
          ...pachyderm,
          setMembers(admin, bindings) {
            until.hung = it.clock
              .sleepUntil(it.clock.after(minutes(8)))
              .then(() => pachyderm.setMembers(admin, bindings));
            return new Promise(() => undefined);
          },
        };
      },
    };
    await it.share(id, 'grace', 'editor');
    await it.clock.runFor(seconds(1));
    await it.share(id, 'grace');
    await it.reach(id, 'ready', { stepMs: 20 });
    expect(await rolesIn(id)).toEqual(expected({ ada: 'owner' }));

    await it.clock.runFor(minutes(9));
    await until.hung;
    expect((await rolesIn(id)).now).toEqual(expected({ ada: 'owner', grace: 'editor' }).now);
    await it.clock.runFor(minutes(6));
    expect(await rolesIn(id)).toEqual(expected({ ada: 'owner' }));
    expect((await it.messagesOf(id)).slice(-2)).toEqual([
      'People who are not members could get in.',
      'Everything is in order again.',
    ]);
    await it.clock.runFor(minutes(12));
    expect(await it.cluster(id)).not.toHaveProperty('lookAt');
  });

  describe('an owner who is none any more', () => {
    const MALLORY = 'user:mallory@example.com';
    /** As `RestoreAuthToken` has it: for any subject, and without an end. */
    const PLANTED = [
      'user:control-plane@hub.invalid',
      'user:ada@example.com',
      'user:barbara@example.com',
      'pach:root',
      'internal:auth-server',
      'robot:spy',
      'robot:sleeper',
      MALLORY,
    ];

    async function plant(id: string): Promise<void> {
      const { tokens, bindings } = await it.pachd(id);
      for (const subject of PLANTED) tokens[digestOf(`planted ${subject}`)] = { subject };
      for (const principal of [
        'robot:spy',
        'pach:spy',
        'group:spies',
        'allClusterUsers',
        'pipeline:default/edges',
      ]) {
        Object.assign(bindings['PROJECT:default'] ?? {}, { [principal]: ['projectOwner'] });
      }
    }
    const planted = async (id: string): Promise<string[]> => {
      const { tokens } = await it.pachd(id);
      return PLANTED.filter((subject) => tokens[digestOf(`planted ${subject}`)]);
    };
    const boundInProject = async (id: string): Promise<string[]> =>
      Object.keys((await it.pachd(id)).bindings['PROJECT:default'] ?? {});

    test.each([undefined, 'editor'] as const)('keeps nothing that they made: now %s', async (role) => {
      const id = await it.created();
      await it.share(id, 'mallory', 'owner');
      await it.reach(id, 'ready', { stepMs: 20 });
      await plant(id);
      await it.share(id, 'mallory', role);
      await it.reach(id, 'ready');
      // For one who was no member yet it waits; pachd lists no such tokens.
      expect(await planted(id)).toEqual(['user:barbara@example.com']);
      expect(await boundInProject(id)).toEqual(['pipeline:default/edges']);
      expect(await rolesIn(id)).toEqual(expected({ ada: 'owner', ...(role && { mallory: role }) }));
      const account = await (await it.leaf(id)).find({ ...ACCOUNT, name: memberAccountName('mallory') });
      expect(account?.metadata.annotations?.['hub/role']).toBe(role);
      expect(account?.metadata.annotations ?? {}).not.toHaveProperty('hub/renewing');
      expect((await it.messagesOf(id)).at(-1)).not.toMatch(/could have got in/);
      await it.share(id, 'barbara', 'viewer');
      await it.reach(id, 'ready');
      expect(await planted(id)).toEqual([]);
    });

    test('keeps nothing where the cluster goes away in the middle of it', async () => {
      const id = await it.created();
      await it.share(id, 'mallory', 'owner');
      await it.reach(id, 'ready', { stepMs: 20 });
      await plant(id);
      await it.share(id, 'mallory');
      await it.clock.runFor(seconds(1));
      const name = it.ports.provider.clusterName(await it.cluster(id));
      it.faults.force('unavailable', { subject: name });
      await it.clock.runFor(minutes(5));
      await it.share(id, 'grace', 'viewer');
      it.faults.clear('unavailable');
      await it.reach(id, 'ready');
      expect(await planted(id)).toEqual(['user:barbara@example.com']);
      expect(await boundInProject(id)).toEqual(['pipeline:default/edges']);
    });

    test('is known as one to a look for drift where the step died that was to end it', async () => {
      const id = await it.created();
      await it.share(id, 'mallory', 'owner');
      await it.reach(id, 'ready', { stepMs: 20 });
      await plant(id);
      const { members, emails } = await it.cluster(id);
      const { mallory: _, ...others } = members;
      const data = { members: others, emails: { ada: emails.ada ?? '' } };
      await it.run(it.documents.commit([{ op: 'update', path: clusterPath(id), data }]));
      await it.look(id);
      await it.reach(id, 'ready');
      expect(await planted(id)).toEqual(['user:barbara@example.com']);
      expect(await rolesIn(id)).toEqual(expected({ ada: 'owner' }));
    });

    test('robots stay when others go', async () => {
      const id = await it.created();
      await it.share(id, 'grace', 'editor');
      await it.reach(id, 'ready', { stepMs: 20 });
      const { tokens, bindings } = await it.pachd(id);
      tokens[digestOf('ci')] = { subject: 'robot:ci' };
      Object.assign(bindings['PROJECT:default'] ?? {}, { 'robot:ci': ['projectWriter'] });
      await it.share(id, 'grace');
      await it.reach(id, 'ready');
      expect((await it.pachd(id)).tokens[digestOf('ci')]).toBeDefined();
      expect(await boundInProject(id)).toContain('robot:ci');
    });

    test('is found out where a stranger is bound in a project', async () => {
      const id = await it.created();
      await it.share(id, 'mallory', 'owner');
      await it.reach(id, 'ready', { stepMs: 20 });
      const { bindings } = await it.pachd(id);
      Object.assign(bindings['PROJECT:default'] ?? {}, { 'user:eve@example.com': ['projectOwner'] });
      await it.look(id);
      await it.reach(id, 'ready');
      expect((await it.messagesOf(id)).slice(-2)).toEqual([
        'People who are not members could get in.',
        'Everything is in order again.',
      ]);
      expect(await boundInProject(id)).not.toContain('user:eve@example.com');
    });
  });

  test('who is removed while the cluster is away is shut out when it answers again', async () => {
    const id = await it.created();
    await it.share(id, 'grace', 'viewer');
    await it.reach(id, 'ready', { stepMs: 20 });
    it.faults.force('unavailable', { subject: it.ports.provider.clusterName(await it.cluster(id)) });
    await it.share(id, 'grace');
    await it.clock.runFor(minutes(90));
    expect((await it.cluster(id)).state).toBe('sharing');
    it.faults.clear('unavailable');
    await it.reach(id, 'ready');
    expect(await rolesIn(id)).toEqual(expected({ ada: 'owner' }));
  });
});
