/**
 * Runs one whole life of a cluster on a Hub that runs: `HUB_REFRESH_TOKEN=… npm run smoke -- --url https://hub.example.com --key …`. For
 * the operator, after each deployment and every week; a real one takes some 25 minutes and costs what the cluster costs. Whatever fails
 * or interrupts it, it deletes what it made, or says that it could not. Exit code 0: all of it went well; 1: something did not, and the line tells what; 2: it could not begin.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { checkCleanUp, readCleanUpKeys } from '../functions/clean-up/check.ts';
import { decimalNumber, readOptions, runCommand, Unusable } from '../local/command.ts';
import { hours, minutes, seconds } from '../shared/units.ts';

const USAGE = `usage: HUB_REFRESH_TOKEN=<refresh token> npm run smoke -- --url <address of the Hub> --key <API key of its sign-in>
           [--size small] [--region europe-west1] [--every 10]
       HUB_TOKEN=<ID token> npm run smoke -- --url <address of the Hub> [...]
The token is that of an account that may create clusters; docs/deploy.md tells how to get one. An ID token alone is good for an hour,
which a slow life outlasts. --every: seconds between two looks. --tokens: who gives ID tokens for refresh tokens, if not Google.
`;
/** https://cloud.google.com/identity-platform/docs/use-rest-api#section-refresh-token */
const TOKENS_URL = 'https://securetoken.googleapis.com';
/** Hub has answered by then, or its platform has. */
const PATIENCE_MS = seconds(60);
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

interface More {
  body?: object;
  /** That the request has, however often it is sent. */
  key?: string;
  /** Ends the waiting for an answer. */
  signal?: AbortSignal;
}

type Call = (method: string, path: string, more?: More) => Promise<Answer>;

/** SIGHUP: the terminal is closed, in which it ran for half an hour. */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function main(args: readonly string[]): Promise<number> {
  try {
    await smoke(args);
    return 0;
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    process.stderr.write(`FAILED: ${error.message.trimEnd()}\n`);
    return 1;
  }
}

async function smoke(args: readonly string[]): Promise<void> {
  const options = readArguments(args);
  const call = callerOf(options);
  const health = await call('GET', '/v1/health').catch((error: unknown) => {
    const reason = reasonOf(error);
    throw new Unusable(error instanceof Failed ? reason : `${options.url} does not answer: ${reason}`);
  });
  if (health.status !== 200)
    throw new Unusable(`${options.url} is no Hub: /v1/health answers ${health.status}`);
  const began = Date.now();
  const signal = interruption();
  const id = await create(call, options);
  /** Not heard by what takes it away: to be asked twice to end is no reason to leave it. */
  const live: Call = (method, path, more) => call(method, path, { ...more, signal });
  try {
    await until(live, id, 'ready', READY_MS, options.everyMs, signal);
    await use(live, id);
    signal.throwIfAborted();
    await remove(call, id, options.everyMs);
  } catch (error) {
    say(await takenAway(call, id, options));
    throw error;
  }
  try {
    await proveGone(live, id, options.everyMs, signal);
  } catch (error) {
    if (signal.aborted) say(`cluster ${id} is being deleted; whether it is gone was not seen`);
    throw error;
  }
  say(`well after ${timeSince(began)}: created, used, deleted and proven gone`);
}

/**
 * From now on whatever interrupts this command ends no more than its waiting. There may be several for one Ctrl-C: the terminal tells all that
 * run in it, and those tell each other.
 */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of INTERRUPTIONS)
    process.on(name, () => controller.abort(new Failed(`interrupted by ${name}`)));
  return controller.signal;
}

function readArguments(args: readonly string[]): Options {
  const names = ['url', 'key', 'tokens', 'size', 'region', 'every'] as const;
  const { url, key, tokens = TOKENS_URL, size, region, every } = readOptions(args, names, USAGE);
  // Not arguments: those are seen by everybody on the machine. The key is public.
  const { HUB_TOKEN: token = '', HUB_REFRESH_TOKEN: refreshToken = '' } = process.env;
  const everyMs = seconds(decimalNumber('--every', every, { from: 0.001, to: 3600, fallback: 10 }));
  if (url === undefined || !isAddress(url) || !isAddress(tokens)) throw new Unusable(USAGE);
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
  return async (method, path, more = {}) => {
    more.signal?.throwIfAborted();
    if (token === '' && renewal) token = await renew(renewal);
    const answer = await send(new URL(path, url), method, token, more);
    if (answer.status !== 401 || !renewal) return answer;
    token = await renew(renewal);
    return send(new URL(path, url), method, token, more);
  };
}

/** Once more if there is no answer, or one that says nothing of what was done: both may be sent twice, and then are done once. */
async function twice(call: () => Promise<Answer>, pauseMs: number): Promise<Answer> {
  const first = await call().catch((error: unknown) => {
    if (error instanceof Failed) throw error;
    return undefined;
  });
  if (first && first.status < 500) return first;
  await setTimeout(pauseMs);
  return call();
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

async function send(url: URL, method: string, token: string, { body, key, signal }: More): Promise<Answer> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(key && { 'idempotency-key': key }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'error',
    signal: signal ? AbortSignal.any([late, signal]) : late,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parsed(text) };
}

/** @throws Unusable if none was made, Failed if one may have been made and nobody knows which */
async function create(call: Call, { size, region, url, everyMs }: Options): Promise<string> {
  const name = `smoke-${Date.now().toString(36)}`;
  const wanted = { name, ...(size && { size }), ...(region && { region }), ttlHours: TTL_HOURS };
  const key = randomUUID();
  const unknown = (why: string): Failed =>
    new Failed(
      `whether a cluster was made is not known: ${why.replace(/\.$/, '')}. ` +
        `If there is one named ${name} at ${new URL('/clusters', url)}, delete it; else Hub does so ${TTL_HOURS} hours after it was made.`,
    );
  const { status, body } = await twice(
    () => call('POST', '/v1/clusters', { body: wanted, key }),
    everyMs,
  ).catch((error: unknown) => {
    throw unknown(reasonOf(error));
  });
  if (status >= 500) throw unknown(problemIn(status, body));
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
  signal: AbortSignal,
): Promise<void> {
  const began = Date.now();
  let last = '';
  let since = began;
  for (;;) {
    const { status, body } = await call('GET', `/v1/clusters/${id}`).catch((error: unknown) => {
      signal.throwIfAborted();
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
    await setTimeout(everyMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function use(call: Call, id: string): Promise<void> {
  await shutOutNobody(call, id);
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

/**
 * Cloud Run keeps some paths that end in `z` for itself, and addresses of people end so: https://cloud.google.com/run/docs/known-issues.
 * To shut out somebody who is not there changes nothing.
 */
async function shutOutNobody(call: Call, id: string): Promise<void> {
  const { status, body } = await call('DELETE', `/v1/clusters/${id}/members/nobody@example.cz`);
  if (status !== 202 || body.id !== id)
    throw new Failed(`a path that ends in z does not reach Hub: ${problemIn(status, body)}`);
}

async function remove(call: Call, id: string, everyMs: number): Promise<void> {
  const { status, body } = await twice(() => call('DELETE', `/v1/clusters/${id}`), everyMs);
  if (status !== 202) throw new Failed(`it cannot be deleted: ${problemIn(status, body)}`);
}

/** @returns what becomes of it, in words: what is left costs money */
async function takenAway(call: Call, id: string, { url, everyMs }: Options): Promise<string> {
  try {
    await remove(call, id, everyMs);
    return `cluster ${id} is being deleted; what it met is on its timeline`;
  } catch (error) {
    return (
      `LEFT: cluster ${id} stands and costs money: ${reasonOf(error).replace(/\.$/, '')}. ` +
      `Delete it at ${new URL(`/clusters/${id}`, url)}; else Hub does so ${TTL_HOURS} hours after it was made.`
    );
  }
}

async function proveGone(call: Call, id: string, everyMs: number, signal: AbortSignal): Promise<void> {
  await until(call, id, 'deleted', GONE_MS, everyMs, signal);
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

// Nobody may be left who reads it, and what was made is to be deleted all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
await runCommand(main);
