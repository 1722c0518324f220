/**
 * What may come after what in one cluster's document, timeline and messages: it has one owner (S1), takes edges of the table one epoch at a
 * time and never rises again (S3), becomes no spare, and its pool deletes it only while it has no owner (S9), goes
 * forward (S12), tells each change on its timeline, to those who may read it (S13), and before any message speaks of it (S17).
 */
import { type Allowance, accountPath } from '../../../shared/documents/account.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { eventPath } from '../../../shared/documents/event.ts';
import { isFinal, MAKING } from '../../../shared/lifecycle/derive.ts';
import { type Command, IN_PLACE, rowOf } from '../../../shared/lifecycle/table.ts';
import type { OwnEvent } from '../../builders.ts';
import { timelineReaders } from '../../timeline-readers.ts';
import type { World } from '../world.ts';
import type { Census } from './census.ts';
import { EDGES } from './edges.ts';
import type { Lifetimes } from './lifetimes.ts';

export type History = ReturnType<typeof watchHistory>;

export function watchHistory(world: World, { known }: Census, lifetimes: Lifetimes) {
  const { hub, violate, markers } = world;
  const edges = new Set<string>();
  const repairingSinceMs = new Map<string, number>();
  /** Whoever was a member of some cluster once. */
  const people = new Set<string>();

  function compare(before: Cluster, now: Cluster): void {
    const { id } = now;
    for (const uid of Object.keys({ ...before.members, ...now.members })) people.add(uid);
    if (before.owner !== undefined && before.owner !== now.owner && !mayLose(before, now.owner))
      violate('S1', `${id} goes from ${before.owner} to ${now.owner}`);
    if (before.handOverUntilAt && now.owner !== before.owner && now.owner !== undefined)
      markers.add('taken over from who leaves');
    if (before.owner === undefined && now.owner !== undefined && before.state !== 'warm')
      violate('S1', `${id} was claimed while ${before.state}`);
    if (now.epoch < before.epoch) violate('S3', `the epoch of ${id} goes back`);
    if (now.epoch > before.epoch + 1) violate('S3', `${id} skips an epoch`);
    if (now.state !== before.state && now.epoch === before.epoch)
      violate('S3', `${id} changes its state without an epoch`);
    if (now.generation < before.generation) violate('S3', `the generation of ${id} goes back`);
    if (isFinal(before.state) && now.state !== before.state) violate('S3', `${id} rises again`);
    if (now.epoch === before.epoch && now.progress < before.progress)
      violate('S12', `the progress of ${id} goes back in ${now.state}`);
    if (now.parked) markers.add('parked');
    if (before.parked && !now.parked) markers.add('parked no more');
    if (before.schema < now.schema) markers.add('written anew by a newer version');
    if (now.pool !== undefined && before.pool === undefined) violate('S9', `${id} becomes a spare`);
  }

  /** Nobody comes to pay who has not said so: another owner takes what is offered, in a commit of theirs. Who deletes their account leaves what is deleted. */
  function mayLose(before: Cluster, to: string | undefined): boolean {
    const { id, epoch, owner, offeredTo, handOverUntilAt, members } = before;
    if (to === undefined) return owner !== undefined && isFinal(before.state) && isClosing(owner);
    const { actor } = hub.documents.peek<OwnEvent>(eventPath(id, epoch + 1))?.data ?? {};
    const isOffered = offeredTo === to || handOverUntilAt !== undefined;
    return isOffered && members[to] === 'owner' && actor === to;
  }

  const isClosing = (uid: string): boolean =>
    hub.documents.peek<Allowance>(accountPath(uid))?.data.closing !== undefined;

  /** Those that have come since. */
  function checkEvents(now: Cluster, before: Cluster | undefined): void {
    for (let epoch = (before?.epoch ?? -1) + 1; epoch <= now.epoch; epoch++) checkEvent(now, epoch, before);
  }

  function checkEvent(now: Cluster, epoch: number, before: Cluster | undefined): void {
    const event = hub.documents.peek<OwnEvent>(eventPath(now.id, epoch))?.data;
    if (!event) {
      violate('S13', `${now.id} has no event ${epoch}`);
      return;
    }
    if (event.from === undefined) {
      if (epoch !== 0) violate('S13', `event ${epoch} of ${now.id} comes from nowhere`);
      return;
    }
    const edge = `${event.from}>${event.to}:${event.cause}`;
    edges.add(edge);
    if (event.from === 'repairing' && event.cause === 'done') noteRepaired(now.id);
    if (event.cause === 'delete' && event.actor === 'pool' && before?.owner !== undefined)
      violate('S9', `the pool deletes ${now.id}, which is ${before.owner}'s`);
    if (event.cause === 'delete' && MAKING.has(event.from)) markers.add('deleted in the making');
    if (event.cause === 'share' && event.from === event.to) markers.add('members changed in the middle');
    if (!EDGES.has(edge)) violate('S3', `${now.id} took an edge that is none: ${edge}`);
    if (event.cause === 'extend') markers.add('lifetime extended');
    if (event.cause === 'due' && rowOf(event.from).restMs === undefined)
      lifetimes.checkEnd(now.id, event.at, before?.expiresAt);
    if (event.cause === 'delete' && before) lifetimes.checkDeleted(event, before);
    if (event.from === event.to && !IN_PLACE.has(event.cause as Command))
      violate('S3', `${edge} of ${now.id} is to change nothing, and has an epoch of its own`);
    if (before && epoch === before.epoch + 1 && event.from !== before.state)
      violate('S13', `event ${epoch} of ${now.id} comes from ${event.from}, and it was ${before.state}`);
    if (epoch === now.epoch && event.to !== now.state)
      violate('S13', `event ${epoch} of ${now.id} leads to ${event.to}, and it is ${now.state}`);
  }

  function noteRepairing(id: string): void {
    repairingSinceMs.set(id, world.nowMs());
  }

  /** From then on it is held to what it was before. */
  function noteRepaired(id: string): void {
    if ((world.damaged.get(id) ?? 0) < (repairingSinceMs.get(id) ?? 0)) world.damaged.delete(id);
  }

  /** The timeline is read by the members of the cluster, as they are now, and by nobody else that there is or was. */
  function checkReaders(now: Cluster): void {
    const members = Object.keys(now.members).sort();
    const reading = timelineReaders(now, people).sort();
    if (reading.join() !== members.join())
      violate(
        'S13',
        `the timeline of ${now.id} is read by ${reading.join()}; its members are ${members.join()}`,
      );
  }

  /** A message may come late, but never before what it speaks of. */
  function onPublish(topic: string, body: { id?: string; epoch?: number }): void {
    if (!topic.startsWith('step-') || body.id === undefined || body.epoch === undefined) return;
    const now = known.get(body.id);
    if (!now || now.epoch < body.epoch)
      violate(
        'S17',
        `a message speaks of epoch ${body.epoch} of ${body.id}, which is at ${now?.epoch ?? 'none'}`,
      );
  }

  return { edges, compare, checkEvents, noteRepairing, checkReaders, onPublish };
}
