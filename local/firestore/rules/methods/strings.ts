/** https://firebase.google.com/docs/reference/rules/rules.String_ and rules.Bytes_ */
import { Matcher } from 're2js';
import { patternOf } from '../patterns.ts';
import { Bytes } from '../values.ts';
import { type BuiltIn, builtIn, stringOf } from './method.ts';

const PATTERN = { pattern: 0 };

export const STRING_METHODS: readonly BuiltIn[] = [
  builtIn('lower', 0, (text: string) => text.toLowerCase()),
  builtIn('upper', 0, (text: string) => text.toUpperCase()),
  builtIn('trim', 0, (text: string) => text.trim()),
  // Characters are code points, as in the other places that count or order them.
  builtIn('size', 0, (text: string) => BigInt([...text].length)),
  builtIn('split', 1, (text: string, pattern) => split(text, stringOf(pattern, 'The separator')), PATTERN),
  builtIn(
    'matches',
    1,
    (text: string, pattern) => patternOf(stringOf(pattern, 'The pattern')).matches(text),
    PATTERN,
  ),
  builtIn(
    'replace',
    2,
    (text: string, pattern, by) => {
      const replacement = Matcher.quoteReplacement(stringOf(by, 'The replacement'));
      return patternOf(stringOf(pattern, 'The pattern')).matcher(text).replaceAll(replacement);
    },
    PATTERN,
  ),
  builtIn('toUtf8', 0, (text: string) => new Bytes(Buffer.from(text))),
];

/** Empty parts stay where they are, but a separator that matches nothing splits nowhere. */
function split(text: string, pattern: string): string[] {
  const matcher = patternOf(pattern).matcher(text);
  const parts: string[] = [];
  let from = 0;
  while (matcher.find()) {
    if (matcher.end() === matcher.start()) continue;
    parts.push(text.slice(from, matcher.start()));
    from = matcher.end();
  }
  return [...parts, text.slice(from)];
}

export const BYTES_METHODS: readonly BuiltIn[] = [
  builtIn('size', 0, ({ content }: Bytes) => BigInt(content.length)),
  builtIn('toBase64', 0, ({ content }: Bytes) => Buffer.from(content).toString('base64')),
  builtIn('toHexString', 0, ({ content }: Bytes) => Buffer.from(content).toString('hex').toUpperCase()),
];
