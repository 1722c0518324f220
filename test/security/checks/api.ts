/** Who may do what over HTTP, what they may send, and what they get to see. Each export returns what it finds wrong. */
import { ENDPOINTS } from '../../../functions/api/app.ts';
import { type EndpointName, partsOf } from '../../../functions/api/policy.ts';
import { ACCOUNTS, accountPath } from '../../../shared/documents/account.ts';
import { AUDIT } from '../../../shared/documents/audit.ts';
import { clusterPath } from '../../../shared/documents/cluster.ts';
import { OIDC_CODES } from '../../../shared/documents/oidc.ts';
import { orphanPath } from '../../../shared/documents/orphan.ts';
import { type ApiUnderTest, apiUnderTest } from '../../api.ts';
import { aCluster, aDeadLetter, anOrphan, clusterIdOf, writeOfLetter } from '../../builders.ts';
import { oidcUnderTest } from '../../oidc.ts';
import { findings } from './findings.ts';

const WHO = ['anonymous', 'stranger', 'viewer', 'editor', 'owner', 'operator'] as const;
type Who = (typeof WHO)[number];

const ALL = WHO;
const SIGNED_IN = WHO.slice(1);
const MEMBERS: readonly Who[] = ['viewer', 'editor', 'owner'];
const SEEING: readonly Who[] = [...MEMBERS, 'operator'];
const OWNING: readonly Who[] = ['owner', 'operator'];
const OPERATORS: readonly Who[] = ['operator'];

/**
 * Who is let through, said a second time and by hand: the table that the API goes by must not be able to change without somebody saying so
 * here, too.
 */
const PROMISED: Record<EndpointName, readonly Who[]> = {
  'GET /v1/health': ALL,
  'GET /v1/status': ALL,
  'GET /v1/openapi.json': ALL,
  'GET /v1/keys': ALL,
  'GET /v1/catalog': SIGNED_IN,
  'GET /v1/quote': SIGNED_IN,
  'GET /v1/me': SIGNED_IN,
  'PUT /v1/me/quotaRequest': SIGNED_IN,
  'DELETE /v1/me/quotaRequest': SIGNED_IN,
  'GET /v1/account': SIGNED_IN,
  'DELETE /v1/account': SIGNED_IN,
  'POST /v1/clusters': SIGNED_IN,
  'GET /v1/clusters': SIGNED_IN,
  'GET /v1/clusters/{id}': SEEING,
  'DELETE /v1/clusters/{id}': OWNING,
  'POST /v1/clusters/{id}:retry': OWNING,
  'POST /v1/clusters/{id}:transfer': ['owner'],
  'POST /v1/clusters/{id}:extend': ['owner'],
  'GET /v1/clusters/{id}/events': SEEING,
  'GET /v1/clusters/{id}/cleanup': SEEING,
  'GET /v1/clusters/{id}/members': SEEING,
  'PUT /v1/clusters/{id}/members/{email}': ['owner'],
  'DELETE /v1/clusters/{id}/members/{email}': ['owner'],
  'GET /v1/clusters/{id}/credentials': MEMBERS,
  'GET /v1/pools': OPERATORS,
  'GET /v1/pools/{id}': OPERATORS,
  'PUT /v1/pools/{id}': OPERATORS,
  'GET /v1/admin/accounts': OPERATORS,
  'GET /v1/admin/clusters': OPERATORS,
  'PUT /v1/admin/accounts/{id}': OPERATORS,
  'POST /v1/admin/accounts/{id}:delete': OPERATORS,
  'GET /v1/admin/cells': OPERATORS,
  'GET /v1/admin/audit': OPERATORS,
  'GET /v1/admin/deadLetters': OPERATORS,
  'POST /v1/admin/deadLetters/{id}:replay': OPERATORS,
  'POST /v1/admin/deadLetters/{id}:dismiss': OPERATORS,
  'GET /v1/admin/orphans': OPERATORS,
  'POST /v1/admin/orphans/{id}:delete': OPERATORS,
};

const BODIES: Partial<Record<EndpointName, object>> = {
  'POST /v1/clusters': { name: 'mine' },
  'PUT /v1/pools/{id}': { wanted: 1 },
  'PUT /v1/me/quotaRequest': { maxClusters: 9, reason: 'A course.' },
  'PUT /v1/admin/accounts/{id}': { maxClusters: 9 },
  'POST /v1/admin/accounts/{id}:delete': { reason: 'They asked for it.' },
  'POST /v1/admin/deadLetters/{id}:replay': { reason: 'It was an outage.' },
  'POST /v1/admin/deadLetters/{id}:dismiss': { reason: 'Its topic is gone.' },
  'POST /v1/admin/orphans/{id}:delete': { reason: 'Now.' },
  'PUT /v1/clusters/{id}/members/{email}': { role: 'viewer' },
  'POST /v1/clusters/{id}:transfer': { email: 'owner@example.com' },
  'POST /v1/clusters/{id}:extend': { ttlHours: 24 },
};
const QUERIES: Partial<Record<EndpointName, string>> = {
  'GET /v1/clusters/{id}/credentials': '?kind=kubeconfig',
};

const NAMES = ENDPOINTS.map(({ name }) => name);

/** What is said to whom is not let through. */
const REFUSALS: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'NOT_FOUND',
  'OWNER_ONLY',
  'OPERATOR_ONLY',
]);

/** A Hub with one of each: a cluster that has failed, with members, and things of operators. */
async function aHub(): Promise<ApiUnderTest> {
  const api = apiUnderTest();
  const members = { owner: 'owner', editor: 'editor', viewer: 'viewer' } as const;
  await api.given(aCluster({ members, owner: 'owner', state: 'failed' }));
  await api.documents.commit([writeOfLetter(aDeadLetter({ id: clusterIdOf(1) }))]);
  await api.documents.commit([{ op: 'set', path: orphanPath(clusterIdOf(1)), data: anOrphan() }]);
  await api.send('PUT', '/v1/pools/default', tokenOf(api, 'operator'), { body: { wanted: 0 } });
  // Whose account is deleted.
  api.as('default');
  return api;
}

const tokenOf = (api: ApiUnderTest, who: Who): string | undefined =>
  who === 'anonymous' ? undefined : api.as(who, { operator: who === 'operator' });

const ofPools = (path: string): boolean => /\/(pools|accounts)\//.test(path);

function addressOf(name: EndpointName, id = clusterIdOf(1)): string {
  const { path } = partsOf(name);
  const filled = path.replace('{id}', ofPools(path) ? 'default' : id);
  return filled.replace('{email}', 'newcomer@example.com') + (QUERIES[name] ?? '');
}

interface Said {
  code?: string;
  instance?: string;
}

async function ask(
  api: ApiUnderTest,
  name: EndpointName,
  who: Who,
  id?: string,
  body: unknown = BODIES[name],
) {
  const token = tokenOf(api, who);
  const headers = name === 'DELETE /v1/account' ? await looked(api, token) : {};
  return api.send<Said>(partsOf(name).method, addressOf(name, id), token, { body, headers });
}

/** As somebody who has looked at what would be deleted. */
async function looked(api: ApiUnderTest, token: string | undefined): Promise<Record<string, string>> {
  const { headers } = await api.send('GET', '/v1/account', token);
  return { 'if-match': headers.get('etag') ?? '' };
}

/** Every endpoint × everybody: only those get through who are promised to, and nothing is written for anybody else. */
export async function matrix(): Promise<string[]> {
  const wrong = findings();
  const missing = NAMES.filter((name) => !Object.hasOwn(PROMISED, name));
  const gone = Object.keys(PROMISED).filter((name) => !NAMES.some((one) => one === name));
  wrong.push(...missing.map((name) => `${name} is promised to nobody`), ...gone.map((name) => `no ${name}`));
  const shared = await aHub();
  for (const name of NAMES) {
    for (const who of WHO) {
      const promised = PROMISED[name]?.includes(who) ?? false;
      const changes = promised && !name.startsWith('GET');
      // Whatever changes something finds it as it was.
      const api = changes ? await aHub() : shared;
      const { commits } = api.documents.counters;
      const { status, body } = await ask(api, name, who);
      const refused = REFUSALS.has(body?.code ?? '');
      if (refused === promised) wrong.push(`${who} is ${refused ? 'not ' : ''}let through to ${name}`);
      if (!promised && api.documents.counters.commits !== commits) wrong.push(`${name} writes for ${who}`);
      if (!promised && who === 'anonymous' && status !== 401) wrong.push(`${name} says ${status} to ${who}`);
    }
  }
  return wrong;
}

/** To a stranger, and to who was a member once, a cluster of others looks like one that does not exist. */
export async function strangers(): Promise<string[]> {
  const wrong = findings();
  const api = await aHub();
  for (const name of NAMES.filter((one) => one.includes('/clusters/{id}'))) {
    const [theirs, nobodys] = [
      await ask(api, name, 'stranger'),
      await ask(api, name, 'stranger', clusterIdOf(2)),
    ];
    const shape = ({ status, body: { instance: _, ...said } }: typeof theirs) =>
      JSON.stringify([status, said]);
    if (shape(theirs) !== shape(nobodys)) wrong.push(`${name}: ${shape(theirs)} is not ${shape(nobodys)}`);
    if (theirs.status !== 404) wrong.push(`${name} says ${theirs.status} to a stranger`);
  }
  return wrong;
}

/** Fields that are Hub's to set. */
const SERVERS = [
  ...[
    'id',
    'owner',
    'state',
    'epoch',
    'fence',
    'budget',
    'members',
    'readers',
    'emails',
    'spec',
    'specVersion',
  ],
  ...[
    'shape',
    'shard',
    'dueAt',
    'lookAt',
    'seenAt',
    'missedAt',
    'liability',
    'cost',
    'schema',
    'uid',
    'operator',
    'firstAt',
    'hour',
    'replays',
  ],
];

/** Whatever is sent besides what is asked for is refused by name, and nothing is written. */
export async function massAssignment(): Promise<string[]> {
  const wrong = findings();
  const api = await aHub();
  for (const name of NAMES) {
    const { method } = partsOf(name);
    const who = PROMISED[name]?.includes('owner') ? 'owner' : 'operator';
    for (const field of SERVERS) {
      const { commits } = api.documents.counters;
      const sent = method === 'GET' ? undefined : { ...BODIES[name], [field]: 'x' };
      const more = method === 'GET' ? `${QUERIES[name] ? '&' : '?'}${field}=x` : '';
      const { status } = await api.send(method, addressOf(name) + more, tokenOf(api, who), { body: sent });
      if (status !== 400) wrong.push(`${name} takes ${field}: ${status}`);
      if (api.documents.counters.commits !== commits) wrong.push(`${name} writes with ${field}`);
    }
  }
  return wrong;
}

type Schema = { [key: string]: unknown };

/** Fields of a value that its schema does not have, all the way down. */
function extras(value: unknown, schema: Schema | undefined, all: Schema, path: string): string[] {
  if (schema === undefined) return [];
  const { $ref, properties, items, additionalProperties, anyOf, oneOf } = schema;
  const go = (next: unknown, at = value, where = path) => extras(at, next as Schema | undefined, all, where);
  if (typeof $ref === 'string') return go(all[$ref.slice($ref.lastIndexOf('/') + 1)]);
  const choices = (anyOf ?? oneOf) as Schema[] | undefined;
  if (choices) return choices.map((one) => go(one)).sort((a, b) => a.length - b.length)[0] ?? [];
  if (Array.isArray(value)) return value.flatMap((item, n) => go(items, item, `${path}[${n}]`));
  if (typeof value !== 'object' || value === null || schema.type !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const own = (properties as Schema | undefined)?.[key];
    if (own !== undefined) return go(own, item, `${path}.${key}`);
    return typeof additionalProperties === 'object'
      ? go(additionalProperties, item, `${path}.${key}`)
      : [`${path}.${key}`];
  });
}

/** Nothing is in a reply that its documented form does not have; nothing of other people, and nothing that opens anything. */
export async function replies(): Promise<string[]> {
  const wrong = findings();
  const api = await aHub();
  const { body: document } = await api.send<{
    paths: Record<
      string,
      Record<string, { responses: Record<string, { content: Record<string, { schema: Schema }> }> }>
    >;
    components: { schemas: Schema };
  }>('GET', '/v1/openapi.json');
  await api.documents.commit([
    {
      op: 'set',
      path: accountPath('other'),
      data: {
        schema: 1,
        clusters: 0,
        hourlyMicros: 0,
        request: { maxClusters: 9, reason: 'Secret plans.', email: 'other@example.com', at: new Date(0) },
      },
    },
  ]);
  for (const endpoint of ENDPOINTS) {
    const { method, path } = partsOf(endpoint.name);
    for (const who of PROMISED[endpoint.name] ?? []) {
      const { status, body } = await ask(api, endpoint.name, who);
      if (status >= 300 || typeof body !== 'object') continue;
      const operation = document.paths[path]?.[method.toLowerCase()];
      const schema = operation?.responses[String(status)]?.content['application/json']?.schema;
      if (!schema) wrong.push(`${endpoint.name} has no documented form of ${status}`);
      if (endpoint.name !== 'GET /v1/openapi.json')
        wrong.push(...extras(body, schema, document.components.schemas, `${endpoint.name} as ${who}: `));
      const text = JSON.stringify(body);
      if (who !== 'operator' && /other@example|Secret plans/.test(text))
        wrong.push(`${endpoint.name} tells ${who} of others`);
      if (
        endpoint.name !== 'GET /v1/openapi.json' &&
        /"(nonce|fence|liability|shard|readers|holdUntilAt|pageTokenKey)"/.test(text)
      )
        wrong.push(`${endpoint.name} tells ${who} what is inside`);
    }
  }
  return wrong;
}

/** Whoever is invited, who invites learns neither from the reply nor from what it takes whether there is an account, until they come. */
export async function invitations(): Promise<string[]> {
  const wrong = findings();
  const told: string[] = [];
  let lookUps = 0;
  let isLetIn = true;
  for (const isKnown of [true, false]) {
    const api = apiUnderTest();
    const id = clusterIdOf(1);
    await api.given(aCluster({ id, owner: 'ada' }));
    const ada = api.as('ada');
    if (isKnown) api.as('grace');
    const { people } = api.ports;
    api.ports.people = {
      ...people,
      findByEmail(email) {
        lookUps++;
        return people.findByEmail(email);
      },
    };
    const { reads, queries, writes, commits } = api.documents.counters;
    const path = `/v1/clusters/${id}/members`;
    const put = () => api.send('PUT', `${path}/grace@example.com`, ada, { body: { role: 'owner' } });
    const answers = [await put(), await put()];
    const after = api.documents.counters;
    const work = [
      after.reads - reads,
      after.queries - queries,
      after.writes - writes,
      after.commits - commits,
    ];
    answers.push(await api.send('GET', path, ada), await api.send('GET', `/v1/clusters/${id}/events`, ada));
    const said = answers.map(({ status, headers, body }) => ({ status, etag: headers.get('etag'), body }));
    told.push(JSON.stringify([said, work, api.sent]));
    await api.send('GET', '/v1/me', api.as('grace'));
    const { status } = await api.send('GET', `/v1/clusters/${id}`, api.as('grace'));
    isLetIn &&= status === 200;
  }
  const [known, unknown] = told;
  if (known !== unknown) wrong.push(`of somebody with an account it says ${known}, else ${unknown}`);
  if (lookUps > 0) wrong.push('it is looked up who has the address, which takes as long as that takes');
  if (!isLetIn) wrong.push('whoever is invited does not become a member when they come');
  return wrong;
}

/** What fails inside is told in general words, with an id for support: no stack, no file, no word of what failed. */
export async function errors(): Promise<string[]> {
  const wrong = findings();
  const canary = 'canary-of-the-inside';
  for (const name of NAMES) {
    const api = await aHub();
    const fail = () => Promise.reject(new Error(`${canary} at /srv/hub/secret.ts:17`));
    Object.assign(api.ports.documents, { get: fail, query: fail, commit: fail, count: fail });
    const who = PROMISED[name]?.at(-1) ?? 'operator';
    const { status, body, headers } = await ask(api, name, who);
    const text = JSON.stringify(body ?? '');
    if (text.includes(canary) || /\.ts\b|\n\s+at |node_modules/.test(text))
      wrong.push(`${name} shows its inside`);
    if (status < 500) continue;
    if (body.instance !== headers.get('x-request-id') || !body.instance) wrong.push(`${name} gives no id`);
    if (!JSON.stringify(api.lines).includes(canary)) wrong.push(`the log does not say why ${name} failed`);
  }
  return wrong;
}

/** If who asks, or whether they may, cannot be found out, the answer is no. */
export async function failClosed(): Promise<string[]> {
  const wrong = findings();
  const isOpen = (status: number): boolean => status < 400;
  for (const name of NAMES.filter((one) => !PROMISED[one]?.includes('anonymous'))) {
    const broken = await aHub();
    broken.ports.tokens.verify = () => Promise.reject(new Error('who knows'));
    if (isOpen((await ask(broken, name, 'owner')).status)) wrong.push(`${name} without knowing who asks`);
    const odd = await aHub();
    odd.ports.tokens.verify = async () => ({ uid: '', emailVerified: true, operator: false });
    if (isOpen((await ask(odd, name, 'owner')).status)) wrong.push(`${name} for nobody in particular`);
    if (!name.includes('/clusters/{id}')) continue;
    // A document whose members make no sense to this code.
    for (const members of [{}, undefined, null, [], { stranger: 'root' }, { stranger: true }]) {
      const api = await aHub();
      await api.documents.commit([
        { op: 'update', path: clusterPath(clusterIdOf(1)), data: { members: members as never } },
      ]);
      if (isOpen((await ask(api, name, 'stranger')).status))
        wrong.push(`${name} for a stranger, with members ${JSON.stringify(members)}`);
    }
    const torn = await aHub();
    torn.ports.documents.get = () => Promise.reject(new Error('torn'));
    if (isOpen((await ask(torn, name, 'owner')).status))
      wrong.push(`${name} without having read whose it is`);
  }
  const standing = { state: 'suspended', reason: 'busy', since: new Date(0), by: 'hub' };
  const suspended = { schema: 1, clusters: 0, hourlyMicros: 0, standing };
  for (const name of ['POST /v1/clusters', 'POST /v1/clusters/{id}:retry'] as const) {
    for (const torn of [1, 2, 3]) {
      const api = await aHub();
      await api.documents.commit([{ op: 'set', path: accountPath('owner'), data: suspended }]);
      const { get } = api.documents;
      let reads = 0;
      api.ports.documents.get = async (path) => {
        if (path.startsWith(ACCOUNTS) && ++reads === torn) throw new Error('torn');
        return get(path);
      };
      if (isOpen((await ask(api, name, 'owner')).status))
        wrong.push(`${name} without knowing whether the account is suspended`);
    }
  }
  return wrong;
}

/** Each thing that was done has one entry, of who did it; what was refused has a line in the log. */
export async function auditTrail(): Promise<string[]> {
  const wrong = findings();
  const DEEDS: Partial<Record<EndpointName, string>> = {
    'POST /v1/clusters': 'create',
    'DELETE /v1/clusters/{id}': 'delete',
    'POST /v1/clusters/{id}:retry': 'retry',
    'PUT /v1/clusters/{id}/members/{email}': 'invite',
    'PUT /v1/pools/{id}': 'set-pool',
    'PUT /v1/admin/accounts/{id}': 'set-limits',
    'DELETE /v1/account': 'delete-account',
    'POST /v1/admin/accounts/{id}:delete': 'delete-account',
    'POST /v1/admin/deadLetters/{id}:replay': 'replay',
    'POST /v1/admin/deadLetters/{id}:dismiss': 'dismiss',
    'POST /v1/admin/orphans/{id}:delete': 'delete-orphan',
  };
  for (const [name, action] of Object.entries(DEEDS) as [EndpointName, string][]) {
    const api = await aHub();
    const told = async () => (await api.documents.query({ collection: AUDIT })).map(({ path }) => path);
    const before = await told();
    const who = PROMISED[name].includes('owner') ? 'owner' : 'operator';
    const commits: (readonly { path: string; op: string }[])[] = [];
    const { commit } = api.ports.documents;
    api.ports.documents.commit = async (writes) => {
      commits.push(writes);
      await commit(writes);
    };
    const { status } = await ask(api, name, who);
    const after = (await told()).filter((path) => !before.includes(path));
    const entry = after[0] === undefined ? undefined : (await api.documents.get(after[0]))?.data;
    if (status >= 300) wrong.push(`${name} says ${status}`);
    if (after.length !== 1 || entry?.actor !== who || entry.action !== action)
      wrong.push(`${name} leaves ${JSON.stringify(entry)} of ${after.length}`);
    const own = commits.find((writes) => writes.some(({ path }) => path === after[0])) ?? [];
    if (own.length < 2) wrong.push(`${name} writes its entry by itself`);
    if (own.some(({ path, op }) => path.startsWith(`${AUDIT}/`) && op !== 'create'))
      wrong.push(`${name} may write over an entry`);
    if (
      !api.lines.some(
        ({ event, fields }) =>
          event === 'audit' &&
          fields.actor === who &&
          fields.action === action &&
          fields.subject === entry?.subject &&
          fields.reason === entry?.reason,
      )
    )
      wrong.push(`${name} does not tell the log all that the entry says`);
    if (/@/.test(JSON.stringify([entry, api.lines]))) wrong.push(`${name} leaves an address`);
  }
  const asked = await aHub();
  for (const name of NAMES.filter((one) => !PROMISED[one]?.includes('stranger'))) {
    asked.lines.length = 0;
    await ask(asked, name, 'stranger');
    if (!asked.lines.some(({ event, fields }) => event === 'audit' && fields.action === 'denied'))
      wrong.push(`nobody hears that ${name} was refused`);
  }
  return wrong;
}

/** Whoever signs in to a cluster with a browser has an entry of it, in the commit that makes their code; who may not has a line in the log. */
export async function signInTrail(): Promise<string[]> {
  const wrong = findings();
  const hub = await oidcUnderTest();
  const commits: (readonly { path: string; op: string }[])[] = [];
  const { commit } = hub.ports.documents;
  hub.ports.documents.commit = async (writes) => {
    commits.push(writes);
    await commit(writes);
  };
  const told = (action: string) =>
    hub.lines.filter(
      ({ event, fields }) => event === 'audit' && fields.action === action && fields.cluster === hub.mine,
    );
  const browser = hub.browser();
  const id = await browser.begin(hub.request());
  await browser.answer(id, hub.as('stranger'));
  if (!told('denied').some(({ fields }) => fields.actor === 'stranger'))
    wrong.push('nobody hears who may not sign in');
  if ((await hub.documents.query({ collection: AUDIT })).length > 0)
    wrong.push('who may not sign in fills the database');
  await browser.answer(id, hub.as('grace'));
  const [entry, ...more] = await hub.documents.query({ collection: AUDIT });
  const { actor, action, target } = entry?.data ?? {};
  if (actor !== 'grace' || action !== 'sign-in' || target !== clusterPath(hub.mine) || more.length > 0)
    wrong.push(`a sign-in leaves ${JSON.stringify(entry?.data)}`);
  if (!told('sign-in').some(({ fields }) => fields.actor === 'grace'))
    wrong.push('the log is not told who signed in');
  const own = commits.find((writes) => writes.some(({ path }) => path === entry?.path)) ?? [];
  if (!own.some(({ path }) => path.startsWith(`${OIDC_CODES}/`)))
    wrong.push('a code is made without the entry of who got it');
  if (/@/.test(JSON.stringify([entry, hub.lines]))) wrong.push('a sign-in leaves an address');
  return wrong;
}
