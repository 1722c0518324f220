import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Duplex, duplexPair } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { memoryDatabase } from '../../local/pachd/data.ts';
import { type Pachd, PORTS } from '../../local/pachd/pachd.ts';
import {
  aPachd,
  connectTo,
  HOST,
  HUB,
  lockedValues,
  ROOT_TOKEN,
  reachOf,
  startIssuer,
  type TestIssuer,
} from '../../local/pachd/testing.ts';
import { seededRandom } from '../../local/random.ts';
import { AppError } from '../../shared/errors.ts';
import { minutes } from '../../shared/units.ts';
import { systemClock } from '../google/clock.ts';
import { digestOf } from '../secrets.ts';
import { askedBy, callOne } from './calls.ts';
import { openPachyderm } from './client.ts';
import { type GrpcChannel, grpcChannel } from './grpc.ts';
import { requireLocked } from './locked.ts';
import { type Bindings, bindingsOf, type Member } from './members.ts';
import type { LockClaim, LockProof, Pachyderm } from './pachyderm.ts';
import { RESOURCE } from './protos.ts';
import type { Reach } from './reach.ts';

const OWNER = 'ada@example.com';
const MEMBERS: Member[] = [{ email: OWNER, role: 'owner' }];
const BINDINGS = bindingsOf(MEMBERS, HUB);

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0).reverse()) close();
  issuer.person = { email: OWNER };
});

const clock = systemClock(1);
const random = seededRandom(11);

async function reached(reach: Reach): Promise<Pachyderm> {
  const pachyderm = await openPachyderm(reach, { clock, random });
  open.push(() => pachyderm.close());
  return pachyderm;
}

async function started(...args: Parameters<typeof aPachd>): Promise<Pachd> {
  const pachd = await aPachd(...args);
  open.push(() => pachd.close());
  return pachd;
}

const locked = () => lockedValues(issuer.url, { [`user:${OWNER}`]: ['clusterAdmin'] });

const claim = (more: Partial<LockClaim> = {}): LockClaim => ({
  version: '2.12.1',
  owner: OWNER,
  bindings: BINDINGS,
  issuer: issuer.url,
  ...more,
});

const failures = ({ checks }: LockProof) =>
  Object.fromEntries(checks.filter(({ ok }) => !ok).map(({ check, reason }) => [check, reason]));

const entriesOf = async (pachd: Pachd, resource: { type: number; name?: string }): Promise<string[]> => {
  const channel = grpcChannel(connectTo(pachd, PORTS.grpc), HOST);
  open.push(() => channel.close());
  const reply = await callOne(channel, 'auth_v2.API/GetRoleBinding', { resource }, askedBy(ROOT_TOKEN));
  return Object.keys(reply.binding?.entries ?? {});
};

/** A session of that person's, as they get it by signing in. */
async function sessionOf(pachyderm: Pachyderm, email: string): Promise<string> {
  issuer.person = { email };
  return pachyderm.signIn(issuer.authorize);
}

describe('signing in as Hub itself', () => {
  test('needs no token before, and gives a session that can be ended', async () => {
    const pachyderm = await reached(reachOf(await started(locked())));
    const token = await sessionOf(pachyderm, 'hub@hub.test');
    expect(await pachyderm.whoAmI(token)).toMatchObject({ known: true, username: HUB });
    await pachyderm.signOut(token);
    expect(await pachyderm.whoAmI(token)).toMatchObject({ known: false });
    await pachyderm.signOut(token);
  });

  test.each([HOST, `http://${HOST}`, 'https://elsewhere.hub.test'])(
    'is refused where pachd sends people to %s and not to its address',
    async (userAccessibleOauthIssuerHost) => {
      const { oidc, ...values } = locked();
      const pachd = await started({
        ...values,
        oidc: { ...oidc, issuerURI: `https://${HOST}/dex`, userAccessibleOauthIssuerHost },
        proxy: { enabled: true, host: HOST },
      });
      const pachyderm = await reached(reachOf(pachd));
      await expect(sessionOf(pachyderm, 'hub@hub.test')).rejects.toMatchObject({ code: 'PRODUCT_REFUSED' });
    },
  );

  test('with a code that the issuer did not give is refused', async () => {
    const pachyderm = await reached(reachOf(await started(locked())));
    const forged = async (request: URL): Promise<URL> => {
      const back = new URL(request.searchParams.get('redirect_uri') ?? '');
      back.search = String(
        new URLSearchParams({ code: 'x', state: request.searchParams.get('state') ?? '' }),
      );
      return back;
    };
    await expect(pachyderm.signIn(forged)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
  });
});

describe('a Pachyderm that was installed as Hub does', () => {
  test('is locked once the members are set, and not before: the default project is everybody’s', async () => {
    const pachyderm = await reached(reachOf(await started(locked())));
    const hub = await sessionOf(pachyderm, 'hub@hub.test');
    expect(failures(await pachyderm.proveLocked(hub, claim()))).toEqual({
      'a stranger is refused': 'whoever signs in has the permissions 402, 403',
      'nobody else is bound': 'everybody who signs in is bound',
    });
    await pachyderm.setMembers(hub, BINDINGS);
    const proof = await pachyderm.proveLocked(hub, claim());
    expect(failures(proof)).toEqual({});
    expect(proof).toMatchObject({ locked: true });
    expect(proof.checks).toHaveLength(8);
    requireLocked(proof);
  });

  test('is locked without an owner too, as a spare is', async () => {
    const pachyderm = await reached(reachOf(await started(lockedValues(issuer.url))));
    const bindings = bindingsOf([], HUB);
    await pachyderm.setMembers(ROOT_TOKEN, bindings);
    const { owner: _, ...ownerless } = claim({ bindings });
    const proof = await pachyderm.proveLocked(ROOT_TOKEN, ownerless);
    expect(failures(proof)).toEqual({});
    expect(proof.checks.map(({ check }) => check)).not.toContain('the owner is accepted');
  });

  test('leaves no token of its own behind by proving', async () => {
    const database = memoryDatabase();
    const pachd = await started(locked(), { database });
    const pachyderm = await reached(reachOf(pachd));
    await pachyderm.proveLocked(ROOT_TOKEN, claim());
    expect(Object.values(database.load()?.tokens ?? {})).toEqual([{ subject: 'pach:root' }]);
  });
});

test('a pachd without a gateway before it tells strangers what it must not', async () => {
  const pachyderm = await reached(reachOf(await started(locked())));
  expect(await pachyderm.findLeak()).toMatch(
    /^auth_v2.API\/GetOIDCLogin answers strangers; proxy.API\/Listen answers strangers; /,
  );
});

describe('what an owner made', () => {
  /** As any cluster admin may. */
  async function restored(pachd: Pachd, admin: string, subjects: readonly string[]): Promise<void> {
    const channel = grpcChannel(connectTo(pachd, PORTS.grpc), HOST);
    open.push(() => channel.close());
    for (const subject of subjects) {
      const token = { hashedToken: digestOf(subject), subject } as never;
      await callOne(channel, 'auth_v2.API/RestoreAuthToken', { token }, askedBy(admin));
    }
  }
  const SUBJECTS = [HUB, `user:${OWNER}`, 'internal:auth-server', 'robot:spy', 'pach:root'];

  test('ends with them, but for the root token, which ends at the next start', async () => {
    const database = memoryDatabase();
    const pachd = await started(locked(), { database });
    const pachyderm = await reached(reachOf(pachd));
    await restored(pachd, await sessionOf(pachyderm, OWNER), SUBJECTS);
    const hub = await sessionOf(pachyderm, 'hub@hub.test');
    await pachyderm.setMembers(hub, BINDINGS);
    await pachyderm.disown(hub, BINDINGS);
    const left = async (there: Pachyderm): Promise<string[]> => {
      const known = await Promise.all(SUBJECTS.map(async (subject) => (await there.whoAmI(subject)).known));
      return SUBJECTS.filter((_, index) => known[index]);
    };
    expect(await left(pachyderm)).toEqual(['pach:root']);
    expect(await pachyderm.whoAmI(hub)).toMatchObject({ known: false });
    await pachd.close();
    expect(await left(await reached(reachOf(await started(locked(), { database }))))).toEqual([]);
  });
});

describe('a Pachyderm that is not locked tells why', () => {
  const proofOf = async (pachd: Pachd, more: Partial<LockClaim> = {}): Promise<LockProof> =>
    (await reached(reachOf(pachd))).proveLocked(ROOT_TOKEN, claim(more));

  test('another version, another owner, somebody too many', async () => {
    const values = lockedValues(issuer.url, {
      [`user:${OWNER}`]: ['clusterAdmin'],
      'user:eve@example.com': ['repoReader'],
    });
    const proof = await proofOf(await started(values), { version: '2.12.2', owner: 'grace@example.com' });
    expect(failures(proof)).toMatchObject({
      version: 'it is 2.12.1, not 2.12.2',
      'the owner is accepted': expect.stringContaining('the owner lacks the permissions'),
    });
    expect(() => requireLocked(proof)).toThrow(expect.objectContaining({ code: 'LOCK_FAILED' }));
  });

  test('the mock login, where the values left it on', async () => {
    const { pachd, proxy } = locked();
    const proof = await proofOf(await started({ ...(pachd && { pachd }), ...(proxy && { proxy }) }));
    expect(failures(proof)).toMatchObject({
      'the mock login is refused': 'admin with the password of the chart is let in',
      'only Hub signs people in': 'the connector is of type mockPassword',
      'nobody else is bound': 'everybody who signs in is bound',
    });
  });

  test('the mock login beside Hub’s', async () => {
    const values = locked();
    const mock = {
      id: 'test',
      name: 'test',
      type: 'mockPassword',
      config: { username: 'admin', password: 'changed' },
    };
    const both = {
      ...values,
      oidc: { ...values.oidc, upstreamIDPs: [...(values.oidc?.upstreamIDPs ?? []), mock] },
    };
    expect(failures(await proofOf(await started(both)))).toMatchObject({
      'the mock login is refused': expect.stringContaining('choice of logins'),
      'only Hub signs people in': 'there are 2 connectors, not one',
    });
  });

  test('unverified addresses, or another issuer', async () => {
    const values = locked();
    const lax = { ...values, oidc: { ...values.oidc, requireVerifiedEmail: false } };
    expect(failures(await proofOf(await started(lax)))).toMatchObject({
      'only Hub signs people in': 'unverified e-mail addresses are accepted',
    });
    expect(failures(await proofOf(await started(values), { issuer: 'https://hub.example' }))).toMatchObject({
      'only Hub signs people in': 'the connector names another issuer',
      'the mock login is refused': 'it leads to another provider than Hub',
    });
  });

  test('no authentication at all', async () => {
    const pachd = await started({ pachd: { activateAuth: false } });
    const pachyderm = await reached(reachOf(pachd));
    expect(await pachyderm.whoAmI()).toMatchObject({ known: false, reason: expect.stringContaining('12') });
    const proof = await proofOf(pachd);
    expect(proof).toMatchObject({ locked: false });
    expect(failures(proof)).toMatchObject({
      'anonymous is refused': 'authentication is not active',
      'the owner is accepted': 'not tried, since anybody comes in',
    });
  });
});

describe('members', () => {
  const DEFAULT = { type: RESOURCE.PROJECT, name: 'default' };
  const CLUSTER = { type: RESOURCE.CLUSTER };

  test('are set exactly, and again without change', async () => {
    const pachd = await started(locked());
    const pachyderm = await reached(reachOf(pachd));
    const wanted = bindingsOf([...MEMBERS, { email: 'grace@example.com', role: 'editor' }], HUB);
    for (let i = 0; i < 2; i++) {
      await pachyderm.setMembers(ROOT_TOKEN, wanted);
      expect((await entriesOf(pachd, CLUSTER)).sort()).toEqual(
        ['internal:auth-server', 'pach:root', ...Object.keys(wanted)].sort(),
      );
      expect(await entriesOf(pachd, DEFAULT)).toEqual([]);
    }
  });

  test('who is removed loses what was theirs in projects and repositories, and every session', async () => {
    const pachd = await started(locked());
    const pachyderm = await reached(reachOf(pachd));
    const grace = 'grace@example.com';
    await pachyderm.setMembers(ROOT_TOKEN, bindingsOf([...MEMBERS, { email: grace, role: 'editor' }], HUB));
    const token = await sessionOf(pachyderm, grace);
    await createRepo(pachd, token, 'images');
    const repo = { type: RESOURCE.REPO, name: 'default/images' };
    expect(await entriesOf(pachd, repo)).toEqual([`user:${grace}`]);
    await pachyderm.setMembers(ROOT_TOKEN, BINDINGS);
    await pachyderm.revoke(ROOT_TOKEN, grace);
    expect(await entriesOf(pachd, repo)).toEqual([]);
    expect(await pachyderm.whoAmI(token)).toMatchObject({ known: false });
  });

  test('viewers read, editors write, and neither changes who may', async () => {
    const pachd = await started(locked());
    const pachyderm = await reached(reachOf(pachd));
    const people: Member[] = [
      { email: 'vera@example.com', role: 'viewer' },
      { email: 'emil@example.com', role: 'editor' },
    ];
    await pachyderm.setMembers(ROOT_TOKEN, bindingsOf([...MEMBERS, ...people], HUB));
    const viewer = await sessionOf(pachyderm, 'vera@example.com');
    const editor = await sessionOf(pachyderm, 'emil@example.com');
    await createRepo(pachd, editor, 'images');
    await expect(createRepo(pachd, viewer, 'more')).rejects.toMatchObject({ status: 7 });
    for (const token of [viewer, editor]) {
      await expect(pachyderm.setMembers(token, BINDINGS)).rejects.toMatchObject({ code: 'BUG' });
      const still = bindingsOf(
        [...MEMBERS, ...people.map((one) => ({ ...one, role: 'owner' as const }))],
        HUB,
      );
      await expect(pachyderm.setMembers(token, still)).rejects.toMatchObject({ code: 'PRODUCT_REFUSED' });
    }
  });

  test('cannot be set so that Hub is locked out', async () => {
    const pachyderm = await reached(reachOf(await started(locked())));
    const hub = await sessionOf(pachyderm, 'hub@hub.test');
    const without: Bindings = { [`user:${OWNER}`]: ['clusterAdmin'] };
    await expect(pachyderm.setMembers(hub, without)).rejects.toMatchObject({ code: 'BUG' });
  });
});

async function createRepo(pachd: Pachd, token: string, name: string): Promise<void> {
  const { pachdProtos } = await import('../../local/pachd/protos.ts');
  const type = pachdProtos().lookupType('pfs_v2.CreateRepoRequest');
  const channel: GrpcChannel = grpcChannel(connectTo(pachd, PORTS.grpc), HOST);
  open.push(() => channel.close());
  const message = type.encode(type.fromObject({ repo: { name, type: 'user' } })).finish();
  await channel.call('/pfs_v2.API/CreateRepo', message, {
    metadata: { 'authn-token': token },
    timeoutMs: 10_000,
  });
}

describe('tokens for pachctl', () => {
  test('are known by their hash and end; registering again is no error', async () => {
    const pachyderm = await reached(reachOf(await started(locked())));
    const expiresAt = clock.now() + minutes(30);
    const order = { hash: digestOf('made-by-hub'), email: OWNER, expiresAt };
    await pachyderm.registerToken(ROOT_TOKEN, order);
    await pachyderm.registerToken(ROOT_TOKEN, order);
    const who = await pachyderm.whoAmI('made-by-hub');
    expect(who).toMatchObject({ known: true, username: `user:${OWNER}` });
    expect(who.known && Math.abs((who.expiresAt ?? 0) - expiresAt)).toBeLessThan(minutes(2));
  });

  test('with hardly any life left, which pachd would take for an endless one, or with too much, are a bug', async () => {
    const pachyderm = await reached(reachOf(await started(locked())));
    for (const lifeMs of [0, 400, minutes(61), Number.NaN]) {
      const order = { hash: digestOf('x'), email: OWNER, expiresAt: clock.now() + lifeMs };
      await expect(pachyderm.registerToken(ROOT_TOKEN, order)).rejects.toMatchObject({ code: 'BUG' });
    }
    const plain = { hash: 'made-by-hub', email: OWNER, expiresAt: clock.now() + minutes(5) };
    await expect(pachyderm.registerToken(ROOT_TOKEN, plain)).rejects.toMatchObject({ code: 'BUG' });
  });
});

describe('faults', () => {
  /** Everything an error shows to whoever prints it. */
  const printed = (error: unknown): string => {
    const { message = '', stack = '', cause, detail } = error as AppError;
    return [message, stack, detail, cause === undefined ? '' : printed(cause), JSON.stringify(error)].join(
      '\n',
    );
  };

  const errorOf = async (call: Promise<unknown>): Promise<AppError> => {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof AppError) return error;
    throw new Error(`not an AppError: ${error}`);
  };

  test('a leaf that cannot be reached, hangs up, or says nothing proves nothing', async () => {
    const away: Reach = { authority: HOST, dial: () => Promise.reject(new Error('connection refused')) };
    expect(await errorOf(openPachyderm(away, { clock, random }))).toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    const hangsUp: Reach = { authority: HOST, dial: async () => brokenStream() };
    const broken = await reached(hangsUp);
    expect(await errorOf(broken.proveLocked('t', claim()))).toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    expect(await errorOf(broken.whoAmI())).toMatchObject({ code: 'LEAF_UNAVAILABLE' });
  });

  test('a stream that takes nothing ends its calls and not the process', async () => {
    const stuck: Duplex[] = [];
    const dial = async (): Promise<Duplex> => {
      // Whoever writes into it is never told that it was taken.
      const stream = new Duplex({ read: () => undefined, write: () => undefined });
      stuck.push(stream);
      return stream;
    };
    const channel = grpcChannel(await dial(), HOST);
    const calls = Array.from({ length: 3 }, () =>
      callOne(channel, 'auth_v2.API/WhoAmI', {}, { timeoutMs: 50 }),
    );
    // The first that is overdue ends the stream; the others may hear of that before their own time is up.
    const refusals = (await Promise.allSettled(calls)).map(
      (call) => call.status === 'rejected' && call.reason.status,
    );
    expect(refusals[0]).toBe(4);
    for (const status of refusals) expect([4, 14]).toContain(status);
    channel.close();
    const [stream] = stuck;
    expect(stream?.destroyed).toBe(true);
    const late = callOne(channel, 'auth_v2.API/WhoAmI', {}, { timeoutMs: 50 });
    await expect(late).rejects.toMatchObject({ status: 14 });
  });

  test('what is no gRPC at all is away, not locked', async () => {
    const pachd = await started(locked());
    const reach: Reach = { authority: HOST, dial: async () => connectTo(pachd, PORTS.identity) };
    const wrong = await reached(reach);
    expect(await errorOf(wrong.proveLocked('t', claim()))).toMatchObject({ code: 'LEAF_UNAVAILABLE' });
  });

  test('an identity server that cannot start proves nothing', async () => {
    const pachd = await started(locked());
    const reach: Reach = {
      authority: HOST,
      dial: async (door) => (door === 'identity' ? brokenStream() : connectTo(pachd, PORTS.grpc)),
    };
    const half = await reached(reach);
    expect(await errorOf(half.proveLocked(ROOT_TOKEN, claim()))).toMatchObject({ code: 'LEAF_UNAVAILABLE' });
  });

  test('tokens, and addresses of people, are in no error', async () => {
    const pachyderm = await reached(reachOf(await started(locked())));
    const canary = 'token-canary-93e1f0';
    const order = { hash: digestOf('x'), email: 'carol@example.com', expiresAt: clock.now() + minutes(5) };
    const viewer = await sessionOf(pachyderm, 'carol@example.com');
    const errors = [
      await errorOf(pachyderm.registerToken(canary, order)),
      await errorOf(pachyderm.setMembers(canary, BINDINGS)),
      await errorOf(pachyderm.revoke(canary, 'carol@example.com')),
      await errorOf(pachyderm.proveLocked(canary, claim())),
      await errorOf(pachyderm.registerToken(viewer, order)),
      await errorOf(pachyderm.revoke(viewer, 'carol@example.com')),
    ];
    for (const error of errors) {
      expect(printed(error)).not.toContain(canary);
      expect(printed(error)).not.toContain(viewer);
      expect(printed(error)).not.toContain('carol@example.com');
    }
  });

  test('a server that repeats the token in its refusal does not bring it into the error', async () => {
    const { createGrpcServer } = await import('../../local/grpc.ts');
    const { ServerCredentials } = await import('@grpc/grpc-js');
    const { ServiceError } = await import('../../local/service.ts');
    const { pachydermProtos } = await import('./protos.ts');
    const echo = createGrpcServer([
      {
        root: pachydermProtos() as Parameters<typeof createGrpcServer>[0][number]['root'],
        name: 'auth_v2.API',
        handlers: {
          revokeAuthTokensForUser: (_request, context) => {
            throw new ServiceError(2, `you sent ${context.header('authn-token')}`);
          },
        },
      },
    ]);
    open.push(() => echo.forceShutdown());
    const injector = echo.createConnectionInjector(ServerCredentials.createInsecure());
    // Sockets: a server cannot say goodbye on another stream, see `grpcChannel`.
    const listener = createServer((socket) => injector.injectConnection(socket)).listen(0, '127.0.0.1');
    open.push(() => listener.close());
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const dial = async (): Promise<Duplex> => connect(port, '127.0.0.1');
    const pachyderm = await reached({ authority: HOST, dial });
    const error = await errorOf(pachyderm.revoke('token-canary-93e1f0', OWNER));
    expect(error.code).toBe('PRODUCT_REFUSED');
    expect(error.detail).toContain('you sent [secret]');
    expect(printed(error)).not.toContain('canary');
  });
});

function brokenStream(): Duplex {
  const [near, far] = duplexPair();
  near.on('error', () => undefined);
  far.on('error', () => undefined);
  far.once('data', () => {
    far.destroy();
    near.destroy(new Error('socket hang up'));
  });
  return near;
}
