/**
 * Requests made by chance from the API's own OpenAPI document: every endpoint, with what it asks for and with everything else. Whatever is
 * sent, no answer is a failure of ours or shows our inside, and nothing is written but what is the caller's own.
 */
import type { Write } from '../../../functions/cloud.ts';
import { observeStatus } from '../../../functions/status/observe.ts';
import { randomStream } from '../../../local/random.ts';
import { accountPath } from '../../../shared/documents/account.ts';
import { orphanPath } from '../../../shared/documents/orphan.ts';
import { minutes } from '../../../shared/units.ts';
import { apiUnderTest } from '../../api.ts';
import { aCluster, aDeadLetter, anOrphan, clusterIdOf, writeOfLetter } from '../../builders.ts';
import { requestOf, type Sending } from '../../request.ts';
import { findings } from './findings.ts';

type Json = { [key: string]: unknown };

interface Operation {
  method: string;
  path: string;
  queries: { name: string; schema: Json }[];
  headers: string[];
  body: Json | undefined;
}

interface Document {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters?: { name: string; in: string; schema: Json }[];
        requestBody?: { content: Record<string, { schema: Json }> };
      }
    >
  >;
  components: { schemas: Record<string, Json> };
}

const VICTIM = clusterIdOf(1);

/** What a caller may cause to be written: by themself, and nothing of anybody else's. */
const OWN_WRITES: Record<'mallory' | 'operator', (write: Write) => boolean> = {
  mallory: ({ path, ...write }) => {
    if (path.includes(VICTIM)) return false;
    if (path.startsWith('accounts/')) return path === 'accounts/mallory';
    if (path.startsWith('audit/')) return 'data' in write && write.data.actor === 'mallory';
    if (/^clusters\/[a-z2-7]{16}$/.test(path) && write.op === 'create')
      return 'data' in write && write.data.owner === 'mallory';
    return /^(clusters\/[a-z2-7]{16}(\/events\/\d+)?|ledgers\/[a-z2-7]{16}|(requests|invitations)\/[\da-f]{64}|cells\/default|breakers\/[\w-]+)$/.test(
      path,
    );
  },
  // They are not asked for clusters here: those they may delete.
  operator: ({ path }) => !/^(clusters|ledgers|oidc|signals|durations|status)/.test(path),
};

interface FuzzOptions {
  seed: number;
  requests: number;
}

interface FuzzRun {
  findings: readonly string[];
  requests: number;
  /** Answers by status. */
  statuses: Readonly<Record<number, number>>;
  /** By endpoint: how many were asked, and how many of those got through. */
  endpoints: Readonly<Record<string, { asked: number; passed: number }>>;
}

export async function fuzz({ seed, requests }: FuzzOptions): Promise<FuzzRun> {
  const wrong = findings();
  const random = randomStream(seed, 'fuzz');
  const api = apiUnderTest({ seed, limits: { accountClusters: 1e6, accountHourlyMicros: 1e15 } });
  await prepare(api);
  const { body: document } = await api.send<Document>('GET', '/v1/openapi.json');
  const operations = operationsOf(document);
  // Another one from time to time: it is soon deleted.
  let own = clusterIdOf(100);
  const make = generator(random, document.components.schemas, () => own);
  const tokens = {
    anonymous: undefined,
    mallory: api.as('mallory'),
    operator: api.as('operator', { operator: true }),
  };
  const victims = async () =>
    JSON.stringify([
      (await api.documents.get(`clusters/${VICTIM}`))?.data,
      (await api.documents.get(accountPath('victim')))?.data,
    ]);
  const before = await victims();
  let caller: keyof typeof tokens | 'the test' = 'the test';
  let what = '';
  const { commit } = api.ports.documents;
  api.ports.documents.commit = async (writes) => {
    const allowed = caller === 'mallory' || caller === 'operator' ? OWN_WRITES[caller] : () => false;
    for (const write of caller === 'the test' ? [] : writes)
      if (!allowed(write)) wrong.push(`${what} as ${caller} writes ${write.path}`);
    await commit(writes);
  };
  const statuses: Record<number, number> = {};
  const endpoints: Record<string, { asked: number; passed: number }> = {};
  for (let n = 0; n < requests; n++) {
    const operation = operations[n % operations.length] as Operation;
    caller = callerOf(operation, random.fraction());
    const sent = make.request(operation);
    what = `${operation.method} ${sent.path} ${String(sent.body).slice(0, 200)} (request ${n} of seed ${seed})`;
    const token = random.fraction() < 0.02 ? make.text() : tokens[caller];
    const sending = { ...(sent.body === undefined ? {} : { body: sent.body }), headers: sent.headers };
    if (!canBeSent(operation.method, sent.path, token, sending)) continue;
    const { status, body } = await api.send<Json | string | undefined>(
      operation.method,
      sent.path,
      token,
      sending,
    );
    statuses[status] = (statuses[status] ?? 0) + 1;
    const name = `${operation.method} ${operation.path}`;
    endpoints[name] ??= { asked: 0, passed: 0 };
    endpoints[name].asked += 1;
    if (status < 300) endpoints[name].passed += 1;
    if (status >= 500) wrong.push(`${what} as ${caller} is answered ${status} ${JSON.stringify(body)}`);
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
    if (/\bat [\w.<>]+ \(|node_modules|functions\/\w+\/|\.ts:\d/.test(text))
      wrong.push(`${what} shows a stack`);
    if (Object.hasOwn(Object.prototype, 'polluted')) {
      wrong.push(`${what} changed what every object inherits`);
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
    caller = 'the test';
    if (n % 40 === 0) {
      own = clusterIdOf(100 + n);
      await api.given(aCluster({ id: own, owner: 'mallory', state: 'failed' }));
      const data = { schema: 1, entries: {} };
      await api.documents.commit([{ op: 'set', path: `ledgers/${own}`, data }]);
    }
    if (n % 500 === 0) await api.clock.runFor(minutes(1));
    api.sent.length = 0;
    api.lines.length = 0;
  }
  if ((await victims()) !== before) wrong.push('what is the victim’s has changed');
  return { findings: wrong, requests, statuses, endpoints };
}

/** Some no client can send at all. */
function canBeSent(method: string, path: string, token: string | undefined, sending: Sending): boolean {
  try {
    new Request(new URL(path, 'http://localhost'), requestOf(method, token, sending));
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** A bounded part, for every day. */
let some: Promise<FuzzRun> | undefined;

export function someRun(): Promise<FuzzRun> {
  some ??= fuzz({ seed: 2, requests: 900 });
  return some;
}

export const someFuzz = async (): Promise<readonly string[]> => (await someRun()).findings;

/** Operators may delete what is the victim's, so they are asked for the rest only. */
function callerOf(operation: Operation, chance: number): 'anonymous' | 'mallory' | 'operator' {
  if (chance < 0.1) return 'anonymous';
  if (isOfClusters(operation)) return 'mallory';
  return chance < (/admin|pools/.test(operation.path) ? 0.8 : 0.3) ? 'operator' : 'mallory';
}

const isOfClusters = ({ path }: Operation): boolean => path.startsWith('/v1/clusters');

async function prepare(api: ReturnType<typeof apiUnderTest>): Promise<void> {
  await api.given(aCluster({ id: VICTIM, owner: 'victim', state: 'failed' }));
  await api.documents.commit([
    writeOfLetter(aDeadLetter({ id: clusterIdOf(1) })),
    { op: 'set', path: orphanPath(clusterIdOf(1)), data: anOrphan() },
    { op: 'set', path: accountPath('victim'), data: { schema: 1, clusters: 1, hourlyMicros: 1 } },
    { op: 'set', path: `ledgers/${VICTIM}`, data: { schema: 1, entries: {} } },
  ]);
  await api.send('PUT', '/v1/pools/default', api.as('operator', { operator: true }), { body: { wanted: 0 } });
  await observeStatus(api.ports);
}

const operationsOf = ({ paths, components }: Document): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      queries: parameters.filter((one) => one.in === 'query'),
      headers: parameters.filter((one) => one.in === 'header').map(({ name }) => name),
      body: resolve(requestBody?.content['application/json']?.schema, components.schemas),
    })),
  );

function resolve(schema: Json | undefined, all: Record<string, Json>): Json | undefined {
  const ref = schema?.$ref;
  return typeof ref === 'string' ? all[ref.slice(ref.lastIndexOf('/') + 1)] : schema;
}

const ODD_TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '/',
    '%',
    '%00',
    '%2e%2e%2f',
    '\u0000',
    '\ud800',
    '\u202e',
    '\u2028',
    '🦆',
    'ﷺ'.repeat(40),
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__name__', 'null', 'undefined'],
  ...[
    'null',
    'true',
    '-1',
    '1e999',
    '0x10',
    "' or 1=1 --",
    '<script>alert(1)</script>',
    '{{7*7}}',
    '$(id)',
    '`id`',
  ],
  ...[
    '../../etc/passwd',
    'file:///etc/passwd',
    'http://169.254.169.254/computeMetadata/v1/',
    'a'.repeat(5000),
  ],
];

/** Where a request is like the one that is asked for, its texts are mostly of these. */
const WORDS: readonly string[] = [
  ...['mine', 'default', 'pachyderm', 'hello', '2.12.2', '1.1.0', 'small', 'medium', 'europe-west1', 'zonal'],
  ...['dedicated', 'A reason.', 'viewer', 'owner', 'good', 'suspended', 'kubeconfig', 'pachctl', 'failed'],
];

/** What the catalog has. */
const GOOD: Readonly<Record<string, string>> = {
  product: 'hello',
  version: '1.1.0',
  size: 'small',
  region: 'europe-west1',
  availability: 'zonal',
  isolation: 'dedicated',
};

function generator(random: { fraction(): number }, schemas: Record<string, Json>, own: () => string) {
  const chance = (of: number): boolean => random.fraction() < of;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.fraction() * from.length)] as T;
  const text = (): string => (chance(0.5) ? pick(ODD_TEXTS) : pick(WORDS));

  const anything = (depth = 0): unknown => {
    const kind = Math.floor(random.fraction() * (depth > 3 ? 6 : 9));
    if (kind === 0) return null;
    if (kind === 1) return chance(0.5);
    if (kind === 2) return pick([0, -1, 1.5, 2 ** 31, 2 ** 53, -0, 1e308, Number.MIN_VALUE]);
    if (kind < 6) return text();
    if (kind < 8) return Array.from({ length: Math.floor(random.fraction() * 5) }, () => anything(depth + 1));
    return Object.fromEntries(
      Array.from({ length: Math.floor(random.fraction() * 5) }, () => [text(), anything(depth + 1)]),
    );
  };

  const valid = (given: Json | undefined, name = ''): unknown => {
    if (Object.hasOwn(GOOD, name) && chance(0.7)) return GOOD[name];
    const schema = resolve(given, schemas) ?? {};
    const { type, properties, required = [], items, anyOf, minimum = 0, maximum = 10, pattern } = schema;
    if ('const' in schema) return schema.const;
    if (Array.isArray(schema.enum)) return pick(schema.enum);
    if (Array.isArray(anyOf)) return valid(pick(anyOf) as Json);
    if (type === 'object')
      return Object.fromEntries(
        Object.entries((properties ?? {}) as Record<string, Json>)
          .filter(([key]) => (required as string[]).includes(key) || chance(0.3))
          .map(([key, property]) => [key, valid(property, key)]),
      );
    if (type === 'array') return [valid(items as Json)];
    if (type === 'integer' || type === 'number')
      return (
        Number(minimum) +
        Math.floor(random.fraction() * (Math.min(Number(maximum), 20) - Number(minimum) + 1))
      );
    if (type === 'boolean') return chance(0.5);
    return typeof pattern === 'string' && chance(0.5)
      ? `m${Math.floor(random.fraction() * 1e6)}`
      : pick(WORDS);
  };

  /** Something else in one place of it, or one thing more, or less. */
  const spoiled = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || chance(0.15)) return anything();
    const entries: [string, unknown][] = Object.entries(value);
    if (chance(0.3)) return Object.fromEntries([...entries, [text(), anything()]]);
    if (chance(0.2)) return Object.fromEntries(entries.slice(1));
    const at = Math.floor(random.fraction() * entries.length);
    return Object.fromEntries(entries.map(([key, one], n) => [key, n === at ? spoiled(one) : one]));
  };

  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}null${'}'.repeat(depth)}`;

  const body = (schema: Json | undefined): string | undefined => {
    if (!schema && chance(0.7)) return undefined;
    const good = valid(schema);
    if (chance(0.4)) return JSON.stringify(good);
    if (chance(0.6)) return JSON.stringify(spoiled(good));
    return pick([
      () => JSON.stringify(anything()),
      () => text(),
      () => nested(pick([7, 8, 9, 100, 4000])),
      () => `{"name":"${'x'.repeat(pick([100, 33_000, 200_000]))}"}`,
      () => '{"__proto__":{"polluted":true}}',
      () => '{"constructor":{"prototype":{"polluted":true}}}',
      () => '{"name":"mine","name":"other"}',
      () => `${JSON.stringify(good)}${JSON.stringify(good)}`,
      () => JSON.stringify(good).slice(0, -1),
      () => `\ufeff${JSON.stringify(good)}`,
    ])();
  };

  const segment = (good: string): string =>
    chance(0.75) ? good : encodeURIComponent(wellFormed(text())) || 'x';

  const request = ({ path, queries, headers, body: schema, method }: Operation) => {
    const id = /pools/.test(path)
      ? 'default'
      : /accounts/.test(path)
        ? 'somebody'
        : /clusters/.test(path)
          ? pick([own(), own(), own(), VICTIM, clusterIdOf(9)])
          : clusterIdOf(1);
    const filled = path
      .replace('{id}', () => segment(id))
      .replace('{email}', () => segment('grace%40example.com'));
    const asked = new URLSearchParams();
    for (const query of queries)
      if (chance(0.4))
        asked.append(query.name, String(chance(0.7) ? valid(query.schema, query.name) : text()));
    if (queries.some(({ name }) => name === 'kind') && chance(0.8)) asked.set('kind', 'kubeconfig');
    if (chance(0.05)) asked.append(text(), text());
    const sent = method === 'GET' ? undefined : body(schema);
    const extra: Record<string, string> = {};
    for (const name of headers) if (chance(0.3)) extra[name] = headerSafe(text());
    if (chance(0.05))
      extra['content-type'] = pick(['text/plain', 'application/xml', 'application/json; charset=utf-16']);
    if (chance(0.03)) extra['content-encoding'] = pick(['gzip', 'br', 'identity, gzip']);
    if (chance(0.03)) extra['x-http-method-override'] = 'DELETE';
    if (chance(0.05)) extra['x-forwarded-for'] = headerSafe(text());
    if (chance(0.05)) extra.traceparent = headerSafe(text());
    return { path: `${filled}${asked.size > 0 ? `?${asked}` : ''}`, body: sent, headers: extra };
  };

  return { request, text: () => headerSafe(text()) };
}

const wellFormed = (text: string): string => text.toWellFormed();
/** What a header can hold at all. */
const headerSafe = (text: string): string => text.replace(/[^\x20-\x7e]/g, '').slice(0, 3000);
