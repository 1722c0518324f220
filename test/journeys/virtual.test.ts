/** Many clusters through their whole lives on the virtual clock, in a good world and in bad ones. */
import { describe, expect, test } from 'vitest';
import { CommitError } from '../../functions/cloud.ts';
import { command, conceive, createClusters } from '../../functions/dispatch/commands.ts';
import { claimSpare } from '../../functions/pool/claim.ts';
import type { FaultRates } from '../../local/faults.ts';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { poolPath } from '../../shared/documents/pool.ts';
import { AppError } from '../../shared/errors.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { days, seconds } from '../../shared/units.ts';
import { aSpec } from '../builders.ts';

const spec = aSpec();

async function lives(count: number, seed: number, faults: FaultRates) {
  const hub = memoryHub({ seed, faults });
  hub.container.setQuota(spec.region, { cpus: 100_000, clusters: 10_000 });
  hub.startScheduler();
  /** Faults strike the test's own calls too; people press again, and so does it. */
  const surely = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof CommitError || error instanceof AppError)) throw error;
      }
    }
  };
  const owners = Array.from({ length: count }, (_, n) => `user-${n % 4}`);
  const births = owners.map((owner) =>
    conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner }),
  );
  const tally = async (): Promise<Partial<Record<State, number>>> => {
    const all = await surely(() => hub.documents.query<{ state: State }>({ collection: CLUSTERS }));
    const counts: Partial<Record<State, number>> = {};
    for (const { data } of all) counts[data.state] = (counts[data.state] ?? 0) + 1;
    return counts;
  };
  const all = (...states: State[]) =>
    hub.until(
      async () => Object.keys(await tally()).every((state) => states.includes(state as State)),
      days(2),
      seconds(5),
    );

  await hub.run(Promise.all(births.map((birth) => surely(() => createClusters(hub.ports, [birth], [])))));
  await all('ready', 'failed');
  const made = await tally();
  await hub.run(
    Promise.all(
      births.map(({ cluster }, n) =>
        surely(() => command(hub.ports, cluster.id, 'delete', owners[n] ?? 'nobody')),
      ),
    ),
  );
  await all('deleted');
  const counters = ['cells/default', ...new Set(owners.map((owner) => `accounts/${owner}`))];
  return {
    made,
    objects: hub.objects(),
    counted: await Promise.all(
      counters.map(async (path) => (await surely(() => hub.documents.get(path)))?.data),
    ),
  };
}
const nothing = [
  { schema: 1, clusters: 0, hourlyMicros: 0, making: 0 },
  ...Array(4).fill({ schema: 1, clusters: 0, hourlyMicros: 0 }),
];

describe('in a good world', () => {
  test('60 clusters created at once all become ready and all go again, with nothing left', async () => {
    const { made, objects, counted } = await lives(60, 1, {});
    expect(made).toEqual({ ready: 60 });
    expect(objects).toBe(0);
    expect(counted).toMatchObject(nothing);
  });
});

describe('who watches the document of a cluster', () => {
  /** @returns the states and details that the commits onto clusters wrote, by cluster */
  function listen({ documents }: MemoryHub): Map<string, string[]> {
    const heard = new Map<string, string[]>();
    const { commit } = documents;
    documents.commit = async (writes) => {
      await commit(writes);
      for (const { path } of writes) {
        const [, id] = /^clusters\/([^/]+)$/.exec(path) ?? [];
        if (id === undefined) continue;
        const { state, detail = '' } = (await documents.get<Cluster>(path))?.data ?? {};
        heard.set(id, [...(heard.get(id) ?? []), `${state} ${detail}`]);
      }
    };
    return heard;
  }

  test.each(Array.from({ length: 12 }, (_, n) => n + 1))(
    'reads it at most 8 times until it is ready (seed %i)',
    async (seed) => {
      const hub = memoryHub({ seed, inside: 'sketch' });
      const heard = listen(hub);
      hub.startScheduler();
      const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
      await hub.run(createClusters(hub.ports, [birth], []));
      const seen = () => heard.get(birth.cluster.id) ?? [];
      await hub.until(() => seen().at(-1)?.startsWith('ready') === true);
      expect(seen().length, seen().join('\n')).toBeLessThanOrEqual(8);
      // Those that take minutes say what is going on in them.
      expect(seen().filter((one) => /^(provisioning|installing) \S/.test(one)).length).toBeGreaterThan(1);
    },
  );

  test('reads it at most 3 times if a spare is handed over', async () => {
    const hub = memoryHub();
    const heard = listen(hub);
    hub.startScheduler();
    await hub.run(
      hub.documents.commit([
        { op: 'create', path: poolPath('default'), data: { schema: 1, spec, wanted: 1 } },
      ]),
    );
    await hub.until(() => [...heard.values()].some((seen) => seen.at(-1)?.startsWith('warm')));
    heard.clear();
    const wish = { name: 'mine', spec, owner: 'ada', email: 'ada@example.com' };
    const { id = '' } = (await hub.run(claimSpare(hub.ports, wish, () => []))) ?? {};
    await hub.until(() => heard.get(id)?.at(-1)?.startsWith('ready') === true);
    expect(heard.get(id)?.length).toBeLessThanOrEqual(3);
  });
});

describe('in a bad world', () => {
  const moderate: FaultRates = {
    lost: 0.05,
    duplicate: 0.1,
    late: 0.02,
    unavailable: 0.02,
    'reply-lost': 0.02,
    'slow-operation': 0.05,
    'lost-audit': 0.2,
  };
  test.each([1, 2])(
    'all 25 become ready or failed and then go, with nothing left (seed %i)',
    async (seed) => {
      const { objects, counted } = await lives(25, seed, moderate);
      expect(objects).toBe(0);
      expect(counted).toMatchObject(nothing);
    },
  );

  const everything: FaultRates = {
    ...moderate,
    stockout: 0.3,
    quota: 0.1,
    'operation-fails': 0.1,
    'stuck-operation': 0.05,
    leak: 0.3,
    'no-address': 0.05,
    'job-fails': 0.1,
    'slow-pull': 0.1,
    'pod-crash': 0.05,
    'pod-hangs': 0.02,
    'pull-fails': 0.05,
    unlocked: 0.1,
  };
  test.each([1, 2])(
    'nothing is left either if the cloud itself fails in every way (seed %i)',
    async (seed) => {
      const { made, objects, counted } = await lives(20, seed, everything);
      expect(made.failed).toBeGreaterThan(0);
      expect(made.ready).toBeGreaterThan(0);
      expect(objects).toBe(0);
      expect(counted).toMatchObject(nothing);
    },
  );
});
