/** Whole lives of clusters in the embedded cloud, on a virtual clock: what must hold on the way, and what may be left. */

import { isExposed } from '../../../functions/access/expose.ts';
import { exposureOf, GATEWAY } from '../../../functions/access/exposure.ts';
import { doubt } from '../../../functions/accounts/signal.ts';
import { createApi } from '../../../functions/api/app.ts';
import { CREDENTIALS_ENDPOINTS } from '../../../functions/api/credentials.ts';
import type { Write } from '../../../functions/cloud.ts';
import { MEMBERS_NAMESPACE } from '../../../functions/leaf/names.ts';
import { createLog } from '../../../functions/log.ts';
import { stepOfFunction } from '../../../functions/manifest.ts';
import { claimSpare } from '../../../functions/pool/claim.ts';
import { NotInTimeError } from '../../../local/memory/waiting.ts';
import { pachyderm } from '../../../shared/catalog/pachyderm.ts';
import type { Route } from '../../../shared/catalog/product.ts';
import { accountPath } from '../../../shared/documents/account.ts';
import { AUDIT } from '../../../shared/documents/audit.ts';
import { oidcCodePath } from '../../../shared/documents/oidc.ts';
import { orphanPath } from '../../../shared/documents/orphan.ts';
import { poolPath } from '../../../shared/documents/pool.ts';
import { TOPICS } from '../../../shared/messages.ts';
import { days, hours, minutes } from '../../../shared/units.ts';
import { anOrphan, aSpec } from '../../builders.ts';
import { requestOf, servedBy } from '../../request.ts';
import { runHub } from '../../running-hub.ts';
import { timelineReaders } from '../../timeline-readers.ts';
import { findings } from './findings.ts';
import { read } from './source.ts';

/** Everything that was ever written, by path; and everything that is in the cloud's own tables, by service, table and key. */
function watched(more: Parameters<typeof runHub>[0] = {}) {
  const paths = new Set<string>();
  const objects = new Map<string, unknown>();
  const hub = runHub({
    inside: 'sketch',
    ...more,
    observer: {
      onCommit: (writes: readonly Write[]) => {
        for (const { path } of writes) paths.add(path);
      },
      onObject: (service, table, key, value) => {
        if (value === undefined) objects.delete(`${service} ${table} ${key}`);
        else objects.set(`${service} ${table} ${key}`, value);
      },
    },
  });
  const documents = async () => {
    const found = await Promise.all([...paths].map((path) => hub.documents.get(path)));
    return found.flatMap((one) => one ?? []);
  };
  return { hub, documents, objects };
}

/** Of what is waited for: only that it did not come in time is a finding, and any other error is one of the check. */
const late =
  (say: () => void) =>
  (error: unknown): void => {
    if (!(error instanceof NotInTimeError)) throw error;
    say();
  };

/** Of a text the part in which it was found. */
const around = (found: RegExp, text: string): string => {
  const at = found.exec(text)?.index ?? 0;
  return text.slice(Math.max(0, at - 150), at + 150);
};

/** Fields by which a TTL policy takes documents away, by collection group. */
function expiries(): Map<string, string> {
  const { fieldOverrides } = JSON.parse(read('firestore.indexes.json')) as {
    fieldOverrides: { collectionGroup: string; fieldPath: string; ttl?: boolean }[];
  };
  return new Map(fieldOverrides.filter(({ ttl }) => ttl).map((one) => [one.collectionGroup, one.fieldPath]));
}

const OWNER = 'canary-owner';
const GUEST = 'canary-guest';
const PERSONAL = new RegExp(`${OWNER}|${GUEST}|@example\\.com`);

/** 38: after a cluster is deleted nothing of it is in the cloud; what names people has a date on which it goes. */
export async function deletion(): Promise<string[]> {
  const wrong = findings();
  const { hub, documents } = watched();
  const id = await hub.created({ product: 'hello', version: '1.1.0', owner: OWNER });
  await hub.share(id, GUEST, 'editor');
  await hub.reach(id, 'ready');
  if (!hub.inventory().some(({ of }) => of.includes(id))) wrong.push('there is nothing that could be left');
  await hub.delete(id);
  await hub.reach(id, 'deleted');
  for (const { kind, name } of hub.inventory().filter(({ of }) => of.includes(id)))
    wrong.push(`the ${kind} ${name} is left`);
  const proof = (await hub.documents.get(`ledgers/${id}`))?.data.certificate as
    | { payload?: string }
    | undefined;
  const statement = JSON.stringify(
    proof?.payload ? JSON.parse(Buffer.from(proof.payload, 'base64url').toString()) : {},
  );
  if (!statement.includes(id)) wrong.push('there is no proof');
  if (PERSONAL.test(statement)) wrong.push('the proof names people');
  const ttl = expiries();
  const now = hub.clock.now();
  for (const { path, data } of await documents()) {
    const text = JSON.stringify([path, data]);
    // Their own account: counters, and their uid as its name.
    if (!PERSONAL.test(text) || path === `accounts/${OWNER}`) continue;
    const group = path.split('/').at(-2) ?? '';
    const at = data[ttl.get(group) ?? ''];
    const latest = now + (group === AUDIT ? days(401) : days(31));
    if (!(at instanceof Date)) wrong.push(`${path} names people and stays for ever`);
    else if (at.getTime() > latest) wrong.push(`${path} names people until ${at.toISOString()}`);
    if (group === AUDIT && /@/.test(text)) wrong.push(`${path} holds an address`);
  }
  return wrong;
}

const LEAVER = 'canary-leaver';
/** What they call themselves, where they may say it. */
const NAME = 'canary-display-name';
const OF_LEAVER = new RegExp(`${LEAVER}|${NAME}`);
/** What even the audit log must not have. */
const ADDRESS_OR_NAME = new RegExp(`@example|${NAME}`);

/**
 * 38: of somebody whose account is deleted nothing is left in any document, dead letter, line of the log or table of the cloud, but their uid in
 * the audit log; whatever they did before, and although the function was away for long.
 */
export async function account(): Promise<string[]> {
  const wrong = findings();
  const lines: string[] = [];
  let isAway = true;
  const { hub, documents, objects } = watched({
    log: createLog((...line) => lines.push(JSON.stringify(line))),
    invoke: async (name, work) => {
      if (name === TOPICS.closing && isAway) throw new Error('the function is away');
      await work(hub.ports);
    },
  });
  const ask = askers(hub);
  const { shared } = await aLifeInHub(hub, ask);

  if (!OF_LEAVER.test(readable(await insideOf(hub, shared[0] ?? ''))))
    wrong.push('nothing inside of a cluster could be left');
  const preview = await ask(LEAVER, 'GET', '/v1/account');
  const headers = { 'if-match': preview.headers.get('etag') ?? '' };
  const { status } = await ask(LEAVER, 'DELETE', '/v1/account', undefined, headers);
  if (status !== 202) wrong.push(`the deletion is answered ${status}`);
  // Their user is there for as long as the function is away, and somebody invites them.
  const email = encodeURIComponent(`${LEAVER}@example.com`);
  await ask('ada', 'PUT', `/v1/clusters/${shared[0]}/members/${email}`, { role: 'viewer' });
  await hub.clock.runFor(hours(2));
  isAway = false;
  const isGone = async () => (await hub.documents.get(accountPath(LEAVER))) === undefined;
  await hub.until(isGone, hours(6)).catch(late(() => wrong.push('the account is there yet')));
  await hub.clock.runFor(hours(1));

  if (await hub.ports.people.find(LEAVER)) wrong.push('the user is there yet');
  const kept = await documents();
  if (!kept.some(({ path, data }) => path.startsWith('deadLetters/') && data.topic === TOPICS.closing))
    wrong.push('no message was given up');
  const ofAudit = kept.filter(({ path }) => path.startsWith(`${AUDIT}/`));
  if (!ofAudit.some(({ data }) => data.action === 'close-account' && data.subject === LEAVER))
    wrong.push('there is no evidence');
  for (const { path, data } of kept) {
    const text = readable([path, data]);
    const isEvidence = path.startsWith(`${AUDIT}/`) && data.purgeAt instanceof Date;
    const secret = isEvidence ? ADDRESS_OR_NAME : OF_LEAVER;
    if (secret.test(text)) wrong.push(`${path} holds ${around(secret, text)}`);
  }
  for (const [key, value] of objects)
    if (OF_LEAVER.test(readable([key, value]))) wrong.push(`${key} of the cloud names them`);
  for (const id of shared)
    for (const object of await insideOf(hub, id))
      if (OF_LEAVER.test(readable(object))) wrong.push(`${id} holds ${around(OF_LEAVER, readable(object))}`);
  for (const line of lines) {
    const isEvidence = line.includes('"audit"');
    const secret = isEvidence ? ADDRESS_OR_NAME : OF_LEAVER;
    if (secret.test(line)) wrong.push(`the log says ${around(secret, line)}`);
  }
  return wrong;
}

type Hub = ReturnType<typeof watched>['hub'];
type Ask = ReturnType<typeof askers>;

const askers =
  (hub: Hub) =>
  async (uid: string, method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const signedInAt = new Date(hub.clock.now());
    const person = {
      uid,
      email: `${uid}@example.com`,
      emailVerified: true,
      operator: uid === 'op',
      signedInAt,
    };
    const app =
      servedBy(path) === 'credentials' ? createApi(hub.ports, CREDENTIALS_ENDPOINTS) : createApi(hub.ports);
    const request = requestOf(method, hub.tokens.issue(person), { body, headers });
    return hub.run(Promise.resolve(app.request(path, request)));
  };

/** Somebody does whatever leaves a trace. @returns clusters of others that outlive it */
async function aLifeInHub(hub: Hub, ask: Ask): Promise<{ shared: string[] }> {
  const hello = { product: 'hello', version: '1.1.0' } as const;
  const email = encodeURIComponent(`${LEAVER}@example.com`);
  const member = (id: string, of = email) => `/v1/clusters/${id}/members/${of}`;
  const shared = [
    await hub.created({ owner: 'ada' }),
    await hub.created({ ...hello, owner: 'ada' }),
    await hub.created({ ...hello, owner: 'ada' }),
  ];
  const [work = '', owned = '', left = ''] = shared;
  await ask('ada', 'PUT', member(work), { role: 'editor' });
  await ask(LEAVER, 'GET', '/v1/me');
  await hub.reach(work, 'ready');
  await ask(LEAVER, 'GET', `/v1/clusters/${work}/credentials?kind=pachctl`);
  await ask('ada', 'PUT', member(owned), { role: 'owner' });
  await ask(LEAVER, 'GET', '/v1/me');
  await ask(LEAVER, 'PUT', member(owned, 'newcomer%40example.com'), { role: 'viewer' });
  await ask('ada', 'PUT', member(left), { role: 'owner' });
  await ask(LEAVER, 'GET', '/v1/me');
  await ask(LEAVER, 'PUT', member(left, 'nobody%40example.com'), { role: 'viewer' });
  await ask(LEAVER, 'DELETE', member(left));
  // Two of their own, one of which is deleted by then.
  for (const key of ['first', 'second']) {
    const headers = { 'idempotency-key': key };
    const made = await ask(LEAVER, 'POST', '/v1/clusters', { name: NAME, ...hello }, headers);
    const { id } = (await made.json()) as { id: string };
    await hub.reach(id, 'ready');
    if (key === 'second') continue;
    await ask(LEAVER, 'DELETE', `/v1/clusters/${id}`);
    await hub.reach(id, 'deleted');
  }
  await ask(LEAVER, 'PUT', '/v1/me/quotaRequest', { maxClusters: 9, reason: `${NAME} needs more.` });
  const standing = { state: 'throttled', reason: `${LEAVER}@example.com mines.` };
  await ask('op', 'PUT', `/v1/admin/accounts/${LEAVER}`, { standing });
  await hub.run(doubt(hub.ports, LEAVER, { id: 'busy-canary', kind: 'busy' }));
  const code = { schema: 1, uid: LEAVER, email: `${LEAVER}@example.com` };
  await hub.run(
    hub.documents.commit([
      { op: 'set', path: orphanPath('canary'), data: { ...anOrphan({ owner: LEAVER, state: 'unproven' }) } },
      { op: 'set', path: oidcCodePath('canary'), data: code },
    ]),
  );
  return { shared };
}

/** What names people inside of a cluster. */
async function insideOf(hub: Hub, id: string): Promise<unknown[]> {
  const { leaf, product } = await hub.site(id);
  const kinds = [
    { apiVersion: 'v1', kind: 'ServiceAccount' },
    { apiVersion: 'v1', kind: 'Secret' },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
  ];
  const places = [MEMBERS_NAMESPACE, product.namespace];
  const found = await hub.run(
    Promise.all(kinds.flatMap((kind) => places.map((namespace) => leaf.list({ ...kind, namespace })))),
  );
  return [...found.flat(), product.id === 'pachyderm' ? await hub.pachd(id) : ''];
}

/** As text, with what is written in base64 in it. */
function readable(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  const hidden = text.match(/[A-Za-z0-9+/_-]{16,}={0,2}/g) ?? [];
  return `${text} ${hidden.map((one) => Buffer.from(one, 'base64').toString('latin1')).join(' ')}`;
}

/** 39, 16: a spare that is handed over knows of nobody before; what its makers used is gone; nobody else is given it. */
export async function handOver(): Promise<string[]> {
  const wrong = findings();
  const { hub } = watched();
  await hub.pool(3, 'hello');
  const three = async () =>
    (await hub.documents.query({ collection: 'clusters', where: [['state', '==', 'warm']], limit: 10 }))
      .length === 3;
  await hub.until(three);
  await hub.run(hub.documents.commit([{ op: 'update', path: poolPath('default'), data: { wanted: 0 } }]));
  const spec = aSpec({ product: 'hello', version: '1.1.0' });
  const claims = Array.from({ length: 12 }, (_, n) => {
    const owner = `user-${n}`;
    return claimSpare(hub.ports, { name: 'mine', spec, owner, email: `${owner}@example.com` }, () => []);
  });
  const claimed = (await hub.run(Promise.all(claims))).flatMap((one) => one ?? []);
  const ids = claimed.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) wrong.push(`some were handed over twice: ${ids.sort().join()}`);
  if (ids.length > 3) wrong.push(`${ids.length} of 3 spares were handed over`);
  for (const { id, owner = '' } of claimed) {
    await hub.reach(id, 'ready');
    const { members, readers, emails, pool } = await hub.cluster(id);
    if (
      JSON.stringify([Object.keys(members), readers, Object.keys(emails)]) !==
      JSON.stringify([[owner], [owner], [owner]])
    )
      wrong.push(`${id} has others in it`);
    if (pool !== undefined) wrong.push(`${id} is a spare yet`);
    const leaf = await hub.leaf(id);
    const installer = await leaf.find({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      name: 'hub-installer',
    });
    if (installer) wrong.push(`the installer of ${id} keeps all rights`);
    const values = await leaf.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'hub-system' });
    if (values.some(({ metadata }) => metadata.name.startsWith('install-')))
      wrong.push(`the values of ${id} are there yet`);
  }
  return wrong;
}

/** 36: nobody is listened to before the lock was tried; a lock that does not hold is never exposed. */
export async function lockFirst(): Promise<string[]> {
  const wrong = findings();
  const calls: string[] = [];
  const { hub } = watched({
    faults: { unlocked: 1 },
    invoke: async (name, work) => {
      calls.push(stepOfFunction(name) ?? name);
      await work(hub.ports);
    },
  });
  const id = await hub.create();
  const ended = async () => ['ready', 'failed', 'stuck'].includes((await hub.cluster(id)).state);
  await hub.until(ended, days(1));
  const { state } = await hub.cluster(id);
  if (state === 'ready') wrong.push('a cluster that lets strangers in is ready');
  if (calls.includes('expose')) wrong.push('it was exposed');
  if (!calls.includes('secure')) wrong.push('nobody tried the lock');
  if (hub.records(id).some(({ type }) => type === 'A')) wrong.push('it has an address');
  return wrong;
}

/**
 * 36: what pachd tells strangers gets through no gateway, of a cluster that a Hub of before left open neither. That one is told to let less
 * through, and is closed where it goes on.
 */
export async function gateway(): Promise<string[]> {
  const wrong = findings();
  const { hub } = watched();
  const id = await hub.create();
  await hub.until(async () => ['ready', 'failed', 'stuck'].includes((await hub.cluster(id)).state), days(1));
  const { state, error } = await hub.cluster(id);
  if (state !== 'ready') {
    wrong.push(`a new cluster leaks and is ${state}: ${error?.code} ${error?.message}`);
    return wrong;
  }
  const leaks = async (): Promise<string | undefined> => {
    const { host } = await hub.site(id);
    const pachyderm = await hub.ports.pachyderms.outside(host);
    return hub.run(pachyderm.findLeak());
  };
  const first = await leaks();
  if (first !== undefined) wrong.push(`a new cluster leaks: ${first}`);
  const { host, leaf } = await hub.site(id);
  const before = exposureOf(host, { ...pachyderm, routes: OPEN_ROUTES });
  for (const object of before) await hub.run(leaf.apply(object));
  if ((await leaks()) === undefined) wrong.push('what pachd tells strangers was not tried');
  await hub.look(id);
  await hub.reach(id, 'ready');
  const told = await hub.messagesOf(id);
  if (!told.includes('Its gateway lets more through than it must.')) wrong.push('nobody saw it');
  const last = await leaks();
  if (last !== undefined) wrong.push(`a cluster of before leaks: ${last}`);
  // What was changed by hand is put right also where nothing leaks by it.
  const routes = pachyderm.routes.map((route) => ('refusal' in route ? route : { ...route, timeoutS: 1 }));
  for (const object of exposureOf(host, { ...pachyderm, routes })) await hub.run(leaf.apply(object));
  await hub.look(id);
  await hub.reach(id, 'ready');
  if (!(await hub.run(isExposed(await hub.site(id))))) wrong.push('routes stay as somebody left them');
  const { pachyderms } = hub.ports;
  hub.ports.pachyderms = {
    ...pachyderms,
    outside: async (to) => ({ ...(await pachyderms.outside(to)), findLeak: async () => 'it leaks' }),
  };
  await hub.look(id);
  await hub.clock.runFor(minutes(2));
  if ((await hub.run(leaf.find(GATEWAY))) !== undefined) wrong.push('a gateway that goes on leaking is open');
  return wrong;
}

/** The ways of Pachyderm's own proxy, which Hub's clusters had once. */
const OPEN_ROUTES: readonly Route[] = [
  {
    matches: [{ header: { name: 'content-type', prefix: 'application/grpc' } }],
    ...{ service: 'pachd-proxy-backend', port: 1650, protocol: 'h2' },
  },
  { matches: [{ pathPrefix: '/dex' }], service: 'pachd-proxy-backend', port: 1658 },
  { matches: [{ pathPrefix: '/authorization-code/callback' }], service: 'pachd-proxy-backend', port: 1657 },
  { matches: [{ pathPrefix: '/api/' }], service: 'pachd-proxy-backend', port: 1659 },
  { matches: [], service: 'console-proxy-backend', port: 4000 },
];

/** 36: a Pachyderm whose owner ended all sign-in, past its gateway, is closed until it asks again. */
export async function unlocked(): Promise<string[]> {
  const wrong = findings();
  const { hub } = watched();
  const id = await hub.created();
  const { host, leaf } = await hub.site(id);
  const pachd = await hub.pachd(id);
  Object.assign(pachd, { bindings: {}, tokens: {}, groups: {} });
  delete pachd.oidc;
  if (!hub.doors.isOpenToStrangers(host)) wrong.push('it is not open');
  await hub.look(id);
  let isRepaired = false;
  for (let second = 0; second < 120 && !isRepaired; second++) {
    await hub.clock.runFor(1000);
    isRepaired = (await hub.cluster(id)).state === 'ready';
    const isReached = (await hub.run(leaf.find(GATEWAY))) !== undefined;
    if (isReached && hub.doors.isOpenToStrangers(host)) wrong.push('strangers are let in while it starts');
  }
  const { state, error, endpoints } = await hub.cluster(id);
  if (!isRepaired || error || Object.keys(endpoints).length === 0)
    wrong.push(`it stays shut: ${state} ${error?.code} ${error?.message}`);
  return wrong;
}

/** 6: who is removed reads neither cluster nor timeline from the commit on that removes them. */
export async function removal(): Promise<string[]> {
  const wrong = findings();
  const { hub } = watched();
  const id = await hub.created({ product: 'hello', version: '1.1.0', owner: 'ada' });
  await hub.share(id, 'grace', 'editor');
  await hub.share(id, 'grace');
  const former = hub.tokens.issue({
    uid: 'grace',
    email: 'grace@example.com',
    emailVerified: true,
    operator: false,
  });
  const asked = createApi(hub.ports).request(`/v1/clusters/${id}`, {
    headers: { authorization: `Bearer ${former}` },
  });
  const { status } = await hub.run(Promise.resolve(asked));
  if (status !== 404) wrong.push(`the API answers them ${status}`);
  const { readers, members, emails } = await hub.cluster(id);
  if (JSON.stringify([readers, members, emails]).includes('grace')) wrong.push('the cluster still has them');
  const reading = timelineReaders({ id, readers }, ['ada', 'grace']);
  if (!reading.includes('ada')) wrong.push('nobody reads the timeline');
  if (reading.includes('grace')) wrong.push('they read the timeline');
  return wrong;
}

const CANARIES = {
  token: 'eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOjF9.c2lnbmF0dXJlLWNhbmFyeQ',
  access: 'ya29.canary-access-token',
  password: 'password=canary-hunter2-secret',
  key: '-----BEGIN PRIVATE KEY-----\nMIICANARY\n-----END PRIVATE KEY-----',
  address: 'canary.person@example.com',
  header: 'Bearer canary0123456789abcdef',
};
/** What of each must be nowhere. */
const LEAKS =
  /eyJhbGciOiJSUzI1NiJ9\.|canary-access|canary-hunter2|MIICANARY|canary\.person@|canary0123456789/;

/** 21: whatever secret comes in by whatever door, it is in no line of the log, no error, no dead letter, and no document but where it belongs. */
export async function canaries(): Promise<string[]> {
  const wrong = findings();
  const lines: string[] = [];
  const { hub, documents } = watched({
    log: createLog((...line) => lines.push(JSON.stringify(line))),
  });
  const api = createApi(hub.ports);
  const owner = hub.tokens.issue({
    uid: 'ada',
    email: 'ada@example.com',
    emailVerified: true,
    operator: false,
  });
  const id = await hub.create({ product: 'hello', version: '1.1.0' });
  const answers: string[] = [];
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const made = api.request(path, {
      method,
      headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = await hub.run(Promise.resolve(made));
    answers.push(`${answer.status} ${await answer.text()} ${JSON.stringify([...answer.headers])}`);
  };
  for (const canary of Object.values(CANARIES)) {
    const line = canary.replaceAll('\n', '');
    const encoded = encodeURIComponent(canary);
    await ask('GET', `/v1/clusters/${encoded}`);
    await ask('GET', `/v1/${encoded}`);
    await ask('GET', `/v1/clusters?pageToken=${encoded}&state=ready`);
    await ask('POST', '/v1/clusters', { name: canary });
    await ask('POST', '/v1/clusters', { name: 'mine', region: canary.slice(0, 60) });
    await ask('POST', '/v1/clusters', `${canary}{`);
    await ask('POST', '/v1/clusters', { name: 'mine' }, { 'idempotency-key': line.slice(0, 100) });
    await ask('GET', '/v1/me', undefined, { authorization: `Bearer ${line.replaceAll(' ', '')}` });
    await ask('GET', '/v1/me', undefined, {
      authorization: line,
      'x-forwarded-for': line,
      traceparent: line,
    });
    await ask('GET', '/v1/health', undefined, { cookie: line, 'user-agent': line, referer: line });
    // Text that no message of ours is becomes a dead letter.
    for (const topic of ['step-install', 'hint', 'signal', 'drift'])
      await hub.run(hub.ports.messages.publish(topic, { schema: 1, id, epoch: 0, canary, [canary]: 1 }));
  }
  // What SDKs say of a failure may quote what was sent.
  const { get } = hub.ports.documents;
  for (const canary of Object.values(CANARIES)) {
    hub.ports.documents.get = () => Promise.reject(new Error(`the request was ${canary}`));
    await ask('GET', '/v1/me');
  }
  hub.ports.documents.get = get;
  await hub.clock.runFor(days(1) / 24);
  for (const line of lines) if (LEAKS.test(line)) wrong.push(`the log says ${around(LEAKS, line)}`);
  for (const answer of answers) if (LEAKS.test(answer)) wrong.push(`an answer says ${around(LEAKS, answer)}`);
  const kept = await documents();
  if (!kept.some(({ path }) => path.startsWith('deadLetters/'))) wrong.push('no message was given up');
  for (const { path, data } of kept)
    if (LEAKS.test(JSON.stringify([path, data])))
      wrong.push(`${path} holds ${around(LEAKS, JSON.stringify(data))}`);
  return wrong;
}

/**
 * 21: tokens that read charts, as they are and as Helm is told them, are in no document, no line of the log and no object of a cluster but the
 * installer's Secret, also where an installation fails and Helm quotes what it was told; and that Secret goes when it has ended.
 */
export async function chartTokens(): Promise<string[]> {
  const wrong = findings();
  const lines: string[] = [];
  const { hub, documents } = watched({
    inside: 'kubernetes',
    log: createLog((...line) => lines.push(JSON.stringify(line))),
  });
  const { issued } = hub.charts;
  const forms = (): string[] =>
    issued.flatMap((token) => [
      token,
      Buffer.from(`oauth2accesstoken:${token}`).toString('base64').replace(/=+$/, ''),
    ]);
  const places = async (id: string, forms: readonly string[]): Promise<string[]> => {
    const leaf = await hub.leaf(id);
    const kinds = [
      { apiVersion: 'v1', kind: 'Secret' },
      { apiVersion: 'v1', kind: 'ConfigMap' },
      { apiVersion: 'v1', kind: 'Pod' },
      { apiVersion: 'batch/v1', kind: 'Job' },
    ];
    const found = (await hub.run(Promise.all(kinds.map((kind) => leaf.list(kind))))).flat();
    return found.flatMap(({ kind, metadata, ...rest }) => {
      const text = readable({ metadata, ...rest });
      return forms.some((form) => text.includes(form)) ? [`${kind} ${metadata.name}`] : [];
    });
  };
  const id = await hub.create({ product: 'hello', version: '1.1.0' });
  await hub.until(async () => issued.length > 0).catch(late(() => wrong.push('nobody is given any')));
  if (issued.length === 0) return wrong;
  await hub.clock.runFor(minutes(1));
  const during = await places(id, forms());
  if (during.length !== 1 || !/^Secret install-/.test(during[0] ?? ''))
    wrong.push(`while it is installed they are in ${during.join(', ') || 'nothing'}`);
  await hub.reach(id, 'ready').catch(late(() => wrong.push('it was not installed')));
  const left = await places(id, forms());
  if (left.length > 0) wrong.push(`then they are in ${left.join(', ')}`);
  hub.charts.registry.refusal = (_host, _path, auth) => ({
    status: 401,
    code: 'UNAUTHORIZED',
    message: `{"auth":"${auth}"} is ${Buffer.from(auth ?? '', 'base64').toString()}`,
  });
  const failing = await hub.create({ product: 'hello', version: '1.1.0' });
  await hub.reach(failing, 'failed').catch(late(() => wrong.push('it was installed all the same')));
  if (!JSON.stringify(await hub.events(failing)).includes('[token]')) wrong.push('Helm quoted nothing');
  const said = new RegExp(
    forms()
      .map((form) => form.replace(/[.+]/g, '\\$&'))
      .join('|'),
  );
  for (const line of lines) if (said.test(line)) wrong.push(`the log says ${around(said, line)}`);
  for (const { path, data } of await documents())
    if (said.test(JSON.stringify([path, data])))
      wrong.push(`${path} holds ${around(said, JSON.stringify(data))}`);
  return wrong;
}
