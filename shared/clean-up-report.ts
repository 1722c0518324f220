/** What the check of a clean-up certificate found, as a terminal shows it. */
import type { CleanUpStatement } from './clean-up.ts';
import type { CleanUpFault, CleanUpVerdict } from './clean-up-check.ts';

const MEANING: Record<CleanUpFault, string> = {
  'not-a-certificate': 'This is no clean-up certificate.',
  unsigned: 'This record is not signed, so there is nothing to check.',
  'unknown-key': 'Nobody knows who signed this: none of the keys given is the one that it names.',
  'bad-signature': 'This is not what Hub signed: it was changed, or signed by somebody else.',
  altered: 'The signature is good, but what can be read beside it was changed.',
  untrue: 'It is signed, but what it says cannot be.',
};

/** Some lines, each with its end. */
export function cleanUpReport(verdict: CleanUpVerdict): string {
  if (verdict.holds) return reportOf(verdict.statement, verdict.kid);
  const details = verdict.details.map((detail) => `  ${detail}\n`).join('');
  return `NOT VALID: ${MEANING[verdict.fault]}\n${details}`;
}

function reportOf({ issuer, cluster, deletedAt, resources, listing }: CleanUpStatement, kid: string): string {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));
  const kindWidth = widest(resources.map(({ kind }) => kind));
  const nameWidth = widest(resources.map(({ name }) => name));
  return [
    `VALID: nothing is left of cluster ${cluster}.`,
    `Signed by ${issuer} with the key ${kid}; deleted at ${deletedAt}.`,
    `Asked for and gone (${resources.length}):`,
    ...resources.map(
      ({ kind, name, goneAt }) => `  ${kind.padEnd(kindWidth)}  ${name.padEnd(nameWidth)}  gone ${goneAt}`,
    ),
    `Looked for again at ${listing.at}, and nothing was found:`,
    ...listing.scopes.map(
      ({ kinds, in: where, except, by }) =>
        `  ${kinds.join(', ')} in ${where}${except ? ` (not in ${except.join(', ')}: away, and never used)` : ''} by ${by.join('; ')}`,
    ),
    '',
  ].join('\n');
}
