/** Hub's HTTP API, as the person who is signed in. What it refuses is thrown in its own words. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../shared/api/problem.ts';
import { ERRORS, type ErrorRow } from '../shared/errors.ts';
import { seconds } from '../shared/units.ts';
import { Failed } from './failure.ts';
import { isPassing, Lost, readBody, send } from './http.ts';
import { remedyInCommands } from './remedies.ts';
import type { Session } from './sign-in/session.ts';

/** Method and path, as the API's description of itself has them. A test holds that each one that is not an operator's is asked somewhere. */
type EndpointName = `${'GET' | 'PUT' | 'POST' | 'DELETE'} /v1/${string}`;

interface Question {
  /** The `{id}` of the path. */
  id?: string;
  /** The `{email}` of the path. */
  email?: string;
  /** What is undefined is left out. */
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: object;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** To ask twice is not the same as to ask once: a lost answer is told, and not asked for again. */
  once?: boolean;
}

interface Answer<T> {
  body: T;
  /** As it came. */
  text: string;
  headers: Headers;
}

export interface Api {
  /** @throws Failed what Hub refuses, or that it does not answer */
  ask<T>(endpoint: EndpointName, question?: Question): Promise<Answer<T>>;
}

/** What was lost on the way is asked for again after so long. */
const PAUSES_MS = [seconds(0.5), seconds(1), seconds(2), seconds(4)];
/** Of what the platform says in Hub's place: it may or may not have been done. */
const AWAY = new Set([502, 503, 504]);
/** Nobody waits longer for a second try without a word: a limit of an hour is told at once. */
const MAX_PAUSE_MS = seconds(30);
/** With these nothing was done, and it is said when to come again. Other codes of 429 are about limits, which no short wait changes. */
const NOT_YET: ReadonlySet<string | undefined> = new Set(['TOO_MANY_REQUESTS', 'ACCESS_NOT_READY']);

/** @param session undefined for what everybody may ask */
export function createApi(address: string, session: Session | undefined): Api {
  const tryOnce = async (endpoint: EndpointName, question: Question): Promise<Response> => {
    const request = async (anew: boolean) =>
      send(urlOf(address, endpoint, question), {
        method: endpoint.split(' ')[0] ?? '',
        headers: {
          ...question.headers,
          ...(session && { authorization: `Bearer ${await session.token(anew)}` }),
          ...(question.body && { 'content-type': 'application/json' }),
        },
        ...(question.body && { body: JSON.stringify(question.body) }),
        ...(question.signal && { signal: question.signal }),
      });
    const answer = await request(false);
    // A token may have been revoked, or our clock be wrong. What was refused has not been done.
    if (answer.status !== 401 || !session) return answer;
    await answer.arrayBuffer();
    return request(true);
  };
  return {
    async ask<T>(endpoint: EndpointName, question: Question = {}): Promise<Answer<T>> {
      for (let attempt = 0; ; attempt++) {
        const pauseMs = question.once ? undefined : PAUSES_MS[attempt];
        try {
          const answer = await tryOnce(endpoint, question);
          if (AWAY.has(answer.status) && pauseMs !== undefined) {
            await answer.arrayBuffer();
            const askedMs = Math.min(MAX_PAUSE_MS, waitOf(answer));
            await sleep(Math.max(pauseMs, askedMs), undefined, signalOf(question));
            continue;
          }
          const { text, json } = await readBody(answer);
          if (!answer.ok) {
            const refusal = refusalOf(answer.status, json, address, question.id);
            const isNotYet =
              NOT_YET.has(refusal.code) || (answer.status === 429 && refusal.code === undefined);
            const askedMs = waitOf(answer);
            const isSoon = askedMs > 0 && askedMs <= MAX_PAUSE_MS;
            if (!isNotYet || !isSoon || attempt >= PAUSES_MS.length) throw refusal;
            await sleep(askedMs, undefined, signalOf(question));
            continue;
          }
          return { body: (json ?? text) as T, text, headers: answer.headers };
        } catch (error) {
          if (!(error instanceof Lost) || pauseMs === undefined) throw error;
          await sleep(pauseMs, undefined, signalOf(question));
        }
      }
    },
  };
}

const signalOf = ({ signal }: Question): { signal?: AbortSignal } => (signal ? { signal } : {});

/** https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
const waitOf = ({ headers }: Response): number => seconds(Number(headers.get('retry-after')) || 0);

function urlOf(address: string, endpoint: EndpointName, { id, email, query = {} }: Question): URL {
  const path = (endpoint.split(' ')[1] ?? '')
    .replace('{id}', encodeURIComponent(id ?? ''))
    .replace('{email}', encodeURIComponent(email ?? ''));
  const url = new URL(path, address);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

function refusalOf(status: number, json: unknown, address: string, id: string | undefined): Failed {
  const { code, title, detail, remedy, errors = [] } = (json ?? {}) as Partial<Problem>;
  if (typeof code !== 'string' || typeof title !== 'string')
    return new Failed(`${address} answers ${status}, and not as Hub does.`, {
      remedy: 'Try again in a minute; check the address if that does not help.',
      passes: isPassing(status),
    });
  const said = detail === undefined ? title : `${title} ${detail}`;
  const fields = errors.map(({ field, message }) => `\n  ${field}: ${message}`).join('');
  const passes = Boolean(findRow(code)?.retry ?? isPassing(status));
  return new Failed(`${said}${fields}`, {
    ...{ code, passes },
    ...(remedy !== undefined && { remedy: remedyInCommands(remedy, id) }),
  });
}

/** A later Hub may have codes that are not known here. */
const findRow = (code: string): ErrorRow | undefined =>
  Object.hasOwn(ERRORS, code) ? ERRORS[code as keyof typeof ERRORS] : undefined;
