/** How Hub is, decided purely from what was found, and whether that is news. */
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import {
  COMPONENTS,
  type Component,
  HEALTH,
  type Health,
  type SignIn,
  type Status,
} from '../../shared/documents/status.ts';
import { MAKING } from '../../shared/lifecycle/derive.ts';
import { rowOf, type State } from '../../shared/lifecycle/table.ts';
import { minutes } from '../../shared/units.ts';
import { quantile } from '../durations/count.ts';

/** What was found. What is absent could not be found out, and of it stays said what was known before. */
export interface Facts {
  overdue?: { forMs: number; health: Health };
  /** Of each cluster that is longer in its state than it should be, the state. */
  late?: readonly State[];
  /** Creations of the last hour that failed by no fault of a user's. */
  failed?: number;
  /** How long those took that became ready in the last hours, and how many did in the last one. */
  ready?: { tookMs: readonly number[]; lately: number };
  /** Clusters of people that wait because the cell has no room. */
  full?: number;
  /** Clusters that wait because the cloud has no machines for them. */
  exhausted?: number;
  /** Pools that should hold spares and have neither one nor one in the making. */
  idlePools?: number;
  stuck?: number;
  deadLetters?: number;
  orphans?: number;
}

/** One cluster in trouble among many is a cluster's trouble, not Hub's. */
const TROUBLED_SHARE = 0.2;
/** So many failures and not one success are no coincidence. */
const ALL_FAILED = 3;
/** Of what happens too rarely for a share. */
const SEVERAL = 2;

interface Verdict {
  health: Health;
  message: string;
}
const well = (message: string): Verdict => ({ health: 'operational', message });
const poorly = (message: string): Verdict => ({ health: 'degraded', message });
const down = (message: string): Verdict => ({ health: 'down', message });

/** Undefined: not enough is known. */
const JUDGES: Record<Component, (facts: Facts) => Verdict | undefined> = {
  creating({ late, failed, ready, full, exhausted }) {
    if (!late || failed === undefined) return undefined;
    const made = ready?.lately ?? 0;
    if (failed >= ALL_FAILED && made === 0)
      return down('Clusters cannot be created at the moment. Hub keeps trying.');
    if (full)
      return poorly('There is no room for more clusters at the moment. New requests wait in a queue.');
    if (exhausted)
      return poorly(
        'The cloud has no room for some clusters at the moment. They start automatically when it does.',
      );
    const troubled = failed + late.filter((state) => componentOf(state) === 'creating').length;
    if (troubled > 0 && troubled >= TROUBLED_SHARE * (troubled + made))
      return poorly('Creating clusters takes longer than usual, or fails more often.');
    return well('Clusters are created as usual.');
  },
  deleting({ late, stuck }) {
    if (!late || stuck === undefined) return undefined;
    const troubled = late.filter((state) => componentOf(state) === 'deleting').length;
    if (troubled >= SEVERAL || stuck >= SEVERAL)
      return poorly(
        'Deleting clusters takes longer than usual. Nobody can use those clusters in the meantime.',
      );
    return well('Clusters are deleted as usual.');
  },
  access({ late }) {
    if (!late) return undefined;
    if (late.filter((state) => componentOf(state) === 'access').length >= SEVERAL)
      return poorly('Changes to who may use a cluster take longer than usual.');
    return well('Sharing and maintenance of clusters work as usual.');
  },
  pools({ idlePools }) {
    if (idlePools === undefined) return undefined;
    return idlePools > 0
      ? poorly('No spare cluster is ready. A new one takes minutes instead of seconds.')
      : well('Spare clusters are ready as they should be.');
  },
  sweeps({ overdue }) {
    if (!overdue) return undefined;
    if (overdue.health === 'down')
      return down('Hub is not managing its clusters at the moment. Those that are ready keep running.');
    if (overdue.health === 'degraded') return poorly('Hub is late in managing some clusters.');
    return well('Hub manages its clusters on time.');
  },
};

/** Which part of Hub a state is the work of. */
export function componentOf(state: State): Component {
  if (MAKING.has(state)) return 'creating';
  return rowOf(state).usable ? 'access' : 'deleting';
}

/**
 * @param signIn how people get in, as it is set up; where that is not known, nothing is said of it
 * @returns undefined if nothing has changed that anybody would notice
 */
export function planStatus(
  before: Status | undefined,
  facts: Facts,
  now: Date,
  signIn?: SignIn,
): Status | undefined {
  const components = Object.fromEntries(
    COMPONENTS.map((component) => {
      const known = before?.components[component];
      const verdict = JUDGES[component](facts) ?? known ?? well('Nothing is known yet.');
      const since = known?.health === verdict.health ? known.since : now;
      return [component, { ...verdict, since }];
    }),
  ) as Status['components'];
  const readySeconds = facts.ready ? readyOf(facts.ready.tookMs) : before?.readySeconds;
  const { overdue, deadLetters, orphans, stuck } = facts;
  const next: Status = {
    schema: DOCUMENT_SCHEMA,
    health: worst(COMPONENTS.map((component) => components[component].health)),
    components,
    ...(readySeconds && { readySeconds }),
    overdueSeconds: overdue ? Math.floor(overdue.forMs / minutes(1)) * 60 : (before?.overdueSeconds ?? 0),
    deadLetters: deadLetters ?? before?.deadLetters ?? 0,
    orphans: orphans ?? before?.orphans ?? 0,
    stuck: stuck ?? before?.stuck ?? 0,
    ...(signIn && { signIn }),
    updatedAt: before?.updatedAt ?? now,
  };
  return before && said(before) === said(next) ? undefined : { ...next, updatedAt: now };
}

/** As one text, whatever the order in which a database gives the fields back. */
const said = ({
  health,
  components,
  readySeconds,
  overdueSeconds,
  deadLetters,
  orphans,
  stuck,
  signIn,
}: Status): string =>
  JSON.stringify([
    ...[health, readySeconds?.p50, readySeconds?.p95, overdueSeconds, deadLetters, orphans, stuck],
    ...[signIn?.open, signIn?.ways],
    ...COMPONENTS.map((component) => {
      const { health: own, since, message } = components[component];
      return [own, since, message];
    }),
  ]);

const worst = (all: readonly Health[]): Health =>
  HEALTH[Math.max(...all.map((one) => HEALTH.indexOf(one)))] ?? 'operational';

function readyOf(tookMs: readonly number[]): Status['readySeconds'] {
  if (tookMs.length === 0) return undefined;
  const sorted = tookMs.toSorted((a, b) => a - b);
  return { p50: rounded(quantile(sorted, 0.5)), p95: rounded(quantile(sorted, 0.95)) };
}

/** To whole seconds below a minute, and to ten of them above: one more cluster should not be news. */
function rounded(ms: number): number {
  const step = ms < minutes(1) ? 1 : 10;
  return Math.round(ms / 1000 / step) * step;
}
