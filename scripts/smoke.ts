/**
 * Runs one whole life of a cluster on a Hub that runs: `HUB_REFRESH_TOKEN=… npm run smoke -- --url https://hub.example.com --key …`. For
 * the operator, after each deployment and every week; a real one takes some 25 minutes and costs what the cluster costs. Whatever fails,
 * it deletes what it made, or says that it could not. Exit code 0: all of it went well; 1: something did not, and the line tells what; 2: it could not begin.
 */
import { checkCleanUp, readCleanUpKeys } from '../functions/clean-up/check.ts';
import { hours, minutes, seconds } from '../shared/units.ts';
import { readOptions, Unusable } from './options.ts';

const USAGE = `usage: HUB_REFRESH_TOKEN=<refresh token> npm run smoke -- --url <address of the Hub> --key <API key of its sign-in>
           [--size small] [--region europe-west1] [--every 10]
       HUB_TOKEN=<ID token> npm run smoke -- --url <address of the Hub> [...]
The token is that of an account that may create clusters; docs/deploy.md tells how to get one. An ID token alone is good for an hour,
which a slow life outlasts. --every: seconds between two looks. --tokens: who gives ID tokens for refresh tokens, if not Google.
`;
/** https://cloud.google.com/identity-platform/docs/use-rest-api#section-refresh-token */
const TOKENS_URL = 'https://securetoken.googleapis.com';
const PATIENCE_MS = seconds(30);
/** Beyond the deadlines of all states on the way: docs/lifecycle.md. */
const READY_MS = hours(2);
const GONE_MS = hours(2);
/** Hub deletes it then, whatever became of us. */
const TTL_HOURS = 4;

/** It began, and something is not as it must be. */
class Failed extends Error {}

interface Options {
  url: string;
  /** Empty: there is none yet. */
  token: string;
  renewal?: { key: string; refreshToken: string; tokensUrl: string };
  size?: string;
  region?: string;
  everyMs: number;
}

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a running Hub answers is looked at, not trusted to be of a type
  body: any;
}

type Call = (method: string, path: string, body?: object) => Promise<Answer>;

async function main(args: readonly string[]): Promise<number> {
  const options = readArguments(args);
  const call = callerOf(options);
  const health = await call('GET', '/v1/health').catch((error: unknown) => {
    const reason = reasonOf(error);
    throw new Unusable(error instanceof Failed ? reason : `${options.url} does not answer: ${reason}`);
  });
  if (health.status !== 200)
    throw new Unusable(`${options.url} is no Hub: /v1/health answers ${health.status}`);
  const began = Date.now();
  const id = await create(call, options);
  try {
    await until(call, id, 'ready', READY_MS, options.everyMs);
    await use(call, id);
    await remove(call, id);
  } catch (error) {
    say(await takenAway(call, id, options.url));
    throw error;
  }
  await proveGone(call, id, options.everyMs);
  say(`well after ${timeSince(began)}: created, used, deleted and proven gone`);
  return 0;
}

function readArguments(args: readonly string[]): Options {
  const names = ['url', 'key', 'tokens', 'size', 'region', 'every'] as const;
  const { url, key, tokens = TOKENS_URL, size, region, every = '10' } = readOptions(args, names, USAGE);
  // Not arguments: those are seen by everybody on the machine. The key is public.
  const { HUB_TOKEN: token = '', HUB_REFRESH_TOKEN: refreshToken = '' } = process.env;
  const everyMs = seconds(Number(every));
  if (url === undefined || !isAddress(url) || !isAddress(tokens) || !(everyMs > 0)) throw new Unusable(USAGE);
  if (refreshToken !== '' && key === undefined) throw new Unusable(`--key is missing.\n${USAGE}`);
  if (token === '' && refreshToken === '')
    throw new Unusable(`Neither HUB_REFRESH_TOKEN nor HUB_TOKEN is set.\n${USAGE}`);
  return {
    url,
    token,
    everyMs,
    ...(refreshToken !== '' && key !== undefined && { renewal: { key, refreshToken, tokensUrl: tokens } }),
    ...(size !== undefined && { size }),
    ...(region !== undefined && { region }),
  };
}

const isAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '');

/** A token that is not good any more is renewed when that is said, which needs no clock. What was refused has not been done. */
function callerOf({ url, token: first, renewal }: Options): Call {
  let token = first;
  return async (method, path, body) => {
    if (token === '' && renewal) token = await renew(renewal);
    const answer = await send(new URL(path, url), method, token, body);
    if (answer.status !== 401 || !renewal) return answer;
    token = await renew(renewal);
    return send(new URL(path, url), method, token, body);
  };
}

/** @returns an ID token for the next hour @throws Failed if there is none */
async function renew(renewal: NonNullable<Options['renewal']>): Promise<string> {
  const { key, refreshToken, tokensUrl } = renewal;
  const answer = await fetch(`${tokensUrl}/v1/token?key=${encodeURIComponent(key)}`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const body = parsed(await answer.text()) as Answer['body'];
  if (!answer.ok) {
    const said = `no new ID token: ${answer.status}, ${body?.error?.message ?? 'no reason'}`;
    throw answer.status < 500 ? new Failed(said) : new Error(said);
  }
  renewal.refreshToken = body.refresh_token;
  return body.id_token;
}

async function send(url: URL, method: string, token: string, body?: object): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parsed(text) };
}

async function create(call: Call, { size, region }: Options): Promise<string> {
  const name = `smoke-${Date.now().toString(36)}`;
  const wanted = { name, ...(size && { size }), ...(region && { region }), ttlHours: TTL_HOURS };
  const { status, body } = await call('POST', '/v1/clusters', wanted);
  if (status !== 202) throw new Unusable(`no cluster was created: ${problemIn(status, body)}`);
  say(`cluster ${body.id} is ${body.state}`);
  return body.id;
}

/** One try that fails is nothing yet: a deployment, or the network between. */
async function until(
  call: Call,
  id: string,
  state: string,
  patienceMs: number,
  everyMs: number,
): Promise<void> {
  const began = Date.now();
  let last = '';
  let since = began;
  for (;;) {
    const { status, body } = await call('GET', `/v1/clusters/${id}`).catch((error: unknown) => {
      if (error instanceof Failed) throw error;
      return { status: 0, body: { detail: reasonOf(error) } };
    });
    if (status === 401 || status === 403)
      throw new Failed(
        `cluster ${id} was ${last || 'new'} and cannot be seen any more: ${problemIn(status, body)}`,
      );
    if (status === 200 && body.state !== last) {
      say(`${body.state}${last ? ` (${last} took ${timeSince(since)})` : ''}`);
      last = body.state;
      since = Date.now();
    }
    if (last === state) return;
    if (last === 'failed' || last === 'stuck')
      throw new Failed(`cluster ${id} is ${last}: ${body.error?.code ?? 'it does not say why'}`);
    if (Date.now() - began > patienceMs)
      throw new Failed(
        `cluster ${id} is not ${state} after ${timeSince(began)}, but ${last || `answers ${status}`}`,
      );
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

async function use(call: Call, id: string): Promise<void> {
  const { body: cluster } = await call('GET', `/v1/clusters/${id}`);
  if (Object.keys(cluster.endpoints ?? {}).length === 0) throw new Failed('it is ready and has no endpoint');
  for (const kind of ['kubeconfig', 'pachctl']) {
    const { status, headers, body } = await call('GET', `/v1/clusters/${id}/credentials?kind=${kind}`);
    if (status !== 200) throw new Failed(`no ${kind}: ${problemIn(status, body)}`);
    if (headers.get('cache-control') !== 'no-store')
      throw new Failed(`the ${kind} may be kept by whoever passes it on`);
    say(`a ${kind} was handed out`);
  }
}

async function remove(call: Call, id: string): Promise<void> {
  const { status, body } = await call('DELETE', `/v1/clusters/${id}`);
  if (status !== 202) throw new Failed(`it cannot be deleted: ${problemIn(status, body)}`);
}

/** @returns what becomes of it, in words: what is left costs money */
async function takenAway(call: Call, id: string, url: string): Promise<string> {
  try {
    await remove(call, id);
    return `cluster ${id} is being deleted; what it met is on its timeline`;
  } catch (error) {
    return (
      `LEFT: cluster ${id} stands and costs money: ${reasonOf(error).replace(/\.$/, '')}. ` +
      `Delete it at ${new URL(`/clusters/${id}`, url)}; else Hub does so ${TTL_HOURS} hours after it was made.`
    );
  }
}

async function proveGone(call: Call, id: string, everyMs: number): Promise<void> {
  await until(call, id, 'deleted', GONE_MS, everyMs);
  const [certificate, keys] = [
    await call('GET', `/v1/clusters/${id}/cleanup`),
    await call('GET', '/v1/keys'),
  ];
  if (certificate.status !== 200)
    throw new Failed(`no certificate: ${problemIn(certificate.status, certificate.body)}`);
  const verdict = checkCleanUp(certificate.body, readCleanUpKeys(keys.body));
  if (!verdict.holds) throw new Failed(`its clean-up certificate does not hold: ${verdict.fault}`);
  say(`its clean-up certificate holds: ${verdict.statement.counts.gone} things were there and are gone`);
}

function problemIn(
  status: number,
  body: { code?: unknown; title?: unknown; detail?: unknown } | undefined,
): string {
  const { code, title, detail } = body ?? {};
  return [status || 'no answer', code, detail ?? title].filter((part) => part !== undefined).join(', ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

function timeSince(at: number): string {
  const ms = Date.now() - at;
  return ms < minutes(2) ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / minutes(1))} min`;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Unusable) && !(error instanceof Failed)) throw error;
  process.stderr.write(`${error instanceof Failed ? 'FAILED: ' : ''}${error.message.trimEnd()}\n`);
  process.exitCode = error instanceof Failed ? 1 : 2;
}
