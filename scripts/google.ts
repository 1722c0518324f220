/** Google's REST APIs as the person who runs a script: `gcloud auth application-default login` says who that is. */

import { Unusable } from '../local/command.ts';
import { seconds } from '../shared/units.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of a dozen services, each looked at where it is asked for
  body: any;
}

export interface Google {
  /** @param url at Google @throws Unusable if nobody answers, or nobody is signed in */
  call(method: 'GET' | 'POST' | 'PATCH', url: string, body?: object | Uint8Array): Promise<Answer>;
}

const PATIENCE_MS = seconds(30);

/**
 * @param project that is asked in whose name, and that pays for it
 * @param endpoint takes every request in Google's place, as `<endpoint>/<host><path>`, and is told no credentials; for tests
 */
export function googleOf(project: string, endpoint?: string): Google {
  let auth: import('google-auth-library').GoogleAuth | undefined;
  const token = async (): Promise<string> => {
    if (endpoint !== undefined) return 'none';
    const { GoogleAuth } = await import('google-auth-library');
    auth ??= new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
    try {
      return (await auth.getAccessToken()) ?? '';
    } catch (error) {
      const away = networkFaultIn(error);
      if (away !== undefined) throw unreachable('Google', away);
      // Without its words, which are about key files.
      throw new Unusable('Nobody is signed in. Run: gcloud auth application-default login');
    }
  };
  return {
    async call(method, url, body) {
      const { host } = new URL(url);
      const address = endpoint === undefined ? url : url.replace(`https://${host}`, `${endpoint}/${host}`);
      const isBytes = body instanceof Uint8Array;
      const request = {
        method,
        headers: {
          // To nobody else, not even the public resolver.
          ...(host.endsWith('.googleapis.com') && {
            authorization: `Bearer ${await token()}`,
            'x-goog-user-project': project,
          }),
          ...(body && { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
        },
        ...(body && { body: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      } as const;
      try {
        const response = await fetch(address, request);
        const text = await response.text();
        return { status: response.status, body: text === '' ? {} : parsed(text) };
      } catch (error) {
        throw unreachable(host, reasonOf(error));
      }
    },
  };
}

const unreachable = (who: string, why: string): Unusable =>
  new Unusable(`${who} cannot be reached: ${why}. Is this machine online?`);

/** Why a request had no answer: `fetch` itself only says that it failed, and what it met is below that, alone or as one of several addresses. */
function reasonOf(error: unknown): string {
  const { message, cause, errors } = error as Error & { errors?: unknown[] };
  if (cause !== undefined) return reasonOf(cause);
  return message === '' && errors?.[0] !== undefined ? reasonOf(errors[0]) : message;
}

/**
 * Node's own name of a fault of the network, at any depth: the library wraps it, and says of everything else that credentials are at fault.
 * https://nodejs.org/api/errors.html#common-system-errors
 */
function networkFaultIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && NETWORK_FAULTS.has(code)) return reasonOf(error);
  return networkFaultIn(error.cause);
}

const NETWORK_FAULTS: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
  // What it has of its own: https://undici.nodejs.org/#/docs/api/Errors
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_SOCKET'],
]);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** What a refusal says of itself; never more than a line. */
export const refusalIn = ({ status, body }: Answer): string =>
  `${status} ${String(body?.error?.message ?? '')}`.trim().split('\n')[0]?.slice(0, 200) ?? '';
