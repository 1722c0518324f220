/** The Firestore stand-in in a process of its own, so that its memory and time are its own. Asked by messages of its parent. */
import { silentLog } from '../functions/log.ts';
import { realClock } from '../local/clock.ts';
import { createFaults } from '../local/faults.ts';
import { planQuery } from '../local/firestore/plan.ts';
import { serveFirestore } from '../local/firestore/server.ts';
import { fromQuery, toDocument } from '../local/firestore/wire.ts';
import { seededRandom } from '../local/random.ts';
import { memoryStore } from '../local/store.ts';

const random = seededRandom(1);
const { port, model } = await serveFirestore(
  {
    projectId: 'demo',
    clock: realClock(),
    random,
    faults: createFaults({}, random),
    store: memoryStore(),
    log: silentLog,
  },
  0,
);

/** A query as it comes from the wire, answered some times; the median in ms. */
function timeQuery(structuredQuery: object, times: number): number {
  const parent = 'projects/demo/databases/(default)/documents';
  const took = Array.from({ length: times }, () => {
    const begun = performance.now();
    for (const document of model.peek(planQuery(fromQuery(parent, structuredQuery)))) toDocument(document);
    return performance.now() - begun;
  });
  return took.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

export type Question = 'memory' | 'counters' | { query: object; times: number };

process.on('message', (question: Question) => {
  if (question === 'memory') {
    globalThis.gc?.();
    process.send?.(process.memoryUsage().rss);
  } else if (question === 'counters') process.send?.(model.counters);
  else process.send?.(timeQuery(question.query, question.times));
});
process.on('disconnect', () => process.exit(0));
process.send?.(port);
