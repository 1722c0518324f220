/** Identities of workloads: how policies name them, what roles allow, and how a cluster's token becomes one of Google's. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterPrincipals } from '../../functions/bucket-access.ts';
import { hours } from '../../shared/units.ts';
import { aWorld } from '../a-world.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import type { World } from '../service.ts';
import { journaledStore, memoryStore, type Store } from '../store.ts';
import { createIamModel } from './model.ts';
import { isAllowed } from './policy.ts';
import { isMember, membersOf, type Principal, projectNumberOf, type Workload } from './principals.ts';
import { audienceOf, type IamFace, serveIam } from './server.ts';

const WORKLOAD: Workload = {
  projectId: 'hub-test',
  location: 'europe-west1-b',
  cluster: 'hub-aaaaaaaa234567aa-g1',
  namespace: 'pachyderm',
  serviceAccount: 'pachyderm',
};

const worldAt = (clock: VirtualClock, store: Store = memoryStore()): World => aWorld({ clock, store });

describe('members', () => {
  const read = (member: string, principal: Principal): boolean =>
    isAllowed([{ role: 'roles/storage.objectViewer', members: [member] }], principal, 'storage.objects.get');
  const workload: Principal = { kind: 'workload', ...WORKLOAD };
  const user: Principal = { kind: 'user', email: 'ada@example.com' };
  const account: Principal = { kind: 'serviceAccount', email: 'hub@hub-test.iam.gserviceaccount.com' };
  const anonymous: Principal = { kind: 'anonymous' };

  test('of a cluster are named as the product names them', () => {
    const { location, cluster } = WORKLOAD;
    const named = clusterPrincipals({
      projectId: 'hub-test',
      projectNumber: projectNumberOf('hub-test'),
      location,
      cluster,
    });
    expect(read(named, workload)).toBe(true);
    expect(read(named, { ...workload, cluster: 'hub-other-g1' })).toBe(false);
    expect(read(named, { ...workload, namespace: 'another' })).toBe(true);
  });

  test('that are everybody, everybody with an account, or somebody', () => {
    const outcomes = (member: string) => [anonymous, user, account, workload].map((who) => read(member, who));
    expect(outcomes('allUsers')).toEqual([true, true, true, true]);
    expect(outcomes('allAuthenticatedUsers')).toEqual([false, true, true, false]);
    expect(outcomes('user:ada@example.com')).toEqual([false, true, false, false]);
    expect(outcomes('user:grace@example.com')).toEqual([false, false, false, false]);
    expect(outcomes('serviceAccount:hub@hub-test.iam.gserviceaccount.com')).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(outcomes('serviceAccount:hub-test.svc.id.goog[pachyderm/pachyderm]')).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test('are all of a known kind', () => {
    for (const who of [anonymous, user, account, workload]) expect(membersOf(who).every(isMember)).toBe(true);
    expect(isMember('ada@example.com')).toBe(false);
    expect(isMember('principal://example.com/x')).toBe(false);
  });

  test('may do what their role says and nothing else', () => {
    const bindings = [{ role: 'roles/storage.objectCreator', members: ['user:ada@example.com'] }];
    expect(isAllowed(bindings, user, 'storage.objects.create')).toBe(true);
    expect(isAllowed(bindings, user, 'storage.objects.get')).toBe(false);
    expect(isAllowed([{ role: 'constructor', members: ['allUsers'] }], user, 'name')).toBe(false);
    expect(isAllowed([], user, 'storage.objects.get')).toBe(false);
  });
});

test('tokens last an hour, over a restart, and are not in the journal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-iam-'));
  const clock = virtualClock();
  const first = createIamModel(worldAt(clock, journaledStore(folder, 'iam')));
  const { accessToken, expiresAtMs } = first.mint(WORKLOAD);
  expect(expiresAtMs - clock.now()).toBe(hours(1));
  const store = journaledStore(folder, 'iam');
  expect(JSON.stringify([...store.table('tokens').entries()])).not.toContain(accessToken);
  const second = createIamModel(worldAt(clock, store));
  expect(second.identify(accessToken)).toEqual({ kind: 'workload', ...WORKLOAD });
  expect(second.identify(`${accessToken}x`)).toBeUndefined();
  rmSync(folder, { recursive: true });
});

describe('the exchange of tokens', () => {
  let clock: VirtualClock;
  let face: IamFace;
  /** Tokens that their cluster has signed. */
  const signed = new Map<string, Workload>([['good.jwt', WORKLOAD]]);
  beforeEach(async () => {
    clock = virtualClock({ startMs: Date.now() });
    face = await serveIam(worldAt(clock), 0, { verifySubject: async (token) => signed.get(token) });
  });
  afterEach(() => face.close());

  const GOOD = {
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: audienceOf(WORKLOAD),
    requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
    subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
    subjectToken: 'good.jwt',
  };
  const exchange = async (body: string, contentType = 'application/json') => {
    const url = `http://127.0.0.1:${face.port}/v1/token`;
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': contentType } });
    const reply = (await response.json()) as { access_token?: string; error?: string };
    return { status: response.status, ...reply };
  };

  test('gives the workload a token of its own', async () => {
    const reply = await exchange(JSON.stringify(GOOD));
    expect(reply).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 3600 });
    expect(face.model.identify(String(reply.access_token))).toEqual({ kind: 'workload', ...WORKLOAD });
  });

  test('refuses what no cluster has signed, and a cluster that says that it is another', async () => {
    const change = (part: object) => exchange(JSON.stringify({ ...GOOD, ...part }));
    expect(await change({ subjectToken: 'forged.jwt' })).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    });
    const other = audienceOf({ ...WORKLOAD, cluster: 'hub-zzzzzzzz234567zz-g1' });
    expect(await change({ audience: other })).toMatchObject({ status: 400, error: 'invalid_target' });
    expect(await change({ grantType: 'password' })).toMatchObject({ error: 'unsupported_grant_type' });
    expect(await change({ subjectTokenType: 'x' })).toMatchObject({ error: 'invalid_request' });
    expect(await exchange('{')).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await exchange('null')).toMatchObject({ status: 400 });
    expect(await exchange('x'.repeat(100_000))).toMatchObject({ status: 413 });
  });

  test('is what Google’s own library does for a pod outside of a metadata server', async () => {
    const { ExternalAccountClient } = await import('google-auth-library');
    const folder = mkdtempSync(join(tmpdir(), 'hub-iam-'));
    const file = join(folder, 'token');
    writeFileSync(file, 'good.jwt');
    const client = ExternalAccountClient.fromJSON({
      type: 'external_account',
      audience: audienceOf(WORKLOAD),
      subject_token_type: GOOD.subjectTokenType,
      token_url: `http://127.0.0.1:${face.port}/v1/token`,
      credential_source: { file },
    });
    const { token } = (await client?.getAccessToken()) ?? {};
    expect(face.model.identify(token ?? '')).toEqual({ kind: 'workload', ...WORKLOAD });
    rmSync(folder, { recursive: true });
  });
});
