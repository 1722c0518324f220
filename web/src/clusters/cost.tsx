/** What a cluster has cost so far. The meter is in its document; the page only lets it run on. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { costAt } from '../../../shared/lifecycle/cost.ts';
import { inDollars, microsInDollars } from '../money.ts';
import { CENT_MS, useCloudElapsed } from './reading.ts';

export function CostSoFar({ cluster: { cost } }: { cluster: Pick<Cluster, 'cost'> }) {
  if (!cost) return null;
  return cost.since ? <Running cost={cost} /> : <span>{microsInDollars(cost.micros)} in total</span>;
}

function Running({ cost }: { cost: NonNullable<Cluster['cost']> }) {
  const elapsed = useCloudElapsed(CENT_MS);
  // That it is an estimate is said of the sum beside it.
  const hourly = inDollars({ amount: cost.hourlyMicros / 1_000_000, about: false });
  return (
    <span className="meter">
      <span>{microsInDollars(costAt(cost, elapsed))} so far</span>{' '}
      <span className="muted small">{hourly} per hour</span>
    </span>
  );
}
