/**
 * Every call that a handler makes on its way through a lifecycle, struck in every way, alone and in pairs: what is left to chance in the
 * seeds is gone through here one by one.
 */
import type { Cluster } from '../../shared/documents/cluster.ts';
import { clusterPath } from '../../shared/documents/paths.ts';
import { STATES, type State } from '../../shared/lifecycle/table.ts';
import { TOPICS } from '../../shared/messages.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { tellBusy } from './accidents/busy.ts';
import { happens } from './chance.ts';
import { type Findings, watchInvariants } from './invariants.ts';
import type { Process } from './process.ts';
import type { Run } from './simulate.ts';
import { type Strike, type Weather, weightOf } from './weather.ts';
import { createWorkload, type Workload } from './workload.ts';
import type { Plan } from './world/fate.ts';
import { createWorld, type World } from './world.ts';

/** In which way a call is struck. */
export const WAYS: readonly Strike[] = ['crash before', 'crash after', 'error before', 'reply lost', 'stall'];

export interface Struck {
  /** The how-manieth call of the run, from 0. */
  at: number;
  how: Strike;
}

export interface ExhaustiveOptions {
  scenario: string;
  strikes: readonly Struck[];
  /** Beside those, until the play is over, so many of all calls have no answer, be they carried out or not: 0 to 1, by `seed`; see `weightOf`. */
  share?: number;
  seed?: number;
  verbose?: boolean;
}

interface Scenario {
  /** What strikes in it each time. */
  plan?: () => Plan;
  /** Does what people do, and returns when it is over. */
  play(stage: Stage): Promise<void>;
  /** Where all must have come to in the end. */
  ends: State;
  /** How long what was struck in it may be under way after the play, or may take until it is found. */
  restsMs?: number;
}

interface Stage {
  world: World;
  workload: Workload;
  findings: Findings;
  /** Resolves when the cluster is in that state, or past it. */
  reach(state: State): Promise<void>;
}

const NO_WEATHER: Partial<Weather> = {
  faultyMs: 0,
  fair: true,
  strikes: {
    'crash before': 0,
    'crash after': 0,
    'error before': 0,
    'reply lost': 0,
    slow: 0,
    stall: 0,
    refused: 0,
  },
  lateCreates: 0,
  lateMembers: 0,
  rates: {},
  outages: [],
  zone: undefined,
  sieges: [],
  skewMs: 0,
  missed: 0,
  double: 0,
  killsPerHour: 0,
  oldCodeUntilMs: 0,
  cellClusters: 1000,
  accountClusters: 1000,
  cloudClusters: 1000,
};

const create = async (
  { workload }: Stage,
  product = 'hello',
  wish: { ttlHours?: number } = {},
): Promise<string> => {
  // Until somebody answers: people press again, with the same key.
  for (;;) {
    const answer = await workload.ask({
      as: 'ada',
      name: 'POST /v1/clusters',
      body: { name: 'mine', product, ...wish },
      key: 'one',
    });
    if (answer?.status === 202 && answer.body.id !== undefined) return answer.body.id;
  }
};

const surely = async ({ workload }: Stage, request: Parameters<Workload['ask']>[0]): Promise<void> => {
  for (;;) {
    const answer = await workload.ask(request);
    if (answer && answer.status < 300) return;
  }
};

/** Grace comes and goes, while the handler that is to tell of her hangs for minutes. */
const removal = (afterwards?: Strike): Scenario => ({
  ends: 'ready',
  plan: () => {
    let slow: Process | undefined;
    return (site, process) => {
      if (process === slow) return afterwards;
      if (slow || process.name !== 'step-share' || site !== 'pachyderm.setMembers') return undefined;
      slow = process;
      return 'stall';
    };
  },
  async play(stage) {
    const { clock } = stage.world;
    const id = await create(stage, 'pachyderm');
    await stage.reach('ready');
    const grace = { as: 'ada', id, email: 'grace@example.com' } as const;
    await surely(stage, {
      ...grace,
      name: 'PUT /v1/clusters/{id}/members/{email}',
      body: { role: 'editor' },
    });
    await surely(stage, { as: 'grace', name: 'GET /v1/me' });
    await clock.sleepUntil(clock.now() + seconds(20));
    await surely(stage, { ...grace, name: 'DELETE /v1/clusters/{id}/members/{email}' });
    await stage.reach('ready');
    // Somebody looks by then, and mends what is found.
    await clock.sleepUntil(clock.now() + minutes(16));
    await stage.reach('ready');
  },
});

/** The states in which a cluster can be met on its way, in which somebody deletes it. */
const ON_THE_WAY: readonly State[] = ['provisioning', 'installing', 'securing', 'exposing', 'ready'];

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  cold: {
    ends: 'ready',
    async play(stage) {
      await create(stage);
      await stage.reach('ready');
    },
  },
  claim: {
    ends: 'ready',
    async play(stage) {
      await stage.workload.makePool(1, 'hello');
      await stage.reach('warm');
      await create(stage);
      await stage.reach('ready');
    },
  },
  share: {
    ends: 'ready',
    async play(stage) {
      const id = await create(stage);
      await stage.reach('ready');
      const grace = { as: 'ada', id, email: 'grace@example.com' } as const;
      await surely(stage, {
        ...grace,
        name: 'PUT /v1/clusters/{id}/members/{email}',
        body: { role: 'editor' },
      });
      await surely(stage, { as: 'grace', name: 'GET /v1/me' });
      await surely(stage, { ...grace, name: 'DELETE /v1/clusters/{id}/members/{email}' });
      await stage.reach('ready');
    },
  },
  retry: {
    ends: 'ready',
    async play(stage) {
      // The installer fails as often as it is tried.
      stage.world.hub.faults.force('job-fails');
      const id = await create(stage);
      await stage.reach('failed');
      stage.world.hub.faults.clear('job-fails');
      await surely(stage, { as: 'ada', id, name: 'POST /v1/clusters/{id}:retry' });
      await stage.reach('ready');
    },
  },
  extend: {
    ends: 'ready',
    async play(stage) {
      const { clock, hub } = stage.world;
      const id = await create(stage, 'hello', { ttlHours: 1 });
      await stage.reach('ready');
      // As if most of its hour were over.
      const soon = new Date(clock.now() + minutes(10));
      const path = clusterPath(id);
      await hub.documents.commit([{ op: 'update', path, data: { expiresAt: soon, dueAt: soon } }]);
      await surely(stage, { as: 'ada', id, name: 'POST /v1/clusters/{id}:extend', body: { ttlHours: 2 } });
      await clock.sleepUntil(soon.getTime() + minutes(5));
    },
  },
  'doubted while leaving': {
    ends: 'ready',
    async play(stage) {
      const { clock } = stage.world;
      const id = await create(stage);
      await stage.reach('ready');
      const grace = { id, email: 'grace@example.com' } as const;
      await surely(stage, {
        ...grace,
        as: 'ada',
        name: 'PUT /v1/clusters/{id}/members/{email}',
        body: { role: 'owner' },
      });
      // It answers, too, where she could not become a member yet.
      const isMember = () => stage.findings.clusters().some(({ members }) => members.grace);
      while (!isMember()) await surely(stage, { as: 'grace', name: 'GET /v1/me' });
      await surely(stage, {
        as: 'operator',
        id: 'ada',
        name: 'POST /v1/admin/accounts/{id}:delete',
        body: { reason: 'they left' },
      });
      const offered = () => stage.findings.clusters().find(({ handOverUntilAt }) => handOverUntilAt);
      while (!offered()) await clock.sleepUntil(clock.now() + seconds(1));
      await tellBusy(stage.world, offered() as Cluster, 'busy', 1);
      // Some looks at the account, and long enough before its time for whatever strikes.
      await clock.sleepUntil(clock.now() + minutes(12));
      await surely(stage, {
        as: 'grace',
        id,
        name: 'POST /v1/clusters/{id}:transfer',
        body: { email: grace.email },
      });
      await stage.reach('ready');
    },
  },
  'slow removal': removal(),
  'removal by one that dies': removal('crash before'),
  'next zone': {
    ends: 'ready',
    // A create that comes late to the zone before is the sweep of orphans' to find.
    restsMs: minutes(50),
    async play(stage) {
      stage.world.hub.faults.force('stockout', { subject: 'europe-west1-b' });
      await create(stage);
      await stage.reach('ready');
    },
  },
  requeue: {
    ends: 'ready',
    async play(stage) {
      const { clock, hub } = stage.world;
      // No zone has quota for its machines, and what is half made goes for longer than any hold lasts.
      hub.faults.force('quota', { subject: 'europe-west1 operation' });
      hub.faults.force('slow-operation', { subject: 'DELETE_CLUSTER' });
      await create(stage);
      while (!stage.findings.edges.has('provisioning>queued:requeued'))
        await clock.sleepUntil(clock.now() + seconds(1));
      hub.faults.clear();
      await stage.reach('ready');
    },
  },
  ...Object.fromEntries(
    ON_THE_WAY.map((state): [string, Scenario] => [
      `delete ${state}`,
      {
        ends: 'deleted',
        async play(stage) {
          const id = await create(stage);
          await stage.reach(state);
          await surely(stage, { as: 'ada', id, name: 'DELETE /v1/clusters/{id}' });
          await stage.reach('deleted');
        },
      },
    ]),
  ),
};

/** What has a quota of calls: the interfaces of the cloud and of the certificate authority. */
const CLOUD = /^(gke|buckets|dns|certificates|charts)\./;

/** They look at all there is from time to time, and change no cluster. */
const BESIDE: ReadonlySet<string> = new Set([TOPICS.status, TOPICS.durations, TOPICS.closing]);

const MAX_MS = hours(6);
const STEP_MS = seconds(30);

export async function exhaust(
  options: ExhaustiveOptions,
): Promise<Run & { /** By steps. */ cloudCalls: number }> {
  const { scenario: name, strikes, share = 0, seed = 1, verbose } = options;
  const scenario = SCENARIOS[name];
  if (!scenario)
    throw new Error(`there is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}`);
  let calls = 0;
  let cloudCalls = 0;
  let over = false;
  const always = scenario.plan?.();
  const world = createWorld({
    seed,
    verbose,
    weather: NO_WEATHER,
    plan: (site, process) => {
      const { name: caller } = process;
      if (BESIDE.has(caller)) return undefined;
      const at = calls++;
      if (caller.startsWith('step-') && CLOUD.test(site)) cloudCalls++;
      const planned = strikes.find((one) => one.at === at)?.how ?? always?.(site, process);
      if (planned || share === 0 || over || !happens(world.streams.faults, share * weightOf(site)))
        return planned;
      return happens(world.streams.faults, 0.5) ? 'error before' : 'reply lost';
    },
  });
  const findings = watchInvariants(world, { mayFail: name === 'retry' });
  const workload = createWorkload(world, findings);
  const { clock } = world;
  world.begin();
  const mine = () => findings.clusters().find(({ owner }) => owner === 'ada') ?? findings.clusters()[0];
  const reach = async (state: State): Promise<void> => {
    const past = STATES.indexOf(state);
    while (
      !findings
        .clusters()
        .some(
          (cluster) =>
            cluster.state === state ||
            (state !== 'ready' &&
              state !== 'warm' &&
              STATES.indexOf(cluster.state) > past &&
              cluster.state !== 'undoing'),
        )
    )
      await clock.sleepUntil(clock.now() + seconds(1));
  };
  let failure: unknown;
  scenario.play({ world, workload, findings, reach }).then(
    () => {
      over = true;
    },
    (error: unknown) => {
      failure = error;
    },
  );
  while (!over && failure === undefined && world.nowMs() < MAX_MS) await clock.runFor(STEP_MS);
  if (failure !== undefined) throw failure;
  const isStruck = strikes.length > 0 || share > 0;
  await clock.runFor((isStruck && scenario.restsMs) || minutes(12));
  do {
    while (!findings.isAtRest() && world.nowMs() < MAX_MS) await clock.runFor(STEP_MS);
    // Not on the minute: the Scheduler has just sent something then, be it a look that finds something to mend.
    await clock.runFor(seconds(10));
  } while (!findings.isAtRest() && world.nowMs() < MAX_MS);
  const end = mine()?.state;
  if (end !== scenario.ends) world.violate('L1', `it ends ${end ?? 'nowhere'}, not ${scenario.ends}`);
  findings.atEnd();
  return {
    seed,
    cloudCalls,
    violation: world.violations[0],
    hash: world.trace.hash,
    virtualMs: world.nowMs(),
    counts: { ...world.counts, calls },
    edges: [...findings.edges],
    markers: [...world.markers],
    recoveries: world.recoveries,
    settledMs: undefined,
    weather: { ...world.weather, outages: [] },
    lines: world.lines(),
  };
}
