/** What nobody should send: every answer is an error of Google's form, and the service goes on. */
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AnAuth, anAuth, PASSWORD, PROJECT } from './an-auth.ts';

let service: AnAuth;
let tokens: { idToken: string; refreshToken: string };
beforeAll(async () => {
  service = await anAuth();
  const ada = { email: 'ada@example.com', password: PASSWORD };
  tokens = (await service.client('signInWithPassword', ada)).body;
});
afterAll(() => service.close());

/** Always the same, so that a failure can be found again. */
const RUNS = { seed: 20_260_101, numRuns: 3000 };

const IDENTITY = '/identitytoolkit.googleapis.com';
const CLIENT = `${IDENTITY}/v1/accounts`;
const SERVER = `${IDENTITY}/v1/projects/${PROJECT}`;
const PATHS = [
  ...[
    'signUp signInWithPassword signInWithCustomToken signInWithIdp signInWithEmailLink lookup update delete sendOobCode',
    'resetPassword createAuthUri sendVerificationCode',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `${CLIENT}:${name}?key=k`),
  ...[
    '',
    ':lookup',
    ':update',
    ':delete',
    ':batchCreate',
    ':batchDelete',
    ':batchGet',
    ':query',
    ':sendOobCode',
  ].map((name) => `${SERVER}/accounts${name}`),
  `${SERVER}:createSessionCookie`,
  `${IDENTITY}/v2/projects/${PROJECT}/config`,
  `${IDENTITY}/v2/projects/${PROJECT}/tenants/x/accounts:lookup`,
  '/securetoken.googleapis.com/v1/token?key=k',
  '/oauth2.googleapis.com/token',
  `/emulator/v1/projects/${PROJECT}/config`,
  '/emulator/action?mode=resetPassword&oobCode=x',
  '/iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/x:signBlob',
  '/nowhere',
];

/** Names that mean something, so that the fields are read at all, with values that mean something or nothing. */
const field = fc.constantFrom(
  ...'email password idToken localId oobCode requestType newPassword continueUrl postBody requestUri token grant_type'.split(
    ' ',
  ),
  ...'refresh_token displayName photoUrl deleteAttribute deleteProvider customAttributes validSince disableUser'.split(
    ' ',
  ),
  ...'users hashAlgorithm rounds memoryCost passwordHash federatedUserId maxResults nextPageToken expression'.split(
    ' ',
  ),
  ...'linkProviderUserInfo mfa returnOobLink signIn authorizedDomains identifier continueUri providerUserInfo __proto__'.split(
    ' ',
  ),
);
const telling = fc.constantFrom<unknown>(
  'ada',
  'ada@example.com',
  'PASSWORD_RESET',
  'VERIFY_AND_CHANGE_EMAIL',
  'refresh_token',
  'http://localhost/',
  'providerId=google.com&id_token={"sub":"x"}',
  'SCRYPT',
  '{"a":1}',
  'long enough',
  null,
  true,
  -1,
  1e308,
  [{ localId: 'x', passwordHash: 'eA', email: 'x@y' }],
);
const value = fc.oneof(telling, fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }));
const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.dictionary(field, value, { maxKeys: 6 }).map((fields) => JSON.stringify(fields)),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const method = fc.oneof(
  { weight: 6, arbitrary: fc.constant('POST') },
  { weight: 1, arbitrary: fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS') },
);

/** An error as Google words it, or a success; never a fault of the service's own. */
async function requireOrderly(response: Response, what: unknown): Promise<void> {
  const text = await response.text();
  if (response.status >= 500) throw new Error(`${response.status} for ${JSON.stringify(what)}: ${text}`);
  expect(response.headers.get('access-control-allow-origin')).toBeTruthy();
  if (response.status < 400 || text === '') return;
  if (response.headers.get('content-type')?.startsWith('text/html')) return;
  const { error, authEmulator } = JSON.parse(text) as {
    error?: { code: number; message: string };
    authEmulator?: object;
  };
  if (authEmulator) return;
  expect(error).toMatchObject({
    code: response.status,
    message: expect.any(String),
    status: expect.any(String),
    errors: [{ message: expect.any(String), domain: 'global', reason: expect.any(String) }],
  });
}

test('thousands of bodies and methods at every address', async () => {
  const statuses = new Set<number>();
  const request = fc.record({ path: fc.constantFrom(...PATHS), method, body, signedIn: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(request, async ({ path, method: verb, body: given, signedIn }) => {
      const text =
        signedIn && given.startsWith('{"') ? `{"idToken":"${tokens.idToken}",${given.slice(1)}` : given;
      const bodyless = verb === 'GET' || verb === 'HEAD';
      const response = await fetch(service.origin + path, {
        method: verb,
        redirect: 'manual',
        headers: { authorization: 'Bearer owner' },
        ...(bodyless ? {} : { body: text }),
      });
      statuses.add(response.status);
      await requireOrderly(response, { path, verb, text });
    }),
    RUNS,
  );
  // Some of it was good enough to be carried out.
  expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 400, 404]));
}, 300_000);

test('a token with a blank in its signature is none', async () => {
  for (const blank of [' ', '\n', '\t']) {
    const idToken = `${tokens.idToken.slice(0, -20)}${blank}${tokens.idToken.slice(-20)}`;
    expect((await service.client('lookup', { idToken })).body.error.message).toBe('INVALID_ID_TOKEN');
  }
});

test('tokens and codes that were bent', async () => {
  const bent = fc.tuple(fc.nat(), fc.string({ maxLength: 4 }), fc.boolean()).map(([at, junk, cut]) => {
    const token = tokens.idToken;
    const index = at % token.length;
    return token.slice(0, index) + junk + (cut ? '' : token.slice(index + 1));
  });
  await fc.assert(
    fc.asyncProperty(bent, async (idToken) => {
      if (idToken === tokens.idToken) return;
      const { status, body: told } = await service.client('lookup', { idToken });
      // The last letter of a signature holds bits that mean nothing.
      if (status === 200) expect(idToken.slice(0, -1)).toBe(tokens.idToken.slice(0, -1));
      else expect(told.error.message).toMatch(/^(INVALID_ID_TOKEN|MISSING_ID_TOKEN)$/);
      expect((await service.refresh(idToken)).status).toBe(400);
    }),
    { seed: RUNS.seed, numRuns: 300 },
  );
}, 300_000);

test('addresses of all kinds', async () => {
  const segment = fc.oneof(
    fc.webPath(),
    fc.string().map((text) => `/${encodeURIComponent(text)}`),
    fc.constantFrom('//', '/%', '/..;', '/?'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('', IDENTITY, '/emulator/v1/projects', '/emulator/auth'),
      segment,
      async (root, path) => {
        await requireOrderly(await fetch(service.origin + root + path, { redirect: 'manual' }), root + path);
      },
    ),
    { seed: RUNS.seed, numRuns: 500 },
  );
}, 300_000);

/** Writes bytes that no HTTP client would, and reads what comes back until the end. */
const raw = (bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(service.face.port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });

test.each([
  ['no HTTP', 'hello\r\n\r\n'],
  ['a strange version', 'GET / HTTP/9.9\r\n\r\n'],
  ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`],
  ['a target that is none', 'GET http://[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
])('%s', async (_name, bytes) => {
  const answer = await raw(bytes);
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? '')).toMatchObject({
    error: { status: expect.any(String) },
  });
});

test('a body beyond the limit is refused, announced or not', async () => {
  const url = `${service.origin}${CLIENT}:signUp?key=k`;
  const announced = await raw(
    `POST ${CLIENT}:signUp?key=k HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n`,
  );
  expect(announced).toMatch(/^HTTP\/1\.1 400 [\s\S]*Request payload size exceeds the limit/);
  const piece = Buffer.alloc(1024 * 1024, ' ');
  async function* pieces() {
    for (let i = 0; i < 12; i++) yield piece;
  }
  const init = { method: 'POST', body: ReadableStream.from(pieces()), duplex: 'half' } as RequestInit;
  // A client that goes on sending may be cut off before it reads the answer.
  const unannounced = await fetch(url, init).catch(() => undefined);
  if (unannounced) expect(await unannounced.text()).toContain('size exceeds the limit');
  expect((await service.client('signUp', {})).status).toBe(200);
});

test('a browser’s preflight is answered for every method, from any page', async () => {
  const headers = {
    origin: 'https://anywhere.example',
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization,x-firebase-gmpid',
    'access-control-request-private-network': 'true',
  };
  const answer = await fetch(`${service.origin}/emulator/v1/projects/${PROJECT}/config`, {
    method: 'OPTIONS',
    headers,
  });
  expect(answer.status).toBe(204);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': 'https://anywhere.example',
    'access-control-allow-methods': expect.stringContaining('PATCH'),
    'access-control-allow-headers': 'authorization,x-firebase-gmpid',
    'access-control-allow-private-network': 'true',
  });
  const refused = await fetch(`${service.origin}${CLIENT}:lookup?key=k`, {
    method: 'POST',
    body: '{',
    headers,
  });
  expect(refused.headers.get('access-control-allow-origin')).toBe('https://anywhere.example');
});

test('passwords are hashed beside, not before, everything else', async () => {
  const fresh = await anAuth();
  let signedIn = 0;
  const ada = { email: 'ada@example.com', password: PASSWORD };
  const signIns = Array.from({ length: 100 }, () =>
    fresh.client('signInWithPassword', ada).then(({ status }) => {
      signedIn++;
      return status;
    }),
  );
  // One that is asked later overtakes them.
  await fresh.send('/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com');
  expect(signedIn).toBeLessThan(100);
  expect(new Set(await Promise.all(signIns))).toEqual(new Set([200]));
  await fresh.close();
});
