import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { seconds } from '../../shared/units.ts';
import { remove } from './api.ts';
import { authenticate, impersonated } from './identity.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields } from './objects.ts';
import { answerReview } from './reviews.ts';
import { aLeaf, made, podTemplate, TARGET, type TestLeaf } from './testing.ts';
import { issuerDocument, issuerOf, requestToken } from './tokens.ts';

const KEEPER = { isAccessToken: (token: string) => token === 'ya29.hub' };

let here: TestLeaf;
let leaf: LeafCluster;
beforeEach(async () => {
  here = await aLeaf();
  leaf = here.leaf;
  made(leaf, KINDS.ServiceAccount, { metadata: { name: 'robot' } });
});

interface Reply {
  status: { token: string; expirationTimestamp: string };
}
const ask = (spec: Fields = {}, name = 'robot'): Reply['status'] =>
  (requestToken(leaf, 'default', name, { spec }) as Reply).status;
const who = (token: string) => authenticate(leaf, KEEPER, `Bearer ${token}`);
const REFUSED = expect.objectContaining({ code: 401, reason: 'Unauthorized' });

describe('a token of a service account', () => {
  test('lets its holder in as the account, for as long as was asked', async () => {
    const { token, expirationTimestamp } = ask({ expirationSeconds: 600 });
    expect(Date.parse(expirationTimestamp) - here.clock.now()).toBe(seconds(600));
    expect(who(token)).toMatchObject({
      name: 'system:serviceaccount:default:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      uid: expect.any(String),
    });
    await here.clock.runFor(seconds(599));
    expect(who(token).name).toBe('system:serviceaccount:default:robot');
    await here.clock.runFor(seconds(2));
    expect(() => who(token)).toThrow(REFUSED);
  });

  test('is verified by anybody who reads the cluster’s discovery', async () => {
    const { token } = ask({ audiences: ['sts.example.com'] });
    const configuration = issuerDocument(leaf, '/.well-known/openid-configuration') as { issuer: string };
    const keys = createLocalJWKSet(issuerDocument(leaf, '/openid/v1/jwks') as JSONWebKeySet);
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: configuration.issuer,
      audience: 'sts.example.com',
      currentDate: new Date(here.clock.now()),
    });
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({
      sub: 'system:serviceaccount:default:robot',
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot' } },
    });
    // For somebody else, so not for the API.
    expect(() => who(token)).toThrow(REFUSED);
  });

  test('ends with its account, even if one of the same name comes after', () => {
    const { token } = ask();
    remove(leaf, KINDS.ServiceAccount, 'default', 'robot');
    expect(() => who(token)).toThrow(REFUSED);
    made(leaf, KINDS.ServiceAccount, { metadata: { name: 'robot' } });
    expect(() => who(token)).toThrow(REFUSED);
  });

  test('ends with the pod it is bound to', () => {
    const pod = made(leaf, KINDS.Pod, {
      ...podTemplate({ serviceAccountName: 'robot' }),
      metadata: { name: 'p' },
    });
    const { token } = ask({ boundObjectRef: { kind: 'Pod', name: 'p', uid: pod.metadata.uid } });
    expect(who(token).extra).toMatchObject({ 'authentication.kubernetes.io/pod-name': ['p'] });
    remove(leaf, KINDS.Pod, 'default', 'p', { gracePeriodSeconds: 0 });
    expect(() => who(token)).toThrow(REFUSED);
  });

  test('of another cluster is no good here', async () => {
    const other = here.kubernetes.add({ ...TARGET, name: 'hub-test-g2', ca: 'CA' });
    await here.clock.runFor(0);
    made(other, KINDS.ServiceAccount, { metadata: { name: 'robot' } });
    const foreign = (requestToken(other, 'default', 'robot', {}) as Reply).status.token;
    ask();
    expect(decodeJwt(foreign).iss).not.toBe(issuerOf(leaf));
    expect(() => who(foreign)).toThrow(REFUSED);
  });

  test.each([
    ['changed', (token: string) => `${token.slice(0, -8)}AAAAAAAA`],
    ['without a signature', (token: string) => `${token.split('.').slice(0, 2).join('.')}.`],
    [
      'unsigned, as its header says',
      (token: string) =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.${token.split('.')[2]}`,
    ],
    ['that is none', () => 'a.b.c'],
  ])('%s is refused', (_title, forge) => {
    expect(() => who(forge(ask().token))).toThrow(REFUSED);
  });

  test.each<[string, Fields, number, string]>([
    ['for a moment', { expirationSeconds: 60 }, 422, 'may not specify a duration less than 10 minutes'],
    ['bound to what is not there', { boundObjectRef: { kind: 'Pod', name: 'x' } }, 404, 'pods "x" not found'],
    ['bound to a ConfigMap', { boundObjectRef: { kind: 'ConfigMap', name: 'x' } }, 422, 'Unsupported value'],
  ])('%s cannot be had', (_title, spec, code, message) => {
    expect(() => ask(spec)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test('of an account that is not there cannot be had', () => {
    expect(() => ask({}, 'nobody')).toThrow('serviceaccounts "nobody" not found');
  });

  test('bound to the pod of another account cannot be had', () => {
    made(leaf, KINDS.Pod, { ...podTemplate(), metadata: { name: 'p' } });
    expect(() => ask({ boundObjectRef: { kind: 'Pod', name: 'p' } })).toThrow(
      'cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name',
    );
  });
});

test('a TokenReview tells whose token it is, or that it is nobody’s', () => {
  const review = (spec: Fields) =>
    answerReview(leaf, { name: 'x', groups: [] }, KINDS.TokenReview, undefined, { spec }) as {
      status: Fields;
    };
  const { token } = ask({ audiences: ['vault'] });
  expect(review({ token, audiences: ['vault', 'x'] }).status).toMatchObject({
    authenticated: true,
    user: { username: 'system:serviceaccount:default:robot' },
    audiences: ['vault'],
  });
  expect(review({ token }).status).toMatchObject({ error: expect.stringContaining('invalid bearer token') });
});

describe('who comes', () => {
  test('with a Google access token may do everything', () => {
    expect(who('ya29.hub').groups).toContain('system:masters');
  });

  test('without any is anonymous', () => {
    expect(authenticate(leaf, KEEPER, undefined)).toEqual({
      name: 'system:anonymous',
      groups: ['system:unauthenticated'],
    });
    expect(() => authenticate(leaf, KEEPER, 'Basic YTpi')).toThrow(REFUSED);
  });

  const as = (headers: Record<string, string>, token = 'ya29.hub') => impersonated(leaf, who(token), headers);

  test('may pretend to be somebody else, if it may', () => {
    expect(as({ 'impersonate-user': 'ann', 'impersonate-group': 'team, others' })).toEqual({
      name: 'ann',
      groups: ['team', 'others', 'system:authenticated'],
    });
    expect(as({ 'impersonate-user': 'system:serviceaccount:a:b' }).groups).toContain(
      'system:serviceaccounts:a',
    );
    const { token } = ask();
    expect(() => as({ 'impersonate-user': 'ann' }, token)).toThrow(
      'users "ann" is forbidden: User "system:serviceaccount:default:robot" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
    expect(() => as({ 'impersonate-group': 'team' })).toThrow(expect.objectContaining({ code: 500 }));
  });
});
