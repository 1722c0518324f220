/**
 * How fast the Firestore stand-in is through the official client, on this machine: wall-clock figures, which differ from machine to
 * machine and count the client too.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Firestore } from '@google-cloud/firestore';
import type { Question } from './firestore-server.ts';

export interface Figure {
  metric: string;
  ours: string;
  /** What it should be on a good machine. */
  aim: string;
}

const LOAD = 10_000;
const LARGE = 100_000;
const BATCH = 500;
const LISTENERS = 1_000;

export async function benchFirestore(): Promise<Figure[]> {
  const server = fork(fileURLToPath(new URL('firestore-server.ts', import.meta.url)), {
    execArgv: ['--expose-gc'],
  });
  const [port] = (await once(server, 'message')) as [number];
  const ask = async <T>(question: Question): Promise<T> => {
    server.send(question);
    const [answer] = (await once(server, 'message')) as [T];
    return answer;
  };
  const db = new Firestore({ projectId: 'demo', host: `127.0.0.1:${port}`, ssl: false });
  await db.doc('warm/up').set({ n: 1 });
  try {
    return [
      await load(db),
      await query(ask),
      await sets(db),
      await transactions(db),
      ...(await listeners(db, ask)),
      await memory(db, ask),
    ];
  } finally {
    await db.terminate();
    server.kill();
  }
}

/** About 300 bytes, like a small cluster document. */
const aDocument = (n: number) => ({
  n,
  bucket: n % 1000,
  name: `cluster ${n}`,
  state: n % 2 === 0 ? 'ready' : 'deleted',
  readers: [`user-${n % 100}`],
  note: 'x'.repeat(160),
});

async function fill(db: Firestore, collection: string, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += BATCH) {
    const batch = db.batch();
    for (let i = n; i < Math.min(n + BATCH, to); i++) batch.set(db.doc(`${collection}/d${i}`), aDocument(i));
    await batch.commit();
  }
}

const secondsOf = async (act: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await act();
  return (performance.now() - begun) / 1000;
};

async function load(db: Firestore): Promise<Figure> {
  const took = await secondsOf(() => fill(db, 'load', 0, LOAD));
  return { metric: `load of ${LOAD} documents, s`, ours: took.toFixed(2), aim: '≤ 2' };
}

async function query(ask: <T>(question: Question) => Promise<T>): Promise<Figure> {
  const structured = {
    from: [{ collectionId: 'load' }],
    where: {
      fieldFilter: {
        field: { fieldPath: 'bucket' },
        op: 5,
        value: { valueType: 'integerValue', integerValue: 7 },
      },
    },
    orderBy: [{ field: { fieldPath: 'n' }, direction: 2 }],
  };
  const took = await ask<number>({ query: structured, times: 200 });
  return { metric: `10 of ${LOAD} documents, ms in the server`, ours: took.toFixed(2), aim: '≤ 5' };
}

/** Runs `total` acts, `width` of them at a time. */
async function parallel(total: number, width: number, act: (n: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < total) await act(next++);
  };
  const took = await secondsOf(() => Promise.all(Array.from({ length: width }, worker)));
  return Math.round(total / took);
}

async function sets(db: Firestore): Promise<Figure> {
  const rate = await parallel(4000, 50, (n) => db.doc(`sets/d${n % 500}`).set(aDocument(n)));
  return { metric: 'sets per second, 50 in parallel', ours: String(rate), aim: '≥ 1000' };
}

async function transactions(db: Firestore): Promise<Figure> {
  const rate = await parallel(1500, 20, (n) => {
    const ref = db.doc(`counters/d${n}`);
    return db.runTransaction(async (transaction) => {
      const seen = await transaction.get(ref);
      transaction.set(ref, { n: (seen.get('n') ?? 0) + 1 });
    });
  });
  return { metric: 'transactions per second, 20 in parallel', ours: String(rate), aim: '≥ 450' };
}

async function listeners(db: Firestore, ask: <T>(question: Question) => Promise<T>): Promise<Figure[]> {
  const heard = new Map<number, () => void>();
  const stops: (() => void)[] = [];
  await Promise.all(
    Array.from(
      { length: LISTENERS },
      (_, n) =>
        new Promise<void>((resolve) => {
          heard.set(n, resolve);
          stops.push(db.doc(`load/d${n}`).onSnapshot(() => heard.get(n)?.()));
        }),
    ),
  );
  const before = await ask<{ listened: number }>('counters');
  const took: number[] = [];
  for (let i = 0; i < 100; i++) {
    const n = (i * 7) % LISTENERS;
    const told = new Promise<void>((resolve) => heard.set(n, resolve));
    const begun = performance.now();
    await Promise.all([db.doc(`load/d${n}`).update({ beat: i }), told]);
    took.push(performance.now() - begun);
  }
  const after = await ask<{ listened: number }>('counters');
  for (const stop of stops) stop();
  took.sort((a, b) => a - b);
  return [
    {
      metric: `${LISTENERS} listeners on distinct documents: documents sent per write`,
      ours: String((after.listened - before.listened) / took.length),
      aim: '1',
    },
    {
      metric: 'the same: write to callback, median ms',
      ours: (took[50] ?? 0).toFixed(1),
      aim: '≤ 10',
    },
  ];
}

async function memory(db: Firestore, ask: <T>(question: Question) => Promise<T>): Promise<Figure> {
  await fill(db, 'load', LOAD, LARGE);
  const mebibytes = Math.round((await ask<number>('memory')) / 1024 / 1024);
  return {
    metric: `memory of the server with ${LARGE} documents, MiB`,
    ours: String(mebibytes),
    aim: '< 600',
  };
}
