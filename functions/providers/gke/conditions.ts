/**
 * What GKE says of a cluster that is not as it should be, by the code of its status condition:
 * https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/StatusCondition
 */

import { shortageIn } from '../../google/refusal.ts';
import type { Observed } from '../provider.ts';

export interface Condition {
  /** Deprecated by Google, and still what tells most; `UNKNOWN` where it tells nothing. */
  code: string;
  /** A canonical status. */
  canonicalCode?: string;
  message: string;
}

type BrokenCode = Extract<Observed, { status: 'broken' }>['code'];

/** `usable`: the cluster works, and somebody must see to it. `held`: Google's own people are at it, and who makes it waits. */
type Meaning = BrokenCode | 'usable' | 'held';

export const CONDITIONS: Readonly<Record<string, Meaning>> = {
  GCE_STOCKOUT: 'ZONE_EXHAUSTED',
  GCE_QUOTA_EXCEEDED: 'CLOUD_QUOTA',
  GKE_SERVICE_ACCOUNT_DELETED: 'CLOUD_SETUP',
  CLOUD_KMS_KEY_ERROR: 'CLOUD_SETUP',
  CA_EXPIRING: 'usable',
  SET_BY_OPERATOR: 'held',
};

/** Of several the one that no other zone would cure, then the one that says most; without a code, what the words say. */
const ORDER: readonly Meaning[] = ['CLOUD_SETUP', 'ZONE_EXHAUSTED', 'CLOUD_QUOTA', 'held', 'usable'];

/** @returns undefined if nothing is said that Hub knows */
export function meaningOf(conditions: readonly Condition[]): Meaning | undefined {
  const meant = new Set(conditions.flatMap(({ code }) => CONDITIONS[code] ?? []));
  const known = ORDER.find((meaning) => meant.has(meaning));
  if (known) return known;
  const words = conditions.map(({ message }) => message).join('\n');
  const exhausted = conditions.some(({ canonicalCode }) => canonicalCode === 'RESOURCE_EXHAUSTED');
  return shortageIn(words) ?? (exhausted ? 'CLOUD_QUOTA' : undefined);
}
