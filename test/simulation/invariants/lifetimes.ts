/**
 * No lifetime ends before its end, nor before the end that somebody was told when they extended it; and nothing is deleted with the account of
 * who pays for it before the time until which its other owners were told that they may take it over (S20). That it ends then is L6.
 */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { ClusterEvent } from '../../../shared/documents/event.ts';
import type { World } from '../world.ts';

export type Lifetimes = ReturnType<typeof watchLifetimes>;

export function watchLifetimes({ violate }: World) {
  /** By cluster: when its lifetime ended. */
  const endedAtMs = new Map<string, number>();
  /** By cluster: the last end that was promised. */
  const promisedMs = new Map<string, number>();

  /** Who asked for the deletion of which cluster, as `uid id`. */
  const asked = new Set<string>();

  function checkPromise(id: string): void {
    if ((endedAtMs.get(id) ?? Number.POSITIVE_INFINITY) < (promisedMs.get(id) ?? 0))
      violate('S20', `the lifetime of ${id} ended although it was extended`);
  }

  return {
    /** @param expiresAt as it was in the document right before */
    checkEnd(id: string, at: Date, expiresAt: Date | undefined): void {
      endedAtMs.set(id, at.getTime());
      if (!expiresAt || at < expiresAt) violate('S20', `the lifetime of ${id} ended before its end`);
      checkPromise(id);
    },
    /** What whoever leaves asks for by themselves is their own word. @param before as it was right before */
    checkDeleted({ at, actor }: ClusterEvent, { id, owner, members, handOverUntilAt }: Cluster): void {
      if (!handOverUntilAt || at >= handOverUntilAt || asked.has(`${actor} ${id}`)) return;
      const heirs = Object.keys(members).filter((uid) => uid !== owner && members[uid] === 'owner');
      if (heirs.length > 0)
        violate('S20', `${id} is deleted before ${heirs.join()} had their time to take it over`);
    },
    noteAsked(uid: string, id: string): void {
      asked.add(`${uid} ${id}`);
    },
    /** Its answer may come later than whatever follows it. */
    noteExtended(id: string, endsAtMs: number): void {
      promisedMs.set(id, Math.max(promisedMs.get(id) ?? 0, endsAtMs));
      checkPromise(id);
    },
  };
}
