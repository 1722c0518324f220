/** A leaf is its users': what it answers may be of any size, and one instance answers for twenty clusters at once. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../local/http.ts';
import { createServerIdentity } from '../../local/tls.ts';
import { MIB } from '../../shared/units.ts';
import { MAX_BODY_BYTES } from './body.ts';
import { createLeaves } from './client.ts';
import { ensureDrained } from './drain.ts';
import type { KubeObject, Leaf } from './leaf.ts';

type Answer = (request: { method: string; url: URL }, response: ServerResponse) => void | Promise<void>;

interface Hostile {
  leaf: Leaf;
  /** `GET /api/v1/pods?limit=500` */
  asked: string[];
  /** That the leaf got rid of. */
  sentBytes(): number;
}

const identity = createServerIdentity('hostile', ['127.0.0.1']);

async function hostileLeaf(answer: Answer): Promise<Hostile> {
  const asked: string[] = [];
  let sent = 0;
  const { key, certificate: cert, ca } = await identity;
  const server = createServer({ key, cert }, (request: IncomingMessage, response) => {
    const { method = '', url = '' } = request;
    asked.push(`${method} ${url}`);
    const { socket } = request;
    const before = socket.bytesWritten;
    response.on('close', () => {
      sent += socket.bytesWritten - before;
    });
    void answer({ method, url: new URL(url, 'http://leaf') }, response);
  });
  const face = await listen(server, 0);
  onTestFinished(() => face.close());
  const leaf = createLeaves({ accessToken: async () => 'a token' }).open({
    server: `https://127.0.0.1:${face.port}`,
    ca,
  });
  return { leaf, asked, sentBytes: () => sent };
}

/** As fast as it is taken, until nobody takes it any more. */
async function withoutEnd(response: ServerResponse): Promise<void> {
  const part = Buffer.alloc(MIB / 4, 'x');
  let isOver = false;
  const over = once(response, 'close').then(() => {
    isOver = true;
  });
  response.write('{"items":[{"metadata":{"name":"');
  while (!isOver) if (!response.write(part)) await Promise.race([once(response, 'drain'), over]);
}

const PODS = { apiVersion: 'v1', kind: 'Pod', namespace: 'app' };
const POD = { ...PODS, name: 'a' };
const TOO_LARGE = { code: 'LEAF_UNAVAILABLE', detail: expect.stringContaining('larger than 12 MiB') };

describe('an answer without an end', () => {
  test.each<[string, (leaf: Leaf) => Promise<unknown>]>([
    ['an object', (leaf) => leaf.find(POD)],
    ['what an object is called', (leaf) => leaf.findMetadata(POD)],
    ['an object that is to be', (leaf) => leaf.apply({ apiVersion: 'v1', kind: 'Pod', metadata: POD })],
    ['an object that is to go', (leaf) => leaf.delete(POD)],
    ['a log', (leaf) => leaf.logTail({ namespace: 'app', name: 'a' }, 10)],
    ['a token', (leaf) => leaf.issueToken({ namespace: 'app', name: 'a' }, 600_000)],
  ])('is not waited for: to the question for %s', async (_, ask) => {
    const { leaf, sentBytes } = await hostileLeaf((_request, response) => withoutEnd(response));
    await expect(ask(leaf)).rejects.toMatchObject(TOO_LARGE);
    // And what is under way between the two.
    await expect.poll(sentBytes).toBeGreaterThan(0);
    expect(sentBytes()).toBeLessThan(MAX_BODY_BYTES + 32 * MIB);
  });

  test('is no answer to the question for a list either, however few are asked for', async () => {
    const { leaf, asked } = await hostileLeaf((_request, response) => withoutEnd(response));
    await expect(leaf.list(PODS)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    expect(asked).toEqual([500, 50, 5, 1].map((limit) => `GET /api/v1/namespaces/app/pods?limit=${limit}`));
  });

  test('a refusal is not read to its end either', async () => {
    const { leaf } = await hostileLeaf((_request, response) => {
      response.statusCode = 403;
      return withoutEnd(response);
    });
    await expect(leaf.find(POD)).rejects.toMatchObject(TOO_LARGE);
  });

  test('is drained no further than Hub reads', async () => {
    const { leaf } = await hostileLeaf((_request, response) => withoutEnd(response));
    await expect(ensureDrained(leaf)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
  });
});

/** Objects by the path of their list; a page has as many as are asked for. */
const lists =
  (objects: Readonly<Record<string, readonly object[]>>): Answer =>
  ({ method, url }, response) => {
    if (method !== 'GET') {
      response.end('{}');
      return;
    }
    const all = objects[url.pathname] ?? [];
    const from = Number(url.searchParams.get('continue') ?? 0);
    const to = from + Number(url.searchParams.get('limit'));
    const metadata = to < all.length ? { continue: String(to) } : {};
    response.end(JSON.stringify({ kind: 'List', metadata, items: all.slice(from, to) }));
  };

/** As large as etcd takes one. */
const LARGE = 'x'.repeat(1.5 * MIB);

const pipelines = (count: number): object[] =>
  Array.from({ length: count }, (_, n) => ({
    metadata: { name: `p${n}`, namespace: 'app', annotations: { LARGE } },
    spec: {
      template: {
        spec: {
          containers: [{ name: 'user', env: [{ name: 'X', value: 'a small one' }] }],
          volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }],
        },
      },
    },
  }));

describe('objects as large as there may be', () => {
  test('come in pages that are small enough, whole and in their order', async () => {
    const { leaf, asked } = await hostileLeaf(lists({ '/api/v1/namespaces/app/pods': pipelines(9) }));
    const found = await leaf.list({ ...PODS, pick: nameOnly });
    expect(found.map(({ metadata }) => metadata.name)).toEqual(Array.from({ length: 9 }, (_, n) => `p${n}`));
    expect(found[0]).toEqual({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p0' } });
    // Each page of a list has the query of its first.
    expect(asked.slice(-2).map((one) => one.split('?')[1])).toEqual(['limit=5', 'limit=5&continue=5']);
  });

  test('are not kept whole beyond what an instance has room for', async () => {
    const { leaf } = await hostileLeaf(lists({ '/api/v1/namespaces/app/pods': pipelines(12) }));
    await expect(leaf.list(PODS)).rejects.toMatchObject({
      code: 'LEAF_UNAVAILABLE',
      detail: expect.stringContaining('more of it than Hub reads'),
    });
  });

  test('do not keep a cluster from being drained', async () => {
    const claim = { metadata: { name: 'c', namespace: 'app' }, spec: {} };
    const { leaf, asked } = await hostileLeaf(
      lists({
        '/api/v1/replicationcontrollers': pipelines(9),
        '/api/v1/persistentvolumeclaims': [claim],
      }),
    );
    expect(await ensureDrained(leaf)).toMatchObject({ left: 1 });
    const deleted = asked.filter((one) => one.startsWith('DELETE '));
    expect(deleted.filter((one) => one.includes('/replicationcontrollers/'))).toHaveLength(9);
    expect(deleted.at(-1)).toBe('DELETE /api/v1/namespaces/app/persistentvolumeclaims/c');
  });
});

test.each([
  ['objects', 500],
  ['nothing', 0],
])('a list without an end ends: each page has %s and says that there are more', async (_, count) => {
  const items = Array.from({ length: count }, (_, n) => ({ metadata: { name: `p${n}` } }));
  const { leaf, asked } = await hostileLeaf((_request, response) => {
    response.end(JSON.stringify({ metadata: { continue: 'on' }, items }));
  });
  await expect(leaf.list({ ...PODS, pick: nameOnly })).rejects.toMatchObject({
    code: 'LEAF_UNAVAILABLE',
    detail: expect.stringContaining('more of it than Hub reads'),
  });
  expect(asked.length).toBeLessThanOrEqual(600);
});

test('what is deleted is not read, however large its kind answers', async () => {
  const { leaf } = await hostileLeaf((_request, response) => {
    response.end(JSON.stringify({ metadata: { name: 'a' }, data: LARGE }));
  });
  await expect(leaf.delete(POD)).resolves.toBeUndefined();
});

test('many large answers at once all come in the end', async () => {
  const { leaf } = await hostileLeaf((_request, response) => {
    response.end(JSON.stringify({ metadata: { name: 'a' }, data: LARGE }));
  });
  const found = await Promise.all(Array.from({ length: 12 }, () => leaf.find(POD)));
  expect(found.map((one) => one?.data.length)).toEqual(Array(12).fill(LARGE.length));
});

function nameOnly({ apiVersion, kind, metadata: { name } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name } };
}
