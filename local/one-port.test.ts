/** The port of Firestore, which gRPC and browsers share. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as http2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Opened, openFirestore } from './firestore/testing.ts';
import { serveOnePort } from './one-port.ts';
import type { Face } from './service.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const GET = 'GET /v1/projects/demo/databases/(default)/documents/things/a HTTP/1.1\r\nhost: x\r\n\r\n';

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  closing = [];
});

async function firestore(): Promise<Opened> {
  const opened = await openFirestore();
  closing.push(() => opened.close());
  return opened;
}

/** A port that says which protocol it heard. */
async function told(silentMs?: number): Promise<{ face: Face; heard: string[] }> {
  const heard: string[] = [];
  const take = (name: string) => (socket: Socket) => {
    heard.push(name);
    socket.on('error', () => undefined);
    socket.once('readable', () => socket.end(`${name} ${String(socket.read())}`));
  };
  const face = await serveOnePort(0, {
    http1: take('http1'),
    http2: take('http2'),
    ...(silentMs ? { silentMs } : {}),
  });
  closing.push(() => face.close());
  return { face, heard };
}

function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  return socket;
}

async function all(socket: Socket): Promise<string> {
  let text = '';
  for await (const part of socket.setEncoding('utf8')) text += part;
  return text;
}

/** Sends parts one after the other, each after the one before has left. */
async function trickle(socket: Socket, parts: readonly string[]): Promise<void> {
  for (const part of parts) {
    await new Promise((resolve) => socket.write(part, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('one port', () => {
  test('speaks gRPC and HTTP/1.1 at once', async () => {
    const { db, port } = await firestore();
    await db.doc('things/a').set({ n: 1 });
    const socket = dial(port);
    socket.write(GET.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
    expect(await all(socket)).toContain('"integerValue":"1"');
    expect((await db.doc('things/a').get()).data()).toEqual({ n: 1 });
  });

  test.each([
    ['the preface whole', [PREFACE], 'http2'],
    ['the preface in pieces', [...PREFACE], 'http2'],
    ['a method that begins like it', ['PR', 'OPFIND / HTTP/1.1\r\n\r\n'], 'http1'],
    ['POST', ['P', 'OST / HTTP/1.1\r\n\r\n'], 'http1'],
    ['a preface that ends wrong', [PREFACE.slice(0, -2), 'xx'], 'http1'],
    ['noise', ['\u0000\u0001'], 'http1'],
  ])('knows what it hears: %s', async (_, parts, name) => {
    const { face, heard } = await told();
    const socket = dial(face.port);
    await trickle(socket, parts);
    expect(await all(socket)).toMatch(name);
    expect(heard).toEqual([name]);
  });

  test('loses none of the first bytes', async () => {
    const { face } = await told();
    for (const parts of [[PREFACE], [...PREFACE], [...'POST /']]) {
      const socket = dial(face.port);
      await trickle(socket, parts);
      const answer = await all(socket);
      expect(parts.join('').startsWith(answer.slice('http1 '.length))).toBe(true);
      expect(answer.length).toBeGreaterThan('http1 '.length);
    }
  });

  test('closes whoever says nothing, or leaves before saying anything', async () => {
    const { face, heard } = await told(20);
    expect(await all(dial(face.port))).toBe('');
    const half = dial(face.port);
    half.write('PRI');
    expect(await all(half)).toBe('');
    const ended = dial(face.port);
    ended.end('PR');
    expect(await all(ended)).toBe('');
    const reset = dial(face.port);
    await once(reset, 'connect');
    reset.resetAndDestroy();
    await once(reset, 'close');
    expect(heard).toEqual([]);
  });

  test('is not harmed by noise after the first bytes, in either protocol', async () => {
    const { db, port } = await firestore();
    for (const noise of [
      `${PREFACE}\u0000\u0000`,
      `${PREFACE}${'x'.repeat(1000)}`,
      'GET',
      `${GET.slice(0, -2)}x`,
      '\u0016\u0003\u0001',
    ]) {
      const socket = dial(port);
      socket.end(noise);
      socket.resume();
      await once(socket, 'close');
    }
    await db.doc('things/a').set({ n: 1 });
  });

  test('answers a client that has said all it has to say', async () => {
    const { port } = await firestore();
    const socket = dial(port);
    socket.end(GET);
    expect(await all(socket)).toContain('404');
  });

  test('lets go of everything when it closes', async () => {
    const opened = await openFirestore();
    await opened.db.doc('things/a').set({ n: 1 });
    const session = http2(`http://127.0.0.1:${opened.port}`).on('error', () => undefined);
    const stream = session
      .request({
        ':method': 'POST',
        ':path': '/google.firestore.v1.Firestore/Listen',
        'content-type': 'application/grpc',
      })
      .on('error', () => undefined);
    await once(session, 'remoteSettings');
    const idle = dial(opened.port);
    idle.resume();
    const kept = dial(opened.port);
    kept.write(GET);
    await once(kept, 'data');
    const all = [idle, kept, session, stream];
    const closed = Promise.all(all.map((open) => once(open, 'close')));
    await opened.close();
    await closed;
    // The port is free again.
    const next = createServer();
    await new Promise<void>((resolve, reject) => {
      next.once('error', reject);
      next.listen(opened.port, '127.0.0.1', resolve);
    });
    next.close();
  });
});
