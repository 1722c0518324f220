import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aWorld } from '../a-world.ts';
import { realClock } from '../clock.ts';
import type { World } from '../service.ts';
import type { LeafEntry, Leaves } from './leaves.ts';
import { serveKubernetesIndex } from './server.ts';
import { servedLeaves, TARGET } from './testing.ts';

const TOKEN = 'ya29.a-token';
const OTHER_TOKEN = 'ya29.another-token';
const OTHER = 'credentials@hub-test.iam.gserviceaccount.com';
const world: World = aWorld({ clock: realClock(5000) });

let leaves: Leaves;
let entry: LeafEntry;

beforeAll(async () => {
  leaves = servedLeaves(world, TOKEN, {
    accountOf: (token) => (token === OTHER_TOKEN ? OTHER : undefined),
  });
  entry = await leaves.start({ ...TARGET, clusterId: 'aaaabbbbccccdddd' });
});
afterAll(() => leaves.close());

// biome-ignore lint/suspicious/noExplicitAny: whatever the API answers.
type Body = any;
interface Answer {
  status: number;
  type: string;
  body: Body;
}

interface Options {
  body?: unknown;
  type?: string;
  token?: string | undefined;
}

function open(
  method: string,
  path: string,
  { body, type, token = TOKEN }: Options = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { 'user-agent': 'kubectl/v1.35' };
    if (token) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = type ?? 'application/json';
    const sent = httpsRequest(`${entry.server}${path}`, { method, headers, ca: entry.ca }, resolve);
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

async function text(response: IncomingMessage): Promise<string> {
  let all = '';
  for await (const chunk of response.setEncoding('utf8')) all += chunk;
  return all;
}

async function call(method: string, path: string, options?: Options): Promise<Answer> {
  const response = await open(method, path, options);
  const all = await text(response);
  const type = response.headers['content-type'] ?? '';
  return {
    status: response.statusCode ?? 0,
    type,
    body: type.startsWith('application/json') ? JSON.parse(all) : all,
  };
}

const MAPS = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data: Record<string, string> = {}, labels = {}) => ({
  metadata: { name, labels },
  data,
});

/** What a watch tells, event by event. */
async function watch(path: string): Promise<{ next(): Promise<Body>; end(): void }> {
  const response = await open('GET', path);
  expect(response.statusCode).toBe(200);
  const lines = createInterface({ input: response })[Symbol.asyncIterator]();
  return {
    async next() {
      const { value } = await lines.next();
      return JSON.parse(value as string);
    },
    end: () => response.destroy(),
  };
}

describe('who comes in', () => {
  test('somebody with a token that is not good gets 401 and nothing else', async () => {
    const { status, body } = await call('GET', '/version', { token: 'ya29.other' });
    expect(status).toBe(401);
    expect(body).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'Unauthorized', code: 401 });
  });

  test('nobody may know the version, and nothing else', async () => {
    expect((await call('GET', '/version', { token: '' })).status).toBe(200);
    expect(await call('GET', MAPS, { token: '' })).toMatchObject({
      status: 403,
      body: {
        message:
          'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
      },
    });
    expect((await call('GET', '/apis', { token: '' })).body.message).toBe(
      'forbidden: User "system:anonymous" cannot get path "/apis"',
    );
  });
});

describe('what the API says about itself', () => {
  test('its version and that it is ready', async () => {
    expect((await call('GET', '/version')).body).toMatchObject({
      major: '1',
      gitVersion: expect.stringMatching(/^v1\.\d+/),
    });
    expect((await call('GET', '/readyz')).body).toBe('ok');
  });

  test('its groups and resources', async () => {
    expect((await call('GET', '/api')).body.versions).toEqual(['v1']);
    const { groups } = (await call('GET', '/apis')).body;
    expect(groups.map(({ name }: Body) => name)).toEqual(
      expect.arrayContaining([
        'apps',
        'batch',
        'policy',
        'rbac.authorization.k8s.io',
        'apiextensions.k8s.io',
      ]),
    );
    const { resources } = (await call('GET', '/apis/apps/v1')).body;
    expect(resources).toContainEqual({
      name: 'deployments',
      singularName: 'deployment',
      namespaced: true,
      kind: 'Deployment',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['deploy'],
      categories: ['all'],
    });
    expect((await call('GET', '/apis/apps')).body).toMatchObject({ kind: 'APIGroup', name: 'apps' });
  });

  test.each([
    '/nothing',
    '/apis/nothing.example',
    '/apis/apps/v9',
    '/api/v1/nothings',
    '/api/v1/namespaces/default/nodes',
    '/api/v1/pods/lonely',
  ])('%s is 404', async (path) => {
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { reason: 'NotFound' } });
  });
});

describe('objects', () => {
  test('are created, read, replaced and deleted', async () => {
    const made = await call('POST', MAPS, { body: configMap('life', { a: '1' }) });
    expect(made.status).toBe(201);
    expect(made.body.metadata.managedFields[0]).toMatchObject({ manager: 'kubectl', operation: 'Update' });
    const read = await call('GET', `${MAPS}/life`);
    expect(read.body).toEqual(made.body);
    const replaced = await call('PUT', `${MAPS}/life`, { body: { ...read.body, data: { a: '2' } } });
    expect(replaced).toMatchObject({ status: 200, body: { data: { a: '2' } } });
    expect(await call('PUT', `${MAPS}/life`, { body: read.body })).toMatchObject({
      status: 409,
      body: { reason: 'Conflict' },
    });
    const gone = await call('DELETE', `${MAPS}/life`);
    expect(gone).toMatchObject({
      status: 200,
      body: { kind: 'Status', status: 'Success', details: { uid: made.body.metadata.uid } },
    });
    expect(await call('GET', `${MAPS}/life`)).toMatchObject({
      status: 404,
      body: { message: 'configmaps "life" not found', details: { name: 'life', kind: 'configmaps' } },
    });
  });

  test('are applied: 201 at first, then 200, and nothing in a dry run', async () => {
    const path = `${MAPS}/applied?fieldManager=hub&force=true`;
    const options = { body: configMap('applied'), type: 'application/apply-patch+yaml' };
    expect((await call('PATCH', `${path}&dryRun=All`, options)).status).toBe(201);
    expect((await call('GET', `${MAPS}/applied`)).status).toBe(404);
    expect((await call('PATCH', path, options)).status).toBe(201);
    expect((await call('PATCH', path, options)).status).toBe(200);
    expect(await call('PATCH', `${MAPS}/applied`, options)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('fieldManager: Required value') },
    });
  });

  test('are patched in each of the other ways', async () => {
    await call('POST', MAPS, { body: configMap('patched', { a: '1' }) });
    const patch = (type: string, body: unknown) => call('PATCH', `${MAPS}/patched`, { type, body });
    expect((await patch('application/merge-patch+json', { data: { b: '2' } })).body.data).toEqual({
      a: '1',
      b: '2',
    });
    expect((await patch('application/strategic-merge-patch+json', { data: { a: null } })).body.data).toEqual({
      b: '2',
    });
    expect(
      (await patch('application/json-patch+json', [{ op: 'add', path: '/data/c', value: '3' }])).body.data,
    ).toEqual({ b: '2', c: '3' });
    expect(await patch('application/x-guess', {})).toMatchObject({
      status: 415,
      body: { reason: 'UnsupportedMediaType' },
    });
  });

  test('that cannot be are refused with their causes', async () => {
    expect(await call('POST', MAPS, { body: configMap('Wrong_Name') })).toMatchObject({
      status: 422,
      body: {
        reason: 'Invalid',
        details: { causes: [{ field: 'metadata.name', reason: 'FieldValueInvalid' }] },
      },
    });
    expect(await call('POST', MAPS, { body: '{ not JSON' })).toMatchObject({
      status: 400,
      body: { reason: 'BadRequest' },
    });
    expect((await call('POST', `${MAPS}/x/y/z`, { body: {} })).status).toBe(404);
    expect((await call('POST', '/api/v1/configmaps', { body: {} })).status).toBe(405);
    expect(
      (await call('POST', MAPS, { body: 'x', type: 'application/vnd.kubernetes.protobuf' })).status,
    ).toBe(400);
    expect((await call('POST', MAPS, { body: 'x', type: 'text/csv' })).status).toBe(415);
  });

  test('have a status of their own', async () => {
    const path = '/api/v1/namespaces/default/services';
    await call('POST', path, { body: { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } } });
    const { body } = await call('GET', `${path}/web`);
    const changed = await call('PUT', `${path}/web/status`, {
      body: { ...body, status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } },
    });
    expect(changed.body.status.loadBalancer.ingress).toEqual([{ ip: '10.0.0.1' }]);
    expect((await call('GET', `${MAPS}/any/status`)).status).toBe(404);
  });
});

describe('lists', () => {
  test('come in pages, with selectors, without repeating what the items are', async () => {
    for (const name of ['l1', 'l2', 'l3'])
      await call('POST', MAPS, { body: configMap(name, {}, { list: 'yes' }) });
    const first = await call('GET', `${MAPS}?labelSelector=list%3Dyes&limit=2`);
    // How many are left is not counted where a selector would have to look at them all.
    expect(first.body).toMatchObject({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { continue: expect.any(String) },
    });
    expect(first.body.items.map(({ metadata, kind }: Body) => [metadata.name, kind])).toEqual([
      ['l1', undefined],
      ['l2', undefined],
    ]);
    const rest = await call(
      'GET',
      `${MAPS}?labelSelector=list%3Dyes&limit=2&continue=${first.body.metadata.continue}`,
    );
    expect(rest.body.items.map(({ metadata }: Body) => metadata.name)).toEqual(['l3']);
    expect(rest.body.metadata.continue).toBeUndefined();
    const one = await call('GET', '/api/v1/configmaps?fieldSelector=metadata.name%3Dl2');
    expect(one.body.items).toHaveLength(1);
    expect((await call('GET', `${MAPS}?continue=x`)).status).toBe(400);
    expect((await call('GET', `${MAPS}?labelSelector=a+b`)).status).toBe(400);
  });

  test('are deleted at once', async () => {
    for (const name of ['d1', 'd2']) await call('POST', MAPS, { body: configMap(name, {}, { drop: 'yes' }) });
    const gone = await call('DELETE', `${MAPS}?labelSelector=drop%3Dyes`);
    expect(gone.body.items).toHaveLength(2);
    expect((await call('GET', `${MAPS}?labelSelector=drop%3Dyes`)).body.items).toEqual([]);
  });
});

describe('watches', () => {
  test('tell the present, that it is all, and then each change', async () => {
    await call('POST', MAPS, { body: configMap('w1', { a: '1' }, { watch: 'one' }) });
    const seen = await watch(
      `${MAPS}?watch=true&labelSelector=watch%3Done&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    expect(await seen.next()).toMatchObject({
      type: 'ADDED',
      object: { kind: 'ConfigMap', metadata: { name: 'w1' } },
    });
    expect(await seen.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    await call('PATCH', `${MAPS}/w1`, { type: 'application/merge-patch+json', body: { data: { a: '2' } } });
    expect(await seen.next()).toMatchObject({ type: 'MODIFIED', object: { data: { a: '2' } } });
    await call('PATCH', `${MAPS}/w1`, {
      type: 'application/merge-patch+json',
      body: { metadata: { labels: { watch: 'no' } } },
    });
    expect(await seen.next()).toMatchObject({ type: 'DELETED' });
    seen.end();
  });

  test('go on from a revision, until it is forgotten', async () => {
    const { body } = await call('POST', MAPS, { body: configMap('w2') });
    const since = body.metadata.resourceVersion;
    await call('DELETE', `${MAPS}/w2`);
    const seen = await watch(`${MAPS}?watch=1&resourceVersion=${since}&fieldSelector=metadata.name%3Dw2`);
    expect(await seen.next()).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'w2' } } });
    seen.end();
    leaves.model.find(TARGET.name, TARGET.location)?.watches.compact();
    await call('POST', MAPS, { body: configMap('w3') });
    expect(await call('GET', `${MAPS}?watch=1&resourceVersion=${since}`)).toMatchObject({
      status: 410,
      body: { reason: 'Expired', message: expect.stringContaining('too old resource version') },
    });
  });

  test('end when their time is up, and are forgotten', async () => {
    const response = await open(
      'GET',
      `${MAPS}?watch=true&timeoutSeconds=1&resourceVersion=0&labelSelector=none`,
    );
    expect(await text(response)).toBe('');
    await expect.poll(() => leaves.model.find(TARGET.name, TARGET.location)?.watches.count).toBe(0);
  });
});

describe('logs of pods', () => {
  const PODS = '/api/v1/namespaces/default/pods';
  const pod = (name: string, containers: object[], more = {}) => ({
    metadata: { name },
    spec: { restartPolicy: 'Never', containers, ...more },
  });
  const say = (name: string) => ({ name, image: 'a:1', command: ['echo', `I am ${name}`] });
  const over = async (name: string) =>
    expect.poll(async () => (await call('GET', `${PODS}/${name}`)).body.status.phase).toBe('Succeeded');

  test('are plain text, as long as asked for', async () => {
    await call('POST', PODS, { body: pod('talker', [say('one')]) });
    await over('talker');
    expect(await call('GET', `${PODS}/talker/log`)).toMatchObject({
      status: 200,
      type: expect.stringContaining('text/plain'),
      body: 'I am one\n',
    });
    expect((await call('GET', `${PODS}/talker/log?tailLines=0`)).body).toBe('');
  });

  test('need a container’s name where there are several', async () => {
    await call('POST', PODS, {
      body: pod('choir', [say('one'), say('two')], { initContainers: [say('zero')] }),
    });
    await over('choir');
    expect(await call('GET', `${PODS}/choir/log`)).toMatchObject({
      status: 400,
      body: {
        message:
          'a container name must be specified for pod choir, choose one of: [one two] or one of the init containers: [zero]',
      },
    });
    expect((await call('GET', `${PODS}/choir/log?container=zero`)).body).toBe('I am zero\n');
    expect((await call('GET', `${PODS}/choir/log?container=three`)).status).toBe(400);
    expect((await call('GET', `${PODS}/nobody/log`)).status).toBe(404);
  });
});

test('the index lists every leaf cluster with its address and CA', async () => {
  const face = await serveKubernetesIndex(world, 0, leaves);
  const answer = await new Promise<IncomingMessage>((resolve) => {
    httpRequest(`http://127.0.0.1:${face.port}/`, resolve).end();
  });
  expect(JSON.parse(await text(answer))).toEqual([
    {
      name: TARGET.name,
      location: TARGET.location,
      clusterId: 'aaaabbbbccccdddd',
      server: entry.server,
      ca: entry.ca,
    },
  ]);
  await face.close();
});

describe('an account of Google’s that is not Hub’s', () => {
  const TOKENS = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const review = { spec: { expirationSeconds: 600 } };

  test('comes in and may nothing, until a role is bound to its address', async () => {
    const asOther = { token: OTHER_TOKEN };
    const refused = await call('POST', TOKENS, { ...asOther, body: review });
    expect(refused).toMatchObject({ status: 403, body: { message: expect.stringContaining(OTHER) } });
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    const rules = [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }];
    await call('POST', `${rbac}/roles`, { body: { metadata: { name: 'issuer' }, rules } });
    await call('POST', `${rbac}/rolebindings`, {
      body: {
        metadata: { name: 'issuer' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'issuer' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: OTHER }],
      },
    });
    expect((await call('POST', TOKENS, { ...asOther, body: review })).status).toBe(201);
    expect((await call('GET', '/api/v1/namespaces/default/secrets', asOther)).status).toBe(403);
  });
});
