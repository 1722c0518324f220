/** Reads a JSON body so strictly that two readers of it cannot see two things: bounded, UTF-8, no key twice, no key with a meaning. */
import { AppError } from '../../shared/errors.ts';
import { KIB } from '../../shared/units.ts';

export const MAX_BODY_BYTES = 32 * KIB;
const MAX_DEPTH = 8;
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;
/** Keys that mean something to JavaScript objects. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * @returns the object, or undefined if the body is empty
 * @throws AppError BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INVALID_BODY
 */
export async function readJson(request: Request): Promise<Record<string, unknown> | undefined> {
  const { headers } = request;
  if (Number(headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw new AppError('BODY_TOO_LARGE');
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > MAX_BODY_BYTES) throw new AppError('BODY_TOO_LARGE');
  if (bytes.byteLength === 0) return undefined;
  const isPlain = (headers.get('content-encoding') ?? 'identity').toLowerCase() === 'identity';
  if (!isPlain || !JSON_TYPE.test(headers.get('content-type') ?? ''))
    throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  return parseObject(bytes);
}

function parseObject(bytes: ArrayBuffer): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new AppError('INVALID_BODY');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AppError('INVALID_BODY');
  checkKeys(text);
  return value as Record<string, unknown>;
}

/** Strings and the characters that give a JSON text its shape. The text is known to be valid. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** JSON.parse silently keeps the last of two equal keys, so the text itself is looked at. */
function checkKeys(text: string): void {
  /** Keys so far of each open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined);
      if (open.length > MAX_DEPTH) throw new AppError('INVALID_BODY', 'It is nested too deeply.');
    } else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key = JSON.parse(last) as string;
      const keys = open.at(-1);
      if (FORBIDDEN_KEYS.has(key)) throw new AppError('INVALID_BODY', 'A key in it is not allowed.');
      if (keys?.has(key)) throw new AppError('INVALID_BODY', 'A key in it is there twice.');
      keys?.add(key);
    }
    last = token;
  }
}
