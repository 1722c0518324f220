/** @kubernetes/client-node, which Hub itself uses: objects, informers, watches, ports of pods. */
import { PassThrough } from 'node:stream';
import {
  AuthorizationV1Api,
  CoreV1Api,
  type KubernetesListObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  PortForward,
  type V1ConfigMap,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isStandIn, openSession, type Session } from './cluster.ts';
import { hasTools } from './tools.ts';

let session: Session;
let core: CoreV1Api;
let objects: KubernetesObjectApi;

const skipped = !hasTools;
beforeAll(async () => {
  if (skipped) return;
  session = await openSession('client');
  core = session.config.makeApiClient(CoreV1Api);
  objects = KubernetesObjectApi.makeApiClient(session.config);
});
afterAll(() => session?.close());

const map = (name: string, data: Record<string, string> = {}): V1ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: session.namespace },
  data,
});

const make = (name: string, data: Record<string, string> = {}): Promise<V1ConfigMap> =>
  core.createNamespacedConfigMap({ namespace: session.namespace, body: map(name, data) });

/** What comes, one after the other. */
function queue<T>(): { put(item: T): void; next(): Promise<T> } {
  const items: T[] = [];
  let wake = (): void => undefined;
  return {
    put(item) {
      items.push(item);
      wake();
    },
    async next() {
      for (;;) {
        const item = items.shift();
        if (item !== undefined) return item;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

describe.skipIf(skipped)('objects of any kind', () => {
  test('are applied, read, patched and deleted', async () => {
    const applied = await objects.patch(
      map('any', { a: '1' }),
      undefined,
      undefined,
      'hub',
      true,
      PatchStrategy.ServerSideApply,
    );
    expect(applied.metadata?.managedFields).toMatchObject([{ manager: 'hub', operation: 'Apply' }]);
    const metadata = { name: 'any', namespace: session.namespace };
    expect(await objects.read({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).toMatchObject({
      data: { a: '1' },
    });
    const patched = await objects.patch(map('any', { b: '2' }));
    expect(patched).toMatchObject({ data: { a: '1', b: '2' } });
    await objects.delete(map('any'));
    await expect(objects.read({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).rejects.toMatchObject({
      code: 404,
    });
  });

  test('come in pages', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await make(name);
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await core.listNamespacedConfigMap({
        namespace: session.namespace,
        limit: 2,
        ...(token && { _continue: token }),
      });
      names.push(...page.items.map(({ metadata }) => metadata?.name ?? ''));
      token = page.metadata?._continue;
    } while (token);
    expect(names).toEqual(expect.arrayContaining(['page-1', 'page-2', 'page-3']));
    expect(names).toEqual([...names].sort());
  });

  test('are asked about: what may I do?', async () => {
    const answer = await session.config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods', namespace: session.namespace } } },
    });
    expect(answer.status?.allowed).toBe(true);
  });
});

describe.skipIf(skipped)('watches', () => {
  test('tell of changes, and of a revision that is too old', async () => {
    const path = `/api/v1/namespaces/${session.namespace}/configmaps`;
    const seen = queue<string>();
    const watch = new Watch(session.config);
    const abort = await watch.watch(
      path,
      { fieldSelector: 'metadata.name=told' },
      (type, object: V1ConfigMap) => seen.put(`${type} ${object.data?.a}`),
      () => undefined,
    );
    const made = await make('told', { a: '1' });
    expect(await seen.next()).toBe('ADDED 1');
    await core.replaceNamespacedConfigMap({
      name: 'told',
      namespace: session.namespace,
      body: { ...made, data: { a: '2' } },
    });
    expect(await seen.next()).toBe('MODIFIED 2');
    abort.abort();

    // A real cluster has forgotten its first revisions long ago.
    if (isStandIn) for (let i = 0; i < 120; i++) await objects.patch(map('told', { a: String(i) }));
    const told = queue<unknown>();
    await watch.watch(
      path,
      { resourceVersion: '1' },
      (type, object) => told.put([type, object.code]),
      (error) => told.put(error),
    );
    const first = await told.next();
    // As an answer, or as the first event.
    expect(JSON.stringify(first) + String(first)).toMatch(/410|ERROR|Gone/);
  });

  test('of an informer go on over a restart of the server', async () => {
    const list = (): Promise<KubernetesListObject<V1ConfigMap>> =>
      core.listNamespacedConfigMap({ namespace: session.namespace, labelSelector: 'informed=yes' });
    const informer = makeInformer(
      session.config,
      `/api/v1/namespaces/${session.namespace}/configmaps`,
      list,
      'informed=yes',
    );
    const seen = queue<string>();
    informer.on('add', (object) => seen.put(`add ${object.metadata?.name}`));
    informer.on('update', (object) => seen.put(`update ${object.metadata?.name} ${object.data?.a}`));
    informer.on('delete', (object) => seen.put(`delete ${object.metadata?.name}`));
    // A server that is away for a moment is tried again.
    informer.on('error', () => setTimeout(() => void informer.start(), 50));
    const labelled = (name: string, data: Record<string, string> = {}): V1ConfigMap => {
      const object = map(name, data);
      return { ...object, metadata: { ...object.metadata, labels: { informed: 'yes' } } };
    };
    const create = (name: string): Promise<V1ConfigMap> =>
      core.createNamespacedConfigMap({ namespace: session.namespace, body: labelled(name) });
    await informer.start();
    try {
      await create('before');
      expect(await seen.next()).toBe('add before');
      await session.restart();
      await create('after');
      expect(await seen.next()).toBe('add after');
      await core.replaceNamespacedConfigMap({
        name: 'before',
        namespace: session.namespace,
        body: labelled('before', { a: '1' }),
      });
      expect(await seen.next()).toBe('update before 1');
      await core.deleteNamespacedConfigMap({ name: 'before', namespace: session.namespace });
      expect(await seen.next()).toBe('delete before');
    } finally {
      await informer.stop();
    }
  });
});

describe.skipIf(skipped)('the ports of a pod', () => {
  test('are reached through the API, before anything is exposed', async () => {
    await session.kubectl('run served --image=nginx:1.27 --port=80');
    await session.kubectl('wait --for=condition=Ready pod/served --timeout=180s');
    const forward = new PortForward(session.config);
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const socket = await forward.portForward(session.namespace, 'served', [80], output, errors, input);
    input.write('GET / HTTP/1.1\r\nHost: served\r\nConnection: close\r\n\r\n');
    let answer = '';
    for await (const chunk of output.setEncoding('utf8')) {
      answer += chunk;
      if (answer.includes('Welcome to nginx!')) break;
    }
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    if ('close' in socket) socket.close();
  });

  test('where nobody listens say so', async () => {
    await session.kubectl('run deaf --image=nginx:1.27 --port=80');
    await session.kubectl('wait --for=condition=Ready pod/deaf --timeout=180s');
    const errors = new PassThrough().setEncoding('utf8');
    const told = new Promise<string>((resolve) => errors.once('data', resolve));
    const input = new PassThrough();
    await new PortForward(session.config).portForward(
      session.namespace,
      'deaf',
      [81],
      new PassThrough(),
      errors,
      input,
    );
    input.write('anybody?');
    expect(await told).toContain('connection refused');
  });

  test.runIf(isStandIn)('of a pod that does not run are refused', async () => {
    await session.kubectl([
      'run',
      'waiting',
      '--image=nginx',
      '--overrides={"spec":{"nodeSelector":{"probe":"nowhere"}}}',
    ]);
    await expect(
      new PortForward(session.config).portForward(
        session.namespace,
        'waiting',
        [80],
        new PassThrough(),
        null,
        new PassThrough(),
      ),
    ).rejects.toThrow();
  });
});
