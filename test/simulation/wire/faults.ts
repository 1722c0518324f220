/** Which faults strike in a seed that runs over wires, and how often. Each is off in a third of all seeds, so that others are seen alone. */
import type { Random } from '../../../functions/cloud.ts';
import { FAULTS, type FaultName, type FaultRates } from '../../../local/faults.ts';

const OFF = 0.35;
const HIGHEST = 0.12;
/** Where one hit costs a cluster its whole way, or everybody some seconds, fewer say as much. */
const RARE: Partial<Record<FaultName, number>> = {
  crash: 0.01,
  unlocked: 0.05,
  'no-address': 0.05,
  'stuck-operation': 0.05,
  'pod-hangs': 0.02,
  'pod-crash': 0.02,
  // Per call, of which a life has hundreds.
  unavailable: 0.03,
  'reply-lost': 0.03,
  contention: 0.05,
  // Per list and place, of which a proof asks for a hundred.
  unreachable: 0.002,
};

export function ratesOf(random: Random): FaultRates {
  const names = Object.keys(FAULTS) as FaultName[];
  const rates = names.map((name): [FaultName, number] => {
    const [off, share] = [random.fraction() < OFF, random.fraction()];
    return [name, off ? 0 : Number((share * (RARE[name] ?? HIGHEST)).toFixed(4))];
  });
  return Object.fromEntries(rates.filter(([, rate]) => rate > 0));
}

/** As `HUB_FAULTS` takes them. */
export const faultsText = (rates: FaultRates): string =>
  Object.entries(rates)
    .map(([name, rate]) => `${name}=${rate}`)
    .join(',');
