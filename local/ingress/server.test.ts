import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../functions/google/clock.ts';
import { openPachyderm } from '../../functions/pachyderm/client.ts';
import { reachByTls, visit } from '../../functions/pachyderm/reach.ts';
import { requireProgram } from '../../test/programs.ts';
import { CONSOLE_PORT, type Pachd, PORTS } from '../pachd/pachd.ts';
import { pachdProtos } from '../pachd/protos.ts';
import {
  aPachd,
  connectTo,
  HOST,
  lockedValues,
  ROOT_TOKEN,
  startIssuer,
  type TestIssuer,
} from '../pachd/testing.ts';
import { seededRandom } from '../random.ts';
import type { Face } from '../service.ts';
import { createServerIdentity, type ServerIdentity } from '../tls.ts';
import { readHello } from './client-hello.ts';
import { type AskedRequest, type Site, serveIngress, type Upstream } from './server.ts';

/** As the product's routes have it; `gateways.test.ts` reads them from objects in a leaf. */
function portOf({ path, headers }: AskedRequest): number {
  if (String(headers['content-type'] ?? '').startsWith('application/grpc')) return PORTS.grpc;
  if (String(headers.authorization ?? '').startsWith('AWS4')) return PORTS.s3;
  if (path.startsWith('/dex')) return PORTS.identity;
  if (path.startsWith('/authorization-code/callback')) return PORTS.callback;
  return path.startsWith('/api/') ? PORTS.http : CONSOLE_PORT;
}

const protocolOf = (port: number): Upstream['protocol'] => (port === PORTS.grpc ? 'h2' : 'http/1.1');

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
requireProgram(hasOpenssl, 'openssl is not installed (apt install openssl)');

const NO_CERTIFICATE = 'b'.repeat(16);
const EMPTY = 'c'.repeat(16);

const options = { clock: systemClock(1), random: seededRandom(3) };

let issuer: TestIssuer;
let pachd: Pachd;
let ingress: Face;
let identity: ServerIdentity;
let denied: (request: AskedRequest) => boolean = () => false;

beforeAll(async () => {
  issuer = await startIssuer();
  pachd = await aPachd(lockedValues(issuer.url));
  identity = await createServerIdentity(HOST, [HOST, `${EMPTY}.hub.test`]);
  const { certificate, key } = identity;
  const nobody = (request: AskedRequest): Upstream => ({
    name: 'nobody',
    protocol: protocolOf(portOf(request)),
    connect: () => undefined,
  });
  const sites: Record<string, Site> = {
    [HOST]: {
      ...{ certificate, key },
      upstream(request) {
        const port = portOf(request);
        if (request.path === '/nowhere') return undefined;
        return { name: String(port), protocol: protocolOf(port), connect: () => connectTo(pachd, port) };
      },
      allows: (request) => !denied(request),
    },
    [`${EMPTY}.hub.test`]: { certificate, key, upstream: nobody },
    [`${NO_CERTIFICATE}.hub.test`]: { upstream: nobody },
  };
  ingress = await serveIngress(0, { siteOf: (host) => sites[host] });
});
afterAll(async () => {
  await ingress.close();
  pachd.close();
  await issuer.close();
});

const reach = (host = HOST, ca = identity.ca) =>
  reachByTls({ host, address: '127.0.0.1', port: ingress.port, ca, timeoutMs: 10_000 });

const handshakeError = (host: string, ca = identity.ca): Promise<string> =>
  reach(host, ca)
    .dial('grpc')
    .then(
      (socket) => {
        socket.destroy();
        return 'it succeeded';
      },
      (error: Error & { code?: string }) => `${error.code} ${error.message}`,
    );

const page = (path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const options = {
      port: ingress.port,
      servername: HOST,
      ca: identity.ca,
      path,
      headers: { host: HOST, ...headers },
    };
    get({ host: '127.0.0.1', ...options }, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text });
    }).on('error', reject);
  });

describe('the handshake', () => {
  test('shows the certificate of the name that is asked for', async () => {
    expect(await handshakeError(HOST)).toBe('it succeeded');
  });

  test('with a name that nobody claims ends in unrecognized_name', async () => {
    expect(await handshakeError('zzzzzzzzzzzzzzzz.hub.test')).toMatch(/unrecognized.name/i);
  });

  test('fails while there is no certificate', async () => {
    expect(await handshakeError(`${NO_CERTIFICATE}.hub.test`)).toMatch(/handshake.failure/i);
  });

  test('fails at a client that trusts another CA', async () => {
    const other = await createServerIdentity('other', ['other']);
    expect(await handshakeError(HOST, other.ca)).toMatch(/verify|self.signed|certificate/i);
  });

  test.skipIf(!hasOpenssl)('works with openssl, which verifies the chain', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ingress-'));
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, identity.ca);
    const args = ['-connect', `127.0.0.1:${ingress.port}`, '-servername', HOST, '-verify_hostname', HOST];
    const running = promisify(execFile)('openssl', [
      ...['s_client', ...args, '-CAfile', ca, '-verify_return_error', '-alpn', 'h2'],
    ]);
    running.child.stdin?.end();
    const { stdout } = await running;
    expect(stdout).toContain('Verify return code: 0 (ok)');
    expect(stdout).toContain('ALPN protocol: h2');
    await rm(folder, { recursive: true });
  });

  test('what is no TLS is closed, and everything goes on', async () => {
    for (const junk of [
      'GET / HTTP/1.1\r\n\r\n',
      '\x16\x03\x01\x00\x05\x01\xff\xff\xff\xff',
      '\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(ingress.port, '127.0.0.1', () => socket.end(Buffer.from(junk, 'latin1')));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
        socket.resume();
      });
    }
    expect(await handshakeError(HOST)).toBe('it succeeded');
  });

  test('of any bytes the reader says what they are, or that more are needed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const hello = readHello(Buffer.concat([Buffer.from([22, 3, 1]), bytes]));
        return hello === null || hello === undefined || typeof hello === 'object';
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  test('a ClientHello that comes byte by byte is read as one that comes at once', async () => {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const { createServer } = await import('node:net');
    const server = createServer((socket) =>
      socket.once('data', (data) => resolve(data)).on('error', () => undefined),
    );
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as { port: number };
    const client = connectTls({ port, host: '127.0.0.1', servername: HOST }).on('error', () => undefined);
    const hello = await promise;
    client.destroy();
    server.close();
    for (let i = 0; i < hello.length; i++) expect(readHello(hello.subarray(0, i))).toBeUndefined();
    expect(readHello(hello)).toEqual({ serverName: HOST });
  });
});

describe('requests', () => {
  test('of gRPC reach pachd: by the client of the product', async () => {
    const pachyderm = await openPachyderm(reach(), options);
    expect(await pachyderm.version()).toEqual({ text: '2.12.1' });
    expect(await pachyderm.whoAmI(ROOT_TOKEN)).toMatchObject({ known: true, username: 'pach:root' });
    expect(await pachyderm.whoAmI()).toMatchObject({ known: false });
    pachyderm.close();
  });

  test('of gRPC reach pachd: by grpc-js with the CA, with its refusals and many at once', async () => {
    const root = pachdProtos();
    const call = (method: string, reply: string, token?: string): Promise<object> => {
      const type = root.lookupType(reply);
      const metadata = new Metadata();
      if (token !== undefined) metadata.set('authn-token', token);
      return new Promise((resolve, reject) =>
        client.makeUnaryRequest(
          method,
          () => Buffer.alloc(0),
          (bytes: Buffer) => type.toObject(type.decode(bytes)),
          {},
          metadata,
          { deadline: Date.now() + 30_000 },
          (error, value) => (error ? reject(error) : resolve(value ?? {})),
        ),
      );
    };
    const client = new Client(`127.0.0.1:${ingress.port}`, credentials.createSsl(Buffer.from(identity.ca)), {
      'grpc.ssl_target_name_override': HOST,
      'grpc.default_authority': HOST,
    });
    const version = await call('/versionpb_v2.API/GetVersion', 'versionpb_v2.Version');
    expect(version).toMatchObject({ major: 2, minor: 12 });
    await expect(call('/auth_v2.API/WhoAmI', 'auth_v2.WhoAmIResponse')).rejects.toMatchObject({
      code: 16,
      details: 'no authentication token (try logging in)',
    });
    await expect(call('/nobody.API/Knows', 'auth_v2.WhoAmIResponse')).rejects.toMatchObject({ code: 12 });
    const many = Array.from({ length: 50 }, () =>
      call('/auth_v2.API/WhoAmI', 'auth_v2.WhoAmIResponse', ROOT_TOKEN),
    );
    for (const who of await Promise.all(many)) expect(who).toMatchObject({ username: 'pach:root' });
    client.close();
  });

  test('of browsers reach the console, dex and the callback', async () => {
    expect((await page('/')).text).toContain('Pachyderm Console');
    expect((await page('/dex/.well-known/openid-configuration')).text).toContain(
      `"issuer":"https://${HOST}/dex"`,
    );
    expect((await page('/authorization-code/callback')).status).toBe(400);
  });

  test('for what the stand-in does not have are answered as such', async () => {
    const s3 = await page('/bucket', { authorization: 'AWS4-HMAC-SHA256 Credential=x' });
    expect(s3).toMatchObject({ status: 501, type: 'application/xml' });
    expect(s3.text).toContain('<Code>NotImplemented</Code>');
    expect(await page('/api/nobody.API/Knows')).toMatchObject({ status: 404, type: 'application/json' });
    expect((await page('/nowhere')).status).toBe(404);
  });

  test('that a policy denies are refused before anything is asked', async () => {
    denied = ({ path }) => path.startsWith('/dex');
    expect(await page('/dex/keys')).toMatchObject({ status: 403, text: 'RBAC: access denied' });
    expect((await page('/')).status).toBe(200);
    denied = () => false;
  });

  test('where nobody serves are answered as a gateway does', async () => {
    const host = `${EMPTY}.hub.test`;
    const reply = await visit(reach(host), 'console', { path: '/', timeoutMs: 10_000 });
    expect(reply).toMatchObject({ status: 503, text: 'no healthy upstream' });
    const pachyderm = await openPachyderm(reach(host), options);
    await expect(pachyderm.version()).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    pachyderm.close();
  });
});
