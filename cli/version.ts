/** Which `hub` this is. */

/** What the build puts in their place (scripts/build-cli.ts); whoever runs the sources has neither. */
declare const HUB_VERSION: string | undefined;
declare const HUB_COMMIT: string | undefined;

/** As `hub 0.1.0 (commit 41928d9…)`; the commit only if it was known to who built it. */
export function versionInWords(): string {
  if (typeof HUB_VERSION === 'undefined') return 'hub, from its sources';
  return `hub ${HUB_VERSION}${HUB_COMMIT ? ` (commit ${HUB_COMMIT})` : ''}`;
}
