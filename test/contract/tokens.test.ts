/** One suite for both sides of `TokenVerifier`, and for the real one everything a forger would try. */
import { createPublicKey } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { initializeApp } from 'firebase-admin/app';
import { getAuth } from 'firebase-admin/auth';
import { exportSPKI, importX509, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenVerifier, localAppOptions } from '../../functions/google/tokens.ts';
import { silentLog } from '../../functions/log.ts';
import type { TokenVerifier } from '../../functions/tokens.ts';
import { type SigningKey, storedSigningKey } from '../../local/auth/keys.ts';
import { type AuthFace, serveAuth } from '../../local/auth/server.ts';
import { createServiceTokens, verifierFor } from '../../local/auth/service-tokens.ts';
import { realClock } from '../../local/clock.ts';
import { createFaults } from '../../local/faults.ts';
import { listen } from '../../local/http.ts';
import { memoryTokens } from '../../local/memory/tokens.ts';
import { seededRandom } from '../../local/random.ts';
import type { World } from '../../local/service.ts';
import { memoryStore } from '../../local/store.ts';
import { createServerIdentity } from '../../local/tls.ts';
import { AppError } from '../../shared/errors.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';

const PROJECT = 'hub-test';

/** A clock that tests set back and forth, so that a token can be older than it is. */
function shiftedClock() {
  let shiftMs = 0;
  return {
    ...realClock(),
    now: () => Date.now() + shiftMs,
    async at<T>(ms: number, run: () => Promise<T>): Promise<T> {
      shiftMs = ms;
      return run().finally(() => {
        shiftMs = 0;
      });
    },
  };
}

function aWorld(projectId = PROJECT) {
  const random = seededRandom(1);
  const clock = shiftedClock();
  return {
    projectId,
    clock,
    random,
    faults: createFaults({}, random),
    store: memoryStore(),
    log: silentLog,
  } satisfies World;
}

/** What the suite asks of each side: accounts `ada` and `operator`, and ways to spoil their tokens. */
interface Side {
  verifier: TokenVerifier;
  /** Signs in a few seconds ago, so that a revocation now lies after it. */
  signIn(uid: 'ada' | 'grace' | 'operator'): Promise<string>;
  expired(): Promise<string>;
  ofOtherProject(): Promise<string>;
  revoke(uid: string): Promise<void>;
  disable(uid: string): Promise<void>;
  close(): Promise<void>;
}

async function googleSide(): Promise<Side & { face: AuthFace }> {
  const world = aWorld();
  const face = await serveAuth(world, { http: 0, tls: 0 });
  const other = aWorld('other-project');
  // The same keys, so that only the project differs.
  for (const [name, pair] of world.store.table<object>('keys').entries())
    other.store.table('keys').set(name, pair);
  const otherFace = await serveAuth(other, { http: 0, tls: 0 });
  const signInAt = (shown: AuthFace, clock: typeof world.clock, uid: string, ms: number): Promise<string> =>
    clock.at(ms, async () => {
      const user = shown.model.findUser(uid);
      if (!user) throw new Error(`no user ${uid}`);
      user.validSinceS = 0;
      return (await shown.model.signIn(user, 'password')).idToken;
    });
  const change = async (body: object): Promise<void> => {
    const url = `http://127.0.0.1:${face.port}/identitytoolkit.googleapis.com/v1/projects/${PROJECT}/accounts:update`;
    const headers = { authorization: 'Bearer owner' };
    const { ok } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(ok).toBe(true);
  };
  return {
    face,
    verifier: createTokenVerifier(pointedAt(face)),
    signIn: (uid) => signInAt(face, world.clock, uid, seconds(-10)),
    expired: () => signInAt(face, world.clock, 'ada', hours(-2)),
    ofOtherProject: () => signInAt(otherFace, other.clock, 'ada', 0),
    revoke: (uid) => change({ localId: uid, validSince: Math.floor(Date.now() / 1000) }),
    disable: (uid) => change({ localId: uid, disableUser: true }),
    close: async () => void (await Promise.all([face.close(), otherFace.close()])),
  };
}

const pointedAt = (face: AuthFace) => ({
  projectId: PROJECT,
  clock: realClock(),
  local: { authTls: `127.0.0.1:${face.tlsPort}`, ca: face.ca },
});

/** With the requests that its TLS face gets: `POST /v1/…`. */
async function countedSide() {
  const side = await googleSide();
  const requests: string[] = [];
  const count = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage };
    if (request.socket.localPort === side.face.tlsPort) requests.push(`${request.method} ${request.url}`);
  };
  subscribe('http.server.request.start', count);
  const close = async (): Promise<void> => {
    unsubscribe('http.server.request.start', count);
    await side.close();
  };
  return { ...side, requests, options: pointedAt(side.face), close };
}

async function memorySide(): Promise<Side> {
  const tokens = memoryTokens();
  const issue = async (uid: string, from = tokens): Promise<string> =>
    from.issue({
      uid,
      email: `${uid}@example.com`,
      emailVerified: true,
      operator: uid === 'operator',
      signedInAt: new Date(),
    });
  return {
    verifier: tokens,
    signIn: (uid) => issue(uid),
    async expired() {
      const token = await issue('ada');
      tokens.expire(token);
      return token;
    },
    ofOtherProject: () => issue('ada', memoryTokens('other')),
    revoke: async (uid) => tokens.revoke(uid),
    disable: async (uid) => tokens.disable(uid),
    close: async () => undefined,
  };
}

/** The code it is refused with; the token itself must be nowhere in the error. */
async function refusal(verifier: TokenVerifier, token: string): Promise<string> {
  const error = await verifier.verify(token).then(
    (principal) => expect.unreachable(`accepted as ${principal.uid}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  const told = [error.message, error.detail, error.stack, String(error.cause)].join('\n');
  for (const part of token.split('.').filter((text) => text.length > 8)) expect(told).not.toContain(part);
  return error.code;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64url');

describe.each([
  ['google', googleSide],
  ['memory', memorySide],
])('TokenVerifier (%s)', (_name, make) => {
  let side: Side;
  beforeEach(async () => {
    side = await make();
    return () => side.close();
  });

  test('a good token says who it is', async () => {
    const { signedInAt, ...principal } = await side.verifier.verify(await side.signIn('ada'));
    expect(principal).toEqual({
      uid: 'ada',
      email: 'ada@example.com',
      emailVerified: true,
      operator: false,
    });
    expect(Math.abs(Date.now() - (signedInAt?.getTime() ?? 0))).toBeLessThan(minutes(1));
    expect(await side.verifier.verify(await side.signIn('operator'))).toMatchObject({ operator: true });
  });

  test('an expired token is refused as such', async () => {
    expect(await refusal(side.verifier, await side.expired())).toBe('TOKEN_EXPIRED');
  });

  test('a revocation refuses the tokens before it and spares other users', async () => {
    const [ada, grace] = [await side.signIn('ada'), await side.signIn('grace')];
    await side.verifier.verify(ada);
    await side.revoke('ada');
    expect(await refusal(side.verifier, ada)).toBe('TOKEN_REVOKED');
    expect(await side.verifier.verify(grace)).toMatchObject({ uid: 'grace' });
  });

  test('the token of a disabled user is refused', async () => {
    const token = await side.signIn('ada');
    await side.disable('ada');
    expect(await refusal(side.verifier, token)).toBe('TOKEN_REVOKED');
  });

  test('a token of another project is refused', async () => {
    expect(await refusal(side.verifier, await side.ofOtherProject())).toBe('TOKEN_INVALID');
  });

  test.each([
    ['nothing', ''],
    ['a word', 'garbage'],
    ['three letters', 'a.b.c'],
    ['dots', '..'],
    ['a long one', `${'x'.repeat(5000)}.y.z`],
    ['null in base64', 'bnVsbA.bnVsbA.c'],
    [
      'a payload that is no JSON',
      `${base64('{"alg":"RS256","typ":"JWT","kid":"x"}')}.${base64('not JSON')}.c`,
    ],
    ['a payload that is null', `${base64('{"alg":"RS256","kid":"x"}')}.${base64('null')}.c`],
    ['empty objects', 'e30.e30.'],
    ['one never issued', 'local:ada:99'],
  ])('garbage is refused: %s', async (_name, token) => {
    expect(await refusal(side.verifier, token)).toBe('TOKEN_INVALID');
  });
});

describe('a forged token is refused by firebase-admin', () => {
  let world: ReturnType<typeof aWorld>;
  let face: AuthFace;
  let verifier: TokenVerifier;
  let key: SigningKey;
  let foreign: SigningKey;
  beforeAll(async () => {
    world = aWorld();
    face = await serveAuth(world, { http: 0, tls: 0 });
    verifier = createTokenVerifier(pointedAt(face));
    key = await storedSigningKey(world.store, 'id-token', 'unused');
    foreign = await storedSigningKey(memoryStore(), 'id-token', 'foreign');
  });
  afterAll(() => face.close());

  /** What a good token for ada says, a few seconds old but not older than her account. */
  const claims = (changes: { [claim: string]: unknown } = {}): JWTPayload => {
    const nowS = Math.floor(Date.now() / 1000);
    return {
      iss: `https://securetoken.google.com/${PROJECT}`,
      aud: PROJECT,
      sub: 'ada',
      user_id: 'ada',
      auth_time: nowS,
      iat: nowS,
      exp: nowS + 3600,
      email: 'ada@example.com',
      email_verified: true,
      firebase: { identities: {}, sign_in_provider: 'password' },
      ...changes,
    };
  };
  const sign = (payload: JWTPayload, header: object = {}, by = key): Promise<string> =>
    new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header }).sign(by.privateKey);
  const farAhead = (): number => Math.floor(Date.now() / 1000) + 3600;

  const FORGED: [string, () => Promise<string> | string][] = [
    ['alg none', () => new UnsecuredJWT(claims()).encode()],
    [
      'alg none with the id of the key',
      async () => {
        const head = Buffer.from(JSON.stringify({ alg: 'none', kid: key.kid })).toString('base64url');
        return `${head}.${new UnsecuredJWT(claims()).encode().split('.')[1]}.`;
      },
    ],
    ['a good token whose signature was cut off', async () => (await sign(claims())).replace(/\.[^.]+$/, '.')],
    [
      'a good token whose payload was changed',
      async () => {
        const [head, , signature] = (await sign(claims())).split('.');
        const payload = Buffer.from(JSON.stringify(claims({ sub: 'operator', operator: true }))).toString(
          'base64url',
        );
        return [head, payload, signature].join('.');
      },
    ],
    [
      'HS256 with the certificate as its secret',
      () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: key.kid })
          .sign(Buffer.from(key.certificate)),
    ],
    [
      'HS256 with the public key as its secret',
      async () => {
        const spki = await exportSPKI(await importX509(key.certificate, 'RS256', { extractable: true }));
        return new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: key.kid })
          .sign(Buffer.from(spki));
      },
    ],
    ['a foreign key under the id of the real one', () => sign(claims(), {}, foreign)],
    ['a foreign key under its own id', () => sign(claims(), { kid: foreign.kid }, foreign)],
    [
      'a foreign key that the header brings along',
      () => {
        const jwk = createPublicKey(foreign.certificate).export({ format: 'jwk' });
        return sign(claims(), { jwk, x5c: [foreign.certificate] }, foreign);
      },
    ],
    ['an unknown key id', () => sign(claims(), { kid: 'unknown' })],
    ['a key id that every object has', () => sign(claims(), { kid: 'constructor' })],
    ['no key id', () => sign(claims(), { kid: undefined })],
    ['another issuer', () => sign(claims({ iss: 'https://securetoken.google.com/other' }))],
    [
      'the issuer of session cookies',
      () => sign(claims({ iss: `https://session.firebase.google.com/${PROJECT}` })),
    ],
    ['another audience', () => sign(claims({ aud: 'other' }))],
    ['a list of audiences', () => sign(claims({ aud: [PROJECT] }))],
    ['no subject', () => sign(claims({ sub: undefined }))],
    ['an empty subject', () => sign(claims({ sub: '' }))],
    ['issued in the future', () => sign(claims({ iat: farAhead() }))],
    ['signed in in the future', () => sign(claims({ auth_time: farAhead() }))],
    ['no time of sign-in', () => sign(claims({ auth_time: undefined }))],
    ['no end', () => sign(claims({ exp: undefined }))],
    ['not yet valid', () => sign(claims({ nbf: farAhead() }))],
    [
      'a service account’s token',
      () => createServiceTokens(world).mint('hub@x.iam.gserviceaccount.com', PROJECT),
    ],
    [
      'a service account’s key under the claims of a user',
      async () => {
        const service = await storedSigningKey(world.store, 'service-token', 'unused');
        return sign(claims(), { kid: service.kid }, service);
      },
    ],
    [
      'a custom token',
      () =>
        sign(
          {
            ...claims(),
            uid: 'ada',
            iss: 'x@y',
            aud: 'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit',
          },
          { kid: undefined },
        ),
    ],
  ];
  test.each(FORGED)('%s', async (_name, forge) => {
    expect(await refusal(verifier, await forge())).toBe('TOKEN_INVALID');
  });

  test('the builder itself makes a good token, so each refusal is for its one fault', async () => {
    expect(await verifier.verify(await sign(claims()))).toMatchObject({ uid: 'ada', operator: false });
  });

  test("what comes from the future is told by the clock that is given, not by the machine's", async () => {
    const clock = { ...realClock(), now: () => Date.now() - seconds(120) };
    const behind = createTokenVerifier({ ...pointedAt(face), clock });
    expect(await refusal(behind, await sign(claims()))).toBe('TOKEN_INVALID');
    const nowS = Math.floor(Date.now() / 1000);
    const ahead = { ...realClock(), now: () => (nowS + 300) * 1000 };
    const early = sign(claims({ iat: nowS + 240, auth_time: nowS + 240 }));
    expect(await createTokenVerifier({ ...pointedAt(face), clock: ahead }).verify(await early)).toMatchObject(
      {
        uid: 'ada',
      },
    );
  });

  test('a good signature over a user who does not exist is of no use', async () => {
    expect(await refusal(verifier, await sign(claims({ sub: 'nobody' })))).toBe('TOKEN_REVOKED');
  });

  test('custom claims make an operator only if exactly true', async () => {
    expect(await verifier.verify(await sign(claims({ operator: 'true' })))).toMatchObject({
      operator: false,
    });
  });
});

describe('firebase-admin and the Auth stand-in', () => {
  test('the certificates are fetched once for many tokens, and each token costs one lookup', async () => {
    const side = await countedSide();
    const tokens = await Promise.all((['ada', 'grace', 'operator'] as const).map((uid) => side.signIn(uid)));
    for (const token of [...tokens, ...tokens]) await side.verifier.verify(token);
    expect(side.requests.filter((line) => line.includes('/robot/v1/metadata/x509/'))).toHaveLength(1);
    expect(side.requests.filter((line) => line.includes('accounts:lookup'))).toHaveLength(6);
    await side.close();
  });

  test('without the service the answer is UNAVAILABLE, not a verdict on the token', async () => {
    const side = await countedSide();
    const token = await side.signIn('ada');
    const fresh = createTokenVerifier(side.options);
    await side.verifier.verify(token);
    await side.close();
    expect(await refusal(fresh, token)).toBe('UNAVAILABLE');
    expect(await refusal(side.verifier, token)).toBe('UNAVAILABLE');
  });

  test.each([
    [500, 'oops'],
    [403, '{"error":"no"}'],
    [200, 'not json'],
  ])('so it is when the service answers %i %s', async (status, body) => {
    const identity = await createServerIdentity('broken', ['www.googleapis.com', '127.0.0.1']);
    const server = await listen(
      createServer({ key: identity.key, cert: identity.certificate }, (_request, response) => {
        response.writeHead(status).end(body);
      }),
      0,
    );
    const local = { authTls: `127.0.0.1:${server.port}`, ca: identity.ca };
    const side = await googleSide();
    const token = await side.signIn('ada');
    expect(await refusal(createTokenVerifier({ ...pointedAt(side.face), local }), token)).toBe('UNAVAILABLE');
    await Promise.all([server.close(), side.close()]);
  });

  test('a server under another CA is not believed', async () => {
    const [side, other] = [await countedSide(), await countedSide()];
    const token = await side.signIn('ada');
    const local = { ...side.options.local, ca: other.options.local.ca };
    expect(await refusal(createTokenVerifier({ ...side.options, local }), token)).toBe('UNAVAILABLE');
    await Promise.all([side.close(), other.close()]);
  });

  test('the variable that switches signatures off is refused', () => {
    vi.stubEnv('FIREBASE_AUTH_EMULATOR_HOST', '127.0.0.1:1');
    expect(() => createTokenVerifier({ projectId: PROJECT, clock: realClock() })).toThrow(
      'FIREBASE_AUTH_EMULATOR_HOST',
    );
    vi.unstubAllEnvs();
  });

  test('an administrator’s custom token, signed through IAM, is exchanged for an ID token that verifies', async () => {
    const side = await countedSide();
    const app = initializeApp(
      {
        ...localAppOptions(side.options.local),
        projectId: PROJECT,
        serviceAccountId: `hub@${PROJECT}.iam.gserviceaccount.com`,
      },
      'custom-tokens',
    );
    const auth = getAuth(app);
    const exchange = async (token: string) => {
      const url = `http://127.0.0.1:${side.face.port}/identitytoolkit.googleapis.com/v1/accounts:signInWithCustomToken?key=local`;
      return (await fetch(url, { method: 'POST', body: JSON.stringify({ token }) })).json();
    };
    const custom = await auth.createCustomToken('robot', { operator: true });
    const { idToken } = (await exchange(custom)) as { idToken: string };
    expect(await side.verifier.verify(idToken)).toMatchObject({ uid: 'robot', operator: true });
    const [head, payload] = custom.split('.');
    expect(await exchange(`${head}.${payload}.AAAA`)).toMatchObject({
      error: { message: 'INVALID_CUSTOM_TOKEN' },
    });

    // The rest of the SDK's account calls, through the same agent.
    const made = await auth.createUser({
      email: 'made@example.com',
      password: 'long enough',
      displayName: 'Made',
    });
    await auth.setCustomUserClaims(made.uid, { operator: true });
    expect((await auth.getUserByEmail('made@example.com')).customClaims).toEqual({ operator: true });
    expect((await auth.updateUser(made.uid, { disabled: true, displayName: null })).disabled).toBe(true);
    expect((await auth.listUsers()).users.map((user) => user.uid)).toContain(made.uid);
    expect(await auth.generatePasswordResetLink('made@example.com')).toContain('oobCode=');
    await auth.revokeRefreshTokens(made.uid);
    await auth.deleteUser(made.uid);
    await expect(auth.getUser(made.uid)).rejects.toMatchObject({ code: 'auth/user-not-found' });
    const cookie = await auth.createSessionCookie(idToken, { expiresIn: hours(1) });
    expect(await auth.verifySessionCookie(cookie, true)).toMatchObject({ uid: 'robot' });
    await side.close();
  });
});

describe('service accounts’ tokens', () => {
  test('are verified by another process from the public half of the key, for their audience only', async () => {
    const world = aWorld();
    const tokens = createServiceTokens(world);
    const elsewhere = verifierFor(JSON.parse(JSON.stringify(await tokens.publicJwk())));
    const token = await tokens.mint('push@hub-test.iam.gserviceaccount.com', 'https://step');
    const who = { email: 'push@hub-test.iam.gserviceaccount.com' };
    expect(await tokens.verify(token, 'https://step')).toEqual(who);
    expect(await elsewhere.verify(token, 'https://step')).toEqual(who);
    await expect(elsewhere.verify(token, 'https://other')).rejects.toThrow('not valid');
    expect(JSON.stringify(await tokens.publicJwk())).not.toContain('"d"');
  });

  test('are refused when expired, foreign, unsigned or a user’s', async () => {
    const world = aWorld();
    const tokens = createServiceTokens(world);
    const face = await serveAuth(world, { http: 0, tls: 0 });
    const old = await world.clock.at(hours(-2), () => tokens.mint('a@b.c', 'x'));
    const foreign = await createServiceTokens(aWorld()).mint('a@b.c', 'x');
    const unsigned = new UnsecuredJWT({
      iss: 'https://accounts.google.com',
      aud: 'x',
      email: 'a@b.c',
    }).encode();
    const ada = face.model.findUser('ada');
    const user = ada ? (await face.model.signIn(ada, 'password')).idToken : '';
    for (const [token, audience] of [
      [old, 'x'],
      [foreign, 'x'],
      [unsigned, 'x'],
      [user, PROJECT],
      ['', 'x'],
    ] as const) {
      await expect(tokens.verify(token, audience)).rejects.toMatchObject({ code: 16 });
    }
    await face.close();
  });

  test('keep their key across a restart', async () => {
    const world = aWorld();
    const token = await createServiceTokens(world).mint('a@b.c', 'x');
    expect(await createServiceTokens(world).verify(token, 'x')).toEqual({ email: 'a@b.c' });
  });
});
