/** Isolation: what transactions of the official client see and lose when they meet. */
import type { DocumentReference, Firestore } from '@google-cloud/firestore';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seconds } from '../../shared/units.ts';
import { realClock, virtualClock } from '../clock.ts';
import { memoryStore } from '../store.ts';
import { createFirestore, type FirestoreModel } from './model.ts';
import { planQuery } from './plan.ts';
import { type Opened, openFirestore } from './testing.ts';

describe('with the official client', () => {
  let opened: Opened;
  let db: Firestore;
  let ref: DocumentReference;
  beforeEach(async () => {
    // Locks are waited for a twentieth of the usual time.
    opened = await openFirestore({ clock: realClock(20) });
    db = opened.db;
    ref = db.doc('things/a');
    await ref.set({ n: 0 });
  });
  afterEach(() => opened.close());

  const increment = (target: DocumentReference) =>
    db.runTransaction(async (transaction) => {
      const snapshot = await transaction.get(target);
      transaction.update(target, { n: snapshot.get('n') + 1 });
    });
  const n = async () => (await ref.get()).get('n');

  test('20 increments in parallel all succeed, and all count', async () => {
    await Promise.all(Array.from({ length: 20 }, () => increment(ref)));
    expect(await n()).toBe(20);
  });

  test('increments through different clients too', async () => {
    const clients = [db, opened.client(), opened.client()];
    await Promise.all(
      Array.from({ length: 15 }, (_, i) => {
        const client = clients[i % 3] as Firestore;
        const target = client.doc('things/a');
        return client.runTransaction(async (transaction) => {
          const snapshot = await transaction.get(target);
          transaction.update(target, { n: snapshot.get('n') + 1 });
        });
      }),
    );
    expect(await n()).toBe(15);
  });

  test('a write from outside waits, then goes first; the transaction starts again and loses nothing', async () => {
    let tries = 0;
    await db.runTransaction(async (transaction) => {
      const snapshot = await transaction.get(ref);
      // It waits for this transaction, which waits for it: after a while the lock gives way.
      if (tries++ === 0) await ref.set({ n: 100 });
      transaction.update(ref, { n: snapshot.get('n') + 1 });
    });
    expect([tries, await n()]).toEqual([2, 101]);
  });

  test('two that have read the same cannot both write: one starts again', async () => {
    let attempts = 0;
    const both: (() => void)[] = [];
    const met = new Promise<void>((resolve) => both.push(resolve));
    let here = 0;
    const run = () =>
      db.runTransaction(async (transaction) => {
        attempts++;
        const snapshot = await transaction.get(ref);
        if (++here === 2) both[0]?.();
        await met;
        transaction.update(ref, { n: snapshot.get('n') + 1 });
      });
    await Promise.all([run(), run()]);
    expect([attempts, await n()]).toEqual([3, 2]);
  });

  test('transactions that want the same two in opposite order do not wait for each other', async () => {
    const other = db.doc('things/b');
    await other.set({ n: 0 });
    const move = (from: DocumentReference, to: DocumentReference) =>
      db.runTransaction(async (transaction) => {
        const a = await transaction.get(from);
        const b = await transaction.get(to);
        transaction.update(from, { n: a.get('n') - 1 });
        transaction.update(to, { n: b.get('n') + 1 });
      });
    await Promise.all(Array.from({ length: 6 }, (_, i) => (i % 2 ? move(ref, other) : move(other, ref))));
    expect(await n()).toBe(0);
  });

  test('a document that comes into a query’s result is noticed', async () => {
    const things = db.collection('things');
    let tries = 0;
    const count = await db.runTransaction(async (transaction) => {
      const found = await transaction.get(things.where('n', '==', 0));
      if (tries++ === 0) await things.doc('b').set({ n: 0 });
      transaction.set(db.doc('counts/a'), { found: found.size });
      return found.size;
    });
    expect([tries, count]).toEqual([2, 2]);
  });

  test('a count is checked like a query', async () => {
    const things = db.collection('things');
    let tries = 0;
    await db.runTransaction(async (transaction) => {
      const counted = await transaction.get(things.count());
      if (tries++ === 0) await things.doc('b').set({ n: 0 });
      transaction.set(db.doc('counts/a'), { found: counted.data().count });
    });
    expect([tries, (await db.doc('counts/a').get()).get('found')]).toEqual([2, 2]);
  });

  test('a transaction that throws writes nothing and lets go', async () => {
    const failing = db.runTransaction(async (transaction) => {
      await transaction.get(ref);
      transaction.update(ref, { n: 5 });
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    await increment(ref);
    expect(await n()).toBe(1);
  });

  test('a failed precondition is not tried again', async () => {
    let tries = 0;
    const failing = db.runTransaction(async (transaction) => {
      tries++;
      await transaction.get(ref);
      transaction.create(ref, { n: 1 });
    });
    await expect(failing).rejects.toMatchObject({ code: 6 });
    expect(tries).toBe(1);
  });

  test('a read-only transaction sees one moment and locks nothing', async () => {
    await db.doc('things/b').set({ n: 0 });
    const seen = await db.runTransaction(
      async (transaction) => {
        const a = await transaction.get(ref);
        const batch = db.batch();
        batch.update(ref, { n: 1 });
        batch.update(db.doc('things/b'), { n: 1 });
        batch.create(db.doc('things/c'), { n: 0 });
        await batch.commit();
        const [b, query] = [
          await transaction.get(db.doc('things/b')),
          await transaction.get(db.collection('things').where('n', '==', 0)),
        ];
        return [a.get('n'), b.get('n'), query.size];
      },
      { readOnly: true },
    );
    expect(seen).toEqual([0, 0, 2]);
  });

  test('contention on purpose is tried again by the client', async () => {
    opened.faults.force('contention', { times: 2 });
    await increment(ref);
    expect(await n()).toBe(1);
  });
});

describe('on a virtual clock', () => {
  const NAME = 'projects/demo/databases/(default)/documents/things/a';
  const write = (value: number) => ({
    op: 'update' as const,
    name: NAME,
    fields: { n: value },
    mask: undefined,
    transforms: [],
    precondition: undefined,
  });
  const open = () => {
    const clock = virtualClock();
    return { clock, model: createFirestore({ clock, store: memoryStore() }) };
  };
  const read = async (model: FirestoreModel, transaction: string) =>
    (await model.get([NAME], { transaction }))[0]?.fields.n;

  test('those who wait for a document get it in the order they came', async () => {
    const { clock, model } = open();
    const order: number[] = [];
    const ids = [1, 2, 3].map(() => model.begin({ readOnly: false }));
    const runs = ids.map(async (id, index) => {
      const seen = await read(model, id);
      order.push(index);
      await model.commit([write(Number(seen ?? 0) + 1)], id);
    });
    await Promise.all(runs);
    expect([order, model.documents.get(NAME)?.fields.n, clock.pending]).toEqual([[0, 1, 2], 3, 0]);
  });

  test('nobody waits for a lock longer than 20 s', async () => {
    const { clock, model } = open();
    const holder = model.begin({ readOnly: false });
    await read(model, holder);
    let wrote = false;
    const outside = model.commit([write(1)]).then(() => {
      wrote = true;
    });
    await clock.runFor(seconds(19));
    expect(wrote).toBe(false);
    await clock.runFor(seconds(2));
    await outside;
    await expect(model.commit([write(2)], holder)).rejects.toMatchObject({ code: 10 });
    expect(model.documents.get(NAME)?.fields.n).toBe(1);
  });

  test('a transaction ends after 60 s without use, or 270 s in all', async () => {
    const { clock, model } = open();
    const expired = { code: 3, message: 'The referenced transaction has expired or is no longer valid.' };
    const idle = model.begin({ readOnly: false });
    const busy = model.begin({ readOnly: false });
    await read(model, busy);
    await clock.runFor(seconds(59));
    await read(model, busy);
    await clock.runFor(seconds(2));
    await expect(read(model, idle)).rejects.toMatchObject(expired);
    for (let i = 0; i < 5; i++) {
      await clock.runFor(seconds(40));
      await read(model, busy);
    }
    await clock.runFor(seconds(20));
    await expect(model.commit([write(1)], busy)).rejects.toMatchObject(expired);
    // What it held is free.
    await model.commit([write(1)]);
    expect(clock.pending).toBe(0);
  });

  test('a query’s documents are locked', async () => {
    const { clock, model } = open();
    await model.commit([write(1)]);
    const scope = {
      parent: 'projects/demo/databases/(default)/documents',
      collectionId: 'things',
      allDescendants: false,
    };
    const holder = model.begin({ readOnly: false });
    await model.query(planQuery({ scope, orderBy: [], offset: 0 }), { transaction: holder });
    let wrote = false;
    const outside = model.commit([write(2)]).then(() => {
      wrote = true;
    });
    await clock.runFor(seconds(1));
    expect(wrote).toBe(false);
    await model.commit([write(3)], holder);
    await outside;
    expect(model.documents.get(NAME)?.fields.n).toBe(2);
  });
});
