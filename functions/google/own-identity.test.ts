import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ownIdentity } from './own-identity.ts';

test('a function asks for tokens that tell clusters its address, which RoleBindings name', async () => {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://metadata'));
    response.setHeader('metadata-flavor', 'Google').setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: 'a-token', expires_in: 3600, token_type: 'Bearer' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.close();
  });
  vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
  const client = await ownIdentity(undefined);
  expect((await client.getAccessToken()).token).toBe('a-token');
  const scopes = asked.flatMap(({ searchParams }) => searchParams.get('scopes')?.split(',') ?? []);
  expect(new Set(scopes)).toEqual(
    new Set([
      'https://www.googleapis.com/auth/cloud-platform',
      'https://www.googleapis.com/auth/userinfo.email',
    ]),
  );
});

test('in the embedded cloud the token is the one that is given', async () => {
  expect((await (await ownIdentity('given')).getAccessToken()).token).toBe('given');
});
