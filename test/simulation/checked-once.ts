/**
 * The same version of a document is read thousands of times in one seed, and each time the product checks it anew, as it must in production,
 * where each reading is a new object. Here all readings of one version are one frozen object (`local/memory/documents.ts`): it is checked once.
 */
import type { z } from 'zod';
import { breakerDocument } from '../../shared/documents/breaker.ts';
import { clusterDocument } from '../../shared/documents/cluster.ts';
import { durationsDocument } from '../../shared/documents/durations.ts';
import { ledgerDocument } from '../../shared/documents/ledger.ts';
import { poolDocument } from '../../shared/documents/pool.ts';

export function checkOnce(): void {
  for (const schema of [breakerDocument, clusterDocument, durationsDocument, ledgerDocument, poolDocument])
    remember(schema);
}

function remember(schema: z.ZodType): void {
  const known = new WeakMap<object, z.ZodSafeParseSuccess<unknown>>();
  const check = schema.safeParse;
  const checkOnly = (data: unknown): ReturnType<typeof check> => {
    if (typeof data !== 'object' || data === null || !Object.isFrozen(data)) return check(data);
    const before = known.get(data);
    if (before) return before;
    const result = check(data);
    if (result.success) known.set(data, frozen(result));
    return result;
  };
  schema.safeParse = checkOnly;
  schema.parse = (data) => {
    const result = checkOnly(data);
    if (result.success) return result.data;
    throw result.error;
  };
}

/** What one handler changed in it another would find. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const nested of Object.values(value)) frozen(nested);
  return Object.freeze(value);
}
