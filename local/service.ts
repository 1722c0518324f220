/** What every stand-in is given, and what it gives back. One folder per service: `model.ts` (state), `server.ts` (wire face). */
import type { Random } from '../functions/cloud.ts';
import type { Log } from '../functions/log.ts';
import type { LocalClock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Store } from './store.ts';

export interface World {
  readonly projectId: string;
  readonly clock: LocalClock;
  /** A stream of this service's own. */
  readonly random: Random;
  readonly faults: Faults;
  /** This service's own tables. */
  readonly store: Store;
  readonly log: Log;
}

/** A server that listens on 127.0.0.1. */
export interface Face {
  /** The port it got. */
  readonly port: number;
  /** Stops listening and ends open connections; the state stays in the store. */
  close(): Promise<void>;
}

/** A refusal as the service words it; `code` is the canonical gRPC status. */
export class ServiceError extends Error {
  readonly code: number;
  /** google.rpc.ErrorInfo, where the real service sends one. */
  readonly reason: string | undefined;
  /** google.rpc.RetryInfo, likewise. */
  readonly retryAfterMs: number | undefined;
  constructor(code: number, message: string, reason?: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Canonical gRPC status codes: https://grpc.io/docs/guides/status-codes/ */
export const STATUS = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
