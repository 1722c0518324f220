/** Listeners: through the official client, and as messages on one stream. */
import { createHash } from 'node:crypto';
import type { QuerySnapshot } from '@google-cloud/firestore';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { realClock } from '../clock.ts';
import type { Message } from '../grpc.ts';
import { memoryStore } from '../store.ts';
import type { DocumentWrite } from './commit.ts';
import { openListen } from './listen.ts';
import { createFirestore } from './model.ts';
import { type Opened, openFirestore } from './testing.ts';

/** Only as long as a slow machine needs. */
const SOON = { timeout: 60_000 };

describe('with the official client', () => {
  let opened: Opened;
  beforeEach(async () => {
    opened = await openFirestore();
  });
  afterEach(() => opened.close());

  test('a document: none, added, changed, deleted', async () => {
    const ref = opened.db.doc('things/a');
    const seen: unknown[] = [];
    const stop = ref.onSnapshot((s) => seen.push(s.exists ? s.get('n') : 'none'));
    await vi.waitFor(() => expect(seen).toEqual(['none']), SOON);
    await ref.set({ n: 1 });
    await vi.waitFor(() => expect(seen).toEqual(['none', 1]), SOON);
    await ref.update({ n: 2 });
    await vi.waitFor(() => expect(seen).toEqual(['none', 1, 2]), SOON);
    await ref.delete();
    await vi.waitFor(() => expect(seen).toEqual(['none', 1, 2, 'none']), SOON);
    stop();
  });

  const changesOf = (snapshot: QuerySnapshot) =>
    snapshot.docChanges().map((c) => `${c.type} ${c.doc.id} ${c.oldIndex}>${c.newIndex}`);

  test('a query: what comes, changes, moves and goes, and nothing else', async () => {
    const things = opened.db.collection('things');
    await things.doc('a').set({ n: 1 });
    const seen: string[][] = [];
    const stop = things
      .where('n', '>', 0)
      .orderBy('n')
      .onSnapshot((s) => seen.push(changesOf(s)));
    await vi.waitFor(() => expect(seen).toEqual([['added a -1>0']]), SOON);
    await things.doc('b').set({ n: 2 });
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(['added b -1>1']), SOON);
    await things.doc('a').update({ n: 3 });
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(['modified a 0>1']), SOON);
    await things.doc('out').set({ n: -1 });
    await opened.db.doc('others/x').set({ n: 1 });
    await things.doc('b').update({ n: 2 });
    await things.doc('b').update({ n: -2 });
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(['removed b 0>-1']), SOON);
    await things.doc('a').delete();
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(['removed a 0>-1']), SOON);
    expect(seen).toHaveLength(5);
    stop();
  });

  test('a query with a limit is filled up again', async () => {
    const things = opened.db.collection('things');
    for (const n of [1, 2, 3]) await things.doc(`d${n}`).set({ n });
    const seen: string[] = [];
    const stop = things
      .orderBy('n')
      .limit(2)
      .onSnapshot((s) => seen.push(s.docs.map((d) => d.id).join()));
    await vi.waitFor(() => expect(seen).toEqual(['d1,d2']), SOON);
    await things.doc('d1').delete();
    await vi.waitFor(() => expect(seen.at(-1)).toBe('d2,d3'), SOON);
    await things.doc('d0').set({ n: 0 });
    await vi.waitFor(() => expect(seen.at(-1)).toBe('d0,d2'), SOON);
    stop();
  });

  test('a collection group', async () => {
    const seen: string[] = [];
    const stop = opened.db
      .collectionGroup('events')
      .where('n', '==', 1)
      .onSnapshot((s) => seen.push(s.docs.map((d) => d.ref.path).join()));
    await vi.waitFor(() => expect(seen).toEqual(['']), SOON);
    await opened.db.doc('things/a/events/1').set({ n: 1 });
    await vi.waitFor(() => expect(seen.at(-1)).toBe('things/a/events/1'), SOON);
    stop();
  });

  test('a listener that cannot be is told so', async () => {
    const error = await new Promise<Error>((resolve) => {
      opened.db.collection('__reserved__').onSnapshot(() => undefined, resolve);
    });
    expect(error.message).toMatch(/Error 3: Resource id "__reserved__" is invalid/);
  });

  test('a listener goes on where it was when the server comes back', async () => {
    const store = memoryStore();
    const first = await openFirestore({ store });
    const ref = first.db.doc('things/a');
    await ref.set({ n: 1 });
    const seen: unknown[] = [];
    const listening = opened.client({ host: `127.0.0.1:${first.port}` });
    const stop = listening.doc('things/a').onSnapshot((s) => seen.push(s.get('n')));
    await vi.waitFor(() => expect(seen).toEqual([1]), SOON);
    await first.close();
    const second = await openFirestore({ store, port: first.port });
    await second.db.doc('things/a').set({ n: 2 });
    await vi.waitFor(() => expect(seen).toEqual([1, 2]), { timeout: 30_000 });
    stop();
    await second.close();
  });
});

/** `n` greater than that. */
const above = (n: number): Message => ({
  where: {
    fieldFilter: { field: { fieldPath: 'n' }, op: 3, value: { valueType: 'integerValue', integerValue: n } },
  },
});

function mightContain({ bits, hashCount }: Message, name: string): boolean {
  const digest = createHash('md5').update(name).digest();
  const [a, b] = [digest.readBigUInt64LE(0), digest.readBigUInt64LE(8)];
  const size = BigInt(bits.bitmap.length * 8 - bits.padding);
  return Array.from({ length: hashCount }, (_, i) => {
    const bit = Number(BigInt.asUintN(64, a + BigInt(i) * b) % size);
    return (bits.bitmap[bit >> 3] & (1 << (bit % 8))) !== 0;
  }).every(Boolean);
}

describe('one stream', () => {
  const ROOT = 'projects/demo/databases/(default)/documents';
  const put = (path: string, n: number): DocumentWrite => ({
    op: 'update',
    name: `${ROOT}/${path}`,
    fields: { n },
    mask: undefined,
    transforms: [],
    precondition: undefined,
  });
  const open = (store = memoryStore()) => {
    const model = createFirestore({ clock: realClock(), store });
    const later: (() => void)[] = [];
    let sent: Message[] = [];
    const session = openListen(model, (message) => sent.push(message), { later: (run) => later.push(run) });
    const TYPES = ['NO_CHANGE', 'ADD', 'REMOVE', 'CURRENT', 'RESET'];
    const brief = (m: Message): string => {
      const t = m.targetChange;
      if (t) return [TYPES[t.targetChangeType], ...t.targetIds].join(' ');
      if (m.filter) return `filter ${m.filter.targetId}`;
      const { document, documentChange: change } = m;
      const [kind, body] = Object.entries<Message>(m)[0] ?? [];
      const name: string = change ? change.document.name : (body.document ?? document);
      return `${kind} ${name.slice(ROOT.length + 1)} ${[...(body.targetIds ?? body.removedTargetIds)].join()}`;
    };
    /** What was sent since it was last asked, after everything that waits has run. */
    const raw = (): Message[] => {
      for (const run of later.splice(0)) run();
      const out = sent;
      sent = [];
      return out;
    };
    const said = (): string[] => raw().map(brief);
    const token = (): Buffer => sent.findLast((m) => m.targetChange?.resumeToken)?.targetChange.resumeToken;
    const add = (targetId: number, names: string[], resumeToken?: Buffer) =>
      session.request({
        addTarget: { targetId, documents: { documents: names.map((n) => `${ROOT}/${n}`) }, resumeToken },
      });
    const filter = (): Message => sent.find((m) => m.filter)?.filter;
    const query = (targetId: number, collectionId: string, extra: Message = {}, more: Message = {}) =>
      session.request({
        addTarget: {
          targetId,
          query: { parent: ROOT, structuredQuery: { from: [{ collectionId }], ...more } },
          ...extra,
        },
      });
    return { model, session, said, raw, token, filter, add, query };
  };

  test('carries many targets; each is told of what concerns it, once for writes in a row', () => {
    const { model, said, add, query } = open();
    model.commitNow([put('a/1', 1)]);
    query(2, 'a');
    add(4, ['a/1', 'b/1']);
    expect(said()).toEqual([
      ...['ADD 2', 'documentChange a/1 2', 'CURRENT 2', 'NO_CHANGE'],
      ...['ADD 4', 'documentChange a/1 4', 'documentDelete b/1 4', 'CURRENT 4', 'NO_CHANGE'],
    ]);
    model.commitNow([put('b/1', 1)]);
    model.commitNow([put('b/1', 2)]);
    model.commitNow([put('c/1', 1)]);
    expect(said()).toEqual(['documentChange b/1 4', 'NO_CHANGE']);
    model.commitNow([put('a/1', 2)]);
    expect(said()).toEqual(['documentChange a/1 4', 'documentChange a/1 2', 'NO_CHANGE']);
  });

  test('a target that is removed is silent, the others go on', () => {
    const { model, session, said, query } = open();
    query(2, 'a');
    query(4, 'a');
    said();
    session.request({ removeTarget: 2 });
    expect(said()).toEqual(['REMOVE 2']);
    model.commitNow([put('a/1', 1)]);
    expect(said()).toEqual(['documentChange a/1 4', 'NO_CHANGE']);
  });

  test('a target that is refused is removed with a cause, the others go on', () => {
    const { model, said, add, query } = open();
    query(2, 'a');
    add(4, ['a/__1__']);
    expect(said().slice(-1)).toEqual(['REMOVE 4']);
    model.commitNow([put('a/1', 1)]);
    expect(said()).toEqual(['documentChange a/1 2', 'NO_CHANGE']);
  });

  test('a client that comes back is told only what it missed: changed, new, left, deleted', () => {
    const { model, session, said, token, query } = open();
    model.commitNow(['a/1', 'a/2', 'a/3', 'a/4'].map((path) => put(path, 1)));
    query(2, 'a', {}, above(0));
    const resumeToken = token();
    said();
    session.request({ removeTarget: 2 });
    said();
    query(2, 'a', { resumeToken }, above(0));
    expect(said()).toEqual(['ADD 2', 'CURRENT 2', 'NO_CHANGE']);
    session.request({ removeTarget: 2 });
    model.commitNow([put('b/1', 1), put('a/2', 2)]);
    model.commitNow([put('a/3', -1), { ...put('a/4', 1), op: 'delete' }, put('a/5', 1), put('a/6', -1)]);
    said();
    query(2, 'a', { resumeToken }, above(0));
    const [begun, ...rest] = said();
    expect([begun, ...rest.slice(0, 4).sort(), ...rest.slice(4)]).toEqual([
      ...['ADD 2', 'documentChange a/2 2', 'documentChange a/5 2', 'documentDelete a/4 2'],
      ...['documentRemove a/3 2', 'CURRENT 2', 'NO_CHANGE'],
    ]);
    model.commitNow([put('a/1', 5)]);
    expect(said()).toEqual(['documentChange a/1 2', 'NO_CHANGE']);
  });

  test('so is one whose query has a limit, also of what moved into and out of the window', () => {
    const { model, session, said, token, query } = open();
    model.commitNow([put('a/1', 1), put('a/2', 2), put('a/3', 3)]);
    query(2, 'a', {}, { limit: { value: 2 } });
    const resumeToken = token();
    session.request({ removeTarget: 2 });
    model.commitNow([{ ...put('a/1', 1), op: 'delete' }]);
    said();
    query(2, 'a', { resumeToken }, { limit: { value: 2 } });
    expect(said()).toEqual([
      ...['ADD 2', 'documentChange a/3 2', 'documentDelete a/1 2'],
      ...['CURRENT 2', 'NO_CHANGE'],
    ]);
  });

  test('and one that listens to documents by name', () => {
    const { model, session, said, token, add } = open();
    model.commitNow([put('a/1', 1), put('a/2', 1)]);
    add(2, ['a/1', 'a/2', 'a/3']);
    const resumeToken = token();
    session.request({ removeTarget: 2 });
    model.commitNow([{ ...put('a/1', 1), op: 'delete' }, put('a/3', 1)]);
    said();
    add(2, ['a/1', 'a/2', 'a/3'], resumeToken);
    expect(said()).toEqual([
      ...['ADD 2', 'documentChange a/3 2', 'documentDelete a/1 2'],
      ...['CURRENT 2', 'NO_CHANGE'],
    ]);
  });

  test('after a restart what was removed is not known: it gets what is newer, and a filter of what it should have', () => {
    const store = memoryStore();
    const first = open(store);
    first.model.commitNow(Array.from({ length: 20 }, (_, n) => put(`a/${n}`, n)));
    first.query(2, 'a');
    const resumeToken = first.token();
    first.model.commitNow([put('a/3', -3), { ...put('a/4', 0), op: 'delete' }]);

    const { said, query, filter } = open(store);
    query(2, 'a', { resumeToken });
    const { count, unchangedNames } = filter();
    expect(said()).toEqual(['ADD 2', 'documentChange a/3 2', 'filter 2', 'CURRENT 2', 'NO_CHANGE']);
    expect(count).toBe(19);
    // What clients do with it: firebase-js-sdk, packages/firestore/src/remote/bloom_filter.ts
    const has = (id: string) => mightContain(unchangedNames, `${ROOT}/a/${id}`);
    expect(Array.from({ length: 20 }, (_, n) => n).filter((n) => !has(String(n)))).toEqual([4]);
  });

  test('who cannot be told the difference gets all anew', () => {
    const store = memoryStore();
    const first = open(store);
    first.model.commitNow([put('a/1', 1)]);
    first.query(2, 'a', {}, { limit: { value: 2 } });
    const resumeToken = first.token();
    first.model.commitNow([put('b/1', 1)]);
    const { model, said, query } = open(store);
    query(2, 'a', { resumeToken }, { limit: { value: 2 } });
    const all = ['documentChange a/1 2', 'CURRENT 2', 'NO_CHANGE'];
    expect(said()).toEqual(['ADD 2', 'RESET 2', ...all]);
    const strange = ['from another life', String(model.readTime() + 1e12), 'NaN', '-1e400'];
    for (const token of strange) {
      query(2, 'a', { resumeToken: Buffer.from(token) });
      expect(said()).toEqual(['ADD 2', 'RESET 2', ...all]);
    }
  });

  test('no moment is called complete while a target has something left to be told', () => {
    const { model, said, query } = open();
    query(2, 'a');
    said();
    model.commitNow([put('a/1', 1)]);
    query(4, 'b');
    expect(said()).toEqual(['ADD 4', 'CURRENT 4', 'documentChange a/1 2', 'NO_CHANGE']);
  });

  test('a burst of 1,000 writes is told in order, on every target, and ends in what is stored', () => {
    const { model, session, raw, add, query } = open();
    query(2, 'a');
    add(4, ['a/3', 'a/7']);
    raw();
    const versions = new Map<string, number>();
    const times: number[] = [];
    for (let n = 0; n < 1000; n++) {
      model.commitNow([put(`a/${(n * 7) % 40}`, n)]);
      // The stream is given its turn now and then, so that what is told together differs.
      if (n % 13 !== 0 && n !== 999) continue;
      for (const { documentChange: change, targetChange } of raw()) {
        if (change) {
          const { name, updateTime } = change.document;
          const version = updateTime.seconds * 1e6 + updateTime.nanos / 1000;
          const key = `${change.targetIds} ${name}`;
          expect(version).toBeGreaterThan(versions.get(key) ?? 0);
          versions.set(key, version);
        } else {
          const { seconds, nanos } = targetChange.readTime;
          times.push(seconds * 1e6 + nanos / 1000);
        }
      }
    }
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(versions.size).toBe(42);
    for (const [key, version] of versions) {
      expect(model.documents.get(key.split(' ')[1] ?? '')?.updateMicros).toBe(version);
    }
    session.close();
  });

  test('a target asked for once goes when it is current', () => {
    const { said, query } = open();
    query(2, 'a', { once: true });
    expect(said()).toEqual(['ADD 2', 'CURRENT 2', 'NO_CHANGE', 'REMOVE 2']);
  });

  test('a write looks at no query for the documents it did not write', () => {
    const { model, said, query } = open();
    model.commitNow(Array.from({ length: 1000 }, (_, n) => put(`a/${n}`, n)));
    query(2, 'a');
    said();
    const { examined, listened } = model.counters;
    model.commitNow([put('a/7', -1)]);
    expect(said()).toEqual(['documentChange a/7 2', 'NO_CHANGE']);
    expect([model.counters.examined - examined, model.counters.listened - listened]).toEqual([0, 1]);
  });
});
