/**
 * TTL policies: a document whose time has come goes by itself, a while later, as by any other deletion: listeners hear of it, and what lies
 * below it stays. https://firebase.google.com/docs/firestore/ttl
 */
import { hours } from '../../shared/units.ts';
import type { World } from '../service.ts';
import type { StoredDocument } from './documents.ts';
import { getField } from './fields.ts';
import type { TtlPolicy } from './index-config.ts';
import type { FirestoreModel } from './model.ts';
import { microsOf } from './values.ts';

/** In cloud time. Production takes up to a day: who counts on less is mistaken there. */
const EVERY_MS = hours(1);

/** @returns what ends it */
export function keepTtl(
  { clock, log }: Pick<World, 'clock' | 'log'>,
  model: FirestoreModel,
  policies: readonly TtlPolicy[],
): () => void {
  let cancel = (): void => undefined;
  let isOver = false;
  const round = async (): Promise<void> => {
    for (const { name, updateMicros } of dueOf(model, policies, clock.now())) {
      if (isOver) return;
      try {
        await model.commit([{ ...DELETION, name, precondition: { updateMicros } }]);
      } catch (error) {
        // Written meanwhile, or held by a transaction for long: its turn comes again.
        log.info('firestore.ttl', { resource: name, detail: `spared this time: ${String(error)}` });
      }
    }
  };
  const arm = (): void => {
    cancel = clock.schedule(clock.after(EVERY_MS), () => void round().then(() => isOver || arm()));
  };
  if (policies.length > 0) arm();
  return () => {
    isOver = true;
    cancel();
  };
}

const DELETION = { op: 'delete', fields: {}, mask: undefined, transforms: [] } as const;

/** What is no instant does not expire. */
const dueOf = (
  { documents }: FirestoreModel,
  policies: readonly TtlPolicy[],
  nowMs: number,
): readonly StoredDocument[] =>
  policies.flatMap(({ collectionId, path }) =>
    [...documents.ofGroup(collectionId)].filter(({ fields }) => {
      const micros = microsOf(getField(fields, path));
      return micros !== undefined && micros <= nowMs * 1000;
    }),
  );
