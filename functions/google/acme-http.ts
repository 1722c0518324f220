/**
 * How acme-client speaks HTTP in Hub. Left alone it would wait and retry for minutes, and of a refusal it would keep only a sentence;
 * there is one set of such settings in a process.
 */
import type { Agent } from 'node:https';
import acme from 'acme-client';
import { seconds } from '../../shared/units.ts';

/** A step ends within 60 s and may make a few calls; retrying is the engine's business. */
const CALL_MS = seconds(15);
const TYPE_PREFIX = 'urn:ietf:params:acme:error:';

/** What an ACME server answers instead of what was asked for: https://www.rfc-editor.org/rfc/rfc8555#section-6.7 */
export class AcmeProblem extends Error {
  /** Without its prefix; empty if the answer is no problem document. */
  readonly type: string;
  readonly status: number;
  constructor(status: number, type: string, detail: string) {
    super(detail);
    this.name = 'AcmeProblem';
    this.status = status;
    this.type = type;
  }
}

/** There was none: whether the request arrived is not known. */
class NoAnswer extends Error {
  constructor() {
    super('the authority does not answer');
    this.name = 'NoAnswer';
  }
}

let prepared = false;

/** @param httpsAgent which CAs to trust; the system's if left out */
export function prepareHttp(httpsAgent?: Agent): void {
  const { defaults, interceptors } = acme.axios;
  if (httpsAgent) defaults.httpsAgent = httpsAgent;
  if (prepared) return;
  prepared = true;
  defaults.timeout = CALL_MS;
  (defaults as { acmeSettings?: { retryMaxAttempts: number } }).acmeSettings = {
    ...(defaults as { acmeSettings?: object }).acmeSettings,
    retryMaxAttempts: 0,
  };
  interceptors.response.use((response) => {
    if (response.status < 400) return response;
    const { type = '', detail } = parseProblem(response.data);
    // A stale nonce is normal, and the client sends the request again with the new one.
    if (type === 'badNonce') return response;
    throw new AcmeProblem(response.status, type, detail ?? `HTTP status ${response.status}`);
  }, withNoAnswer);
}

/** acme-client reads the status of an answer even where there is none, and fails over that: the one TypeError on the way here. */
function withNoAnswer(error: unknown): never {
  throw error instanceof TypeError ? new NoAnswer() : error;
}

function parseProblem(data: unknown): { type?: string; detail?: string } {
  if (typeof data !== 'object' || data === null) return {};
  const { type, detail } = data as { type?: unknown; detail?: unknown };
  return {
    ...(typeof type === 'string' && {
      type: type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : '',
    }),
    ...(typeof detail === 'string' && { detail }),
  };
}

/** No answer, or one that says that it is the server's fault: whether the request was carried out is not known. */
export function isAway(error: unknown): boolean {
  if (error instanceof AcmeProblem) return error.status >= 500;
  if (error instanceof NoAnswer) return true;
  const { isAxiosError, response } = (error ?? {}) as { isAxiosError?: boolean; response?: unknown };
  return isAxiosError === true && response === undefined;
}
