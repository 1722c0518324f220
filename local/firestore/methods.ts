/** Every method of Firestore, whichever wire it comes on: from a request to the model and back. */
import type { CallContext, Message, UnaryHandler } from '../grpc.ts';
import { ServiceError, STATUS, type World } from '../service.ts';
import type { Access } from './access.ts';
import { type Aggregation, aggregate, aggregatedFields } from './aggregate.ts';
import type { StreamHandler } from './call.ts';
import type { DocumentWrite } from './commit.ts';
import type { StoredDocument } from './documents.ts';
import { explainPlan, explainRun, measured } from './explain.ts';
import { type Guard, UNGUARDED } from './guard.ts';
import { listCollectionIds, listDocuments } from './lists.ts';
import type { CommitResult, Consistency, FirestoreModel } from './model.ts';
import { findNearest, withoutNearest } from './nearest.ts';
import { checkDocumentName, parseFieldPath } from './paths.ts';
import { type Plan, planQuery } from './plan.ts';
import { serveListen, serveWrite } from './streams.ts';
import { invalid } from './values.ts';
import {
  fromFields,
  fromMask,
  fromPrecondition,
  fromQuery,
  fromTimestamp,
  fromWrite,
  selectedFields,
  toCommitResponse,
  toDocument,
  toTimestamp,
  toValue,
  toWriteResult,
} from './wire.ts';

export interface FirestoreHandlers {
  /** By lowerCamelCase name: one request; one answer, or several through `context.write`. */
  readonly unary: Readonly<Record<string, UnaryHandler>>;
  readonly streams: { readonly listen: StreamHandler; readonly write: StreamHandler };
}

/** Commits what the guard lets through. */
export type GuardedCommit = (
  guard: Guard,
  writes: readonly DocumentWrite[],
  transaction?: string,
) => Promise<CommitResult>;

type Method = (
  request: Message,
  call: { guard: Guard; write(message: Message): void },
) => Message | Promise<Message>;

/** Every method, as each face (gRPC, WebChannel, REST) serves it. */
export function firestoreHandlers(world: World, model: FirestoreModel, access?: Access): FirestoreHandlers {
  const { faults } = world;
  const unary = (name: string, handle: Method): [string, UnaryHandler] => [
    name,
    async (request: Message, context: CallContext): Promise<Message> => {
      if (faults.hit('unavailable', name)) {
        throw new ServiceError(STATUS.UNAVAILABLE, 'The service is currently unavailable.');
      }
      const guard = access ? await access.guard(model, context.header) : UNGUARDED;
      return handle(request, { guard, write: context.write });
    },
  ];
  const commit: GuardedCommit = async (guard, writes, transaction) => {
    if (transaction !== undefined && faults.hit('contention', 'commit')) {
      model.rollback(transaction);
      throw new ServiceError(STATUS.ABORTED, 'Too much contention on these documents. Please try again.');
    }
    const result = await model.commit(writes, transaction, guard.binding ? guard.commit : undefined);
    if (faults.hit('reply-lost', 'commit')) {
      throw new ServiceError(STATUS.UNAVAILABLE, 'The connection was lost before the answer.');
    }
    return result;
  };
  const single = async (guard: Guard, write: DocumentWrite, mask?: Message): Promise<Message> => {
    await commit(guard, [write]);
    const document = model.documents.get(write.name);
    return document ? toDocument(document, fromMask(mask)) : {};
  };
  /** @throws ServiceError INVALID_ARGUMENT, PERMISSION_DENIED */
  const permittedPlan = (guard: Guard, parent: string, query: Message): Plan => {
    const plan = planQuery(fromQuery(parent, query));
    guard.list(plan.query);
    return plan;
  };

  const methods = [
    unary('getDocument', async (r, { guard }) => {
      checkDocumentName(r.name);
      const { consistency } = consistencyOf(model, r);
      const [document] = await model.get([r.name], consistency);
      guard.get([r.name], [document]);
      if (!document) throw new ServiceError(STATUS.NOT_FOUND, `Document "${r.name}" not found.`);
      return toDocument(document, fromMask(r.mask));
    }),
    unary('batchGetDocuments', async (r, { guard, write }) => {
      const names: string[] = r.documents ?? [];
      names.forEach(checkDocumentName);
      const mask = fromMask(r.mask);
      const { consistency, begun } = consistencyOf(model, r);
      const found = await model.get(names, consistency);
      guard.get(names, found);
      const readTime = toTimestamp(model.readTime(consistency));
      if (begun) write({ transaction: begun, readTime });
      for (const [index, document] of found.entries()) {
        write(
          document ? { found: toDocument(document, mask), readTime } : { missing: names[index], readTime },
        );
      }
    }),
    unary('runQuery', async (r, { guard, write }) => {
      const { rest, nearest } = withoutNearest(r.structuredQuery ?? {});
      const plan = permittedPlan(guard, r.parent, rest);
      const mask = selectedFields(rest);
      if (onlyPlan(r)) {
        model.requireIndex(plan);
        write({ explainMetrics: explainPlan(plan) });
        return;
      }
      const { consistency, begun } = consistencyOf(model, r);
      const run = await measured(model, () => model.query(plan, consistency));
      const found = nearest ? findNearest(run.found, nearest) : run.found;
      const readTime = toTimestamp(model.readTime(consistency));
      if (begun) write({ transaction: begun, readTime });
      const cost = { results: found.length, reads: Math.max(1, found.length) };
      const explained = r.explainOptions ? { explainMetrics: explainRun(plan, run, cost) } : {};
      for (const [index, document] of found.entries()) {
        const last = index === found.length - 1 ? explained : {};
        write({ document: toDocument(document, mask), readTime, ...last });
      }
      if (found.length === 0) write({ readTime, ...explained });
    }),
    unary('runAggregationQuery', async (r, { guard, write }) => {
      const { structuredQuery, aggregations } = r.structuredAggregationQuery ?? {};
      const plan = permittedPlan(guard, r.parent, structuredQuery ?? {});
      const wanted = fromAggregations(aggregations ?? []);
      const summed = aggregatedFields(wanted);
      if (onlyPlan(r)) {
        model.requireIndex(plan, summed);
        write({ explainMetrics: explainPlan(plan) });
        return;
      }
      const { consistency, begun } = consistencyOf(model, r);
      const run = await measured(model, () => model.aggregate(plan, consistency, summed));
      const values = Object.entries(aggregate(wanted, run.found));
      const cost = { results: 1, reads: Math.max(1, Math.ceil(run.found.length / 1000)) };
      write({
        ...(r.explainOptions ? { explainMetrics: explainRun(plan, run, cost) } : {}),
        ...(begun ? { transaction: begun } : {}),
        result: { aggregateFields: Object.fromEntries(values.map(([alias, v]) => [alias, toValue(v)])) },
        readTime: toTimestamp(model.readTime(consistency)),
      });
    }),
    unary('beginTransaction', (r) => ({ transaction: begin(model, r.options) })),
    unary('commit', async (r, { guard }) =>
      toCommitResponse(await commit(guard, (r.writes ?? []).map(fromWrite), transactionOf(r))),
    ),
    unary('rollback', (r) => {
      model.rollback(transactionOf(r) ?? '');
      return {};
    }),
    unary('batchWrite', async (r, { guard }) => {
      const outcomes = await Promise.all(
        (r.writes ?? []).map((write: Message) => writeAlone(model, guard, write)),
      );
      return { writeResults: outcomes.map((o) => o.result), status: outcomes.map((o) => o.status) };
    }),
    unary('createDocument', (r, { guard }) => {
      const id = r.documentId || world.random.base32(20);
      const name = `${r.parent}/${r.collectionId}/${id}`;
      return single(
        guard,
        { ...replacing(name, r.document?.fields), precondition: { exists: false } },
        r.mask,
      );
    }),
    unary('updateDocument', (r, { guard }) =>
      single(
        guard,
        {
          ...replacing(r.document?.name ?? '', r.document?.fields),
          mask: fromMask(r.updateMask),
          precondition: fromPrecondition(r.currentDocument),
        },
        r.mask,
      ),
    ),
    unary('deleteDocument', async (r, { guard }) => {
      const precondition = fromPrecondition(r.currentDocument);
      await commit(guard, [{ ...replacing(r.name, {}), op: 'delete', precondition }]);
      return {};
    }),
    unary('listDocuments', (r, { guard }) =>
      listDocuments(model, guard, r, consistencyOf(model, r).consistency),
    ),
    unary('listCollectionIds', (r, { guard }) => {
      guard.administer();
      return listCollectionIds(model, r);
    }),
    unary('partitionQuery', async (r, { guard }) => {
      guard.administer();
      const found = await model.query(planQuery(fromQuery(r.parent, r.structuredQuery ?? {})), {
        micros: r.readTime ? fromTimestamp(r.readTime) : undefined,
      });
      const cuts = Math.min(Number(r.partitionCount ?? 1), Math.max(0, found.length - 1));
      const names = Array.from({ length: cuts }, (_, i) => {
        const document = found[Math.floor(((i + 1) * found.length) / (cuts + 1))] as StoredDocument;
        return document.name;
      });
      return { partitions: [...new Set(names)].map((ref) => ({ values: [toValue({ ref })] })) };
    }),
  ];
  return {
    unary: Object.fromEntries(methods),
    streams: {
      listen: (call) => serveListen(call, { clock: world.clock, model, access }),
      write: (call) => serveWrite(call, { model, access, commit }),
    },
  };
}

/** Whether a query is to be explained and not run. */
const onlyPlan = (r: Message): boolean => r.explainOptions != null && !r.explainOptions.analyze;

// Transactions and read times.

const transactionOf = (r: Message): string | undefined =>
  r.transaction?.length ? Buffer.from(r.transaction).toString() : undefined;

function begin(model: FirestoreModel, options: Message): Buffer {
  const readOnly = options?.readOnly ?? undefined;
  const micros = readOnly?.readTime ? readTimeFrom(model, readOnly.readTime) : undefined;
  return Buffer.from(model.begin({ readOnly: readOnly !== undefined, micros }));
}

/** What a read asks for; `begun` is the transaction it starts. */
function consistencyOf(model: FirestoreModel, r: Message): { consistency: Consistency; begun?: Buffer } {
  if (r.newTransaction) {
    const begun = begin(model, r.newTransaction);
    return { consistency: { transaction: begun.toString() }, begun };
  }
  const micros = r.readTime ? readTimeFrom(model, r.readTime) : undefined;
  return { consistency: { transaction: transactionOf(r), micros } };
}

function readTimeFrom(model: FirestoreModel, timestamp: Message): number {
  const micros = fromTimestamp(timestamp);
  if (micros > model.readTime()) throw invalid('read_time cannot be in the future.');
  return micros;
}

// Writes.

const replacing = (name: string, fields: Record<string, Message> | undefined): DocumentWrite => ({
  op: 'update',
  name,
  fields: fromFields(fields),
  mask: undefined,
  transforms: [],
  precondition: undefined,
});

async function writeAlone(
  model: FirestoreModel,
  guard: Guard,
  write: Message,
): Promise<{ result: Message; status: Message }> {
  try {
    const { results } = await model.commit(
      [fromWrite(write)],
      undefined,
      guard.binding ? guard.commit : undefined,
    );
    return { result: results[0] ? toWriteResult(results[0]) : {}, status: { code: STATUS.OK } };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { result: {}, status: { code: error.code, message: error.message } };
  }
}

function fromAggregations(messages: readonly Message[]): Aggregation[] {
  return messages.map((message, index): Aggregation => {
    const alias = message.alias || `field_${index + 1}`;
    const upTo = message.count?.upTo ? Number(message.count.upTo.value ?? 0) : undefined;
    if (message.count) return { alias, kind: 'count', upTo };
    const field = (message.sum ?? message.avg)?.field;
    if (!field) throw invalid('An aggregation must have an operator.');
    return { alias, kind: message.sum ? 'sum' : 'average', field: parseFieldPath(field.fieldPath) };
  });
}
