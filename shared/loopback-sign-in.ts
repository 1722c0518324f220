/**
 * How the console hands the session of who is signed in over to the command `hub` on the same computer, as RFC 8252 has it for native
 * applications (https://www.rfc-editor.org/rfc/rfc8252#section-7.3): the command listens on the loopback, opens a page, and the page posts a
 * form there. Neither side takes part in it without the word that the command has made up for this one time.
 */

/** Of the console; it alone may send forms to the loopback: firebase.json. */
export const LOOPBACK_PAGE = '/command-line';
/** Where the command sends the browser afterwards. */
export const LOOPBACK_DONE_PAGE = '/command-line/done';

/** What the command asks the page for. */
export interface LoopbackRequest {
  /** On which it listens at 127.0.0.1. */
  port: number;
  /** Its word: whoever does not say it is not answered. */
  state: string;
  /** For what only somebody may do who has just signed in: who signed in to the console a while ago does so again first. */
  anew?: boolean;
}

/** Names of the form's fields. */
export const STATE_FIELD = 'state';
export const SESSION_FIELD = 'refresh_token';

/** Of which a word is made: nothing that is taken for something else when it is read out or compared. */
export const STATE_ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
/** 32 characters out of 31 are 158 bits. */
export const STATE_LENGTH = 32;
const STATE = new RegExp(`^[${STATE_ALPHABET}]{${STATE_LENGTH}}$`);

/** What listens below belongs to the machine, and needs its owner: https://www.rfc-editor.org/rfc/rfc6335#section-6 */
const LOWEST_PORT = 1024;
const HIGHEST_PORT = 65_535;

export const loopbackQuery = ({ port, state, anew }: LoopbackRequest): string =>
  new URLSearchParams({ port: String(port), state, ...(anew && { anew: 'yes' }) }).toString();

/** @returns undefined for what no command has asked */
export function parseLoopbackRequest(query: string): LoopbackRequest | undefined {
  const said = new URLSearchParams(query);
  const [ports, states] = ['port', 'state'].map((name) => said.getAll(name));
  const [port = '', state = ''] = [ports?.[0], states?.[0]];
  if (ports?.length !== 1 || states?.length !== 1 || !/^[1-9]\d{3,4}$/.test(port) || !STATE.test(state))
    return undefined;
  const number = Number(port);
  if (number < LOWEST_PORT || number > HIGHEST_PORT) return undefined;
  return { port: number, state, ...(said.get('anew') === 'yes' && { anew: true }) };
}

/** By which a person sees that the page and the terminal belong together: `KX7Q-9MRD`. Enough to compare, and too little to guess the rest. */
export const checkCodeOf = ({ state }: Pick<LoopbackRequest, 'state'>): string =>
  `${state.slice(0, 4)}-${state.slice(4, 8)}`.toUpperCase();

/** There, and nowhere else, the page posts to. */
export const loopbackOf = ({ port }: Pick<LoopbackRequest, 'port'>): string => `http://127.0.0.1:${port}/`;
