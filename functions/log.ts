/**
 * Structured log, redacted by construction: an entry is an event name from the code plus fields of a closed list, and every
 * string in it is scrubbed of what looks like a secret. There is no way to log an object.
 */

import { cut, MAX_DETAIL } from '../shared/errors.ts';

/** The only fields that can be logged. Identifiers, numbers and codes; never bodies, names given by users or e-mail addresses. */
export interface LogFields {
  /** Which request or timer it goes back to, and the part of it that this invocation is; see `trace.ts`. */
  trace?: string;
  span?: string;
  cluster?: string;
  state?: string;
  epoch?: number;
  step?: string;
  pool?: string;
  function?: string;
  topic?: string;
  /** Id of an HTTP request, as its reply carries it. */
  request?: string;
  route?: string;
  method?: string;
  status?: number;
  code?: string;
  /** For people who operate Hub: a sentence of ours or of an SDK, scrubbed. */
  detail?: string;
  attempt?: number;
  count?: number;
  durationMs?: number;
  service?: string;
  resource?: string;
  /** Of entries of the audit log alone: a uid, and what its user did; to whom; and what changed, or why they did it, scrubbed. */
  actor?: string;
  action?: string;
  subject?: string;
  reason?: string;
}

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

// Whoever is logged may have written the text for these patterns: none of them looks at a character again for each one before it.

/**
 * In whatever letters: https://www.rfc-editor.org/rfc/rfc6531. Of quotes only those inside of a name, for others are around it. No part is
 * longer than https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1 allows.
 */
const NAME_PART = "[\\p{L}\\p{M}\\p{N}_.+-]{1,64}(?:['’][\\p{L}\\p{M}\\p{N}_.+-]{1,64}){0,8}";
const DOMAIN_LABEL = '[\\p{L}\\p{M}\\p{N}_-]{1,63}';
const ADDRESS = new RegExp(`${NAME_PART}@${DOMAIN_LABEL}(?:\\.${DOMAIN_LABEL}){1,126}`, 'gu');
/** One through which a text was cut. */
const CUT_ADDRESS = new RegExp(`${NAME_PART}@[\\p{L}\\p{M}\\p{N}_.-]{0,255}$`, 'u');

const SECRETS: ReadonlyArray<readonly [RegExp, string]> = [
  [/-----BEGIN [A-Z ]{1,40}-----[\s\S]*?(-----END [A-Z ]{1,40}-----|$)/g, '[pem]'],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, '[token]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [token]'],
  [/\bya29\.[\w.-]+/g, '[token]'],
  // One of those as a registry's password: `oauth2accesstoken:` in base64.
  [/\bb2F1dGgyYWNjZXNzdG9rZW46[\w+/]+=*/g, '[token]'],
  [
    /\b(password|passwd|secret|token|api[-_]?key|authorization|credential)s?(["']?\s*[:=]\s*["']?)[^\s"',;&}]+/gi,
    '$1$2[secret]',
  ],
  [ADDRESS, '[email]'],
];

/** An identifier or a code, as most of what is logged: nothing that is masked is a single word. */
const NAME = /^[\w-]{0,100}$/;

/** Characters that are looked at: more than are kept, for a mask is shorter than what was under it. */
const MAX_READ = 2 * MAX_DETAIL;

/** Masks tokens, keys, passwords and e-mail addresses in free text, however long. @returns at most `MAX_DETAIL` characters, and a mark if there were more */
export function scrub(text: string): string {
  if (NAME.test(text)) return text;
  const isCut = text.length > MAX_READ;
  let out = isCut ? text.slice(0, MAX_READ) : text;
  for (const [pattern, mask] of SECRETS) out = out.replace(pattern, mask);
  if (isCut) out = `${out.replace(CUT_ADDRESS, '[email]')}…`;
  return cut(out);
}

export type Severity = 'INFO' | 'WARNING' | 'ERROR';
type LogSink = (severity: Severity, event: string, fields: LogFields) => void;

/** Wraps a sink so that nothing unscrubbed reaches it. `base` is added to each entry. */
export function createLog(sink: LogSink, base: LogFields = {}): Log {
  const write = (severity: Severity, event: string, fields: LogFields = {}): void => {
    const clean: Record<string, string | number> = {};
    for (const [key, value] of Object.entries({ ...base, ...fields })) {
      if (typeof value === 'string') clean[key] = scrub(value);
      else if (typeof value === 'number') clean[key] = value;
    }
    sink(severity, event, clean);
  };
  return {
    info: (event, fields) => write('INFO', event, fields),
    warn: (event, fields) => write('WARNING', event, fields),
    error: (event, fields) => write('ERROR', event, fields),
  };
}

/** Costs nothing: what nobody reads is not scrubbed either. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
