/** Keys as operators give them: a JWK set, or PEM blocks one after the other. What is wrong is said without quoting the text. */
import { z } from 'zod';

export type KeySource = string | Record<string, unknown>;

const jwkSet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

interface KeySetRules<Key> {
  /** Finds the blocks of a text in PEM. */
  pem: RegExp;
  most: number;
  /** @throws Error saying what is wrong with this one, and nothing of it */
  read(source: KeySource): Key;
}

/** @throws Error saying what is wrong, and nothing of the text */
export function parseKeySet<Key extends { kid: string }>(text: string, rules: KeySetRules<Key>): Key[] {
  const sources = sourcesIn(text, rules.pem);
  if (sources.length === 0) throw new Error('holds no key of the right kind');
  if (sources.length > rules.most) throw new Error(`holds more than ${rules.most} keys`);
  const keys = sources.map(rules.read);
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new Error('holds a key twice');
  return keys;
}

function sourcesIn(text: string, pem: RegExp): readonly KeySource[] {
  if (!text.trimStart().startsWith('{')) return text.match(pem) ?? [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('is not valid JSON');
  }
  const set = jwkSet.safeParse(value);
  if (!set.success) throw new Error('is not a JWK set');
  return set.data.keys;
}
