/** Those who wait for room, in the order in which they came. */
import { CLUSTERS } from '../../shared/documents/cluster.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Ports } from '../ports.ts';
import { publishStep, readableClusters } from './commit.ts';

/** Woken at a time: the oldest may be held back by its own account, so the next ones are asked too. */
const WAKE = 5;

/**
 * Tells the oldest waiting clusters, of this account and of the cell, that something became free.
 * @param atMost of each: more only where room for more came at once
 */
export async function wakeQueue(ports: Ports, owner: string | undefined, atMost = WAKE): Promise<void> {
  const oldest = (where: readonly (readonly [string, '==', string])[]) =>
    ports.documents.query({
      collection: CLUSTERS,
      where: [['state', '==', 'queued'], ...where],
      orderBy: [['createdAt', 'asc']],
      limit: atMost,
    });
  const found = await Promise.all([
    oldest([]),
    ...(owner === undefined ? [] : [oldest([['owner', '==', owner]])]),
  ]);
  const waiting = new Map(readableClusters(ports, found.flat()).map(({ cluster }) => [cluster.id, cluster]));
  await Promise.all([...waiting.values()].map(({ id, epoch }) => publishStep(ports, 'admit', id, epoch)));
}

/** Whether anybody waits whom a newcomer would overtake: somebody of the same account, or anybody for whom the cell has no room. */
export async function isQueueAhead(ports: Ports, owner: string | undefined): Promise<boolean> {
  const anyWith = (field: string, value: string) =>
    ports.documents.query({
      collection: CLUSTERS,
      where: [
        ['state', '==', 'queued'],
        [field, '==', value],
      ],
      limit: 1,
    });
  const cellIsFull: ErrorCode = 'CELL_FULL';
  const found = await Promise.all([
    anyWith('error.code', cellIsFull),
    ...(owner === undefined ? [] : [anyWith('owner', owner)]),
  ]);
  return found.some((waiting) => waiting.length > 0);
}

/** How many came earlier, plus one. */
export async function placeInQueue(ports: Ports, createdAt: Date): Promise<number> {
  const earlier = await ports.documents.count({
    collection: CLUSTERS,
    where: [
      ['state', '==', 'queued'],
      ['createdAt', '<', createdAt],
    ],
  });
  return earlier + 1;
}
