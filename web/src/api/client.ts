/** The HTTP API, typed by its own description of itself. Whatever it refuses is thrown as an `ApiError`, in words for the user. */
import createClient, { type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch';
import { ERRORS } from '../../../shared/errors.ts';
import { remedyFor } from './remedies.ts';
import type { components, paths } from './schema.d.ts';

export type Schemas = components['schemas'];
type Problem = Schemas['Problem'];

/** What the user reads: a sentence, and what they can do. */
export class ApiError extends Error {
  readonly code: Problem['code'] | 'UNREACHABLE';
  readonly remedy: string;
  readonly fields: readonly { field: string; message: string }[];
  /** By which an operator finds the request in the log. */
  readonly requestId: string | undefined;
  constructor(problem: {
    code: ApiError['code'];
    title: string;
    detail?: string | undefined;
    remedy: string;
    instance?: string;
    errors?: ApiError['fields'] | undefined;
  }) {
    super(problem.detail ? `${problem.title} ${problem.detail}` : problem.title);
    this.name = 'ApiError';
    this.code = problem.code;
    this.remedy = problem.remedy;
    this.fields = problem.errors ?? [];
    this.requestId = problem.instance;
  }
}

export const unreachable = (): ApiError =>
  new ApiError({
    code: 'UNREACHABLE',
    title: 'Hub cannot be reached at the moment.',
    remedy: 'Check your connection and try again. Nothing happens twice.',
  });

/** Who is signed in, to who asks in their name. */
interface Signer {
  /** A fresh one if `anew`; undefined if nobody is signed in. */
  token(anew?: boolean): Promise<string | undefined>;
  /** Hub does not take it any more. */
  end(notice: string): Promise<void>;
}

export type Api = ReturnType<typeof createApi>;

export function createApi(session: Signer) {
  const client = createClient<paths>({ baseUrl: '/', fetch: (request) => send(request, session) });
  return {
    get: client.GET,
    post: client.POST,
    put: client.PUT,
    delete: client.DELETE,
  };
}

/** Signs each request, and once more with a fresh token if the one at hand has just run out. */
async function send(request: Request, session: Signer): Promise<Response> {
  const again = request.clone();
  const answer = await signed(request, session);
  if (answer.status !== 401) return answer;
  // Whatever stands between the page and Hub may answer so, too.
  const refused: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined);
  const code = isProblem(refused) ? refused.code : undefined;
  if (code === 'TOKEN_EXPIRED') return signed(again, session, true);
  if (code === 'TOKEN_REVOKED' || code === 'TOKEN_INVALID')
    await session.end('Your session has ended. Sign in again to continue where you were.');
  return answer;
}

async function signed(request: Request, session: Signer, anew = false): Promise<Response> {
  // What else it throws is that whoever makes tokens did not answer.
  const token = await session.token(anew).catch(() => {
    throw unreachable();
  });
  if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
  return answerTo(request);
}

/**
 * The whole answer: one that breaks off is none.
 * @throws ApiError UNREACHABLE
 */
export async function answerTo(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    const body = await answer.blob();
    return new Response(body.size > 0 ? body : null, answer);
  } catch {
    throw unreachable();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the library's own bounds
type AnyResponse = FetchResponse<any, MaybeOptionalInit<any, any>, any>;

/**
 * The body of an answer.
 * @throws ApiError
 */
export async function must<R extends AnyResponse>(answer: Promise<R>): Promise<NonNullable<R['data']>> {
  const { data, error, response } = await answer.catch((thrown: unknown) => {
    // What says that all is well, and is no JSON: a page that wants to be signed in to, for instance.
    throw thrown instanceof SyntaxError ? notUnderstood() : thrown;
  });
  if (data !== undefined) return data as NonNullable<R['data']>;
  throw refusalIn(error, response.status);
}

/** @param body of an answer that is none to what was asked */
export const refusalIn = (body: unknown, status: number): ApiError =>
  isProblem(body)
    ? new ApiError({ ...body, remedy: remedyFor(body.code, body.remedy) })
    : notUnderstood(status);

const notUnderstood = (status?: number): ApiError =>
  new ApiError({
    code: 'UNREACHABLE',
    title: `Hub answered something that this page does not understand${status === undefined ? '' : ` (${status})`}.`,
    remedy: 'Reload the page. If that does not help, tell the operator.',
  });

const isProblem = (error: unknown): error is Problem =>
  typeof error === 'object' && error !== null && 'code' in error && 'title' in error;

/** What is said of anything that was thrown. What is no refusal is a fault of the page, and is in the log of the browser. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  reportError(error);
  return new ApiError({ code: 'BUG', title: ERRORS.BUG.say, remedy: BUG_REMEDY });
}

/** There is no request whose id could be told. */
const BUG_REMEDY = 'Reload the page. If that does not help, tell the operator what you did.';
