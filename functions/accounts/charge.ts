/** A cluster counts for another account from now on. Pure. */
import { type Allowance, accountPath } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { refusalOf } from '../../shared/standing.ts';
import { Increment, type Snapshot, type Write } from '../cloud.ts';
import { hourAfter, type Limits, planAdmission } from './admission.ts';

/** Nobody pays for what they have no room for, and no doubtful account comes by more. What waits in the queue holds nothing yet. */
export function mayHave(
  { liability }: Pick<Cluster, 'liability'>,
  account: Allowance | undefined,
  limits: Limits,
): boolean {
  if (account && refusalOf(account, 'make')) return false;
  return !liability || planAdmission(account, limits, liability.hourlyMicros, 'account') === undefined;
}

/**
 * What the cluster holds counts for its new owner, who has asked for it as for one that they create; on the condition that their account is
 * as it was when room was found in it.
 */
export function chargeTo(
  { liability }: Pick<Cluster, 'liability'>,
  from: string,
  to: string,
  account: Snapshot<Allowance>,
  at: Date,
): Write[] {
  const hour = { hour: hourAfter(account.data.hour, at) };
  const take = (data: Increments): Write => ({
    op: 'update',
    path: accountPath(to),
    data: { ...data, ...hour },
    ifVersion: account.version,
  });
  if (!liability) return [take({})];
  const { clusters, hourlyMicros } = liability;
  const less = { clusters: new Increment(-clusters), hourlyMicros: new Increment(-hourlyMicros) };
  return [
    { op: 'update', path: accountPath(from), data: less },
    take({ clusters: new Increment(clusters), hourlyMicros: new Increment(hourlyMicros) }),
  ];
}

type Increments = Partial<Record<'clusters' | 'hourlyMicros', Increment>>;
