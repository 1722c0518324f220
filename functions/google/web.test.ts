/** The `Web` adapter on the wire: each way in which a cluster's page can fail to be there has its own words. */
import { createServer, type Server } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import { listen } from '../../local/http.ts';
import type { Face } from '../../local/service.ts';
import { serveSockets } from '../../local/sockets.ts';
import { createServerIdentity, type ServerIdentity } from '../../local/tls.ts';
import { seconds } from '../../shared/units.ts';
import { type Outside, outsideWorld } from './outside.ts';
import { createWeb } from './web.ts';

const HOST = 'abcdefgh234567ab.clusters.test';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function served(starting: Server | Promise<Face>): Promise<number> {
  const face = await (starting instanceof Promise ? starting : listen(starting, 0));
  closing.push(face.close);
  return face.port;
}

let known: ServerIdentity | undefined;
const identity = async (): Promise<ServerIdentity> => {
  known ??= await createServerIdentity(HOST, [HOST]);
  return known;
};

const at =
  (port: number, more: Partial<Awaited<ReturnType<Outside>>> = {}): Outside =>
  async (host) => ({ host, address: '127.0.0.1', port, timeoutMs: seconds(5), ...more });

const page = (outside: Outside, host = HOST): Promise<string> =>
  createWeb(outside)
    .page(host, '/a?b=c')
    .then(
      ({ status, text }) => `${status} ${text}`,
      ({ code, detail }: { code?: string; detail?: string }) => `${code} ${detail}`,
    );

test('a page is got by its name, and a redirect is not followed', async () => {
  const { key, certificate, ca } = await identity();
  const port = await served(
    createServer({ key, cert: certificate }, ({ headers, url }, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end(`${headers.host} ${url}`);
    }),
  );
  expect(await page(at(port, { ca }))).toBe(`302 ${HOST}:${port} /a?b=c`);
});

test('a certificate for another name, of somebody else’s, or that has none to verify it is refused', async () => {
  const { key, certificate, ca } = await identity();
  const port = await served(createServer({ key, cert: certificate }, (_, response) => response.end('never')));
  expect(await page(at(port, { ca }), 'other.clusters.test')).toBe(
    'LEAF_UNAVAILABLE other.clusters.test: the certificate is not for this name',
  );
  const { ca: stranger } = await createServerIdentity('stranger', ['stranger']);
  for (const target of [at(port, { ca: stranger }), at(port)]) {
    expect(await page(target)).toBe(`LEAF_UNAVAILABLE ${HOST}: the certificate is not trusted`);
  }
});

test('nobody there, nobody who speaks, and nobody who speaks TLS or HTTP are told apart', async () => {
  const { key, certificate, ca } = await identity();
  const gone = await served(createServer());
  await closing.pop()?.();
  expect(await page(at(gone))).toBe(`LEAF_UNAVAILABLE ${HOST}: the connection was refused`);
  const mute = await served(serveSockets(0, {}, () => undefined));
  expect(await page(at(mute, { timeoutMs: 50 }))).toBe(
    `LEAF_UNAVAILABLE ${HOST}: no TLS handshake within 50 ms`,
  );
  const rude = createServer({ key, cert: certificate });
  rude.on('secureConnection', (socket) => void socket.end('What do you want?\r\n\r\n'));
  rude.removeAllListeners('request');
  expect(await page(at(await served(rude), { ca }))).toBe(`LEAF_UNAVAILABLE ${HOST}: the answer is not HTTP`);
});

test('a page that does not end is not kept', async () => {
  const { key, certificate, ca } = await identity();
  const endless = createServer({ key, cert: certificate }, (_, response) => {
    const more = (): void => {
      while (response.writable && response.write('x'.repeat(64 * 1024)));
    };
    response.on('drain', more);
    more();
  });
  expect(await page(at(await served(endless), { ca }))).toBe(
    `LEAF_UNAVAILABLE ${HOST}: the page is too large`,
  );
});

test('in production a host is where the system finds it, with the public roots', async () => {
  expect(await outsideWorld('abc.example.com')).toMatchObject({
    host: 'abc.example.com',
    timeoutMs: seconds(5),
  });
  expect(await outsideWorld('abc.example.com:8443')).toMatchObject({ host: 'abc.example.com', port: 8443 });
});
