/** The HTTP API, typed by its own description of itself. Whatever it refuses is thrown as an `ApiError`, in words for the user. */
import createClient, { type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch';
import type { SessionStore } from '../session/session.ts';
import type { components, paths } from './schema.d.ts';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

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

const unreachable = (): ApiError =>
  new ApiError({
    code: 'UNREACHABLE',
    title: 'Hub cannot be reached at the moment.',
    remedy: 'Check your connection and try again. Nothing happens twice.',
  });

export type Api = ReturnType<typeof createApi>;

export function createApi(session: SessionStore) {
  const client = createClient<paths>({ baseUrl: '/', fetch: (request) => send(request, session) });
  return {
    get: client.GET,
    post: client.POST,
    put: client.PUT,
    delete: client.DELETE,
  };
}

/** Signs each request, and once more with a fresh token if the one at hand has just run out. */
async function send(request: Request, session: SessionStore): Promise<Response> {
  const again = request.clone();
  const answer = await signed(request, session);
  if (answer.status !== 401) return answer;
  const { code } = (await answer.clone().json()) as Problem;
  if (code === 'TOKEN_EXPIRED') return signed(again, session, true);
  if (code === 'TOKEN_REVOKED' || code === 'TOKEN_INVALID')
    await session.end('Your session has ended. Sign in again to continue where you were.');
  return answer;
}

async function signed(request: Request, session: SessionStore, anew = false): Promise<Response> {
  try {
    const token = await session.token(anew);
    if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
    return await fetch(request);
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
  const { data, error, response } = await answer;
  if (data !== undefined) return data as NonNullable<R['data']>;
  throw refusalIn(error, response.status);
}

/** @param body of an answer that is none to what was asked */
export const refusalIn = (body: unknown, status: number): ApiError =>
  isProblem(body)
    ? new ApiError(body)
    : new ApiError({
        code: 'UNREACHABLE',
        title: `Hub answered something that this page does not understand (${status}).`,
        remedy: 'Reload the page. If that does not help, tell the operator.',
      });

const isProblem = (error: unknown): error is Problem =>
  typeof error === 'object' && error !== null && 'code' in error && 'title' in error;

/** What is said of anything that was thrown. */
export const asApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : unreachable());
