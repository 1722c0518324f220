/** What was thrown, as an error of the table, and as a line of the log. */
import { AppError } from '../shared/errors.ts';
import { CommitError } from './cloud.ts';
import type { Log, LogFields } from './log.ts';

/**
 * A lost race is the caller's to repeat, and a database that is away is nobody's fault. Anything else that was not thrown on purpose is a
 * bug of ours: retried, reported, never shown raw.
 */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof CommitError)
    return new AppError(thrown.fault === 'unavailable' ? 'UNAVAILABLE' : 'CONFLICT', undefined, {
      cause: thrown,
    });
  return new AppError('BUG', undefined, { cause: thrown });
}

/** A bug with where it comes from, which alerts an operator; anything else as a warning, with what is known of it. */
export function tellFailure(log: Log, event: string, thrown: unknown, fields: LogFields = {}): void {
  const error = asAppError(thrown);
  const { code, cause } = error;
  const detail =
    code === 'BUG' ? stackOf(cause ?? error) : (error.detail ?? (cause as Error | undefined)?.message);
  log[code === 'BUG' ? 'error' : 'warn'](event, { ...fields, code, ...(detail && { detail }) });
}

const stackOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.stack : undefined) ?? String(cause);
