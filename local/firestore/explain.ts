/**
 * Query explain: which indexes answer a query, and what running it took. The indexes are those that this stand-in made for itself, which
 * is one for each alternative; production may join several. https://firebase.google.com/docs/firestore/query-explain
 */
import type { Message } from '../grpc.ts';
import type { FirestoreModel } from './model.ts';
import { NAME_FIELD } from './paths.ts';
import type { Plan } from './plan.ts';

/** An ExplainMetrics of a query that was not run. */
export const explainPlan = (plan: Plan): Message => ({
  planSummary: { indexesUsed: indexesUsed(plan).map(toStruct) },
});

/**
 * Runs a query and tells what it took.
 * @param query starts it at once
 */
export async function measured<T>(
  model: FirestoreModel,
  query: () => Promise<T>,
): Promise<{ found: T; took: { seconds: number; nanos: number }; examined: number }> {
  const before = model.counters.examined;
  // Real time: it is about this computer's work, and no decision hangs on it.
  const startedAt = performance.now();
  const running = query();
  const examined = model.counters.examined - before;
  const found = await running;
  const ms = performance.now() - startedAt;
  const seconds = Math.floor(ms / 1000);
  return { found, took: { seconds, nanos: Math.floor((ms - seconds * 1000) * 1e6) }, examined };
}

/** An ExplainMetrics of a query that was run. */
export function explainRun(
  plan: Plan,
  run: { found: readonly unknown[]; took: Message; examined: number },
  { results, reads }: { results: number; reads: number },
): Message {
  return {
    ...explainPlan(plan),
    executionStats: {
      resultsReturned: results,
      executionDuration: run.took,
      readOperations: reads,
      debugStats: toStruct({
        index_entries_scanned: String(run.examined),
        documents_scanned: String(run.found.length),
      }),
    },
  };
}

function indexesUsed({ query, branches, reversed }: Plan): Record<string, string>[] {
  const used = branches().map((branch): string => {
    if (branch.kind === 'name') return `${NAME_FIELD.text} ASC`;
    const { equality, contains, order } = branch.shape;
    return [
      ...equality.map((field) => `${field.text} ASC`),
      ...(contains ? [`${contains.text} CONTAINS`] : []),
      ...order.map((part) => `${part.field.text} ${part.inverted === reversed ? 'ASC' : 'DESC'}`),
    ].join(', ');
  });
  const query_scope = query.scope.allDescendants ? 'Collection group' : 'Collection';
  return [...new Set(used)].map((properties) => ({ query_scope, properties: `(${properties})` }));
}

/** A google.protobuf.Struct of texts. */
const toStruct = (texts: Record<string, string>): Message => ({
  fields: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, { stringValue: text }])),
});
