/** Methods that the Node client never calls but others do: the browser's writes, and single documents. */
import { Client, credentials } from '@grpc/grpc-js';
import type { Type } from 'protobufjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { virtualClock } from '../clock.ts';
import type { Message } from '../grpc.ts';
import { FIRESTORE_SERVICE, firestoreProtos } from './protos.ts';
import { type Opened, openFirestore } from './testing.ts';

const ROOT = 'projects/demo/databases/(default)/documents';
const root = firestoreProtos();

/** How to reach a method, from the descriptors. */
function method(name: string) {
  const found = root.lookupService(FIRESTORE_SERVICE).methods[name];
  found?.resolve();
  const [request, response] = [found?.resolvedRequestType as Type, found?.resolvedResponseType as Type];
  return {
    path: `/${FIRESTORE_SERVICE}/${name}`,
    serialize: (m: Message) => Buffer.from(request.encode(request.fromObject(m)).finish()),
    deserialize: (bytes: Buffer): Message => response.toObject(response.decode(bytes), { longs: Number }),
  };
}

let opened: Opened;
let client: Client;
const clock = virtualClock();
beforeEach(async () => {
  opened = await openFirestore({ clock });
  client = new Client(`127.0.0.1:${opened.port}`, credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  await opened.close();
});

const call = (name: string, request: Message): Promise<Message> => {
  const { path, serialize, deserialize } = method(name);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, serialize, deserialize, request, (error, value) =>
      error ? reject(error) : resolve(value),
    );
  });
};

/** A stream whose answers are taken one by one. */
function stream(name: string) {
  const { path, serialize, deserialize } = method(name);
  const duplex = client.makeBidiStreamRequest(path, serialize, deserialize);
  const answers = duplex[Symbol.asyncIterator]();
  return {
    send: (request: Message) => void duplex.write(request),
    next: async (): Promise<Message> => (await answers.next()).value,
    end: () => duplex.end(),
  };
}

const integers = (n: number) => ({ n: { integerValue: n } });
const update = (id: string, n: number) => ({ update: { name: `${ROOT}/things/${id}`, fields: integers(n) } });
const name = `${ROOT}/things/a`;

describe('single documents', () => {
  test('are created once, read, updated under a mask, and deleted', async () => {
    const create = {
      parent: ROOT,
      collectionId: 'things',
      documentId: 'a',
      document: { fields: integers(1) },
    };
    expect((await call('CreateDocument', create)).name).toBe(name);
    await expect(call('CreateDocument', create)).rejects.toMatchObject({ code: 6 });
    await call('UpdateDocument', {
      document: { name, fields: { m: { integerValue: 2 } } },
      updateMask: { fieldPaths: ['m'] },
    });
    const read = await call('GetDocument', { name });
    expect(read.fields).toMatchObject({ n: { integerValue: 1 }, m: { integerValue: 2 } });
    expect((await call('GetDocument', { name, mask: { fieldPaths: ['m'] } })).fields).not.toHaveProperty('n');
    await call('DeleteDocument', { name });
    await expect(call('GetDocument', { name })).rejects.toMatchObject({ code: 5 });
  });

  test('without an id get one of their own', async () => {
    const made = await call('CreateDocument', { parent: ROOT, collectionId: 'things', document: {} });
    expect(made.name).toMatch(/\/documents\/things\/[a-z2-7]{20}$/);
  });

  test('are listed in pages', async () => {
    const batch = opened.db.batch();
    for (const id of ['c', 'a', 'é', 'b']) batch.set(opened.db.doc(`things/${id}`), {});
    await batch.commit();
    const seen: string[] = [];
    for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
      const page: Message = await call('ListDocuments', {
        parent: ROOT,
        collectionId: 'things',
        pageSize: 3,
        pageToken,
      });
      seen.push(page.documents.map((d: Message) => d.name.split('/').at(-1)).join(''));
      pageToken = page.nextPageToken || undefined;
    }
    expect(seen).toEqual(['abc', 'é']);
  });
});

describe('verify', () => {
  const verify = (currentDocument: Message) =>
    call('Commit', { writes: [{ verify: name, currentDocument }, update('b', 1)] });

  test('lets a commit through only if the document is as it was', async () => {
    await verify({ exists: false });
    const { updateTime } = (await call('Commit', { writes: [update('a', 1)] })).writeResults[0];
    await expect(verify({ exists: false })).rejects.toMatchObject({ code: 6 });
    await verify({ updateTime });
    await call('Commit', { writes: [update('a', 2)] });
    await expect(verify({ updateTime })).rejects.toMatchObject({ code: 9 });
    expect((await call('GetDocument', { name })).fields.n.integerValue).toBe(2);
  });
});

describe('a list of documents', () => {
  test('of a past time, and of a transaction, is what was there then', async () => {
    const parent = `${ROOT}`;
    const ids = ({ documents = [] }: Message) => documents.map((d: Message) => d.name.split('/').at(-1));
    const list = (more: Message = {}) => call('ListDocuments', { parent, collectionId: 'things', ...more });
    const { commitTime: readTime } = await call('Commit', { writes: [update('a', 1), update('b', 1)] });
    const { transaction } = await call('BeginTransaction', { options: { readOnly: { readTime } } });
    await call('Commit', { writes: [{ delete: name }, update('b', 2), update('c', 1)] });
    expect(ids(await list())).toEqual(['b', 'c']);
    for (const then of [{ readTime }, { transaction }]) {
      const { documents } = await list(then);
      expect(ids({ documents })).toEqual(['a', 'b']);
      expect(documents[1].fields.n.integerValue).toBe(1);
    }
    await expect(call('ListCollectionIds', { parent, readTime })).rejects.toMatchObject({ code: 12 });
  });
});

describe('a stream', () => {
  test.each(['Listen', 'Write'])('(%s) that turns to another database ends', async (method) => {
    const requests = stream(method);
    requests.send({ database: 'projects/demo/databases/(default)' });
    if (method === 'Write') expect((await requests.next()).streamId).toBeTruthy();
    requests.send({ database: 'projects/demo/databases/other' });
    await expect(requests.next()).rejects.toMatchObject({ code: 3 });
  });
});

describe('a stream of writes', () => {
  test('answers each in order, and ends with the status of one that fails', async () => {
    const writes = stream('Write');
    writes.send({ database: 'projects/demo/databases/(default)' });
    const opening = await writes.next();
    expect(opening.streamId).toBeTruthy();
    for (let n = 1; n <= 20; n++) writes.send({ streamToken: opening.streamToken, writes: [update('a', n)] });
    const times: number[] = [];
    for (let n = 1; n <= 20; n++) {
      const { updateTime } = (await writes.next()).writeResults[0];
      times.push(updateTime.seconds * 1e6 + updateTime.nanos / 1000);
    }
    expect([...new Set(times)].sort((a, b) => a - b)).toEqual(times);
    writes.send({ writes: [{ ...update('none', 1), currentDocument: { exists: true } }] });
    await expect(writes.next()).rejects.toMatchObject({ code: 5 });
    expect((await call('GetDocument', { name })).fields.n.integerValue).toBe(20);
  });
});

describe('a stream of listeners', () => {
  test('gives a sign of life when nothing happens', async () => {
    const listening = stream('Listen');
    listening.send({ addTarget: { targetId: 2, documents: { documents: [name] } } });
    for (const kind of ['targetChange', 'documentDelete', 'targetChange', 'targetChange']) {
      expect(Object.keys(await listening.next())).toEqual([kind]);
    }
    const beat = listening.next();
    await clock.runFor(45_000);
    expect((await beat).targetChange.resumeToken).toBeDefined();
    listening.end();
  });
});
