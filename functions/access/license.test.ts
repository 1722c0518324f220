/** Versions that need a licence: installed with the operator's, which nobody else sees, and never open without one. */
import { describe, expect, test } from 'vitest';
import { LICENSE_SECRET, pachyderm } from '../../shared/catalog/pachyderm.ts';
import { AppError } from '../../shared/errors.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { hours, minutes } from '../../shared/units.ts';
import { AGAIN, mended, told, untrue } from '../../test/looks.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';
import type { KubeObject } from '../leaf/leaf.ts';
import { createLog } from '../log.ts';
import { accessOf } from './access.ts';
import { upgradeAfterMs } from './drift.ts';

const VERSION = '2.11.6';
const LICENSE = 'bGljZW5jZS1jYW5hcnk=';
const licenses = { pachyderm: LICENSE };

const { namespace } = pachyderm;
const SECRET = { apiVersion: 'v1', kind: 'Secret', name: LICENSE_SECRET, namespace };
const SECRET_OF_BEFORE = {
  ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' },
  metadata: { name: LICENSE_SECRET, namespace, labels: { 'app.kubernetes.io/managed-by': 'hub' } },
};
const PACHD = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'pachd', namespace };

const text = (base64: unknown): string => Buffer.from(String(base64), 'base64').toString('utf8');

async function keysIn(it: RunningHub, id: string): Promise<Record<string, string>> {
  const secret = await (await it.leaf(id)).find(SECRET);
  return Object.fromEntries(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, text(value)]));
}

/** Looks at what Hub applies in leaves, and may put something else in its place. */
function applying(it: RunningHub, look: (object: KubeObject) => KubeObject): void {
  const { leaves } = it.ports;
  it.ports.leaves = {
    open: (connection) => {
      const leaf = leaves.open(connection);
      return { ...leaf, apply: (object) => leaf.apply(look(object)) };
    },
  };
}

async function statesOf(it: RunningHub, id: string): Promise<(State | undefined)[]> {
  return (await it.events(id)).map(({ to }) => to);
}

describe.each(INTERIORS)('with the licence (%s)', (inside) => {
  test('a version that needs it becomes ready, and is locked', async () => {
    const it = runHub({ licenses, inside });
    const id = await it.created({ version: VERSION });
    expect(await it.cluster(id)).toMatchObject({ spec: { version: VERSION } });
    expect(await keysIn(it, id)).toEqual({
      'enterprise-license-key': LICENSE,
      'enterprise-secret': expect.stringMatching(/^[a-z2-7]{52}$/),
    });
    expect(await it.bindings(id)).toMatchObject({ 'user:ada@example.com': ['clusterAdmin'] });
  });

  test('one that does not is installed without', async () => {
    const it = runHub({ licenses, inside });
    const id = await it.created();
    expect(await keysIn(it, id)).toEqual({});
  });

  test('the code is in that Secret, and in no document, message, line of log, number, Job or values', async () => {
    const it = runHub({ licenses, inside });
    const seen: unknown[] = [];
    const { documents, messages } = it.ports;
    it.ports.documents = {
      ...documents,
      commit: (writes) => {
        seen.push(writes);
        return documents.commit(writes);
      },
    };
    it.ports.messages = {
      ...messages,
      publish: (topic, ...sent) => {
        seen.push(sent);
        return messages.publish(topic, ...sent);
      },
    };
    it.ports.log = createLog((_, event, fields) => seen.push([event, fields]));
    it.ports.metrics = { ...it.ports.metrics, record: (...counted) => void seen.push(counted) };
    const names: string[] = [];
    applying(it, (object) => {
      const { data, ...rest } = object;
      seen.push(rest, Object.values(data ?? {}).map(text));
      names.push(`${object.kind} ${object.metadata.name}`);
      return object;
    });
    const id = await it.created({ version: VERSION });
    await (await it.leaf(id)).delete(PACHD);
    await it.look(id);
    await it.reach(id, 'repairing');
    await it.reach(id, 'ready');
    await it.delete(id);
    await it.reach(id, 'deleted');

    // The first is made and not applied; a repair applies it again.
    const [again, ...more] = names.filter((name) => name.endsWith(LICENSE_SECRET));
    expect([again, more]).toEqual([`Secret ${LICENSE_SECRET}`, []]);
    expect(names.filter((name) => name.startsWith('Job '))).toHaveLength(2);
    const holding = seen.filter((one) => JSON.stringify(one).includes(LICENSE));
    expect(holding).toEqual([[LICENSE, expect.stringMatching(/^[a-z2-7]{52}$/)]]);
  });

  test('a renewed one comes with the next repair, and the key of pachd stays', async () => {
    const it = runHub({ licenses, inside });
    const id = await it.created({ version: VERSION });
    const before = await keysIn(it, id);
    it.ports.settings = { ...it.ports.settings, licenses: { pachyderm: 'cmVuZXdlZA==' } };
    await (await it.leaf(id)).delete(PACHD);
    await it.look(id);
    await it.reach(id, 'repairing');
    await it.reach(id, 'ready');
    expect(await keysIn(it, id)).toEqual({ ...before, 'enterprise-license-key': 'cmVuZXdlZA==' });
  });

  describe('that is renewed while clusters stand', () => {
    const RENEWED = 'Its licence has been renewed, and it has to start with it.';

    async function renewed(): Promise<{
      it: RunningHub;
      id: string;
      pods: () => Promise<(string | undefined)[]>;
    }> {
      const it = runHub({ licenses, inside });
      const id = await it.created({ version: VERSION });
      it.ports.settings = { ...it.ports.settings, licenses: { pachyderm: 'cmVuZXdlZA==' } };
      const pods = async () => {
        const site = await it.site(id);
        return (await accessOf(site).keepers(site)).map(({ metadata }) => metadata.uid);
      };
      return { it, id, pods };
    }

    const untilItsTurn = (it: RunningHub, id: string) => it.sleep(Math.max(upgradeAfterMs(id), hours(12)));

    test('each waits for its turn, and then starts anew with it, once', async () => {
      const { it, id, pods } = await renewed();
      const [before, first] = [await keysIn(it, id), await pods()];
      expect(await told(it, id, () => it.look(id))).toEqual([]);
      expect(untrue(await it.cluster(id))).toEqual(['UpToDate']);
      expect(await pods()).toEqual(first);
      await untilItsTurn(it, id);
      expect(await mended(it, id)).toEqual([RENEWED, AGAIN]);
      expect(await keysIn(it, id)).toEqual({ ...before, 'enterprise-license-key': 'cmVuZXdlZA==' });
      const second = await pods();
      expect(second.filter((uid) => first.includes(uid))).toEqual([]);
      expect(await it.bindings(id)).toMatchObject({ 'user:ada@example.com': ['clusterAdmin'] });
      await it.clock.runFor(minutes(1));
      expect(await told(it, id, () => it.look(id))).toEqual([]);
      expect(untrue(await it.cluster(id))).toEqual([]);
      expect(await pods()).toEqual(second);
    });

    test('one of which a Hub of before wrote nothing down starts anew, too', async () => {
      const it = runHub({ licenses, inside });
      const id = await it.created({ version: VERSION });
      const leaf = await it.leaf(id);
      const { data } = (await leaf.find(SECRET)) as KubeObject;
      await leaf.delete(SECRET);
      await leaf.create({ ...SECRET_OF_BEFORE, data });
      await it.look(id);
      await untilItsTurn(it, id);
      expect(await mended(it, id)).toEqual([RENEWED, AGAIN]);
      expect(await told(it, id, () => it.look(id))).toEqual([]);
    });

    test('a repair that dies once it has put it there leaves the start to the next one', async () => {
      const { it, id, pods } = await renewed();
      const first = await pods();
      await it.look(id);
      await untilItsTurn(it, id);
      const { leaves } = it.ports;
      let struck = 0;
      it.ports.leaves = {
        open: (connection) => {
          const leaf = leaves.open(connection);
          return {
            ...leaf,
            async apply(object) {
              const applied = await leaf.apply(object);
              if (object.metadata.name === LICENSE_SECRET && struck++ < 2)
                throw new AppError('LEAF_UNAVAILABLE');
              return applied;
            },
          };
        },
      };
      expect(await mended(it, id)).toEqual([RENEWED, AGAIN]);
      expect(struck).toBeGreaterThan(2);
      expect((await pods()).filter((uid) => first.includes(uid))).toEqual([]);
    });
  });

  test('a cluster keeps its own when Hub has none any more', async () => {
    const it = runHub({ licenses, inside });
    const id = await it.created({ version: VERSION });
    const before = await keysIn(it, id);
    it.ports.settings = { ...it.ports.settings, licensed: [], licenses: {} };
    await (await it.leaf(id)).delete(PACHD);
    await it.look(id);
    await it.reach(id, 'repairing');
    await it.reach(id, 'ready');
    expect(await keysIn(it, id)).toEqual(before);
    expect(await it.bindings(id)).toMatchObject({ 'user:ada@example.com': ['clusterAdmin'] });
  });
});

describe.each(INTERIORS)('without it (%s)', (inside) => {
  test('nothing is installed of a version that needs it, and the cluster fails at once', async () => {
    const it = runHub({ inside });
    const id = await it.create({ version: VERSION });
    await it.reach(id, 'failed');
    expect((await it.cluster(id)).error).toMatchObject({ code: 'LICENSE_MISSING', fault: 'operator' });
    const failed = (await it.events(id)).find(({ from, to }) => from === 'installing' && to === 'undoing');
    expect(failed?.durationMs).toBeLessThan(5000);
    expect(await statesOf(it, id)).not.toContain('securing');
    expect(it.objects()).toBe(0);
  });

  test('one that starts all the same has no auth, and is never exposed', async () => {
    const it = runHub({ licenses, inside });
    applying(it, (object) => {
      const values = object.data?.['pachyderm.json'];
      if (values === undefined) return object;
      const { pachd, ...rest } = JSON.parse(text(values));
      delete pachd.enterpriseLicenseKeySecretName;
      delete pachd.enterpriseSecretSecretName;
      const changed = Buffer.from(JSON.stringify({ ...rest, pachd })).toString('base64');
      return { ...object, data: { ...object.data, 'pachyderm.json': changed } };
    });
    const id = await it.create({ version: VERSION });
    await it.reach(id, 'failed');
    expect(await it.cluster(id)).toMatchObject({ error: { code: 'LOCK_FAILED' }, endpoints: {} });
    const states = await statesOf(it, id);
    expect([states.includes('securing'), states.includes('exposing')]).toEqual([true, false]);
    expect(it.objects()).toBe(0);
  });
});
