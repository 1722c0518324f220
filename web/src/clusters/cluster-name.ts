/** What a cluster or a pool may be called: the API says it of a whole name, the form of the letter that is wrong. */
import { RFC1035_LABEL } from '../../../shared/limits.ts';

/** What is wrong with the name of a cluster; undefined: nothing. */
export const nameFault = (name: string): string | undefined => labelFault(name, 'a name');

/**
 * The same of whatever is named by such a label.
 * @param what with its article, as "a name"
 */
export function labelFault(label: string, what: string): string | undefined {
  if (RFC1035_LABEL.test(label)) return undefined;
  if (label === '') return `It needs ${what}.`;
  const subject = `${what[0]?.toUpperCase()}${what.slice(1)}`;
  const wrong = /[^-a-z0-9]/u.exec(label)?.[0];
  if (wrong === ' ') return `${subject} has no spaces. Use hyphens.`;
  if (wrong !== undefined && /\p{Lu}/u.test(wrong)) return `${subject} has no capital letters.`;
  if (wrong !== undefined) return `${subject} cannot have “${wrong}” in it.`;
  if (!/^[a-z]/.test(label)) return `${subject} starts with a letter.`;
  return label.endsWith('-')
    ? `${subject} ends with a letter or a digit.`
    : `The ${what.replace(/^an? /, '')} is too long.`;
}
