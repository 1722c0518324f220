/**
 * How much room the Kubernetes stand-in takes and how fast it applies what Hub applies, in the model and through the product's own client
 * over HTTPS: wall-clock figures of this machine, on which both processes share the processors.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createLeaves } from '../functions/leaf/client.ts';
import type { KubeObject } from '../functions/leaf/leaf.ts';
import type { LeafEntry } from '../local/kubernetes/leaves.ts';
import type { Figure } from './firestore.ts';
import { changeable, changed, type Question, TOKEN } from './kubernetes-server.ts';

const LEAVES = 100;
const APPLIES = 3_000;
const WARM_UP = 500;
const AT_ONCE = 20;

export async function benchKubernetes(): Promise<Figure[]> {
  const server = fork(fileURLToPath(new URL('kubernetes-server.ts', import.meta.url)), [String(LEAVES)], {
    execArgv: ['--expose-gc'],
  });
  const ask = async <T>(question: Question): Promise<T> => {
    server.send(question);
    const [answer] = (await once(server, 'message')) as [T];
    return answer;
  };
  try {
    const begun = performance.now();
    const [entries] = (await once(server, 'message')) as [LeafEntry[]];
    const madeS = (performance.now() - begun) / 1000;
    const mebibytes = Math.round((await ask<number>('memory')) / 1024 / 1024);
    await ask({ applies: WARM_UP });
    const inModel = await ask<number[]>({ applies: APPLIES });
    return [
      {
        metric: `${LEAVES} clusters with Pachyderm: making them, s`,
        ours: madeS.toFixed(1),
        aim: '–',
      },
      {
        metric: `${LEAVES} clusters with Pachyderm: memory of the process, MiB`,
        ours: String(mebibytes),
        aim: '< 500',
      },
      {
        metric: 'applies per second in the model',
        ours: rateOf(inModel),
        aim: '≥ 500',
      },
      ...spread('one apply in the model', inModel),
      ...(await overTheWire(entries)),
    ];
  } finally {
    server.kill();
  }
}

async function overTheWire(entries: readonly LeafEntry[]): Promise<Figure[]> {
  const client = createLeaves({ accessToken: async () => TOKEN });
  const guards = changeable();
  let next = 0;
  const applyOne = async (): Promise<number> => {
    const n = next++;
    const { server = '', ca = '' } = entries[n % AT_ONCE] ?? {};
    const begun = performance.now();
    await client.open({ server, ca }).apply(changed(guards[n % guards.length] as KubeObject, -1 - n));
    return performance.now() - begun;
  };
  const worker = async (until: number): Promise<void> => {
    while (next < until) await applyOne();
  };
  const together = async (count: number): Promise<number> => {
    const begun = performance.now();
    const until = next + count;
    await Promise.all(Array.from({ length: AT_ONCE }, () => worker(until)));
    return (1000 * count) / (performance.now() - begun);
  };
  await together(WARM_UP);
  const rate = await together(APPLIES);
  const alone: number[] = [];
  for (let i = 0; i < WARM_UP; i++) alone.push(await applyOne());
  return [
    {
      metric: `applies per second over HTTPS, ${AT_ONCE} at once`,
      ours: String(Math.round(rate)),
      aim: '≥ 500',
    },
    ...spread('one apply over HTTPS, alone', alone),
  ];
}

const rateOf = (tookMs: readonly number[]): string =>
  String(Math.round((1000 * tookMs.length) / tookMs.reduce((sum, ms) => sum + ms, 0)));

function spread(what: string, tookMs: readonly number[]): Figure[] {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
  return [
    { metric: `${what}: median ms`, ours: at(0.5), aim: '≤ 5' },
    { metric: `${what}: p95 ms`, ours: at(0.95), aim: '≤ 5' },
  ];
}
