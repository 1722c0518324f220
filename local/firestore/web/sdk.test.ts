/** The unmodified browser build of the `firebase` client, in Node: only its XMLHttpRequest is ours. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deleteApp, type FirebaseApp, initializeApp } from 'firebase/app';
import type * as Sdk from 'firebase/firestore';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Opened, openFirestore } from '../testing.ts';
import { NodeXhr } from './testing/xhr.ts';

Object.assign(globalThis, { XMLHttpRequest: NodeXhr });
const folder = dirname(createRequire(import.meta.url).resolve('@firebase/firestore'));
const sdk: typeof Sdk = await import(pathToFileURL(join(folder, 'index.esm.js')).href);

/** For what happens by itself, on whatever machine. */
const SOON = { timeout: 30_000 };

let opened: Opened;
let apps: FirebaseApp[] = [];
beforeEach(async () => {
  opened = await openFirestore();
});
afterEach(async () => {
  await Promise.all(apps.map(deleteApp));
  apps = [];
  await opened.close();
});

/** A client as a browser tab has it. */
function browser(settings: Sdk.FirestoreSettings = {}): Sdk.Firestore {
  const app = initializeApp({ projectId: 'demo', apiKey: 'fake' }, `browser ${apps.length}`);
  apps.push(app);
  const db = sdk.initializeFirestore(app, settings);
  sdk.connectFirestoreEmulator(db, '127.0.0.1', opened.port);
  return db;
}

describe.each([
  ['streaming', {}],
  ['long polling', { experimentalForceLongPolling: true }],
])('the browser client, %s', (_, settings: Sdk.FirestoreSettings) => {
  test('hears what the server writes, and the server what it writes', async () => {
    const db = browser(settings);
    const values: unknown[] = [];
    const stop = sdk.onSnapshot(sdk.doc(db, 'things/é😀'), (s) => values.push(s.data()));
    await expect.poll(() => values, SOON).toEqual([undefined]);
    await opened.db.doc('things/é😀').set({ n: 1, text: 'é😀' });
    await expect.poll(() => values.at(-1), SOON).toEqual({ n: 1, text: 'é😀' });
    await sdk.setDoc(sdk.doc(db, 'things/b'), { at: sdk.serverTimestamp(), big: -0 });
    expect((await opened.db.doc('things/b').get()).data()).toMatchObject({ big: -0 });
    stop();
  });

  test('reads, counts and runs transactions', async () => {
    const db = browser(settings);
    await sdk.setDoc(sdk.doc(db, 'things/a'), {
      n: 1,
      nan: Number.NaN,
      bytes: sdk.Bytes.fromUint8Array(new Uint8Array([1])),
    });
    const count = await sdk.getCountFromServer(sdk.collection(db, 'things'));
    expect(count.data().count).toBe(1);
    await sdk.runTransaction(db, async (t) => {
      const got = await t.get(sdk.doc(db, 'things/a'));
      t.update(got.ref, { n: got.get('n') + 1 });
    });
    expect((await sdk.getDocFromServer(sdk.doc(db, 'things/a'))).data()).toMatchObject({
      n: 2,
      nan: Number.NaN,
    });
  });
  test('sees a burst of writes in order, and the last of them', async () => {
    const db = browser(settings);
    const values: number[] = [];
    const stop = sdk.onSnapshot(sdk.doc(db, 'things/a'), (s) => void values.push(s.get('n') ?? -1));
    await expect.poll(() => values, SOON).toEqual([-1]);
    for (let n = 0; n < 200; n++) await opened.db.doc('things/a').set({ n });
    await expect.poll(() => values.at(-1), SOON).toBe(199);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    stop();
  });

  test('is told why a write is refused, and goes on', async () => {
    const db = browser(settings);
    await expect(sdk.updateDoc(sdk.doc(db, 'things/none'), { n: 1 })).rejects.toMatchObject({
      code: 'not-found',
    });
    await sdk.setDoc(sdk.doc(db, 'things/a'), { n: 1 });
    expect((await opened.db.doc('things/a').get()).data()).toEqual({ n: 1 });
  });

  test('leaves no session behind', async () => {
    const db = browser(settings);
    const ignore = (): void => undefined;
    sdk.onSnapshot(sdk.doc(db, 'things/a'), ignore, ignore);
    await sdk.setDoc(sdk.doc(db, 'things/a'), { n: 1 });
    await expect.poll(() => opened.webSessions, SOON).toBe(2);
    await sdk.terminate(db);
    await expect.poll(() => opened.webSessions, SOON).toBe(0);
  });
});
