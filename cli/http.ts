/** One request, whoever it goes to: what may go wrong on the way is said in words. */
import { seconds } from '../shared/units.ts';
import { Failed } from './failure.ts';
import { LOOPBACK } from './hub-address.ts';

/** Hub has answered by then, or its platform has: https://firebase.google.com/docs/hosting/functions (60 s). */
const PATIENCE_MS = seconds(65);

/** Nobody knows whether it arrived; or it did, and the answer was lost. */
export class Lost extends Failed {}

/** It never left. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** @throws Failed if there is no connection; Lost if it broke */
export async function send(url: URL, init: RequestInit & { signal?: AbortSignal } = {}): Promise<Response> {
  const { signal, ...rest } = init;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await fetch(url, {
      ...rest,
      // Whoever leads us elsewhere would get the token, too.
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    const { code, message } = causeOf(error);
    const remedy = [PLAIN_REMEDY, proxyRemedy(url, process.env)].filter(Boolean).join(' ');
    const unreachable = { code: 'UNREACHABLE', remedy, passes: true };
    if (code !== undefined && NOT_SENT.has(code))
      throw new Failed(`${url.origin} cannot be reached: ${message}`, unreachable);
    throw new Lost(`${url.origin} does not answer: ${message}`, unreachable);
  }
}

const PLAIN_REMEDY = 'Check the address and your connection, and try again.';

/**
 * The only way out may be a proxy that Node passes by unless it is told: https://nodejs.org/api/cli.html#node_use_env_proxy1
 * @param env as Node has begun with it
 */
export function proxyRemedy(
  { hostname }: Pick<URL, 'hostname'>,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const isTold = env.NODE_USE_ENV_PROXY === '1' || env.NODE_OPTIONS?.includes('--use-env-proxy');
  if (!(env.HTTPS_PROXY || env.https_proxy) || isTold || LOOPBACK.has(hostname)) return undefined;
  return 'HTTPS_PROXY is set, but Node uses it only if NODE_USE_ENV_PROXY=1 is set, too (Node 24, or 22.21 and newer).';
}

/** fetch says "fetch failed"; why, its cause knows, or what that gathers. */
function causeOf(error: unknown): { code?: string; message: string } {
  const { cause, message } = error as Error & { cause?: unknown };
  const inner = (cause as { errors?: unknown[] } | undefined)?.errors?.[0] ?? cause;
  if (!(inner instanceof Error)) return { message };
  const { code } = inner as NodeJS.ErrnoException;
  return { ...(code !== undefined && { code }), message: inner.message || code || message };
}

/** Whether what answers so, and not as Hub or its sign-in does, may answer otherwise in a moment. */
export const isPassing = (status: number): boolean => status >= 500 || status === 429;

/** @returns undefined for what is no JSON @throws Lost if it does not come to its end */
export async function readBody(answer: Response): Promise<{ text: string; json: unknown }> {
  const text = await answer.text().catch((error: unknown) => {
    throw new Lost(`the answer broke off: ${causeOf(error).message}`, {
      code: 'UNREACHABLE',
      passes: true,
    });
  });
  try {
    return { text, json: JSON.parse(text) as unknown };
  } catch {
    return { text, json: undefined };
  }
}
