/**
 * What goes wrong in one seed. Each seed draws its own subset of faults and their rates (swarm testing: a rare state is more often
 * reached where not everything is on at once), and its own outages. In a fair seed only what passes by itself goes wrong, so that no cluster
 * has a reason to fail.
 */
import type { Random } from '../../functions/cloud.ts';
import type { FaultName, FaultRates } from '../../local/faults.ts';
import { REGIONS } from '../../shared/catalog/catalog.ts';
import { COLD_WAY, wayFrom } from '../../shared/lifecycle/derive.ts';
import { rowOf, STATES, type State, stepRowOf } from '../../shared/lifecycle/table.ts';
import { stepTopic } from '../../shared/messages.ts';
import { hours, minutes } from '../../shared/units.ts';
import { between, happens, integer, oneOf, type Streams } from './chance.ts';

/** What can strike a call that a handler makes. */
export const STRIKES = [
  'crash before',
  'crash after',
  'error before',
  'reply lost',
  'slow',
  'stall',
  'refused',
] as const;
export type Strike = (typeof STRIKES)[number];

export interface Outage {
  name: string;
  /** It answers, and says no: somebody has taken Hub's rights away. */
  refuses?: boolean;
  fromMs: number;
  toMs: number;
  /** @param caller the function that makes the call */
  hits(site: string, args: readonly unknown[], caller: string): boolean;
}

/**
 * The function of one state loses its way out, or its rights, in the moment in which a cluster comes to need it, and for longer than the
 * state may last: what chance alone hardly ever brings together.
 */
interface Siege {
  state: State;
  refuses: boolean;
  /** So many clusters come through before. */
  passes: number;
  lastsMs: number;
}

/** One zone of a region is no place to make clusters in, while its neighbours work. */
interface ZoneTrouble {
  zone: string;
  /** GKE does not answer for it; or it answers, and no creation comes to an end. */
  is: 'silent' | 'hanging';
  /** In ms since the start. */
  fromMs: number;
  toMs: number;
}

export interface Weather {
  /** How long the faulty phase lasts. */
  faultyMs: number;
  /** Only what passes by itself goes wrong. */
  fair: boolean;
  /** Per call of a handler. */
  strikes: Record<Strike, number>;
  /** Of the calls that create a cluster: they hang, and land when nobody waits for them any more. */
  lateCreates: number;
  /** The same of the calls that tell an application of its members. */
  lateMembers: number;
  /** Of the stand-ins. */
  rates: FaultRates;
  outages: readonly Outage[];
  /** A silent one is among the outages as well. */
  zone?: ZoneTrouble | undefined;
  sieges: readonly Siege[];
  /** Clocks of handlers are off by up to this much, either way. */
  skewMs: number;
  /** Of the Scheduler's jobs. */
  missed: number;
  double: number;
  /** All handlers of a function die at once, per hour and function. */
  killsPerHour: number;
  /** Until then a share of the handlers runs the code of the version before. */
  oldCodeUntilMs: number;
  /** How many clusters the cell and an account may have. */
  cellClusters: number;
  accountClusters: number;
  /** Of the cloud, per zone, until all is calm; a cliff where it is small. */
  cloudClusters: number;
}

/** Each class is off in a good third of the seeds. */
const OFF = 0.35;

/** What is drawn for a seed. */
export const rate = (random: Random, most: number): number =>
  happens(random, OFF) ? 0 : random.fraction() * most;

/** They pass by themselves. */
const FAIR: Partial<Record<FaultName, number>> = {
  lost: 0.12,
  duplicate: 0.2,
  late: 0.06,
  'lost-audit': 0.4,
  'slow-pull': 0.1,
  leak: 0.5,
};

/** They may cost a cluster its life. */
const FOUL: Partial<Record<FaultName, number>> = {
  stockout: 0.3,
  quota: 0.1,
  'operation-fails': 0.1,
  'slow-operation': 0.1,
  'stuck-operation': 0.06,
  'no-address': 0.05,
  'job-fails': 0.12,
  'pod-crash': 0.05,
  'pod-hangs': 0.05,
  'pull-fails': 0.06,
  unlocked: 0.1,
  'open-project': 0.1,
};

const FAULTY_MS = hours(2);
/** Long enough for the longest deadlines of the lifecycle to come, and for what follows from them. */
const CALAMITOUS_MS = hours(5);

export function forecast({ faults: random, zones }: Pick<Streams, 'faults' | 'zones'>): Weather {
  const zone = happens(zones, TROUBLED) ? zoneTrouble(zones) : undefined;
  const fair = happens(random, 0.5);
  const calamitous = !fair && happens(random, 0.2);
  const faultyMs = calamitous ? CALAMITOUS_MS : FAULTY_MS;
  const rates: FaultRates = {};
  for (const [name, most] of Object.entries({ ...FAIR, ...(fair ? {} : FOUL) })) {
    rates[name as FaultName] = rate(random, most);
  }
  const crash = between(random, 0.006, 0.016);
  return {
    faultyMs,
    fair,
    strikes: {
      'crash before': crash,
      'crash after': crash,
      'error before': between(random, 0.01, 0.05),
      'reply lost': rate(random, 0.04),
      slow: rate(random, 0.04),
      stall: rate(random, 0.01),
      refused: 0,
    },
    lateCreates: rate(random, 0.5),
    lateMembers: rate(random, 0.3),
    rates,
    outages: [
      ...outages(random, faultyMs, fair),
      ...(calamitous && happens(random, 0.4) ? [calamity(random)] : []),
      ...(zone?.is === 'silent' ? [silenceOf(zone)] : []),
    ],
    zone,
    sieges: !fair && happens(random, calamitous ? 0.9 : 0.6) ? sieges(random, faultyMs) : [],
    skewMs: happens(random, 0.5) ? minutes(5) * random.fraction() : 0,
    missed: rate(random, 0.3),
    double: rate(random, 0.3),
    killsPerHour: rate(random, 1),
    oldCodeUntilMs: happens(random, 0.3) ? random.fraction() * faultyMs : 0,
    cellClusters: happens(random, 0.4) ? integer(random, 2, 6) : 1000,
    accountClusters: happens(random, 0.3) ? integer(random, 1, 3) : 1000,
    cloudClusters: !fair && happens(random, 0.3) ? integer(random, 1, 4) : 1000,
  };
}

/**
 * How likely a call is to be struck, against the others: a step that applies thirty objects one after the other would otherwise hardly ever
 * come to its end.
 */
export const weightOf = (site: string): number =>
  site.startsWith('leaf.') || site.startsWith('pachyderm.') ? 0.1 : 1;

/** The ports whose calls an outage takes away. */
const SERVICES = [
  'documents',
  'messages',
  'gke',
  'leaf',
  'pachyderm',
  'buckets',
  'dns',
  'certificates',
  'charts',
  'web',
] as const;

const inRegion =
  (region: string) =>
  (_site: string, args: readonly unknown[]): boolean =>
    typeof args[0] === 'string' && args[0].startsWith(region);

function outages(random: Random, faultyMs: number, fair: boolean): Outage[] {
  const count = integer(random, 0, 3);
  return Array.from({ length: count }, () => {
    const fromMs = random.fraction() * faultyMs;
    const region = oneOf(random, REGIONS)?.id ?? '';
    if (!fair && happens(random, 0.2)) {
      // A whole region: nothing can be asked of it, and what stands in it is not reached.
      const toMs = fromMs + between(random, minutes(10), hours(2));
      const ofRegion = inRegion(region);
      return {
        name: `region ${region}`,
        fromMs,
        toMs,
        hits: (site: string, args: readonly unknown[]) =>
          site.startsWith('leaf.') ||
          site.startsWith('pachyderm.') ||
          (site.startsWith('gke.') && ofRegion(site, args)),
      };
    }
    const service = oneOf(random, SERVICES);
    const lasting = service === 'documents' || service === 'messages' || !fair;
    const toMs = fromMs + between(random, minutes(1), lasting ? hours(1) : minutes(6));
    return { name: `${service}`, fromMs, toMs, hits: (site: string) => site.startsWith(`${service}.`) };
  });
}

/** One service is away, or refuses Hub, for longer than any deadline. */
function calamity(random: Random): Outage {
  const service = oneOf(random, ['gke', 'gke', 'leaf', 'pachyderm', 'dns', 'buckets', 'web'] as const);
  const refuses = happens(random, 0.5) && service !== 'web';
  const fromMs = between(random, minutes(5), hours(1));
  return {
    name: `${service} ${refuses ? 'refuses' : 'is away'}`,
    refuses,
    fromMs,
    toMs: fromMs + between(random, hours(2.5), hours(3.5)),
    hits: (site: string) => site.startsWith(`${service}.`),
  };
}

/** Of the seeds. */
const TROUBLED = 0.25;

/**
 * For longer than a cluster may take to be made, so that nobody can sit it out; and for less than a deletion may take, which has to wait for a
 * zone that does not answer.
 */
function zoneTrouble(random: Random): ZoneTrouble {
  const regions = happens(random, 0.7) ? REGIONS.slice(0, 1) : REGIONS;
  const zones = oneOf(random, regions)?.zones ?? [];
  // Clusters come to the others only when something is wrong in the first.
  const zone = happens(random, 0.7) ? zones[0] : oneOf(random, zones);
  const fromMs = random.fraction() * minutes(70);
  return {
    zone: zone ?? '',
    is: happens(random, 0.5) ? 'silent' : 'hanging',
    fromMs,
    toMs: fromMs + between(random, minutes(50), minutes(85)),
  };
}

/** Whoever asks for all zones at once is told that this one is missing. */
const silenceOf = ({ zone, fromMs, toMs }: ZoneTrouble): Outage => ({
  name: `zone ${zone}`,
  fromMs,
  toMs,
  hits: (site, [location]) => site === 'gke.listClusters' || (site.startsWith('gke.') && location === zone),
});

/** States whose deadline can come. */
export const PRESSED: readonly State[] = STATES.filter((state) => {
  const row = rowOf(state);
  return row.step !== undefined && Number.isFinite(row.timeoutMs);
});

const timeoutMsOf = (state: State): number => stepRowOf(state).timeoutMs;

/** Every cluster comes through these. */
export const BEATEN: ReadonlySet<State> = new Set([...COLD_WAY, 'warm', 'ready', ...wayFrom('deleting')]);

/** One in a state that every cluster comes through and one in a state that few see, with the longest deadlines that such a time has room for. */
function sieges(random: Random, faultyMs: number): Siege[] {
  const leastMs = faultyMs > FAULTY_MS ? FAULTY_MS / 2 : 0;
  const fitting = PRESSED.filter(
    (state) => timeoutMsOf(state) > leastMs && timeoutMsOf(state) < faultyMs / 2,
  );
  return [true, false].flatMap((isBeaten) => {
    const state = oneOf(
      random,
      fitting.filter((one) => BEATEN.has(one) === isBeaten),
    );
    return state === undefined ? [] : [siegeOf(random, state)];
  });
}

const siegeOf = (random: Random, state: State): Siege => ({
  state,
  refuses: happens(random, 0.35),
  passes: happens(random, 0.3) ? 1 : 0,
  lastsMs: timeoutMsOf(state) + between(random, minutes(5), minutes(20)),
});

/** @param fromMs when the cluster came that it begins with, in ms since the start */
export function outageOf({ state, refuses, lastsMs }: Siege, fromMs: number): Outage {
  const besieged = stepTopic(stepRowOf(state).step);
  return {
    name: `${besieged} ${refuses ? 'may nothing' : 'reaches nobody'}`,
    refuses,
    fromMs,
    toMs: fromMs + lastsMs,
    // What it has to say of that still comes through.
    hits: (site, _args, caller) =>
      caller === besieged && !site.startsWith('documents.') && !site.startsWith('messages.'),
  };
}

/** What takes this call away at that time, if anything does. */
export const outageAt = (
  outages: readonly Outage[],
  sinceMs: number,
  site: string,
  args: readonly unknown[],
  caller: string,
): Outage | undefined =>
  outages.find(({ fromMs, toMs, hits }) => fromMs <= sinceMs && sinceMs < toMs && hits(site, args, caller));
