import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askedBy, callAll, callOne } from '../../functions/pachyderm/calls.ts';
import { type GrpcChannel, GrpcRefusal, grpcChannel } from '../../functions/pachyderm/grpc.ts';
import { PERMISSION, RESOURCE } from '../../functions/pachyderm/protos.ts';
import { digestOf } from '../../functions/secrets.ts';
import { hours, minutes } from '../../shared/units.ts';
import { virtualClock } from '../clock.ts';
import { memoryDatabase } from './data.ts';
import { type Pachd, PORTS } from './pachd.ts';
import {
  aPachd,
  connectTo,
  HOST,
  HUB,
  lockedValues,
  ROOT_TOKEN,
  startIssuer,
  type TestIssuer,
} from './testing.ts';

const ADA = 'user:ada@example.com';
const CLUSTER = { type: RESOURCE.CLUSTER };

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

const channelTo = (pachd: Pachd): GrpcChannel => grpcChannel(connectTo(pachd, PORTS.grpc), HOST);

const refusalOf = (call: Promise<unknown>): Promise<{ status: number; message: string }> =>
  call.then(
    () => ({ status: 0, message: 'it was let in' }),
    (error: unknown) => {
      if (!(error instanceof GrpcRefusal)) throw error;
      return { status: error.status, message: error.message };
    },
  );

const bindingsOf = async (channel: GrpcChannel, resource: { type: number; name?: string } = CLUSTER) => {
  const reply = await callOne(channel, 'auth_v2.API/GetRoleBinding', { resource }, askedBy(ROOT_TOKEN));
  return Object.fromEntries(
    Object.entries(reply.binding?.entries ?? {}).map(([who, { roles }]) => [who, Object.keys(roles)]),
  );
};

describe('a pachd locked by its values', () => {
  let pachd: Pachd;
  let channel: GrpcChannel;
  beforeAll(async () => {
    pachd = await aPachd(lockedValues(issuer.url, { [ADA]: ['clusterAdmin'] }));
    channel = channelTo(pachd);
  });
  afterAll(() => {
    channel.close();
    pachd.close();
  });

  const restored = async (subject: string, token: string, lifeMs = minutes(5)): Promise<string> => {
    const expiration = { seconds: (Date.now() + lifeMs) / 1000 };
    const order = { token: { hashedToken: digestOf(token), subject, expiration } };
    await callOne(channel, 'auth_v2.API/RestoreAuthToken', order, askedBy(ROOT_TOKEN));
    return token;
  };

  test('tells its version and its health to anybody', async () => {
    const version = await callOne(channel, 'versionpb_v2.API/GetVersion', {}, askedBy());
    expect(version).toMatchObject({ major: 2, minor: 12, micro: 1, additional: '' });
  });

  test('refuses whoever has no token, a false one, or an expired one', async () => {
    const whoAmI = (token?: string) => callOne(channel, 'auth_v2.API/WhoAmI', {}, askedBy(token));
    expect(await refusalOf(whoAmI())).toEqual({
      status: 16,
      message: 'no authentication token (try logging in)',
    });
    expect(await refusalOf(whoAmI('nonsense'))).toEqual({
      status: 16,
      message: 'provided auth token is corrupted or has expired (try logging in again)',
    });
    expect((await refusalOf(callAll(channel, 'pfs_v2.API/ListRepo', {}, askedBy()))).status).toBe(16);
  });

  test('binds whom the values name and nobody else, but for the default project', async () => {
    expect(await bindingsOf(channel)).toEqual({
      'pach:root': ['clusterAdmin'],
      'internal:auth-server': ['clusterAdmin'],
      [HUB]: ['clusterAdmin'],
      [ADA]: ['clusterAdmin'],
    });
    // Pachyderm does so; whoever wants a cluster locked has to take it back.
    expect(await bindingsOf(channel, { type: RESOURCE.PROJECT, name: 'default' })).toEqual({
      allClusterUsers: ['projectWriter'],
    });
  });

  test('lets a stranger who is signed in do nothing that needs a permission on the cluster', async () => {
    const token = await restored('user:stranger@example.com', 'stranger-token');
    const request = {
      resource: CLUSTER,
      permissions: [PERMISSION.CLUSTER_MODIFY_BINDINGS, PERMISSION.PROJECT_CREATE],
    };
    expect(await callOne(channel, 'auth_v2.API/Authorize', request, askedBy(token))).toMatchObject({
      authorized: false,
      satisfied: [],
      principal: 'user:stranger@example.com',
    });
    const robot = callOne(channel, 'auth_v2.API/GetRobotToken', { robot: 'x', ttl: 5 }, askedBy(token));
    expect(await refusalOf(robot)).toEqual({
      status: 7,
      message:
        'user:stranger@example.com is not authorized to perform this operation - needs permissions [CLUSTER_AUTH_GET_ROBOT_TOKEN] on CLUSTER . Run `pachctl auth roles-for-permission` to find roles that grant a given permission.',
    });
    const self = { resource: CLUSTER, principal: 'user:stranger@example.com', roles: ['clusterAdmin'] };
    expect(
      (await refusalOf(callOne(channel, 'auth_v2.API/ModifyRoleBinding', self, askedBy(token)))).status,
    ).toBe(7);
  });

  test('knows a restored token by its hash, once, until it is revoked', async () => {
    const token = await restored(ADA, 'ada-token');
    const { username } = await callOne(channel, 'auth_v2.API/WhoAmI', {}, askedBy(token));
    expect(username).toBe(ADA);
    expect((await refusalOf(restored(ADA, 'ada-token'))).message).toContain('same hash');
    const revoke = { username: ADA };
    expect(
      (await callOne(channel, 'auth_v2.API/RevokeAuthTokensForUser', revoke, askedBy(ROOT_TOKEN))).number,
    ).toBe(1);
    expect((await refusalOf(callOne(channel, 'auth_v2.API/WhoAmI', {}, askedBy(token)))).status).toBe(16);
  });

  test('takes a token that has less than a second left for one that never ends, as Pachyderm does', async () => {
    const token = await restored(ADA, 'forever-token', 300);
    expect((await callOne(channel, 'auth_v2.API/WhoAmI', {}, askedBy(token))).expiration ?? null).toBeNull();
    expect(await refusalOf(restored(ADA, 'late-token', -5000))).toEqual({
      status: 13,
      message: 'token expiration is in the past',
    });
  });

  test('refuses to be activated again, and to have its root bound otherwise', async () => {
    const roles = { resource: CLUSTER, principal: 'pach:root', roles: [] };
    const answer = await refusalOf(
      callOne(channel, 'auth_v2.API/ModifyRoleBinding', roles, askedBy(ROOT_TOKEN)),
    );
    expect(answer).toEqual({ status: 2, message: 'cannot modify cluster role bindings for pach: users' });
    const unknown = { resource: CLUSTER, principal: 'ada@example.com', roles: [] };
    expect(
      (await refusalOf(callOne(channel, 'auth_v2.API/ModifyRoleBinding', unknown, askedBy(ROOT_TOKEN))))
        .message,
    ).toBe('subject has no prefix, must be of the form <type>:<name>');
  });
});

describe('a pachd over its starts', () => {
  test('drops the bindings that its environment does not name any more, and keeps what is in its database', async () => {
    const database = memoryDatabase();
    const first = await aPachd(lockedValues(issuer.url, { [ADA]: ['clusterAdmin'] }), { database });
    const channel = channelTo(first);
    const grace = { resource: CLUSTER, principal: 'user:grace@example.com', roles: ['repoReader'] };
    await callOne(channel, 'auth_v2.API/ModifyRoleBinding', grace, askedBy(ROOT_TOKEN));
    channel.close();
    first.close();
    const second = await aPachd(lockedValues(issuer.url, { 'user:eve@example.com': ['clusterAdmin'] }), {
      database,
    });
    const again = channelTo(second);
    expect(Object.keys(await bindingsOf(again)).sort()).toEqual(
      ['internal:auth-server', 'pach:root', 'user:eve@example.com', HUB].sort(),
    );
    again.close();
    second.close();
  });

  test('is open once one of its admins has deleted all as pachctl does, and locked again by its next start', async () => {
    const database = memoryDatabase();
    const values = lockedValues(issuer.url, { [ADA]: ['clusterAdmin'] });
    const first = await aPachd(values, { database });
    const channel = channelTo(first);
    const ask = (path: string): Promise<unknown> =>
      channel.call(path, Buffer.alloc(0), { metadata: { 'authn-token': ROOT_TOKEN }, timeoutMs: 5000 });
    await ask('/identity_v2.API/DeleteAll');
    await ask('/auth_v2.API/Deactivate');
    expect(await callAll(channel, 'pfs_v2.API/ListProject', {}, askedBy())).toHaveLength(1);
    expect((await refusalOf(ask('/auth_v2.API/WhoAmI'))).message).toBe('the auth service is not activated');
    channel.close();
    first.close();
    const second = await aPachd(values, { database });
    const again = channelTo(second);
    expect((await refusalOf(callOne(again, 'auth_v2.API/WhoAmI', {}, askedBy()))).status).toBe(16);
    expect((await bindingsOf(again))[ADA]).toEqual(['clusterAdmin']);
    const { connectors } = await callOne(again, 'identity_v2.API/ListIDPConnectors', {}, askedBy(ROOT_TOKEN));
    expect(connectors).toHaveLength(1);
    again.close();
    second.close();
  });

  test('does not start while the provider behind it cannot be asked', async () => {
    const unreachable = async (): Promise<Response> => new Response('away', { status: 503 });
    await expect(aPachd(lockedValues(issuer.url), { fetch: unreachable })).rejects.toThrow(
      'failed to get provider',
    );
  });

  test('without values for auth is open to everybody', async () => {
    const pachd = await aPachd({ pachd: { activateAuth: false } });
    const channel = channelTo(pachd);
    expect(await refusalOf(callOne(channel, 'auth_v2.API/WhoAmI', {}, askedBy()))).toEqual({
      status: 12,
      message: 'the auth service is not activated',
    });
    expect(await callAll(channel, 'pfs_v2.API/ListProject', {}, askedBy())).toHaveLength(1);
    channel.close();
    pachd.close();
  });

  test('2.11 is open without a licence, whatever the values say, and locked with one', async () => {
    const values = lockedValues(issuer.url);
    const open = await aPachd(values, { version: '2.11.6' });
    const openChannel = channelTo(open);
    expect((await refusalOf(callOne(openChannel, 'auth_v2.API/WhoAmI', {}, askedBy()))).status).toBe(12);
    openChannel.close();
    open.close();
    const licensed = { ...values, pachd: { ...values.pachd, enterpriseLicenseKey: 'key' } };
    const locked = await aPachd(licensed, { version: '2.11.6' });
    const channel = channelTo(locked);
    expect((await refusalOf(callOne(channel, 'auth_v2.API/WhoAmI', {}, askedBy()))).status).toBe(16);
    channel.close();
    locked.close();
  });

  test('tokens end by the clock of the cloud', async () => {
    const clock = virtualClock({ startMs: Date.UTC(2026, 0, 1) });
    const pachd = await aPachd(lockedValues(issuer.url), { clock });
    const channel = channelTo(pachd);
    const expiration = { seconds: (clock.now() + hours(1)) / 1000 };
    const order = { token: { hashedToken: digestOf('ada'), subject: ADA, expiration } };
    await callOne(channel, 'auth_v2.API/RestoreAuthToken', order, askedBy(ROOT_TOKEN));
    await clock.runFor(hours(1) + 1000);
    expect(await refusalOf(callOne(channel, 'auth_v2.API/WhoAmI', {}, askedBy('ada')))).toEqual({
      status: 13,
      message: 'token expiration is in the past',
    });
    channel.close();
    pachd.close();
  });
});
