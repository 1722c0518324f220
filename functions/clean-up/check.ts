/**
 * The check of clean-up certificates (shared/clean-up-check.ts) with Node's own functions, which answer at once: jose's are promises that
 * take real time, in which hours would pass on a virtual clock.
 */
import { createPublicKey, verify } from 'node:crypto';
import { cleanUpChecks } from '../../shared/clean-up-check.ts';
import { thumbprintOf } from './keys.ts';

export const { checkCleanUp, readCleanUpKeys } = cleanUpChecks({
  thumbprintOf,
  isSignedBy({ kty, crv, x }, text, signature) {
    const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, signature);
  },
});
