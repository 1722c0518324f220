/**
 * How often one may ask. Requests are counted by each instance for itself: a write for each request would cost more than the requests that it
 * keeps away. As many instances as there may be (see the manifest) each let so many pass. Who proves who they are is counted for that
 * alone; only who does not is counted for an address, which can be claimed, and which many may share.
 */
import { AppError } from '../../shared/errors.ts';
import { minutes } from '../../shared/units.ts';
import type { Ports } from '../ports.ts';

/** A bucket of tokens for each key: full it lets a whole minute's worth pass at once. */
export interface RequestRates {
  /** @throws AppError TOO_MANY_REQUESTS */
  take(key: string, perMinute: number): void;
}

/**
 * Of a request that proves nobody.
 * @throws AppError TOO_MANY_REQUESTS
 */
export function takeForAddress(
  rates: RequestRates,
  { settings }: Pick<Ports, 'settings'>,
  headers: Headers,
): void {
  rates.take(`address ${wayOf(headers)}`, settings.limits.addressRequestsPerMinute);
}

/** Addresses of some proxies, and of who is behind them. */
const MAX_WAY = 256;

/**
 * The way that a request took, as far as that is known: whoever forwards one appends the address it came from, behind whatever the caller wrote there.
 * Which entry is the caller's is another one by way of Hosting than past it, and nobody promises it; but who claims an address comes by
 * another way than who has it, so it is the whole of it that is counted. Whoever claims a new one each time is not found out.
 * https://cloud.google.com/functions/docs/reference/headers, https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
 */
const wayOf = (headers: Headers): string => headers.get('x-forwarded-for')?.slice(-MAX_WAY) || 'unknown';

/** Keys that are remembered; whoever was not seen for longest is forgotten first, and has a full bucket then. */
const MAX_KEYS = 10_000;

export function createRequestRates(clock: Pick<Ports['clock'], 'now'>): RequestRates {
  const buckets = new Map<string, { left: number; atMs: number }>();
  return {
    take(key, perMinute) {
      const now = clock.now();
      const { left, atMs } = buckets.get(key) ?? { left: perMinute, atMs: now };
      const filled = Math.min(perMinute, left + ((now - atMs) * perMinute) / minutes(1));
      // The map is in the order of last use.
      buckets.delete(key);
      buckets.set(key, { left: filled < 1 ? filled : filled - 1, atMs: now });
      for (const oldest of buckets.keys()) {
        if (buckets.size <= MAX_KEYS) break;
        buckets.delete(oldest);
      }
      if (filled < 1) throw new AppError('TOO_MANY_REQUESTS');
    },
  };
}
