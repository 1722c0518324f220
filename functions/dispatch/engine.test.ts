import { describe, expect, test } from 'vitest';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { type Cluster, clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { eventsOf } from '../../shared/documents/event.ts';
import { AppError } from '../../shared/errors.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { aSpec } from '../../test/builders.ts';
import { CommitError } from '../cloud.ts';
import { STEPS } from '../steps/index.ts';
import { done, type Step, type StepResult, wait } from '../steps/step.ts';
import { command, conceive, createClusters } from './commands.ts';
import { dispatch } from './engine.ts';

const spec = aSpec({ product: 'hello', version: '1.1.0' });

/** A cluster in the queue whose own message nobody will handle. */
async function given(hub: MemoryHub): Promise<string> {
  const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
  await hub.run(hub.documents.commit(birth.writes));
  return birth.cluster.id;
}
/** The faults of a run also strike the test's own reading; it just reads again. */
async function readDocument(hub: MemoryHub, path: string): Promise<unknown> {
  for (;;) {
    try {
      return (await hub.documents.get(path))?.data;
    } catch (error) {
      if (!(error instanceof CommitError)) throw error;
    }
  }
}
const read = async (hub: MemoryHub, id: string): Promise<Cluster> =>
  (await readDocument(hub, clusterPath(id))) as Cluster;
const events = (hub: MemoryHub, id: string) => hub.documents.query({ collection: eventsOf(id) });
const withAdmit = (admit: Step) => ({ ...STEPS, admit });
const message = (id: string, epoch = 0) => ({ schema: 1 as const, id, epoch });

describe('a message', () => {
  test('of another epoch or another step is dropped without a write', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const { commits } = hub.documents.counters;
    await hub.run(dispatch(hub.ports, STEPS, 'admit', message(id, 7)));
    await hub.run(dispatch(hub.ports, STEPS, 'prove', message(id)));
    await hub.run(dispatch(hub.ports, STEPS, 'admit', message('a'.repeat(16))));
    expect(hub.documents.counters.commits).toBe(commits);
  });

  test('handled twice at once makes one transition', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const twice = [1, 2].map(() => dispatch(hub.ports, STEPS, 'admit', message(id)));
    await hub.run(Promise.all(twice));
    expect(await read(hub, id)).toMatchObject({ epoch: 1, state: 'provisioning' });
    expect(await events(hub, id)).toHaveLength(2);
    expect((await hub.documents.get('accounts/ada'))?.data).toMatchObject({ clusters: 1 });
  });

  test('for a document of a newer version fails and writes nothing', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    await hub.run(hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { schema: 99 } }]));
    await expect(hub.run(dispatch(hub.ports, STEPS, 'admit', message(id)))).rejects.toThrow('newer version');
    expect(hub.documents.peek<Cluster>(clusterPath(id))?.data.epoch).toBe(0);
  });
});

describe('a result', () => {
  test('that comes after a delete was accepted is dropped', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const slow: Step = async () => {
      await hub.clock.sleepUntil(hub.clock.after(5000));
      return done();
    };
    const late = dispatch(hub.ports, withAdmit(slow), 'admit', message(id));
    await hub.clock.runFor(1000);
    await hub.run(command(hub.ports, id, 'delete', 'ada'));
    await hub.run(late);
    const states = (await events(hub, id)).map(({ data }) => data.to);
    expect(states).toContain('deleting');
    expect(states).not.toContain('provisioning');
  });

  test('is written again, not found again, if the document changed at the same epoch', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    let runs = 0;
    const step: Step = async () => {
      runs++;
      await hub.documents.commit([
        { op: 'update', path: clusterPath(id), data: { detail: 'changed meanwhile' } },
      ]);
      return wait(20_000, 'waiting');
    };
    await hub.run(dispatch(hub.ports, withAdmit(step), 'admit', message(id)));
    expect(runs).toBe(1);
    expect((await read(hub, id)).detail).toBe('waiting');
  });

  test('that another handler has just written the same is no fault', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const waiting = withAdmit(async () => wait(minutes(30), 'Still waiting.'));
    const atMs = hub.clock.after(minutes(30));
    // Both in one millisecond.
    const ports = { ...hub.ports, clock: { ...hub.ports.clock, after: () => atMs } };
    for (let n = 0; n < 2; n++) await hub.run(dispatch(ports, waiting, 'admit', message(id)));
    const cluster = await read(hub, id);
    expect(cluster).toMatchObject({ epoch: 0, state: 'queued', detail: 'Still waiting.' });
    expect(cluster.dueAt).toEqual(new Date(atMs));
  });

  test('of a message that came several times has one successor, and not as many', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    let looks = 0;
    const step: Step = async () => wait(5000, 'Still waiting.', { patch: { exhausted: [String(looks++)] } });
    let sent = 0;
    const messages = {
      ...hub.ports.messages,
      async publish() {
        sent++;
      },
    };
    const handlers = Array.from({ length: 4 }, () =>
      dispatch({ ...hub.ports, messages }, withAdmit(step), 'admit', message(id)),
    );
    await hub.run(Promise.all(handlers));
    expect(sent).toBe(1);
  });

  test('of another place than where it is made by now is found again', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const seen: (string | undefined)[] = [];
    const step: Step = async ({ location, exhausted }) => {
      seen.push(location);
      const next = { location: 'c', exhausted: ['a', 'b'] };
      // Another handler was quicker, and has moved on from the place that this one would move to.
      if (location !== undefined) return wait(20_000, `in ${location} after ${exhausted}`);
      await hub.documents.commit([{ op: 'update', path: clusterPath(id), data: next }]);
      return wait(0, 'next', { patch: { location: 'b', exhausted: ['a'] } });
    };
    await hub.run(dispatch(hub.ports, withAdmit(step), 'admit', message(id)));
    expect(seen).toEqual([undefined, 'c']);
    expect(await read(hub, id)).toMatchObject({ location: 'c', detail: 'in c after a,b' });
  });

  test('that rests on another document is found again if that one changed', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    await hub.run(hub.documents.commit([{ op: 'create', path: 'cells/x', data: { n: 0 } }]));
    let runs = 0;
    const step: Step = async () => {
      const seen = await hub.documents.get('cells/x');
      if (runs++ === 0) await hub.documents.commit([{ op: 'update', path: 'cells/x', data: { n: 1 } }]);
      return done({}, { guarded: [{ path: 'cells/x', version: seen?.version ?? '', data: { n: 2 } }] });
    };
    await hub.run(dispatch(hub.ports, withAdmit(step), 'admit', message(id)));
    expect(runs).toBe(2);
    expect((await hub.documents.get('cells/x'))?.data).toEqual({ n: 2 });
  });

  test('whose commit was applied but never answered is recognised, and its message sent', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const sent: string[] = [];
    const documents = {
      ...hub.documents,
      commit: async (writes: Parameters<typeof hub.documents.commit>[0]) => {
        await hub.documents.commit(writes);
        throw new CommitError('unavailable', 'the answer was lost');
      },
    };
    const messages = { publish: async (topic: string) => void sent.push(topic) };
    const ports = { ...hub.ports, documents, messages };
    await hub.run(
      dispatch(
        ports,
        withAdmit(async () => done()),
        'admit',
        message(id),
      ),
    );
    expect(await read(hub, id)).toMatchObject({ epoch: 1, state: 'provisioning' });
    expect(sent).toEqual(['step-provision']);
  });

  test('stands though its message could not be sent: the due time is in the commit', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const messages = { publish: () => Promise.reject(new AppError('UNAVAILABLE')) };
    await hub.run(dispatch({ ...hub.ports, messages }, STEPS, 'admit', message(id)));
    expect((await read(hub, id)).dueAt).toBeInstanceOf(Date);
    hub.startScheduler();
    await hub.until(async () => (await read(hub, id)).state === 'installing');
  });

  test('of a step that broke is tried again and never shown raw', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const broken: Step = async () => {
      throw new Error('secret of the SDK');
    };
    await hub.run(dispatch(hub.ports, withAdmit(broken), 'admit', message(id)));
    const cluster = await read(hub, id);
    expect(cluster).toMatchObject({ state: 'queued', epoch: 0, attempts: 1 });
    expect(JSON.stringify(cluster)).not.toContain('secret of the SDK');
  });
});

describe('a short wait', () => {
  const looking = (hub: MemoryHub, results: readonly StepResult[]) => {
    let looks = 0;
    const step: Step = async () => results[looks++] ?? done();
    const handled = (id: string) => dispatch(hub.ports, withAdmit(step), 'admit', message(id));
    return { handled, looks: () => looks };
  };
  const short = wait(2000, 'in a moment');

  test('that changes nothing is sat out without a commit and without a message', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const { commits } = hub.documents.counters;
    const { handled, looks } = looking(hub, [short, short]);
    const sinceMs = hub.clock.now();
    await hub.run(handled(id));
    expect(looks()).toBe(3);
    expect(hub.clock.now() - sinceMs).toBeGreaterThanOrEqual(4000);
    expect(hub.documents.counters.commits - commits).toBe(1);
    expect(await read(hub, id)).toMatchObject({ state: 'provisioning', epoch: 1 });
  });

  test('that goes on is written down before its handler has spent its time', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const sinceMs = hub.clock.now();
    const { handled, looks } = looking(hub, Array(20).fill(short));
    await hub.run(handled(id));
    expect(looks()).toBe(8);
    expect(hub.clock.now() - sinceMs).toBeLessThan(15_000);
    const { dueAt, detail } = await read(hub, id);
    expect(detail).toBe('in a moment');
    expect(dueAt?.getTime()).toBeGreaterThan(hub.clock.now() + 45_000);
  });

  test.each([
    ['what it found', wait(2000, 'found', { patch: { location: 'here' } })],
    ['what it will ask for', wait(2000, 'planned', { ledger: { plan: [] } })],
  ])('that has to write down %s does so at once', async (_, result) => {
    const hub = memoryHub();
    const id = await given(hub);
    const { handled, looks } = looking(hub, [result]);
    await hub.run(handled(id));
    expect(looks()).toBe(1);
    expect((await read(hub, id)).detail).toMatch(/found|planned/);
  });

  test('is left to a commit where the deadline is near, for only that sees to it', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const deadlineAt = new Date(hub.clock.after(seconds(5)));
    await hub.run(hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { deadlineAt } }]));
    const { handled, looks } = looking(hub, Array(20).fill(short));
    await hub.run(handled(id));
    expect(looks()).toBe(1);
  });

  test('ends with a delete, whose message a handler of its own has', async () => {
    const hub = memoryHub();
    const id = await given(hub);
    const { handled, looks } = looking(hub, Array(20).fill(short));
    const sitting = handled(id);
    await hub.clock.runFor(1000);
    await hub.run(command(hub.ports, id, 'delete', 'ada'));
    await hub.run(sitting);
    expect(looks()).toBe(1);
  });
});

describe('many at once', () => {
  test('200 creates all reach ready, 200 deletes leave nothing', { timeout: 120_000 }, async () => {
    const hub = memoryHub({ inside: 'sketch' });
    hub.startScheduler();
    const births = Array.from({ length: 200 }, (_, n) =>
      conceive(hub.ports, { name: `c-${n}`, spec, shape: shapeOf(spec), owner: `user-${n % 20}` }),
    );
    await hub.run(Promise.all(births.map((birth) => createClusters(hub.ports, [birth], []))));
    const all = (state: string) => async () =>
      (await hub.documents.count({ collection: 'clusters', where: [['state', '==', state]] })) === 200;
    await hub.until(all('ready'));
    await hub.run(Promise.all(births.map(({ cluster }) => command(hub.ports, cluster.id, 'delete', 'ada'))));
    await hub.until(all('deleted'));
    expect(hub.objects()).toBe(0);
    expect((await hub.documents.get('cells/default'))?.data).toMatchObject({ clusters: 0, hourlyMicros: 0 });
  });

  test('never exceed the cap, and each place that is freed wakes the next', {
    timeout: 120_000,
  }, async () => {
    const hub = memoryHub({ limits: { cellClusters: 5 }, inside: 'sketch' });
    hub.startScheduler();
    const births = Array.from({ length: 12 }, (_, n) =>
      conceive(hub.ports, { name: `c-${n}`, spec, shape: shapeOf(spec), owner: `user-${n}` }),
    );
    await hub.run(Promise.all(births.map((birth) => createClusters(hub.ports, [birth], []))));
    const gone = new Set<string>();
    let most = 0;
    await hub.until(async () => {
      most = Math.max(most, hub.container.listClusters('-').length);
      for (const { cluster } of births) {
        if (gone.has(cluster.id) || (await read(hub, cluster.id)).state !== 'ready') continue;
        gone.add(cluster.id);
        void command(hub.ports, cluster.id, 'delete', 'ada');
      }
      return (
        (await hub.documents.count({ collection: 'clusters', where: [['state', '==', 'deleted']] })) === 12
      );
    }, 12 * 3_600_000);
    expect(most).toBe(5);
    expect(hub.objects()).toBe(0);
  });

  test('converge under faults, with nothing left and every count back at zero', {
    timeout: 120_000,
  }, async () => {
    const faults = {
      lost: 0.05,
      duplicate: 0.1,
      late: 0.02,
      unavailable: 0.02,
      'reply-lost': 0.02,
      'slow-operation': 0.05,
      'lost-audit': 0.2,
      stockout: 0.05,
    };
    const hub = memoryHub({ faults, seed: 7, inside: 'sketch' });
    hub.startScheduler();
    const births = Array.from({ length: 30 }, (_, n) =>
      conceive(hub.ports, { name: `c-${n}`, spec, shape: shapeOf(spec), owner: `user-${n % 5}` }),
    );
    const surely = async (work: () => Promise<unknown>): Promise<void> => {
      for (;;) {
        const outcome = await work().catch((error: unknown) => error);
        if (!(outcome instanceof CommitError) && !(outcome instanceof AppError)) return;
      }
    };
    await hub.run(Promise.all(births.map((birth) => surely(() => createClusters(hub.ports, [birth], [])))));
    const states = async () =>
      Promise.all(births.map(async ({ cluster }) => (await read(hub, cluster.id)).state));
    await hub.until(
      async () => (await states()).every((state) => state === 'ready' || state === 'failed'),
      12 * 3_600_000,
    );
    await hub.run(
      Promise.all(births.map(({ cluster }) => surely(() => command(hub.ports, cluster.id, 'delete', 'ada')))),
    );
    await hub.until(async () => (await states()).every((state) => state === 'deleted'), 12 * 3_600_000);
    expect(hub.objects()).toBe(0);
    expect(await readDocument(hub, 'cells/default')).toMatchObject({ clusters: 0, hourlyMicros: 0 });
  });
});

test('a database that is away while a step runs is not called a fault of Hub, and nothing is written', async () => {
  const hub = memoryHub();
  const id = await given(hub);
  const away: Step = async () => {
    throw new CommitError('unavailable', 'away');
  };
  await expect(hub.run(dispatch(hub.ports, withAdmit(away), 'admit', message(id)))).rejects.toThrow('away');
  expect(await read(hub, id)).toMatchObject({ state: 'queued', attempts: 0 });
});
