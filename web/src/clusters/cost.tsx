/** What a cluster has cost so far. The meter is in its document; the page only lets it run on. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { costAt } from '../../../shared/lifecycle/cost.ts';
import { microsInDollars } from '../money.ts';
import { useCloudElapsed } from './reading.ts';

export function CostSoFar({ cluster: { cost } }: { cluster: Pick<Cluster, 'cost'> }) {
  if (!cost) return null;
  return cost.since ? <Running cost={cost} /> : <span>{microsInDollars(cost.micros)} in total</span>;
}

/** Of cloud time: less than a cent of most clusters. */
const CENT_MS = 60_000;

function Running({ cost }: { cost: NonNullable<Cluster['cost']> }) {
  const elapsed = useCloudElapsed(CENT_MS);
  return (
    <span>
      {microsInDollars(costAt(cost, elapsed))} so far, {microsInDollars(cost.hourlyMicros)} per hour
    </span>
  );
}
