import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../http.ts';
import type { Face } from '../service.ts';
import { serveHosting } from './server.ts';

const SETTING = {
  projectId: 'hub-test',
  firestore: '127.0.0.1:4001',
  auth: '127.0.0.1:4004',
  cloudSpeed: 60,
  accounts: [],
};

/** Functions that say who they are, and what they were asked. */
const functions: Record<string, Face> = {};
let hosting: Face;
beforeAll(async () => {
  for (const name of ['api', 'credentials']) {
    const server = createServer((request, response) => response.end(`${name} ${request.url}`));
    functions[name] = await listen(server, 0);
  }
  hosting = await serveHosting(0, (name) => functions[name]?.port ?? 0, SETTING);
});
afterAll(async () => {
  await hosting.close();
  await Promise.all(Object.values(functions).map((face) => face.close()));
});

const get = async (path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${hosting.port}${path}`)).text();

test('credentials are asked of the function that may give them, with the query', async () => {
  const path = '/v1/clusters/abc/credentials?kind=kubeconfig';
  expect(await get(path)).toBe(`credentials ${path}`);
  expect(await get('/v1/clusters/abc')).toBe('api /v1/clusters/abc');
  expect(await get('/v1/clusters?name=/v1/clusters/abc/credentials')).toMatch(/^api /);
});

test('a function that is away is told as such', async () => {
  const answer = await fetch(`http://127.0.0.1:${hosting.port}/oidc/authorize`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ code: 'UNAVAILABLE' });
});

test('every path is the page, but a file that is not there is not: it would be taken for the file, and kept', async () => {
  const of = async (path: string) => {
    const { status, headers } = await fetch(`http://127.0.0.1:${hosting.port}${path}`);
    return { status, type: headers.get('content-type') };
  };
  for (const path of ['/', '/clusters/abc', '/clusters/a.b'])
    expect(await of(path)).toEqual({ status: 200, type: 'text/html;charset=utf-8' });
  for (const path of ['/assets/gone-abc.js', '/assets/gone', '/assets/gone?at=/'])
    expect(await of(path)).toEqual({ status: 404, type: 'text/plain' });
});

test('the console learns where the stand-ins are, at the address at which Hosting says so', async () => {
  expect(JSON.parse(await get('/__/firebase/init.json'))).toMatchObject({
    projectId: 'hub-test',
    hub: { auth: 'http://127.0.0.1:4004', firestore: '127.0.0.1:4001', cloudSpeed: 60 },
  });
});
