/** Firestore's gRPC face: google.firestore.v1.Firestore as the official clients speak it. */

import { seconds } from '../../shared/units.ts';
import { type CallContext, duplex, type Message, serveGrpc, type UnaryHandler } from '../grpc.ts';
import { type Face, ServiceError, STATUS, type World } from '../service.ts';
import { type Aggregation, aggregate } from './aggregate.ts';
import { fromGrpc, type StreamCall, type StreamHandler } from './call.ts';
import type { DocumentWrite } from './commit.ts';
import type { StoredDocument } from './documents.ts';
import { openListen } from './listen.ts';
import { type CommitResult, type Consistency, createFirestore, type FirestoreModel } from './model.ts';
import { nameKey } from './order.ts';
import { checkDocumentName, checkId, checkParent, parseFieldPath } from './paths.ts';
import { planQuery } from './plan.ts';
import { FIRESTORE_SERVICE, firestoreProtos } from './protos.ts';
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

export { createFirestore, type FirestoreModel } from './model.ts';

export interface FirestoreFace extends Face {
  readonly model: FirestoreModel;
}

export async function serveFirestore(
  world: World,
  port: number,
  model: FirestoreModel = createFirestore(world),
): Promise<FirestoreFace> {
  const { unary, streams } = firestoreHandlers(world, model);
  const handlers = {
    ...unary,
    listen: duplex((call) => streams.listen(fromGrpc(call))),
    write: duplex((call) => streams.write(fromGrpc(call))),
  };
  const face = await serveGrpc([{ root: firestoreProtos(), name: FIRESTORE_SERVICE, handlers }], port);
  return {
    port: face.port,
    model,
    async close() {
      await face.close();
      model.close();
    },
  };
}

export interface FirestoreHandlers {
  /** By lowerCamelCase name: one request; one answer, or several through `context.write`. */
  readonly unary: Readonly<Record<string, UnaryHandler>>;
  readonly streams: { readonly listen: StreamHandler; readonly write: StreamHandler };
}

/** Every method, as each face (gRPC, WebChannel, REST) serves it. */
export function firestoreHandlers(world: World, model: FirestoreModel): FirestoreHandlers {
  const { faults } = world;
  const unary = (name: string, handle: UnaryHandler): [string, UnaryHandler] => [
    name,
    (request: Message, context: CallContext): Message => {
      if (faults.hit('unavailable', name)) {
        throw new ServiceError(STATUS.UNAVAILABLE, 'The service is currently unavailable.');
      }
      return handle(request, context);
    },
  ];

  const commit = async (writes: readonly DocumentWrite[], transaction?: string): Promise<CommitResult> => {
    if (transaction !== undefined && faults.hit('contention', 'commit')) {
      model.rollback(transaction);
      throw new ServiceError(STATUS.ABORTED, 'Too much contention on these documents. Please try again.');
    }
    const result = await model.commit(writes, transaction);
    if (faults.hit('reply-lost', 'commit')) {
      throw new ServiceError(STATUS.UNAVAILABLE, 'The connection was lost before the answer.');
    }
    return result;
  };
  const single = async (write: DocumentWrite, mask?: Message): Promise<Message> => {
    await commit([write]);
    const document = model.documents.get(write.name);
    return document ? toDocument(document, fromMask(mask)) : {};
  };

  const methods = [
    unary('getDocument', async (r) => {
      checkDocumentName(r.name);
      const { consistency } = consistencyOf(model, r);
      const [document] = await model.get([r.name], consistency);
      if (!document) throw new ServiceError(STATUS.NOT_FOUND, `Document "${r.name}" not found.`);
      return toDocument(document, fromMask(r.mask));
    }),
    unary('batchGetDocuments', async (r, context) => {
      const names: string[] = r.documents ?? [];
      names.forEach(checkDocumentName);
      const mask = fromMask(r.mask);
      const { consistency, begun } = consistencyOf(model, r);
      const found = await model.get(names, consistency);
      const readTime = toTimestamp(model.readTime(consistency));
      if (begun) context.write({ transaction: begun, readTime });
      for (const [index, document] of found.entries()) {
        context.write(
          document ? { found: toDocument(document, mask), readTime } : { missing: names[index], readTime },
        );
      }
    }),
    unary('runQuery', async (r, context) => {
      const plan = planQuery(fromQuery(r.parent, r.structuredQuery ?? {}));
      const mask = selectedFields(r.structuredQuery);
      const { consistency, begun } = consistencyOf(model, r);
      const found = await model.query(plan, consistency);
      const readTime = toTimestamp(model.readTime(consistency));
      if (begun) context.write({ transaction: begun, readTime });
      for (const document of found) context.write({ document: toDocument(document, mask), readTime });
      if (found.length === 0) context.write({ readTime });
    }),
    unary('runAggregationQuery', async (r, context) => {
      const { structuredQuery, aggregations } = r.structuredAggregationQuery ?? {};
      const plan = planQuery(fromQuery(r.parent, structuredQuery ?? {}));
      const wanted = fromAggregations(aggregations ?? []);
      const { consistency, begun } = consistencyOf(model, r);
      const found = await model.aggregate(plan, consistency);
      const values = Object.entries(aggregate(wanted, found));
      context.write({
        ...(begun ? { transaction: begun } : {}),
        result: { aggregateFields: Object.fromEntries(values.map(([alias, v]) => [alias, toValue(v)])) },
        readTime: toTimestamp(model.readTime(consistency)),
      });
    }),
    unary('beginTransaction', (r) => ({ transaction: begin(model, r.options) })),
    unary('commit', async (r) =>
      toCommitResponse(await commit((r.writes ?? []).map(fromWrite), transactionOf(r))),
    ),
    unary('rollback', (r) => {
      model.rollback(transactionOf(r) ?? '');
      return {};
    }),
    unary('batchWrite', async (r) => {
      const outcomes = await Promise.all((r.writes ?? []).map((write: Message) => writeAlone(model, write)));
      return { writeResults: outcomes.map((o) => o.result), status: outcomes.map((o) => o.status) };
    }),
    unary('createDocument', (r) => {
      const id = r.documentId || world.random.base32(20);
      const name = `${r.parent}/${r.collectionId}/${id}`;
      return single({ ...replacing(name, r.document?.fields), precondition: { exists: false } }, r.mask);
    }),
    unary('updateDocument', (r) =>
      single(
        {
          ...replacing(r.document.name, r.document.fields),
          mask: fromMask(r.updateMask),
          precondition: fromPrecondition(r.currentDocument),
        },
        r.mask,
      ),
    ),
    unary('deleteDocument', async (r) => {
      const precondition = fromPrecondition(r.currentDocument);
      await commit([{ ...replacing(r.name, {}), op: 'delete', precondition }]);
      return {};
    }),
    unary('listDocuments', (r) => listDocuments(model, r)),
    unary('listCollectionIds', (r) => {
      checkParent(r.parent);
      const ids = model.documents.collectionIds(r.parent).sort();
      const page = pageOf(ids, r, (id) => id);
      return { collectionIds: page.items, nextPageToken: page.nextPageToken };
    }),
    unary('partitionQuery', async (r) => {
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
      listen: (call) => listen(world, model, call),
      write: (call) => writeStream(call, commit),
    },
  };
}

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
  write: Message,
): Promise<{ result: Message; status: Message }> {
  try {
    const { results } = await model.commit([fromWrite(write)]);
    return { result: results[0] ? toWriteResult(results[0]) : {}, status: { code: STATUS.OK } };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { result: {}, status: { code: error.code, message: error.message } };
  }
}

/** The web client's queue of writes: the first request opens the stream, each further one is a commit, answered in order. */
function writeStream(
  call: StreamCall,
  commit: (writes: readonly DocumentWrite[]) => Promise<CommitResult>,
): void {
  let count = 0;
  let work = Promise.resolve();
  const answer = async (request: Message): Promise<void> => {
    const streamToken = Buffer.from(String(count++));
    if (count === 1) call.write({ streamId: 'writes', streamToken });
    else
      call.write({ streamToken, ...toCommitResponse(await commit((request.writes ?? []).map(fromWrite))) });
  };
  call.start({
    request(message) {
      work = work.then(() => answer(message)).catch((error: unknown) => call.fail(error));
    },
    end: () => void work.then(() => call.end()),
    closed: () => undefined,
  });
}

// Listening.

/** Clients take a stream that is silent for two minutes of their own time for dead, so this is not scaled. */
const HEARTBEAT_MS = seconds(45);

function listen({ clock }: World, model: FirestoreModel, call: StreamCall): void {
  const session = openListen(model, (response) => call.write(response));
  let cancelBeat = (): void => undefined;
  const beat = (): void => {
    cancelBeat = clock.schedule(clock.now() + HEARTBEAT_MS, () => {
      session.beat();
      beat();
    });
  };
  const close = (): void => {
    cancelBeat();
    session.close();
  };
  beat();
  call.start({
    request: (message) => session.request(message),
    end() {
      close();
      call.end();
    },
    closed: close,
  });
}

// Lists.

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

function listDocuments(model: FirestoreModel, r: Message): Message {
  checkParent(r.parent);
  checkId(r.collectionId);
  if (r.orderBy && r.orderBy !== '__name__') throw invalid('Lists are ordered by name only here.');
  const collection = `${r.parent}/${r.collectionId}`;
  const mask = fromMask(r.mask);
  const names = [...model.documents.documentNames(collection)];
  const shown = r.showMissing ? names : names.filter((name) => model.documents.get(name));
  const sorted = shown.map((name) => ({ name, key: nameKey(name) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = pageOf(sorted, r, (item) => item.key);
  const documents = page.items.map(({ name }) => {
    const document = model.documents.get(name);
    return document ? toDocument(document, mask) : { name };
  });
  model.counters.reads += Math.max(1, documents.length);
  return { documents, nextPageToken: page.nextPageToken };
}

/** A page of a sorted list; the token says after which key the next begins. */
function pageOf<T>(
  sorted: readonly T[],
  { pageSize, pageToken }: { pageSize?: number; pageToken?: string },
  keyOf: (item: T) => string,
): { items: T[]; nextPageToken: string } {
  const after = pageToken ? Buffer.from(pageToken, 'base64').toString('latin1') : undefined;
  const rest = after === undefined ? sorted : sorted.filter((item) => latin1(keyOf(item)) > after);
  const items = rest.slice(0, pageSize || rest.length);
  const last = items.at(-1);
  const more = items.length < rest.length && last !== undefined;
  return {
    items,
    nextPageToken: more ? Buffer.from(latin1(keyOf(last)), 'latin1').toString('base64') : '',
  };
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
