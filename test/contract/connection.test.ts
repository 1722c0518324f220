/**
 * A connection that is lost while nobody looks: no end of it reaches the client, as where an instance was frozen meanwhile. Google's clients,
 * given the options that they have in the product, find out by themselves and open another one.
 */
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { ClusterManagerClient } from '@google-cloud/container';
import { Firestore } from '@google-cloud/firestore';
import { PubSub } from '@google-cloud/pubsub';
import { PassThroughClient } from 'google-auth-library';
import { afterEach, expect, test } from 'vitest';
import { grpcOptions, KEEPALIVE } from '../../functions/google/channel.ts';
import { createDocuments, DEADLINES_MS } from '../../functions/google/documents.ts';
import { createMessages } from '../../functions/google/messages.ts';
import { aWorld } from '../../local/a-world.ts';
import { realClock } from '../../local/clock.ts';
import { createComputeModel } from '../../local/compute/model.ts';
import { createContainerModel } from '../../local/container/model.ts';
import { serveContainer } from '../../local/container/server.ts';
import { createFirestore } from '../../local/firestore/model.ts';
import { serveFirestore } from '../../local/firestore/server.ts';
import { servePubsub } from '../../local/pubsub/server.ts';
import { seconds } from '../../shared/units.ts';

/** The same two, with shorter times: what is waited for is the client, not the clock. */
const SHORT: typeof KEEPALIVE = { 'grpc.keepalive_time_ms': 200, 'grpc.keepalive_timeout_ms': 300 };

const opened: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** In front of a stand-in. @returns where, and what makes all that is connected now lost to both sides, without a word */
async function silentProxy(port: number): Promise<{ address: string; lose(): void; connections(): number }> {
  const live = new Set<{ lost: boolean }>();
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const line = { lost: false };
    live.add(line);
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => line.lost || to.write(data));
      from.on('error', () => undefined);
      from.on('close', () => line.lost || to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    address: `127.0.0.1:${(server.address() as { port: number }).port}`,
    lose: () => {
      for (const line of live) line.lost = true;
    },
    connections: () => live.size,
  };
}

const aWorldNow = () => aWorld({ projectId: 'demo', clock: realClock() });

/** Each makes one call to the product's adapter, or to the client where that has no more to say. */
const CLIENTS: Record<
  string,
  () => Promise<{ proxy: Awaited<ReturnType<typeof silentProxy>>; call(): Promise<unknown> }>
> = {
  async Firestore() {
    const world = aWorldNow();
    const face = await serveFirestore(world, 0, { model: createFirestore(world) });
    opened.push(() => face.close());
    const proxy = await silentProxy(face.port);
    const client = new Firestore({
      projectId: 'demo',
      ...(await grpcOptions(proxy.address, SHORT)),
      ssl: false,
    });
    opened.push(() => client.terminate());
    const documents = createDocuments(client, DEADLINES_MS.http);
    return { proxy, call: () => documents.get('clusters/none') };
  },
  async 'Pub/Sub'() {
    const pubsub = await servePubsub(aWorldNow(), 0);
    opened.push(() => pubsub.close());
    pubsub.model.ensureTopic('topic');
    const proxy = await silentProxy(pubsub.port);
    const client = new PubSub({ projectId: 'demo', ...(await grpcOptions(proxy.address, SHORT)) });
    opened.push(() => client.close());
    const messages = createMessages(client);
    return { proxy, call: () => messages.publish('topic', {}) };
  },
  async 'Kubernetes Engine'() {
    const world = aWorldNow();
    const model = createContainerModel(world, {
      compute: createComputeModel(world),
      leaves: { start: async () => ({ server: '127.0.0.1:6443', ca: 'PEM' }), stop: async () => undefined },
    });
    const face = await serveContainer(world, 0, model);
    opened.push(() => face.close());
    const proxy = await silentProxy(face.port);
    const options = await grpcOptions(proxy.address, SHORT);
    const client = new ClusterManagerClient({
      projectId: 'demo',
      ...options,
      authClient: new PassThroughClient(),
    });
    opened.push(() => client.close());
    const ask = () =>
      client.listClusters({ parent: 'projects/demo/locations/-' }, { timeout: 8000, retry: null });
    // Repeating is the engine's business there; the call that meets the loss is the one that it repeats.
    return { proxy, call: () => ask().catch(ask) };
  },
};

test.each(Object.entries(CLIENTS))(
  'the client of %s goes on over another connection',
  { timeout: seconds(60) },
  async (_name, start) => {
    process.env.METADATA_SERVER_DETECTION = 'none';
    const { proxy, call } = await start();
    await call();
    const before = proxy.connections();
    proxy.lose();
    await call();
    expect(proxy.connections()).toBeGreaterThan(before);
  },
);

test('a lost connection is found out within the shortest time that a call may take, whatever client it is', async () => {
  expect(KEEPALIVE['grpc.keepalive_timeout_ms']).toBeLessThan(DEADLINES_MS.http / 2);
  expect(await grpcOptions()).toEqual(KEEPALIVE);
  const ports = readFileSync(new URL('../../functions/real-ports.ts', import.meta.url), 'utf8');
  const made = ports.match(/new (Firestore|PubSub|ClusterManagerClient)\(/g) ?? [];
  expect(made).toHaveLength(Object.keys(CLIENTS).length);
  expect(ports.match(/grpcOptions\(local\?\./g)).toHaveLength(made.length);
});
