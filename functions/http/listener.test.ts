/** The API behind the real functions framework, over a real socket. */

/** The API behind the real functions framework, over a real socket. */
import http, { request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { http as register } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClusterReply, clusterReply } from '../../shared/api/clusters.ts';
import { type Problem, problem } from '../../shared/api/problem.ts';
import { apiUnderTest } from '../../test/api.ts';
import { MAX_BODY_BYTES } from './body.ts';
import { guardNextServer } from './body-guard.ts';
import { requestListener } from './listener.ts';

const api = apiUnderTest({ limits: { accountClusters: 1000 } });
const token = api.as('ada');
let server: Server;
let port: number;

beforeAll(async () => {
  register('api', requestListener(api.app));
  guardNextServer();
  server = getTestServer('api');
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

interface Sent {
  body?: string | Buffer;
  headers?: Record<string, string>;
  /** Sends the body in pieces of unknown total. */
  chunked?: boolean;
}

function send<T>(method: string, path: string, { body = '', headers = {}, chunked = false }: Sent = {}) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: T }>((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === '' ? {} : { 'content-type': 'application/json' }),
          ...(body === '' || chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          try {
            const body = JSON.parse(text || 'null') as T;
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          } catch {
            reject(new Error(`not JSON: ${text}`));
          }
        });
      },
    );
    outgoing.on('error', reject);
    const bytes = Buffer.from(body);
    for (let at = 0; at < bytes.length; at += 1000) outgoing.write(bytes.subarray(at, at + 1000));
    outgoing.end();
  });
}

const create = (sent: Sent) => send<ClusterReply & Problem>('POST', '/v1/clusters', sent);

describe('behind the functions framework', () => {
  test.each([false, true])('a cluster is created (chunked: %s)', async (chunked) => {
    const { status, headers, body } = await create({ body: '{"name":"mine"}', chunked });
    expect(status).toBe(202);
    expect(headers.location).toBe(`/v1/clusters/${body.id}`);
    expect(clusterReply.strict().parse(body)).toEqual(body);
    const read = await send<ClusterReply>('GET', `/v1/clusters/${body.id}`);
    expect(read.body.id).toBe(body.id);
    const retried = await send<Problem>('POST', `/v1/clusters/${body.id}:retry`);
    expect(retried.body.code).toBe('NOT_ACCEPTED_IN_STATE');
    const gone = await send<ClusterReply>('DELETE', `/v1/clusters/${body.id}`);
    expect(gone).toMatchObject({ status: 202, body: { state: 'deleting' } });
  });

  test.each<[string, Sent, string]>([
    ['broken JSON', { body: '{"name":' }, 'INVALID_BODY'],
    ['broken JSON in chunks', { body: '{"name":', chunked: true }, 'INVALID_BODY'],
    ['a JSON string', { body: '"x"' }, 'INVALID_BODY'],
    ['no body', {}, 'INVALID_BODY'],
    ['a key twice', { body: '{"name":"a","name":"b"}' }, 'INVALID_BODY'],
    [
      'a broken cloud event',
      { body: '{', headers: { 'content-type': 'application/cloudevents+json' } },
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a form',
      { body: 'name=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['text', { body: '{"name":"a"}', headers: { 'content-type': 'text/plain' } }, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'an unknown charset',
      { body: '{}', headers: { 'content-type': 'application/json; charset=x' } },
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['broken gzip', { body: '{}', headers: { 'content-encoding': 'gzip' } }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an unknown encoding', { body: '{}', headers: { 'content-encoding': 'x' } }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['33 KB', { body: `{"name":"${'x'.repeat(MAX_BODY_BYTES)}"}` }, 'BODY_TOO_LARGE'],
    [
      '33 KB in chunks',
      { body: `{"name":"${'x'.repeat(MAX_BODY_BYTES)}"}`, chunked: true },
      'BODY_TOO_LARGE',
    ],
    ['2 MB in chunks', { body: 'x'.repeat(2_000_000), chunked: true }, 'BODY_TOO_LARGE'],
  ])('%s is a problem like any other', async (_, sent, code) => {
    const { status, headers, body } = await create(sent);
    expect(body.code).toBe(code);
    expect(problem.strict().parse(body)).toEqual(body);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(headers['x-request-id']).toBe(body.instance);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(status).toBe(body.status);
  });

  test('a body that is announced as too large is refused before it comes', async () => {
    const answer = await raw(
      `POST /v1/clusters HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${token}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n',
    );
    expect(answer).toContain('HTTP/1.1 413');
    expect(answer).toContain('"code":"BODY_TOO_LARGE"');
  });

  test.each(['/v1/clusters/%E0%A4%A', '/%', '/v1/%ff/x'])('the address %s is a problem too', async (path) => {
    const { status, body } = await send<Problem>('GET', path);
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'NOT_FOUND' });
  });

  test('a Host header of nonsense is a problem too', async () => {
    const answer = await raw('GET /v1/health HTTP/1.1\r\nHost: a b/@\r\n\r\n');
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('"code":"INVALID_ARGUMENT"');
  });

  test('a caller who hangs up in the middle leaves nothing behind', async () => {
    const { commits } = api.documents.counters;
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /v1/clusters HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${token}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":',
    );
    await new Promise((resolve) => {
      server.once('request', resolve);
    });
    socket.destroy();
    expect((await send('GET', '/v1/health')).status).toBe(200);
    expect(api.documents.counters.commits).toBe(commits);
  });

  test('the guard is for one server: the next one is made as always', () => {
    const plain = http.createServer(() => undefined);
    expect(plain.listeners('request')).toHaveLength(1);
    expect(http.createServer.name).toBe('createServer');
  });
});

/** Sends bytes as they are and reads until the reply is whole. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after: ${answer}`)));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      if (answer.endsWith('}')) {
        socket.destroy();
        resolve(answer);
      }
    });
    socket.write(text);
  });
}
