import { aWorld } from '../local/a-world.ts';
import { planQuery } from '../local/firestore/plan.ts';
import { serveFirestore } from '../local/firestore/server.ts';
import { fromQuery, toDocument } from '../local/firestore/wire.ts';

const { port, model } = await serveFirestore(aWorld({ projectId: 'demo' }), 0);

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
