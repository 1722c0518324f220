/**
 * Runs one whole life of a cluster on a Hub that runs: `HUB_TOKEN=… npm run smoke -- --url https://hub.example.com`. For the operator,
 * after each deployment and every week; a real one takes some 25 minutes and costs what the cluster costs. Whatever fails, it deletes
 * what it made. Exit code 0: all of it went well; 1: something did not, and the line tells what; 2: it could not begin.
 */
import { checkCleanUp, readCleanUpKeys } from '../functions/clean-up/check.ts';
import { hours, minutes, seconds } from '../shared/units.ts';
import { readOptions, Unusable } from './options.ts';

const USAGE = `usage: HUB_TOKEN=<ID token> npm run smoke -- --url <address of the Hub> [--size small] [--region europe-west1] [--every 10]
The token is that of an account that may create clusters; docs/deploy.md tells how to get one. --every: seconds between two looks.
`;
/** Hub has answered by then, or its platform has. */
const PATIENCE_MS = seconds(60);
/** Beyond the deadlines of all states on the way: docs/lifecycle.md. */
const READY_MS = hours(2);
const GONE_MS = hours(2);

/** It began, and something is not as it must be. */
class Failed extends Error {}

interface Options {
  url: string;
  token: string;
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
    throw new Unusable(`${options.url} does not answer: ${reasonOf(error)}`);
  });
  if (health.status !== 200)
    throw new Unusable(`${options.url} is no Hub: /v1/health answers ${health.status}`);
  const began = Date.now();
  const id = await create(call, options);
  try {
    await until(call, id, 'ready', READY_MS, options.everyMs);
    await use(call, id);
  } catch (error) {
    await call('DELETE', `/v1/clusters/${id}`).catch(() => undefined);
    say(`cluster ${id} is being deleted; what it met is on its timeline`);
    throw error;
  }
  await remove(call, id, options.everyMs);
  say(`well after ${timeSince(began)}: created, used, deleted and proven gone`);
  return 0;
}

function readArguments(args: readonly string[]): Options {
  const { url, size, region, every = '10' } = readOptions(args, ['url', 'size', 'region', 'every'], USAGE);
  const token = process.env.HUB_TOKEN ?? '';
  const everyMs = seconds(Number(every));
  if (url === undefined || !/^https?:$/.test(URL.parse(url)?.protocol ?? '') || !(everyMs > 0))
    throw new Unusable(USAGE);
  // Not an argument: those are seen by everybody on the machine.
  if (token === '') throw new Unusable(`HUB_TOKEN is not set.\n${USAGE}`);
  return {
    url,
    token,
    everyMs,
    ...(size !== undefined && { size }),
    ...(region !== undefined && { region }),
  };
}

function callerOf({ url, token }: Options): Call {
  return async (method, path, body) => {
    const response = await fetch(new URL(path, url), {
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
  };
}

async function create(call: Call, { size, region }: Options): Promise<string> {
  const name = `smoke-${Date.now().toString(36)}`;
  const wanted = { name, ...(size && { size }), ...(region && { region }), ttlHours: 4 };
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
    const { status, body } = await call('GET', `/v1/clusters/${id}`).catch((error: unknown) => ({
      status: 0,
      body: { detail: reasonOf(error) },
    }));
    if (status === 401 || status === 403) throw new Failed(problemIn(status, body));
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
  const { status, body } = await call('DELETE', `/v1/clusters/${id}`);
  if (status !== 202) throw new Failed(`it cannot be deleted: ${problemIn(status, body)}`);
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
