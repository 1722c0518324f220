/** What newly finished clusters add to what is known of how long each state takes. Pure. */
import type { Cluster } from '../../shared/documents/cluster.ts';
import {
  type Durations,
  MAX_READY,
  MAX_SAMPLES,
  type StateDurations,
} from '../../shared/documents/durations.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { CLAIM_WAY, COLD_WAY } from '../../shared/lifecycle/derive.ts';
import { rowOf, type State } from '../../shared/lifecycle/table.ts';

/** Up to which cluster it is counted. */
export type Through = Durations['through'];

type Finished = Pick<Cluster, 'took' | 'readyAt' | 'claimedFrom'>;

/**
 * @param known what was known before
 * @param finished in the order in which they became ready; each state's time is the cluster's own, of a claimed one its spare's
 * @param through the last that was looked at
 */
export function withSamples(
  known: Durations | undefined,
  finished: readonly Finished[],
  through: Through,
  now: Date,
): Durations {
  const fresh = new Map<State, number[]>();
  for (const { took = {} } of finished)
    for (const [state, tookMs] of Object.entries(took) as [State, number][])
      fresh.set(state, [...(fresh.get(state) ?? []), tookMs]);
  const steps: Durations['steps'] = { ...known?.steps };
  for (const [state, tookMs] of fresh)
    steps[state] = summary([...(steps[state]?.samples ?? []), ...tookMs].slice(-MAX_SAMPLES));
  const ready = [...(known?.ready ?? []), ...finished.flatMap(readyOf)].slice(-MAX_READY);
  return { schema: DOCUMENT_SCHEMA, through, steps, ready, updatedAt: now };
}

/** What its owner saw: of a claimed cluster not what it took as a spare, and no wait for room. */
function readyOf({ took, readyAt, claimedFrom }: Finished): NonNullable<Durations['ready']> {
  if (!took || !readyAt) return [];
  const way = claimedFrom === undefined ? COLD_WAY : CLAIM_WAY;
  const working = way.filter((state) => !rowOf(state).waiting);
  return [{ at: readyAt, tookMs: working.reduce((sum, state) => sum + (took[state] ?? 0), 0) }];
}

/** @param samples at least one */
function summary(samples: number[]): StateDurations {
  const sorted = samples.toSorted((a, b) => a - b);
  return { samples, medianMs: quantile(sorted, 0.5), p90Ms: quantile(sorted, 0.9) };
}

/** The nearest rank: always something that was observed. https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
