import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { type Duplex, PassThrough } from 'node:stream';
import { buffer, json } from 'node:stream/consumers';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aWorld } from '../../a-world.ts';
import { realClock } from '../../clock.ts';
import type { World } from '../../service.ts';
import { KINDS } from '../kinds.ts';
import type { LeafCluster } from '../leaf-cluster.ts';
import type { LeafEntry, Leaves } from '../leaves.ts';
import { live, made, servedLeaves, TARGET } from '../testing.ts';
import { isReady } from '../workloads.ts';

const TOKEN = 'ya29.a-token';
const world: World = aWorld({ clock: realClock(5000) });

let leaves: Leaves;
let leaf: LeafCluster;
let entry: LeafEntry;
let config: KubeConfig;

/** The program in the pod: it says everything back, and ends when the client does. */
const echo = (socket: Duplex): void => void socket.pipe(socket);

const ready = (name: string): Promise<unknown> =>
  vi.waitUntil(() => isReady(live(leaf, KINDS.Pod, name)), { timeout: 30_000 });

beforeAll(async () => {
  leaves = servedLeaves(world, TOKEN, {
    listener: ({ pod, port }) => (pod.metadata.name === 'echo' && port === 7 ? echo : undefined),
  });
  entry = await leaves.start(TARGET);
  leaf = leaves.findByServer(entry.server) as LeafCluster;
  config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'leaf', server: entry.server, caData: Buffer.from(entry.ca).toString('base64') }],
    users: [{ name: 'hub', token: TOKEN }],
    contexts: [{ name: 'leaf', cluster: 'leaf', user: 'hub' }],
    currentContext: 'leaf',
  });
  made(leaf, KINDS.Pod, {
    metadata: { name: 'echo' },
    spec: { containers: [{ name: 'echo', image: 'echo:1' }] },
  });
  made(leaf, KINDS.Pod, {
    metadata: { name: 'lost' },
    spec: { nodeSelector: { no: 'where' }, containers: [{ name: 'lost', image: 'echo:1' }] },
  });
  await ready('echo');
});
afterAll(() => leaves.close());

const POD = '/api/v1/namespaces/default/pods/echo';
const WEBSOCKET = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': Buffer.alloc(16).toString('base64'),
};

interface Asked {
  path: string;
  protocol?: string;
  headers?: Record<string, string>;
  token?: string;
}

/** A refusal, or the connection that was taken over. */
function ask({ path, protocol = 'v4.channel.k8s.io', headers = WEBSOCKET, token = TOKEN }: Asked) {
  return new Promise<{ status: number; response: IncomingMessage; socket?: Duplex }>((resolve, reject) => {
    const sent = request(`${entry.server}${path}`, {
      ca: entry.ca,
      headers: { ...headers, 'sec-websocket-protocol': protocol, authorization: `Bearer ${token}` },
    });
    sent.on('response', (response) => resolve({ status: response.statusCode ?? 0, response }));
    sent.on('upgrade', (response, socket) => resolve({ status: response.statusCode ?? 0, response, socket }));
    sent.on('error', reject);
    sent.end();
  });
}

describe('a port of a pod', () => {
  test('carries bytes of any number to whoever listens, and back', async () => {
    const sent = randomBytes(300_000);
    const [input, output] = [new PassThrough(), new PassThrough()];
    const socket = await new PortForward(config).portForward('default', 'echo', [7], output, null, input);
    input.write(sent);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of output as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= sent.length) break;
    }
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
    if ('close' in socket) socket.close();
  });

  test('where nobody listens says so on the channel for errors', async () => {
    const errors = new PassThrough();
    await new PortForward(config).portForward(
      'default',
      'echo',
      [8],
      new PassThrough(),
      errors,
      new PassThrough(),
    );
    const [said] = (await errors.take(1).toArray()) as Buffer[];
    expect(String(said)).toMatch(/error forwarding port 8 to pod echo.*connection refused/);
  });

  test('has a pod whose programs are known: a web server shows its page', async () => {
    made(leaf, KINDS.Pod, {
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'web', image: 'docker.io/library/nginx:1.27' }] },
    });
    await ready('web');
    const [input, output] = [new PassThrough(), new PassThrough()];
    await new PortForward(config).portForward('default', 'web', [80], output, null, input);
    input.write('GET / HTTP/1.1\r\nHost: web\r\n\r\n');
    expect(String(((await output.take(1).toArray()) as Buffer[])[0])).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('a connection is not taken over', () => {
  test.each<[string, Asked, number, string]>([
    [
      'without a token that is good',
      { path: `${POD}/portforward?ports=7`, token: 'wrong' },
      401,
      'Unauthorized',
    ],
    ['for a pod that is not there', { path: `${POD}-not/portforward?ports=7` }, 404, 'not found'],
    [
      'for a pod that does not run',
      { path: POD.replace('echo', 'lost/portforward?ports=7') },
      400,
      'not running',
    ],
    ['for no port', { path: `${POD}/portforward` }, 400, '"ports" is required'],
    ['for what is no port', { path: `${POD}/portforward?ports=70000` }, 400, '"ports" is required'],
    [
      'in a protocol that nobody knows',
      { path: `${POD}/portforward?ports=7`, protocol: 'smoke' },
      400,
      'smoke',
    ],
    [
      'for a program',
      { path: `${POD}/exec?command=ls`, protocol: 'v5.channel.k8s.io' },
      400,
      'it is a stand-in',
    ],
    [
      'for another resource',
      { path: '/api/v1/namespaces/default/services/kubernetes/portforward' },
      404,
      'could not find',
    ],
    [
      'for h2c',
      { path: `${POD}/portforward?ports=7`, headers: { connection: 'Upgrade', upgrade: 'h2c' } },
      400,
      'Upgrade request required',
    ],
  ])('%s', async (_why, asked, code, message) => {
    const { status, response } = await ask(asked);
    expect(status).toBe(code);
    expect(await json(response)).toMatchObject({
      kind: 'Status',
      code,
      message: expect.stringContaining(message),
    });
  });
});

describe('a client that does not keep to the protocol', () => {
  test.each([
    ['frames without a mask', Buffer.from([0x82, 0x01, 0x00])],
    ['a message without end', Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ])('%s ends the connection, not the server', async (_what, bytes) => {
    const { socket } = await ask({ path: `${POD}/portforward?ports=7` });
    socket?.write(bytes);
    await buffer(socket as Duplex).catch(() => undefined);
    expect((await ask({ path: `${POD}/portforward?ports=7` })).status).toBe(101);
  });

  test('what is no SPDY ends the connection, not the server', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };
    const { status, socket } = await ask({ path: `${POD}/portforward`, headers });
    expect(status).toBe(101);
    // A SYN_STREAM whose headers are no headers.
    socket?.write(Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]));
    await buffer(socket as Duplex).catch(() => undefined);
    expect((await ask({ path: `${POD}/portforward?ports=7` })).status).toBe(101);
  });
});
