/** One suite for both sides of `Buckets`: the official client against the local Storage, and the same model without a wire. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BucketMetadata, Storage } from '@google-cloud/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterPrincipals, dataRole } from '../../functions/bucket-access.ts';
import { type Buckets, bucketPrefix } from '../../functions/buckets.ts';
import { createBuckets } from '../../functions/google/buckets.ts';
import { aWorld } from '../../local/a-world.ts';
import { type VirtualClock, virtualClock } from '../../local/clock.ts';
import { memoryBuckets } from '../../local/memory/buckets.ts';
import type { World } from '../../local/service.ts';
import { createStorageModel, type StorageModel } from '../../local/storage/model.ts';
import { serveStorage } from '../../local/storage/server.ts';
import { journaledStore } from '../../local/store.ts';
import { days } from '../../shared/units.ts';
import { codeOf } from '../refusals.ts';

const ID = 'abcdefgh234567ab';
const CELL = 'test';
const OTHER_ID = 'zzzzzzzz234567zz';
const BUCKET = { name: `${bucketPrefix(ID)}g1`, region: 'europe-west1', clusterId: ID };

const KEY = 'projects/p/locations/{region}/keyRings/hub-leaves/cryptoKeys/data';

const DATA_ROLE = dataRole('hub-test');

/** Fewer than otherwise, so that few are many. */
const AT_A_TIME = 100;

interface Side {
  buckets: Buckets;
  /** With a key of the operator's. */
  encrypted: Buckets;
  close(): Promise<void>;
}

/** The official client, led to the stand-in: no credentials are looked for, and a refusal is told at once. */
const storageAt = (port: number, projectId: string): Storage =>
  new Storage({ projectId, apiEndpoint: `http://127.0.0.1:${port}`, retryOptions: { autoRetry: false } });

async function googleSide(world: World, model: StorageModel): Promise<Side> {
  const face = await serveStorage(world, 0, model);
  const storage = storageAt(face.port, world.projectId);
  return {
    buckets: createBuckets(storage, CELL, undefined, AT_A_TIME),
    encrypted: createBuckets(storage, CELL, KEY),
    close: face.close,
  };
}

const memorySide = async (_world: World, model: StorageModel): Promise<Side> => ({
  buckets: memoryBuckets(model, CELL, undefined, AT_A_TIME),
  encrypted: memoryBuckets(model, CELL, KEY),
  close: async () => undefined,
});

describe.each([
  ['google', googleSide],
  ['memory', memorySide],
])('Buckets (%s)', (_name, make) => {
  let clock: VirtualClock;
  let world: World;
  let model: StorageModel;
  let side: Side;
  beforeEach(async () => {
    clock = virtualClock();
    world = aWorld({ clock });
    model = createStorageModel(world);
    side = await make(world, model);
  });
  afterEach(() => side.close());

  const fill = (count: number): void => {
    for (let i = 0; i < count; i++) model.putObject(BUCKET.name, `pfs/block ${i}/ä`, Buffer.from(`${i}`));
  };
  const everythingGone = (): void => {
    expect(() => model.requireBucket(BUCKET.name)).toThrow('does not exist');
  };

  test('a bucket is made closed to the public, labelled, in its region and without soft delete', async () => {
    await side.buckets.ensureBucket(BUCKET);
    expect(model.requireBucket(BUCKET.name)).toMatchObject({
      location: 'EUROPE-WEST1',
      uniformAccess: true,
      publicAccessPrevention: 'enforced',
      softDeleteS: 0,
      labels: { 'managed-by': 'hub', 'hub-cluster': ID, 'hub-cell': CELL },
    });
  });

  test('a bucket is encrypted with the key of its region, where there is one', async () => {
    await side.encrypted.ensureBucket(BUCKET);
    expect(model.requireBucket(BUCKET.name).kmsKeyName).toBe(
      'projects/p/locations/europe-west1/keyRings/hub-leaves/cryptoKeys/data',
    );
    const other = { ...BUCKET, name: `${BUCKET.name}0` };
    await side.buckets.ensureBucket(other);
    expect(model.requireBucket(other.name)).not.toHaveProperty('kmsKeyName');
  });

  test.each([
    ['how long deleted objects are kept', { softDeleteS: [604_800] }],
    ['where it is', { locations: ['us-central1'] }],
  ])('what an organisation says of %s is no fault of Hub’s, and not tried again', async (_which, allowed) => {
    const ruled = await make(world, createStorageModel(world, { allowed }));
    expect(await codeOf(ruled.buckets.ensureBucket(BUCKET))).toBe('CLOUD_SETUP');
    await ruled.close();
  });

  test('a key of another region is refused', () => {
    const kmsKeyName = 'projects/p/locations/us-central1/keyRings/hub-leaves/cryptoKeys/data';
    expect(() => model.insertBucket('x-y-z', { location: 'europe-west1', kmsKeyName })).toThrow(
      'not available in',
    );
  });

  test('asking again changes nothing', async () => {
    await side.buckets.ensureBucket(BUCKET);
    fill(1);
    const before = structuredClone(model.requireBucket(BUCKET.name));
    await side.buckets.ensureBucket(BUCKET);
    expect(model.requireBucket(BUCKET.name)).toEqual(before);
    expect(model.listObjects(BUCKET.name).items).toHaveLength(1);
  });

  test('ten at once make one bucket and none of them fails', async () => {
    await Promise.all(Array.from({ length: 10 }, () => side.buckets.ensureBucket(BUCKET)));
    expect(await side.buckets.listBuckets(ID)).toEqual([BUCKET.name]);
  });

  test.each([
    ['of another cluster', { 'hub-cluster': OTHER_ID }],
    ['without labels', {}],
  ])('a bucket of that name %s is neither adopted nor deleted', async (_which, labels) => {
    model.insertBucket(BUCKET.name, { labels });
    fill(1);
    expect(await codeOf(side.buckets.ensureBucket(BUCKET))).toBe('NAME_TAKEN');
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('gone');
    expect(model.listObjects(BUCKET.name).items).toHaveLength(1);
  });

  test('a bucket of that name in somebody else’s project is NAME_TAKEN, and nothing of ours is left to delete', async () => {
    model.insertBucket(BUCKET.name, { labels: { 'hub-cluster': ID } }, 'strangers');
    expect(await codeOf(side.buckets.ensureBucket(BUCKET))).toBe('NAME_TAKEN');
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('gone');
    expect(await side.buckets.listBuckets(ID)).toEqual([]);
  });

  test('a full bucket is emptied in parts, each call a bounded one, and then deleted', async () => {
    await side.buckets.ensureBucket(BUCKET);
    fill(250);
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('more');
    const left = model.listObjects(BUCKET.name).items.length;
    expect(left).toBe(150);
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('more');
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('gone');
    everythingGone();
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('gone');
  });

  test('one that holds more than one call can delete is also left to the service, which empties it in a day', async () => {
    await side.buckets.ensureBucket(BUCKET);
    fill(100);
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('gone');
    await side.buckets.ensureBucket(BUCKET);
    expect(model.requireBucket(BUCKET.name).lifecycle ?? []).toEqual([]);
    fill(201);
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('more');
    const { lifecycle, metageneration } = model.requireBucket(BUCKET.name);
    expect(lifecycle).toEqual([
      { action: 'Delete', age: 0 },
      { action: 'AbortIncompleteMultipartUpload', age: 0 },
    ]);
    // Told once.
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('more');
    expect(model.requireBucket(BUCKET.name).metageneration).toBe(metageneration);
    await clock.runFor(days(1));
    expect(model.listObjects(BUCKET.name).items).toEqual([]);
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('gone');
  });

  test('objects that somebody put a hold on go with the bucket all the same', async () => {
    await side.buckets.ensureBucket(BUCKET);
    fill(2);
    model.putObject(BUCKET.name, 'held with the upload', Buffer.from('x'), { temporaryHold: true });
    model.patchObject(BUCKET.name, 'pfs/block 1/ä', { temporaryHold: true, eventBasedHold: true });
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('gone');
    everythingGone();
  });

  test('what never was is gone', async () => {
    expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('gone');
  });

  test('only buckets labelled with the id are listed, of every generation', async () => {
    await side.buckets.ensureBucket(BUCKET);
    await side.buckets.ensureBucket({ ...BUCKET, name: `${bucketPrefix(ID)}g2` });
    await side.buckets.ensureBucket({ ...BUCKET, name: `${bucketPrefix(OTHER_ID)}g1`, clusterId: OTHER_ID });
    model.insertBucket(`${bucketPrefix(ID)}g3`, { labels: { 'hub-cluster': OTHER_ID } });
    expect(await side.buckets.listBuckets(ID)).toEqual([`${bucketPrefix(ID)}g1`, `${bucketPrefix(ID)}g2`]);
  });

  test('more than a page of buckets is listed whole', async () => {
    for (let i = 0; i < 1001; i++)
      model.insertBucket(`${bucketPrefix(ID)}g${i}`, { labels: { 'hub-cluster': ID } });
    expect(await side.buckets.listBuckets(ID)).toHaveLength(1001);
  });

  test('among all buckets, those of any cluster are listed with their labels, and those that are called so', async () => {
    await side.buckets.ensureBucket(BUCKET);
    model.insertBucket(`${bucketPrefix(OTHER_ID)}g2`, { location: 'US-CENTRAL1' });
    model.insertBucket('an-other-name', { labels: { 'hub-cluster': OTHER_ID } });
    model.insertBucket('charts', { labels: { 'managed-by': 'hub' } });
    model.insertBucket(`${bucketPrefix(ID)}gx`, {});
    expect((await side.buckets.listAllBuckets()).found).toEqual([
      expect.objectContaining({ name: 'an-other-name', labels: { 'hub-cluster': OTHER_ID } }),
      {
        name: BUCKET.name,
        location: 'europe-west1',
        labels: { 'managed-by': 'hub', 'hub-cluster': ID, 'hub-cell': CELL },
        createdAt: new Date(model.requireBucket(BUCKET.name).createdAtMs),
      },
      expect.objectContaining({ name: `${bucketPrefix(OTHER_ID)}g2`, location: 'us-central1', labels: {} }),
    ]);
  });

  test('more than a page of all buckets is listed whole, or not at all', async () => {
    for (let i = 0; i < 1001; i++) model.insertBucket(`${bucketPrefix(ID)}g${i}`, {});
    expect((await side.buckets.listAllBuckets()).found).toHaveLength(1001);
    world.faults.force('unavailable', { times: 1, subject: 'storage.buckets.list' });
    expect(await codeOf(side.buckets.listAllBuckets())).toBe('PROVIDER_UNAVAILABLE');
  });

  const principalsOf = (cluster: string): string =>
    clusterPrincipals({
      projectId: 'hub-test',
      projectNumber: '123',
      location: 'europe-west1-b',
      cluster,
    });
  const OWN = principalsOf(BUCKET.name);
  const dataMembers = (): string[] =>
    model
      .getPolicy(BUCKET.name)
      .bindings.filter(({ role }) => role === DATA_ROLE)
      .flatMap(({ members }) => members);

  /** Those of a new bucket without whoever may look at the project. */
  const owners = () =>
    model
      .getPolicy(BUCKET.name)
      .bindings.filter(({ members }) => !members.includes('projectViewer:hub-test'));

  test('a cluster’s workloads are let in beside those who may change the project', async () => {
    await side.buckets.ensureBucket(BUCKET);
    const before = owners();
    expect(before.length).toBeGreaterThan(0);
    await side.buckets.ensureAccess(BUCKET, OWN);
    expect(model.getPolicy(BUCKET.name).bindings).toEqual([...before, { role: DATA_ROLE, members: [OWN] }]);
  });

  test('who may look at the project does not read what is in it, also where they did before', async () => {
    await side.buckets.ensureBucket(BUCKET);
    const viewers = { role: 'roles/storage.legacyObjectReader', members: ['projectViewer:hub-test'] };
    expect(model.getPolicy(BUCKET.name).bindings).toContainEqual(viewers);
    model.setPolicy(BUCKET.name, { bindings: [viewers, { role: DATA_ROLE, members: [OWN] }] });
    await side.buckets.ensureAccess(BUCKET, OWN);
    expect(JSON.stringify(model.getPolicy(BUCKET.name))).not.toContain('projectViewer');
  });

  test('whom the organisation lets into no bucket is not let in by asking again', async () => {
    const ruled = await make(world, createStorageModel(world, { allowed: { workloads: false } }));
    await ruled.buckets.ensureBucket(BUCKET);
    expect(await codeOf(ruled.buckets.ensureAccess(BUCKET, OWN))).toBe('CLOUD_SETUP');
    await ruled.close();
  });

  test('who may do more than use the data, as before, may do no more than that', async () => {
    await side.buckets.ensureBucket(BUCKET);
    const before = owners();
    const bindings = [...before, { role: 'roles/storage.objectUser', members: [OWN] }];
    model.setPolicy(BUCKET.name, { bindings });
    await side.buckets.ensureAccess(BUCKET, OWN);
    expect(model.getPolicy(BUCKET.name).bindings).toEqual([...before, { role: DATA_ROLE, members: [OWN] }]);
  });

  test('letting them in again changes nothing', async () => {
    await side.buckets.ensureBucket(BUCKET);
    await side.buckets.ensureAccess(BUCKET, OWN);
    const { etag } = model.getPolicy(BUCKET.name);
    await side.buckets.ensureAccess(BUCKET, OWN);
    expect(model.getPolicy(BUCKET.name).etag).toBe(etag);
  });

  test.each([
    ['another cluster', principalsOf('hub-zzzzzzzz234567zz-g1')],
    [
      'a namespace and service account of any cluster',
      'principal://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/hub-test.svc.id.goog/subject/ns/n/sa/s',
    ],
    ['the same in the older spelling', 'serviceAccount:hub-test.svc.id.goog[n/s]'],
  ])('%s that was let in by whatever way is put out, people are not', async (_which, member) => {
    await side.buckets.ensureBucket(BUCKET);
    const people = ['user:operator@example.com', 'serviceAccount:hub@hub-test.iam.gserviceaccount.com'];
    model.setPolicy(BUCKET.name, {
      bindings: [
        { role: 'roles/storage.admin', members: [member, ...people] },
        { role: DATA_ROLE, members: [OWN, member] },
      ],
    });
    await side.buckets.ensureAccess(BUCKET, OWN);
    expect(dataMembers()).toEqual([OWN]);
    const admins = model.getPolicy(BUCKET.name).bindings.find(({ role }) => role === 'roles/storage.admin');
    expect(admins?.members).toEqual(people);
  });

  test('nobody is let into a bucket that is not the cluster’s, or is not there', async () => {
    expect(await codeOf(side.buckets.ensureAccess(BUCKET, OWN))).toBe('PROVIDER_UNAVAILABLE');
    model.insertBucket(BUCKET.name, { labels: { 'hub-cluster': OTHER_ID } });
    const before = model.getPolicy(BUCKET.name);
    expect(await codeOf(side.buckets.ensureAccess(BUCKET, OWN))).toBe('NAME_TAKEN');
    expect(model.getPolicy(BUCKET.name)).toEqual(before);
  });

  test('whose answer to letting in was lost finds it done', async () => {
    await side.buckets.ensureBucket(BUCKET);
    world.faults.force('reply-lost', { times: 1, subject: 'storage.buckets.setIamPolicy' });
    expect(await codeOf(side.buckets.ensureAccess(BUCKET, OWN))).toBe('PROVIDER_UNAVAILABLE');
    await side.buckets.ensureAccess(BUCKET, OWN);
    expect(dataMembers()).toEqual([OWN]);
  });

  test('two at once both end with the cluster let in', async () => {
    await side.buckets.ensureBucket(BUCKET);
    await Promise.all([1, 2, 3].map(() => side.buckets.ensureAccess(BUCKET, OWN)));
    expect(dataMembers()).toEqual([OWN]);
  });

  test('a list that lacks what is looked for is none: it proves nothing gone', async () => {
    await side.buckets.ensureBucket(BUCKET);
    const foreign = { ...BUCKET, name: `${BUCKET.name}-theirs` };
    model.insertBucket(foreign.name, {}, 'another-project');
    world.faults.force('unreachable', { times: 1, subject: 'EUROPE-WEST1' });
    expect(await codeOf(side.buckets.listBuckets(ID))).toBe('PROVIDER_UNAVAILABLE');
    world.faults.force('unreachable', { times: 1, subject: 'EUROPE-WEST1' });
    expect(await codeOf(side.buckets.listAllBuckets())).toBe('PROVIDER_UNAVAILABLE');
    expect(await side.buckets.ensureBucketGone(foreign)).toBe('gone');
    expect(await side.buckets.listBuckets(ID)).toEqual([BUCKET.name]);
  });

  test('what else is away keeps nobody waiting, and is named', async () => {
    await side.buckets.ensureBucket(BUCKET);
    const foreign = { ...BUCKET, name: `${BUCKET.name}-theirs` };
    model.insertBucket(foreign.name, {}, 'another-project');
    model.insertBucket(`${foreign.name}-2`, { location: 'europe-west9' });
    model.insertBucket('somebodys', { location: 'europe-west9', labels: { 'hub-cluster': OTHER_ID } });
    world.faults.force('unreachable', { subject: 'EUROPE-WEST9' });
    expect(await side.buckets.ensureBucketGone(foreign)).toBe('gone');
    const { found, missing } = await side.buckets.listAllBuckets();
    expect(found.map(({ name }) => name)).toEqual([BUCKET.name]);
    expect(missing).toEqual([`${foreign.name}-2`, 'somebodys']);
  });

  test('a service that does not answer is PROVIDER_UNAVAILABLE, and nothing has happened', async () => {
    world.faults.force('unavailable');
    expect(await codeOf(side.buckets.ensureBucket(BUCKET))).toBe('PROVIDER_UNAVAILABLE');
    expect(await codeOf(side.buckets.ensureBucketGone(BUCKET))).toBe('PROVIDER_UNAVAILABLE');
    expect(await codeOf(side.buckets.listBuckets(ID))).toBe('PROVIDER_UNAVAILABLE');
    world.faults.clear();
    everythingGone();
  });

  test('whose answer to the creation was lost finds the bucket at the next try', async () => {
    world.faults.force('reply-lost', { times: 1, subject: 'storage.buckets.insert' });
    expect(await codeOf(side.buckets.ensureBucket(BUCKET))).toBe('PROVIDER_UNAVAILABLE');
    await side.buckets.ensureBucket(BUCKET);
    expect(await side.buckets.listBuckets(ID)).toEqual([BUCKET.name]);
  });

  test.each(['storage.objects.delete', 'storage.buckets.delete'])(
    'whose answer to %s was lost comes to an end all the same',
    async (subject) => {
      await side.buckets.ensureBucket(BUCKET);
      fill(5);
      world.faults.force('reply-lost', { times: 1, subject });
      expect(await codeOf(side.buckets.ensureBucketGone(BUCKET))).toBe('PROVIDER_UNAVAILABLE');
      expect(await side.buckets.ensureBucketGone(BUCKET)).toBe('gone');
      everythingGone();
    },
  );
});

describe('the official client and the Storage stand-in', () => {
  const open = async (options = {}) => {
    const clock = virtualClock();
    const world: World = aWorld({ clock });
    const face = await serveStorage(world, 0, createStorageModel(world, options));
    return { world, clock, face, storage: storageAt(face.port, 'hub-test') };
  };

  test('an object arrives whole by each way to upload, and comes back', async () => {
    const { face, storage } = await open();
    const [bucket] = await storage.createBucket('a-bucket');
    const content = Buffer.from(Array.from({ length: 600_000 }, (_, i) => i % 251));
    const small = content.subarray(0, 1000);
    await bucket
      .file('simple')
      .save(small, { resumable: false, contentType: 'x/y', metadata: { metadata: { a: 'b' } } });
    await bucket.file('dir/résumé #1').save(content, { resumable: true });
    await bucket.file('chunks').save(content, { resumable: true, chunkSize: 256 * 1024 });
    await bucket.file('empty').save('');
    expect((await bucket.file('simple').download())[0].equals(small)).toBe(true);
    for (const name of ['dir/résumé #1', 'chunks']) {
      const stored = face.model.requireObject('a-bucket', name).content;
      expect(Buffer.from(stored, 'base64').equals(content)).toBe(true);
    }
    const [metadata] = await bucket.file('simple').getMetadata();
    expect(metadata).toMatchObject({ contentType: 'x/y', size: '1000', metadata: { a: 'b' } });
    expect(face.model.requireObject('a-bucket', 'empty').size).toBe(0);
    await face.close();
  });

  test('objects are listed in pages, by prefix and in order', async () => {
    const { face, storage } = await open();
    const [bucket] = await storage.createBucket('a-bucket');
    for (const name of ['b/2', 'a/1', 'b/1', 'b/3'])
      face.model.putObject('a-bucket', name, Buffer.from(name));
    const [all] = await bucket.getFiles();
    expect(all.map((file) => file.name)).toEqual(['a/1', 'b/1', 'b/2', 'b/3']);
    const [page, next] = await bucket.getFiles({ maxResults: 2, prefix: 'b/', autoPaginate: false });
    expect(page.map((file) => file.name)).toEqual(['b/1', 'b/2']);
    const [rest, end] = await bucket.getFiles({ ...next, autoPaginate: false });
    expect(rest.map((file) => file.name)).toEqual(['b/3']);
    expect(end).toBeNull();
    await face.close();
  });

  test('labels and settings are patched, under a precondition', async () => {
    const { face, storage } = await open();
    const [bucket] = await storage.createBucket('a-bucket', { labels: { a: '1', b: '2' } });
    await bucket.setMetadata({
      labels: { a: null, c: '3' },
      softDeletePolicy: { retentionDurationSeconds: 0 },
    });
    const [metadata] = await bucket.getMetadata();
    expect(metadata).toMatchObject({ labels: { b: '2', c: '3' }, metageneration: '2' });
    expect(metadata.softDeletePolicy).toMatchObject({ retentionDurationSeconds: '0' });
    await expect(bucket.setMetadata({ labels: {} }, { ifMetagenerationMatch: 1 })).rejects.toMatchObject({
      code: 412,
    });
    await face.close();
  });

  test('lifecycle rules go by the age of an object, once a day, and such as are not here are refused', async () => {
    const { face, storage, clock } = await open();
    const [bucket] = await storage.createBucket('a-bucket');
    const rule = (condition: object, type = 'Delete') => ({
      lifecycle: { rule: [{ action: { type }, condition }] } as NonNullable<BucketMetadata['lifecycle']>,
    });
    face.model.putObject('a-bucket', 'old', Buffer.from('x'));
    await clock.runFor(days(1));
    await bucket.setMetadata(rule({ age: 2 }));
    face.model.putObject('a-bucket', 'new', Buffer.from('x'));
    const names = async () => (await bucket.getFiles())[0].map(({ name }) => name);
    expect((await bucket.getMetadata())[0]).toMatchObject(rule({ age: 2 }));
    await clock.runFor(days(1) - 1);
    expect(await names()).toEqual(['new', 'old']);
    await clock.runFor(1);
    expect(await names()).toEqual(['new']);
    await expect(bucket.setMetadata(rule({ isLive: true }))).rejects.toMatchObject({ code: 400 });
    await expect(bucket.setMetadata(rule({ age: 0 }, 'SetStorageClass'))).rejects.toMatchObject({
      code: 400,
    });
    await bucket.setMetadata({ lifecycle: null });
    await clock.runFor(days(9));
    expect(await names()).toEqual(['new']);
    await face.close();
  });

  test('names are unique in the world, and a full bucket is not deleted: refusals are the real ones', async () => {
    const { face, storage } = await open();
    const [bucket] = await storage.createBucket('a-bucket');
    face.model.insertBucket('taken', {}, 'strangers');
    face.model.putObject('a-bucket', 'x', Buffer.from('x'));
    await expect(storage.createBucket('a-bucket')).rejects.toMatchObject({
      code: 409,
      message: 'Your previous request to create the named bucket succeeded and you already own it.',
      errors: [{ reason: 'conflict', domain: 'global' }],
    });
    await expect(storage.createBucket('taken')).rejects.toMatchObject({
      code: 409,
      message: expect.stringMatching(/^The requested bucket name is not available/),
    });
    await expect(bucket.delete()).rejects.toMatchObject({
      code: 409,
      message: expect.stringContaining('not empty'),
    });
    await expect(storage.bucket('taken').getMetadata()).rejects.toMatchObject({ code: 403 });
    await expect(storage.bucket('absent').getMetadata()).rejects.toMatchObject({ code: 404 });
    await expect(bucket.file('absent').getMetadata()).rejects.toMatchObject({ code: 404 });
    await expect(storage.createBucket('Not_A_Name')).rejects.toMatchObject({ code: 400 });
    await face.close();
  });

  test('with soft delete, which is on unless switched off, a deleted object is still there', async () => {
    const { face, storage } = await open();
    const [bucket] = await storage.createBucket('a-bucket');
    await bucket.file('x').save('x', { resumable: false });
    await bucket.file('x').delete();
    expect((await bucket.getFiles())[0]).toHaveLength(0);
    expect((await bucket.getFiles({ softDeleted: true }))[0]).toHaveLength(1);
    await face.close();
  });

  test('a held object is neither deleted nor replaced until the hold is released, by whoever has seen it last', async () => {
    const { face, storage, clock } = await open();
    const [bucket] = await storage.createBucket('a-bucket');
    const file = bucket.file('x');
    await file.save('x', { resumable: false, metadata: { temporaryHold: true } });
    await file.setMetadata({ eventBasedHold: true });
    const [{ metageneration, ...holds }] = await file.getMetadata();
    expect(holds).toMatchObject({ temporaryHold: true, eventBasedHold: true });
    expect(metageneration).toBe('2');
    const refusal = {
      code: 403,
      message: expect.stringMatching(
        /^Object 'a-bucket\/x' is under active Temporary hold and cannot be deleted/,
      ),
      errors: [{ reason: 'forbidden', domain: 'global' }],
    };
    await expect(file.delete()).rejects.toMatchObject(refusal);
    await expect(file.save('y', { resumable: false })).rejects.toMatchObject(refusal);
    await bucket.setMetadata({
      lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { age: 0 } }] },
    });
    await clock.runFor(days(2));
    const release = (ifMetagenerationMatch: number) =>
      file.setMetadata({ temporaryHold: false }, { ifMetagenerationMatch });
    await expect(release(1)).rejects.toMatchObject({ code: 412 });
    await release(2);
    await expect(file.delete()).rejects.toMatchObject({
      code: 403,
      message: expect.stringContaining('under active Event-Based hold'),
    });
    await expect(file.setMetadata({ contentType: 'text/plain' })).rejects.toMatchObject({ code: 400 });
    await file.setMetadata({ eventBasedHold: false });
    // The service's own rule has waited for that.
    expect(await file.exists()).toEqual([false]);
    await face.close();
  });

  test('a role that another project has is none here', async () => {
    const { face, storage } = await open();
    const [bucket] = await storage.createBucket('a-bucket');
    const bindings = [{ role: dataRole('other'), members: ['user:ada@example.com'] }];
    await expect(
      bucket.iam.setPolicy({ bindings } as Parameters<typeof bucket.iam.setPolicy>[0]),
    ).rejects.toMatchObject({ code: 400 });
    await face.close();
  });

  test('a policy is replaced only by whoever has read the last one, and only by one that makes sense', async () => {
    const { face, storage } = await open();
    const [bucket] = await storage.createBucket('a-bucket');
    const [policy] = await bucket.iam.getPolicy({ requestedPolicyVersion: 3 });
    const set = (...bindings: { role: string; members: string[] }[]) =>
      bucket.iam.setPolicy({ ...policy, bindings } as Parameters<typeof bucket.iam.setPolicy>[0]);
    await expect(set({ role: 'roles/x', members: [] })).rejects.toMatchObject({ code: 400 });
    await expect(set({ role: DATA_ROLE, members: ['ada'] })).rejects.toMatchObject({ code: 400 });
    const conditional = { role: DATA_ROLE, members: ['allUsers'], condition: { expression: 'false' } };
    await expect(set(conditional)).rejects.toMatchObject({ code: 400 });
    await set({ role: DATA_ROLE, members: ['allUsers'] });
    await expect(set({ role: DATA_ROLE, members: [] })).rejects.toMatchObject({ code: 412 });
    await storage.createBucket('closed', {
      iamConfiguration: { publicAccessPrevention: 'enforced' },
    } as Parameters<Storage['createBucket']>[1]);
    await expect(
      storage
        .bucket('closed')
        .iam.setPolicy({ bindings: [{ role: DATA_ROLE, members: ['allUsers'] }] } as Parameters<
          typeof bucket.iam.setPolicy
        >[0]),
    ).rejects.toMatchObject({ code: 412 });
    await face.close();
  });

  test('buckets and objects survive a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-storage-'));
    const { face, world: base } = await open();
    await face.close();
    const first = createStorageModel({ ...base, store: journaledStore(folder, 'storage') });
    first.insertBucket('a-bucket', { labels: { a: '1' } });
    first.putObject('a-bucket', 'x', Buffer.from('content'));
    const second = createStorageModel({ ...base, store: journaledStore(folder, 'storage') });
    expect(second.requireBucket('a-bucket').labels).toEqual({ a: '1' });
    expect(second.requireObject('a-bucket', 'x')).toEqual(first.requireObject('a-bucket', 'x'));
    rmSync(folder, { recursive: true });
  });

  test('the rate of bucket operations can be limited as in a real project', async () => {
    const { face, storage, clock } = await open({ limitBucketRate: true });
    const create = (i: number) => storage.createBucket(`bucket-${i}`);
    for (let i = 0; i < 30; i++) await create(i);
    await expect(create(30)).rejects.toMatchObject({ code: 429 });
    const ensured = createBuckets(storage, CELL).ensureBucket(BUCKET);
    expect(await codeOf(ensured)).toBe('CLOUD_BUSY');
    await clock.runFor(2000);
    await create(30);
    await face.close();
  });
});
