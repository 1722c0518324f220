/** What a cluster may be called: the API says it of a whole name, the form of the letter that is wrong. */
import { RFC1035_LABEL } from '../../../shared/limits.ts';

/** What is wrong with it; undefined: nothing. */
export function nameFault(name: string): string | undefined {
  if (RFC1035_LABEL.test(name)) return undefined;
  if (name === '') return 'It needs a name.';
  const wrong = /[^-a-z0-9]/u.exec(name)?.[0];
  if (wrong === ' ') return 'A name has no spaces. Use hyphens.';
  if (wrong !== undefined && /\p{Lu}/u.test(wrong)) return 'A name has no capital letters.';
  if (wrong !== undefined) return `A name cannot have “${wrong}” in it.`;
  if (!/^[a-z]/.test(name)) return 'A name starts with a letter.';
  return name.endsWith('-') ? 'A name ends with a letter or a digit.' : 'The name is too long.';
}
