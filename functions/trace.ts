/**
 * Which request or timer something goes back to. A trace begins with an API request or a sweep and goes along with each message
 * (never in its body, which is fixed), so that one id finds the lines of log of all that a request caused.
 */
import type { Random } from './cloud.ts';

export interface Trace {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** This invocation's own: 16 hexadecimal digits. */
  spanId: string;
}

/** The attribute of a message, and the header of a request: https://www.w3.org/TR/trace-context/#traceparent-header */
export const TRACEPARENT = 'traceparent';

const W3C = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/;
/** https://cloud.google.com/trace/docs/trace-context#http-requests */
const GOOGLE = /^(?!0{32})([0-9a-f]{32})(\/\d{1,20})?(;o=\d)?$/;

/**
 * Goes on with the trace of whoever called, under a span of its own, or begins one. What is not exactly a trace is not believed:
 * anybody may send these headers.
 */
export function traceFrom(random: Random, traceparent?: string | null, googleTrace?: string | null): Trace {
  const traceId = W3C.exec(traceparent ?? '')?.[1] ?? GOOGLE.exec(googleTrace ?? '')?.[1];
  return { traceId: traceId ?? hex(random, 32), spanId: hex(random, 16) };
}

/** Of an HTTP request: Google's front end adds a header of its own where there is none. */
export const traceOfRequest = (headers: Headers, random: Random): Trace =>
  traceFrom(random, headers.get(TRACEPARENT), headers.get('x-cloud-trace-context'));

/** For whoever is called next. Hub keeps no spans, so it says of none that it was sampled. */
export const traceparentOf = ({ traceId, spanId }: Trace): string => `00-${traceId}-${spanId}-00`;

/** @param length a multiple of 8 */
function hex(random: Random, length: number): string {
  let digits = '';
  while (digits.length < length)
    digits += Math.floor(random.fraction() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  // All zeros means that there is none.
  return /^0+$/.test(digits) ? `${digits.slice(1)}1` : digits;
}
