/** Google's REST APIs as the person who runs a script: `gcloud auth application-default login` says who that is. */
import { seconds } from '../shared/units.ts';
import { Unusable } from './options.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of a dozen services, each looked at where it is asked for
  body: any;
}

export interface Google {
  /** @param url at Google @throws Error if nobody answers, or nobody is signed in */
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
    } catch {
      // Without its words, which are about key files.
      throw new Unusable('Nobody is signed in. Run: gcloud auth application-default login');
    }
  };
  return {
    async call(method, url, body) {
      const { host } = new URL(url);
      const address = endpoint === undefined ? url : url.replace(`https://${host}`, `${endpoint}/${host}`);
      const isBytes = body instanceof Uint8Array;
      const response = await fetch(address, {
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
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : parsed(text) };
    },
  };
}

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
