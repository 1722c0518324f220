/**
 * How soon a page in a real Chromium hears of a write of a server, through the official client on both sides, and how much work a
 * write is with many listeners. Wall-clock figures of this machine: three processes share its processors.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Firestore } from '@google-cloud/firestore';
import { realClock } from '../local/clock.ts';
import { openListen } from '../local/firestore/listen.ts';
import { createFirestore } from '../local/firestore/model.ts';
import { memoryStore } from '../local/store.ts';
import { type RunningBrowser, startBrowser, type Tab } from '../test/browser/sdk/browser.ts';
import type { ClientOptions } from '../test/browser/sdk/page/client.ts';
import type { Figure } from './firestore.ts';

const WARM_UP = 100;
const WRITES = 200;
const LISTENERS = 1_000;

/** @param executable path of Chromium */
export async function benchBrowser(executable: string): Promise<Figure[]> {
  // Otherwise the client looks for Google's metadata server before its first call.
  process.env.METADATA_SERVER_DETECTION = 'none';
  const server = fork(fileURLToPath(new URL('firestore-server.ts', import.meta.url)));
  const [port] = (await once(server, 'message')) as [number];
  const db = new Firestore({ projectId: 'demo', host: `127.0.0.1:${port}`, ssl: false });
  const browser = await startBrowser(executable);
  try {
    const figures = [
      ...(await latency(browser, db, port, 'streaming', {})),
      ...(await latency(browser, db, port, 'long polling', { transport: 'long polling' })),
    ];
    return [...figures, ...(await workOfOneWrite())];
  } finally {
    await browser.close();
    await db.terminate();
    server.kill();
  }
}

async function latency(
  browser: RunningBrowser,
  db: Firestore,
  firestorePort: number,
  name: string,
  options: Pick<ClientOptions, 'transport'>,
): Promise<Figure[]> {
  const profile = await browser.profile();
  const tab = await profile.open();
  const document = db.doc('bench/latency');
  await document.set({ n: -1 });
  await tab.run('open', { firestorePort, quiet: true, ...options });
  await tab.run('timeArrivals', document.path);
  const aheadMs = await clockDifference(tab);
  const heard: number[] = [];
  const committed: number[] = [];
  for (let n = 0; n < WARM_UP + WRITES; n++) {
    // Asked before the write, so that only the page's own callback is between the write and the time it notes.
    const arrival = tab.run('arrival', n);
    const begun = wallClock();
    await document.set({ n });
    const done = wallClock();
    heard.push((await arrival) - aheadMs - begun);
    committed.push(done - begun);
  }
  await profile.close();
  const [p50, p95] = percentiles(heard.slice(WARM_UP));
  const [commit50] = percentiles(committed.slice(WARM_UP));
  const what = `admin write to browser callback, ${name}`;
  return [
    { metric: `${what}: p50 ms`, ours: p50, aim: '≤ 10' },
    { metric: `${what}: p95 ms`, ours: p95, aim: '–' },
    { metric: '  of it, until the writer knows: p50 ms', ours: commit50, aim: '–' },
  ];
}

const wallClock = (): number => performance.timeOrigin + performance.now();

/**
 * How far the page's clock is ahead of ours. Both count from a time of day that each process took when it began, so they drift apart
 * by whatever the machine's clock was set by since. The quickest of many questions tells it best: wrong by half of what that took at
 * most, which is some tenths of a millisecond.
 */
async function clockDifference(tab: Tab): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, aheadMs: 0 };
  for (let i = 0; i < 100; i++) {
    const asked = wallClock();
    const theirs = await tab.run('wallClock');
    const answered = wallClock();
    const tookMs = answered - asked;
    if (tookMs < best.tookMs) best = { tookMs, aheadMs: theirs - (asked + answered) / 2 };
  }
  return best.aheadMs;
}

function percentiles(all: readonly number[]): [p50: string, p95: string] {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  return [at(0.5), at(0.95)];
}

/** Counted in the model, so exact: that many Listen streams on distinct documents, one write. */
async function workOfOneWrite(): Promise<Figure[]> {
  const model = createFirestore({ clock: realClock(), store: memoryStore() });
  const nameOf = (n: number): string => `projects/demo/databases/(default)/documents/bench/d${n}`;
  const told: number[] = [];
  let flushes = 0;
  for (let n = 0; n < LISTENERS; n++) {
    const later = (run: () => void): void => {
      flushes++;
      setImmediate(run);
    };
    const listener = openListen(model, () => told.push(n), { later });
    listener.request({ addTarget: { targetId: 2, documents: { documents: [nameOf(n)] } } });
  }
  const before = model.counters.listened;
  told.length = 0;
  model.commitNow([
    {
      op: 'update',
      name: nameOf(7),
      fields: { n: 1 },
      mask: undefined,
      transforms: [],
      precondition: undefined,
    },
  ]);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const sent = model.counters.listened - before;
  model.close();
  const what = `${LISTENERS} streams on distinct documents, one write`;
  return [
    { metric: `${what}: documents sent`, ours: String(sent), aim: '1' },
    { metric: `${what}: streams looked at`, ours: String(flushes), aim: '1' },
    { metric: `${what}: streams told`, ours: String(new Set(told).size), aim: '1' },
  ];
}
