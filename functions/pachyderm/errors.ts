/** Translates what Pachyderm answers; nothing of a token and no address of a person gets into an error. */
import { AppError } from '../../shared/errors.ts';
import { scrub } from '../log.ts';
import { reasonOf } from '../net/unreachable.ts';
import { GRPC, type GrpcRefusal } from './grpc.ts';

/** Words of pachd that name the reason better than its status does. https://github.com/pachyderm/pachyderm/blob/master/src/auth/auth.go */
export const NOT_ACTIVATED = 'the auth service is not activated';
export const EXPIRED = 'token expiration is in the past';
export const SAME_HASH = 'cannot overwrite existing token with same hash';

/** Nobody answers, or not now: no verdict about anything. */
const AWAY: ReadonlySet<number> = new Set([
  GRPC.UNAVAILABLE,
  GRPC.DEADLINE_EXCEEDED,
  GRPC.RESOURCE_EXHAUSTED,
]);

export const isAway = (refusal: GrpcRefusal): boolean => AWAY.has(refusal.status);

/** A sentence for operators: the status, and pachd's words without tokens and without addresses of people. */
export function wordsOf(refusal: GrpcRefusal, secrets: readonly string[] = []): string {
  let text = refusal.message;
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '[secret]');
  return scrub(`status ${refusal.status}: ${text}`).slice(0, MAX_WORDS);
}

const MAX_WORDS = 300;

/** The refusal itself is not kept as a cause: its text may hold what was sent. */
export function pachydermError(
  method: string,
  refusal: GrpcRefusal,
  secrets: readonly string[] = [],
): AppError {
  const detail = `${method}: ${wordsOf(refusal, secrets)}`;
  return new AppError(isAway(refusal) ? 'LEAF_UNAVAILABLE' : 'PRODUCT_REFUSED', detail);
}

/** For what is below gRPC: the stream could not be opened, or broke. */
export function connectionError(what: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('LEAF_UNAVAILABLE', scrub(`${what}: ${reasonOf(error)}`).slice(0, MAX_WORDS));
}
