/**
 * What a pentester tries first: the bucket of another tenant. Workload Identity has one pool per project, so the namespace and the
 * service account of another cluster can be had in one's own, where one is cluster admin. The official client, with the tokens that
 * clusters get, against the local Storage and its policies.
 */
import { Storage } from '@google-cloud/storage';
import { OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterPrincipals, dataRole } from '../../functions/bucket-access.ts';
import { createBuckets } from '../../functions/google/buckets.ts';
import { aWorld } from '../../local/a-world.ts';
import { virtualClock } from '../../local/clock.ts';
import { createIamModel, type IamModel } from '../../local/iam/model.ts';
import { membersOf, projectNumberOf, type Workload } from '../../local/iam/principals.ts';
import type { World } from '../../local/service.ts';
import { createStorageModel } from '../../local/storage/model.ts';
import { type StorageFace, serveStorage } from '../../local/storage/server.ts';
import { memoryStore } from '../../local/store.ts';
import { hours } from '../../shared/units.ts';

const PROJECT = 'hub-test';
const HUB_TOKEN = 'ya29.hub';
const VICTIM = { name: 'hub-aaaaaaaa234567aa-g1', region: 'europe-west1', clusterId: 'aaaaaaaa234567aa' };
const PACHD: Workload = {
  projectId: PROJECT,
  location: 'europe-west1-b',
  cluster: VICTIM.name,
  namespace: 'pachyderm',
  serviceAccount: 'pachyderm',
};
/** The same namespace and service account, made by the admin of a cluster of their own. */
const FORGED: Workload = { ...PACHD, cluster: 'hub-zzzzzzzz234567zz-g1' };

const clock = virtualClock();
const world: World = aWorld({ projectId: PROJECT, clock });
let iam: IamModel;
let face: StorageFace;

function storageAs(token: string): Storage {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: token });
  const apiEndpoint = `http://127.0.0.1:${face.port}`;
  return new Storage({
    projectId: PROJECT,
    apiEndpoint,
    authClient,
    // Else a client whose endpoint is not Google's sends no token.
    useAuthWithCustomEndpoint: true,
    retryOptions: { autoRetry: false },
  });
}
const as = (workload: Workload): Storage => storageAs(iam.mint(workload).accessToken);
const object = (storage: Storage) => storage.bucket(VICTIM.name).file('pfs/block');
const statusOf = (call: Promise<unknown>): Promise<number> =>
  call.then(
    () => 200,
    (error: unknown) => Number((error as { code?: unknown }).code),
  );

beforeAll(async () => {
  iam = createIamModel({ ...world, store: memoryStore() });
  face = await serveStorage(world, 0, createStorageModel(world), {
    identify: (token) => (token === HUB_TOKEN ? 'owner' : iam.identify(token)),
  });
  const buckets = createBuckets(storageAs(HUB_TOKEN), 'test');
  await buckets.ensureBucket(VICTIM);
  await buckets.ensureAccess(
    VICTIM,
    clusterPrincipals({
      projectId: PROJECT,
      projectNumber: projectNumberOf(PROJECT),
      location: PACHD.location,
      cluster: PACHD.cluster,
    }),
  );
});
afterAll(() => face.close());

describe('a bucket that is bound to its cluster', () => {
  test('is the cluster’s own to write, read, list and clear', async () => {
    const storage = as(PACHD);
    await object(storage).save('data', { resumable: false });
    // Not save(): to an endpoint that is not Google's, the client begins resumable uploads without a token.
    const [upload] = await object(storage).createResumableUpload();
    expect((await fetch(upload, { method: 'PUT', body: 'more data' })).status).toBe(200);
    expect(String((await object(storage).download())[0])).toBe('more data');
    expect((await storage.bucket(VICTIM.name).getFiles())[0]).toHaveLength(1);
    await object(storage).delete();
    await object(storage).save('data', { resumable: false });
  });

  test('cannot be made to stay: nothing in it is changed in place, and what is written to stay goes with it', async () => {
    const storage = as(PACHD);
    expect(await statusOf(object(storage).setMetadata({ temporaryHold: true }))).toBe(403);
    const bucket = { ...VICTIM, name: VICTIM.name.replace('g1', 'g2') };
    const principals = clusterPrincipals({ ...PACHD, projectNumber: projectNumberOf(PROJECT) });
    const buckets = createBuckets(storageAs(HUB_TOKEN), 'test');
    await buckets.ensureBucket(bucket);
    await buckets.ensureAccess(bucket, principals);
    // No right but that to write is asked for this.
    await storage
      .bucket(bucket.name)
      .file('x')
      .save('x', {
        resumable: false,
        metadata: { temporaryHold: true, eventBasedHold: true },
      });
    expect(await statusOf(storage.bucket(bucket.name).file('x').delete())).toBe(403);
    expect(await buckets.ensureBucketGone(bucket)).toBe('gone');
  });

  test.each([
    ['a forged namespace and service account in another cluster', FORGED],
    ['a cluster of that name in another zone', { ...PACHD, location: 'europe-west1-c' }],
    ['a cluster of that name in another project', { ...PACHD, projectId: 'other' }],
  ])('is refused to %s', async (_which, workload) => {
    const storage = as(workload);
    expect(await statusOf(object(storage).download())).toBe(403);
    expect(await statusOf(object(storage).getMetadata())).toBe(403);
    expect(await statusOf(object(storage).save('x', { resumable: false }))).toBe(403);
    expect(await statusOf(object(storage).createResumableUpload())).toBe(403);
    expect(await statusOf(object(storage).delete())).toBe(403);
    expect(await statusOf(storage.bucket(VICTIM.name).getFiles())).toBe(403);
  });

  test('is nobody’s to give away, to delete, or to add another beside it', async () => {
    const storage = as(PACHD);
    const bucket = storage.bucket(VICTIM.name);
    expect(await statusOf(bucket.iam.getPolicy())).toBe(403);
    expect(await statusOf(bucket.iam.setPolicy({ bindings: [] } as never))).toBe(403);
    expect(await statusOf(bucket.delete())).toBe(403);
    expect(await statusOf(bucket.setMetadata({ labels: { 'hub-cluster': 'x' } }))).toBe(403);
    expect(await statusOf(storage.createBucket('another'))).toBe(403);
    expect(await statusOf(storage.getBuckets())).toBe(403);
  });

  test('is refused to nobody in particular, and to tokens that are made up or have expired', async () => {
    const url = `http://127.0.0.1:${face.port}/storage/v1/b/${VICTIM.name}/o`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'Bearer ya29.made-up' } })).status).toBe(401);
    const { accessToken } = iam.mint(PACHD);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await fetch(url, { headers })).status).toBe(200);
    await clock.runFor(hours(1));
    expect((await fetch(url, { headers })).status).toBe(401);
  });
});

test('a binding to the Kubernetes identity would let the forged one in: why Hub binds to the cluster', async () => {
  const plain = membersOf({ kind: 'workload', ...PACHD }).filter((member) => member.includes('/subject/'));
  expect(plain).toHaveLength(1);
  face.model.insertBucket('bound-plainly', { uniformAccess: true });
  face.model.putObject('bound-plainly', 'secret', Buffer.from('of the victim'));
  face.model.setPolicy('bound-plainly', { bindings: [{ role: dataRole(PROJECT), members: plain }] });
  const [stolen] = await as(FORGED).bucket('bound-plainly').file('secret').download();
  expect(String(stolen)).toBe('of the victim');
});
