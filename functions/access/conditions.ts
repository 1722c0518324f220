/** What is known to hold of a cluster that stands, apart from the state it is in. Pure. */
import type { Cluster } from '../../shared/documents/cluster.ts';

export type Condition = Cluster['conditions'][number];

/** Each is good when it is true. */
export const CONDITIONS = [
  'Exists',
  'Workloads',
  'UpToDate',
  'Locked',
  'Certificate',
  'Reachable',
  'Members',
] as const;
export type ConditionType = (typeof CONDITIONS)[number];

/** `since` is when it last became so. */
export function withCondition(
  conditions: readonly Condition[],
  type: ConditionType,
  status: boolean,
  message: string,
  now: Date,
): Condition[] {
  const before = conditions.find((condition) => condition.type === type);
  const since = before?.status === status ? before.since : now;
  const next = { type, status, message, since };
  return before
    ? conditions.map((condition) => (condition === before ? next : condition))
    : [...conditions, next];
}

/** It is so. */
export const withGood = (conditions: readonly Condition[], type: ConditionType, now: Date): Condition[] =>
  withCondition(conditions, type, true, GOOD[type], now);

/** All that can be said of a cluster that was just made or repaired. */
export const allGood = (conditions: readonly Condition[], now: Date): Condition[] =>
  CONDITIONS.reduce<Condition[]>((kept, type) => withGood(kept, type, now), [...conditions]);

const GOOD: Readonly<Record<ConditionType, string>> = {
  Exists: 'The cluster is there.',
  Workloads: 'All its parts are there.',
  UpToDate: 'What Hub keeps in it is up to date.',
  Locked: 'Only its members can get in.',
  Certificate: 'Its certificate is valid.',
  Reachable: 'It answers at its address.',
  Members: 'Its members have the access they should.',
};
