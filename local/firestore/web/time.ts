/** Timestamps and durations in proto3 JSON: https://protobuf.dev/programming-guides/json/ */

interface Instant {
  seconds: number;
  nanos: number;
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i;
const DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;
/** Years 1 to 9999. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

/** Undefined if it is no RFC 3339 time between the years 1 and 9999. */
export function parseTimestamp(text: string): Instant | undefined {
  const [, date, time, fraction = '', zone = 'Z'] = TIMESTAMP.exec(text) ?? [];
  if (!date || !time) return undefined;
  const ms = Date.parse(`${date}T${time}Z`);
  // The parser takes 31 April for 1 May.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(date)) return undefined;
  const seconds = ms / 1000 - offsetSeconds(zone);
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined;
  return { seconds, nanos: Number(fraction.padEnd(9, '0')) };
}

function offsetSeconds(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

export const formatTimestamp = ({ seconds, nanos }: Instant): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fractionOf(nanos)}Z`;

export function parseDuration(text: string): Instant | undefined {
  const [, minus, whole, fraction = ''] = DURATION.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const sign = minus ? -1 : 1;
  return { seconds: sign * Number(whole) || 0, nanos: sign * Number(fraction.padEnd(9, '0')) || 0 };
}

export const formatDuration = ({ seconds, nanos }: Instant): string =>
  `${seconds < 0 || nanos < 0 ? '-' : ''}${Math.abs(seconds)}${fractionOf(Math.abs(nanos))}s`;

/** No digits, or three, six or nine. */
function fractionOf(nanos: number): string {
  if (nanos === 0) return '';
  return `.${String(nanos)
    .padStart(9, '0')
    .replace(/(?:000){1,2}$/, '')}`;
}
