/** What a cluster has cost so far. The meter is in its document; the page only lets it run on. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { costAt } from '../../../shared/lifecycle/cost.ts';
import { aboutInDollars, exactInDollars } from '../../../shared/money.ts';
import { CENT_MS, useCloudElapsed } from './reading.ts';

export function CostSoFar({ cluster: { cost } }: { cluster: Pick<Cluster, 'cost'> }) {
  if (!cost) return null;
  return cost.since ? <Running cost={cost} /> : <span>{aboutInDollars(cost.micros)} in total</span>;
}

function Running({ cost }: { cost: NonNullable<Cluster['cost']> }) {
  const elapsed = useCloudElapsed(CENT_MS);
  // That it is an estimate is said of the sum beside it.
  const hourly = exactInDollars(cost.hourlyMicros);
  return (
    <span className="meter">
      <span>{aboutInDollars(costAt(cost, elapsed))} so far</span>{' '}
      <span className="muted small">{hourly} per hour</span>
    </span>
  );
}
