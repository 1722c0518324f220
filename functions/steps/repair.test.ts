/** What somebody with rights in a cluster deletes of what Hub keeps in it, and what becomes of it. */
import { beforeEach, describe, expect, test } from 'vitest';
import { clusterPath } from '../../shared/documents/cluster.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { type RunningHub, runHub } from '../../test/running-hub.ts';
import { GATEWAY } from '../access/exposure.ts';
import { memberAccountName } from '../access/member-account.ts';
import { type KubeRef, type Leaf, refOf } from '../leaf/leaf.ts';
import { digestOf } from '../secrets.ts';
import { repair } from './repair.ts';

let it: RunningHub;
let id: string;
let leaf: Leaf;

/** What Hub has made in its clusters and not taken away again: whatever an installation makes is among it. */
let kept: Map<string, KubeRef>;

function remember(): void {
  const { open } = it.ports.leaves;
  const keyOf = ({ kind, namespace, name }: KubeRef) => `${kind} ${namespace ?? ''}/${name}`;
  const made = (ref: KubeRef) => kept.set(keyOf(ref), ref);
  it.ports.leaves = {
    open(connection) {
      const inner = open(connection);
      return {
        ...inner,
        async apply(object) {
          const applied = await inner.apply(object);
          made(refOf(object));
          return applied;
        },
        async create(object) {
          const created = await inner.create(object);
          made(refOf(object));
          return created;
        },
        async delete(ref, uid) {
          await inner.delete(ref, uid);
          kept.delete(keyOf(ref));
        },
      };
    },
  };
}

const namespace = (name: string): KubeRef => ({ apiVersion: 'v1', kind: 'Namespace', name });
const MEMBERS = namespace('hub-members');

const ACCOUNT_OF_GRACE: KubeRef = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  name: memberAccountName('grace'),
  namespace: MEMBERS.name,
};

/** Ada's, shared with Grace. */
beforeEach(async () => {
  it = runHub({ inside: 'kubernetes' });
  kept = new Map();
  remember();
  id = await it.created();
  await it.share(id, 'grace', 'editor');
  await it.reach(id, 'ready');
  leaf = await it.leaf(id);
});

async function lookedAt(): Promise<void> {
  await it.look(id);
  await it.reach(id, 'ready');
}

async function expectOrder(what?: string): Promise<void> {
  const { conditions, error } = await it.cluster(id);
  expect(
    conditions.filter(({ status }) => !status),
    what,
  ).toEqual([]);
  expect(error, what).toBeUndefined();
}

/** What somebody's kubeconfig holds. */
const tokenOf = async (uid: string): Promise<string> => {
  const account = { namespace: MEMBERS.name, name: memberAccountName(uid) };
  return (await leaf.issueToken(account, minutes(55))).token;
};

async function isTaken(token: string): Promise<boolean> {
  const { connection } = await it.site(id);
  return it.leaves.verifyToken(connection.server, token) !== undefined;
}

/** Whom the product's namespace lets do something. */
const bound = async (): Promise<string[]> =>
  (
    await leaf.list({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      namespace: 'pachyderm',
      labelSelector: 'hub-member=true',
    })
  )
    .map(({ metadata }) => metadata.name)
    .sort();

const bindingOf = (uid: string, role: string): string => `${memberAccountName(uid)}-${role}`;

/** A session in the application, which Hub once made for them. */
async function sessionOf(uid: string): Promise<() => Promise<unknown>> {
  const token = `a session of ${uid}`;
  const expiresAt = it.clock.now() + minutes(60);
  const order = { hash: digestOf(token), email: `${uid}@example.com`, expiresAt };
  await it.asHub(id, (pachyderm, admin) => pachyderm.registerToken(admin, order));
  return () => it.asHub(id, (pachyderm) => pachyderm.whoAmI(token));
}

/** As the API removes somebody, but the step that tells the cluster has not come to it. */
async function removeUntold(uid: string): Promise<void> {
  const { members, emails } = await it.cluster(id);
  const without = <T>(all: Record<string, T>) =>
    Object.fromEntries(Object.entries(all).filter(([one]) => one !== uid));
  const data = { members: without(members), emails: without(emails) };
  await it.run(it.documents.commit([{ op: 'update', path: clusterPath(id), data }]));
}

describe('a cluster in use', () => {
  /** With which Hub installs; each installation makes its own. */
  const OF_INSTALLATION = /^(ServiceAccount hub-system\/installer|Job hub-system\/install-.*)$/;
  /** What is in them nobody else knows: docs/operations.md says what can be done. */
  const UNKNOWN = ['hub-clients', 'hub-identity', 'hub-postgres'].map((name) => `Secret pachyderm/${name}`);

  test('gets back all that Hub keeps in it, whichever of it is deleted', async () => {
    const all = [...kept].filter(([key]) => !OF_INSTALLATION.test(key) && !UNKNOWN.includes(key));
    expect(all.length).toBeGreaterThan(50);
    expect(UNKNOWN.every((key) => kept.has(key))).toBe(true);
    for (const [key, ref] of all) {
      await leaf.delete(ref);
      await lookedAt();
      expect(await leaf.findMetadata(ref), key).toBeDefined();
      await expectOrder(key);
    }
    for (const [key, ref] of all) expect(await leaf.findMetadata(ref), key).toBeDefined();
  });

  test('gets back the labels by which its namespaces are held to what may run in them', async () => {
    await leaf.apply({
      ...MEMBERS,
      metadata: { name: MEMBERS.name, labels: { 'app.kubernetes.io/managed-by': 'hub' } },
    });
    await lookedAt();
    expect((await leaf.findMetadata(MEMBERS))?.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    await expectOrder();
  });

  test('gets back a Service of its application, which is none of its parts', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', name: 'console', namespace: 'pachyderm' };
    const services = await leaf.list({ ...service });
    const gone = services.filter(({ metadata }) => /proxy|console/.test(metadata.name));
    expect(gone.length).toBeGreaterThan(0);
    for (const one of gone) await leaf.delete(refOf(one));
    await lookedAt();
    for (const one of gone) expect(await leaf.find(refOf(one))).toBeDefined();
    await expectOrder();
  });

  test('whose application is made anew is reached by nobody before that is locked', async () => {
    await leaf.delete(namespace('pachyderm'));
    const { inside } = it.ports.pachyderms;
    const open: boolean[] = [];
    it.ports.pachyderms = {
      ...it.ports.pachyderms,
      async inside(where) {
        open.push((await leaf.find(GATEWAY)) !== undefined);
        return inside(where);
      },
    };
    await it.run(it.look(id));
    await it.clock.runFor(seconds(30));
    open.length = 0;
    await it.reach(id, 'ready');
    expect(open[0]).toBe(false);
    expect(await leaf.find(GATEWAY)).toBeDefined();
    await expectOrder();
  });
});

describe('a cluster whose members’ namespace is gone', () => {
  test('takes none of the tokens from before, and lets in its members again', async () => {
    const before = await tokenOf('grace');
    await leaf.delete(MEMBERS);
    await it.clock.runFor(seconds(30));
    expect(await isTaken(before)).toBe(false);
    await lookedAt();
    expect(await isTaken(await tokenOf('ada'))).toBe(true);
    expect(await isTaken(await tokenOf('grace'))).toBe(true);
    expect(await isTaken(before)).toBe(false);
    expect(await bound()).toEqual([bindingOf('ada', 'owner'), bindingOf('grace', 'editor')].sort());
    await expectOrder();
  });

  test('lets in nobody who was removed meanwhile, and ends their sessions', async () => {
    const session = await sessionOf('grace');
    const before = await tokenOf('grace');
    await leaf.delete(MEMBERS);
    await it.clock.runFor(seconds(30));
    await removeUntold('grace');
    await lookedAt();
    expect(await bound()).toEqual([bindingOf('ada', 'owner')]);
    await expect(tokenOf('grace')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await isTaken(before)).toBe(false);
    expect(await session()).toMatchObject({ known: false });
    expect(Object.keys(await it.bindings(id))).not.toContain('user:grace@example.com');
    const accounts = await leaf.list({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      namespace: MEMBERS.name,
      labelSelector: 'hub-member=true',
    });
    expect(accounts.map(({ metadata }) => metadata.name)).toEqual([memberAccountName('ada')]);
    await expectOrder();
  });

  test.each([
    ['the namespace', MEMBERS],
    ['her account', ACCOUNT_OF_GRACE],
  ])(
    'ends all that an owner who left meanwhile may have made, though %s is gone that knew of her',
    async (_, ref) => {
      await it.share(id, 'grace', 'owner');
      await it.reach(id, 'ready');
      const { tokens } = await it.pachd(id);
      for (const subject of ['robot:spy', 'user:ada@example.com']) tokens[digestOf(subject)] = { subject };
      await leaf.delete(ref);
      await it.clock.runFor(seconds(30));
      await removeUntold('grace');
      await lookedAt();
      const after = Object.values((await it.pachd(id)).tokens).map(({ subject }) => subject);
      expect(after.filter((subject) => /^(robot:spy|user:ada@)/.test(subject))).toEqual([]);
      expect(await bound()).toEqual([bindingOf('ada', 'owner')]);
      await expectOrder();
    },
  );

  test('is out of whoever is removed at once, and is repaired soon', async () => {
    await leaf.delete(MEMBERS);
    await it.clock.runFor(seconds(30));
    await it.share(id, 'grace');
    await it.reach(id, 'ready', { limitMs: minutes(1) });
    expect(Object.keys(await it.bindings(id))).not.toContain('user:grace@example.com');
    // Nobody need wait for the next look at all clusters.
    await it.clock.runFor(minutes(25));
    await it.reach(id, 'ready');
    expect(await bound()).toEqual([bindingOf('ada', 'owner')]);
    await expectOrder();
  });

  test('waits for as long as somebody’s deletion of it takes', async () => {
    const finalizers = (some: string[]) =>
      leaf.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'held', namespace: MEMBERS.name, ...(some.length > 0 && { finalizers: some }) },
      });
    await finalizers(['example.com/held']);
    await leaf.delete(MEMBERS);
    await it.look(id);
    await it.clock.runFor(minutes(5));
    const detail = 'Somebody deletes hub-members; it is made anew once that has gone.';
    expect(await it.cluster(id)).toMatchObject({ state: 'repairing', detail });
    await finalizers([]);
    await it.reach(id, 'ready', { limitMs: minutes(2) });
    expect(await isTaken(await tokenOf('grace'))).toBe(true);
    await expectOrder();
  });

  test('comes to the same end wherever the repair dies', async () => {
    const session = await sessionOf('grace');
    await leaf.delete(MEMBERS);
    await it.clock.runFor(seconds(30));
    await removeUntold('grace');
    const { open } = it.ports.leaves;
    // Each try at it gets one change further, and dies of it.
    let deaths = 0;
    let changes = 0;
    const change = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        if (changes > deaths) throw new Error('it is dead');
        const result = await call(...args);
        if (++changes <= deaths) return result;
        throw new Error('killed');
      };
    };
    it.ports.leaves = {
      open(connection) {
        const inner = open(connection);
        return { ...inner, apply: change(inner.apply), delete: change(inner.delete) };
      },
    };
    await it.look(id);
    for (let isOver = false; !isOver && deaths < 200; ) {
      changes = 0;
      try {
        isOver = (await it.run(repair(await it.cluster(id), it.ports))).kind === 'done';
        await it.clock.runFor(seconds(5));
      } catch {
        deaths++;
      }
    }
    it.ports.leaves = { open };
    await it.reach(id, 'ready', { limitMs: minutes(40) });
    expect(deaths).toBeGreaterThan(50);
    expect(await session()).toMatchObject({ known: false });
    expect(await bound()).toEqual([bindingOf('ada', 'owner')]);
    expect(await isTaken(await tokenOf('ada'))).toBe(true);
    await expect(tokenOf('grace')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expectOrder();
  });
});
