/** Which Hub a command speaks to. A session is good for one alone, so the address is kept in one spelling: its origin. */
import { Failed, WrongUsage } from './failure.ts';
import type { Files } from './files.ts';
import type { Io } from './io.ts';

/** Names of this computer, as addresses have them. */
export const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export const isLoopback = (address: string): boolean => LOOPBACK.has(new URL(address).hostname);

/** @throws WrongUsage for what is no address, or one where others on the way could read along */
function parseHubAddress(text: string): string {
  const address = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  // URL.parse is of Node 22; this runs on 20, too.
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.username !== '' || url.password !== '')
    throw new WrongUsage(`"${text}" is no address of a Hub; say for example https://hub.example.com`);
  if (url.protocol !== 'https:' && !LOOPBACK.has(url.hostname))
    throw new WrongUsage(
      `${text} is not encrypted; say https:// (http:// is for a Hub on this computer alone)`,
    );
  return url.origin;
}

/**
 * The one that the command names, or the environment, or who signed in last.
 * @throws Failed if nobody has said which
 */
export function chooseHub(io: Io, files: Files, named: string | undefined): string {
  const said = named ?? (io.env.HUB_URL || undefined);
  if (said !== undefined) return parseHubAddress(said);
  const kept = files.hub();
  if (kept !== undefined) return kept;
  throw new Failed('It is not known which Hub is meant.', {
    remedy: 'Sign in first: hub login --hub https://hub.example.com (or set HUB_URL).',
  });
}
