/** The door of a leaf cluster's API: where a request may be turned away, or its answer may get lost. */
import type { World } from '../service.ts';
import { unavailable } from './errors.ts';

/** The request was carried out and nobody will hear of it. */
export class ReplyLost extends Error {
  constructor() {
    super('the connection broke before the reply');
  }
}

/**
 * @param subject `<cluster> <verb> <resource>`
 * @throws ApiError 503, ReplyLost, and what `carryOut` throws
 */
export function throughDoor<T>(
  leaf: { world: Pick<World, 'faults'>; record: { name: string }; isAway: boolean },
  subject: string,
  carryOut: () => T,
): T {
  const { faults } = leaf.world;
  const text = `${leaf.record.name} ${subject}`;
  if (leaf.isAway || faults.hit('unavailable', text)) throw unavailable();
  const result = carryOut();
  if (faults.hit('reply-lost', text)) throw new ReplyLost();
  return result;
}
