/** What rules do to reads, writes and listeners; what the rules language means is tested in `rules/`. */
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../functions/log.ts';
import { aWorld } from '../a-world.ts';
import { type LocalClock, realClock, virtualClock } from '../clock.ts';
import type { Message } from '../grpc.ts';
import { fromData } from '../memory/documents.ts';
import { STATUS } from '../service.ts';
import { memoryStore } from '../store.ts';
import { type Access, createAccess } from './access.ts';
import type { StreamClient } from './call.ts';
import type { DocumentWrite } from './commit.ts';
import type { Guard } from './guard.ts';
import { openListen } from './listen.ts';
import { firestoreHandlers } from './methods.ts';
import { createFirestore } from './model.ts';

const ROOT = 'projects/demo/databases/(default)/documents';
const RULES = `rules_version = '2';
service cloud.firestore {
  match /databases/{db}/documents {
    function memberOf(team) {
      return request.auth.uid in get(/databases/$(db)/documents/teams/$(team)).data.members;
    }
    match /notes/{note} {
      allow get: if request.auth.uid in resource.data.readers;
      allow list: if request.auth.uid in resource.data.readers;
      allow create: if request.resource.data.at == request.time;
      allow update: if resource.data.locked == false && request.resource.data.locked == false;
    }
    match /teams/{team}/plans/{plan} {
      allow read: if memberOf(team);
      allow write: if getAfter(/databases/$(db)/documents/teams/$(team)).data.open == true;
    }
    match /teams/{team} { allow update: if true; }
    match /open/{id} { allow read: if true; }
  }
}`;
const CLOSED =
  "rules_version = '2'; service cloud.firestore { match /{document=**} { allow read: if false; } }";

const put = (
  path: string,
  data: Record<string, unknown>,
  more: Partial<DocumentWrite> = {},
): DocumentWrite => ({
  op: 'update',
  name: `${ROOT}/${path}`,
  fields: fromData(data as Parameters<typeof fromData>[0]),
  mask: undefined,
  transforms: [],
  precondition: undefined,
  ...more,
});

/** A clock that stands still: every commit is a microsecond after the one before, and none is at a full millisecond. */
function aDatabase({ exp, clock = virtualClock() }: { exp?: number; clock?: LocalClock } = {}) {
  const store = memoryStore();
  const model = createFirestore({ clock, store });
  const access: Access = createAccess({
    rules: RULES,
    verifyIdToken: async (token) => {
      if (token === 'forged') throw new Error('signature');
      return { sub: token, exp };
    },
    isServerToken: (token) => token === 'server',
    log: silentLog,
  });
  const world = aWorld({ projectId: 'demo', clock, store });
  const handlers = firestoreHandlers(world, model, access);
  const headers = (token?: string) => (name: string) =>
    name === 'authorization' && token !== undefined ? `Bearer ${token}` : undefined;
  const call = async (token: string | undefined, method: string, request: Message): Promise<Message> => {
    const out: Message[] = [];
    const handle = handlers.unary[method];
    if (!handle) throw new Error(method);
    const context = { write: (m: Message) => void out.push(m), header: headers(token), cancelled: false };
    return (await handle(request, context)) ?? out;
  };
  const codeOf = (token: string | undefined, method: string, request: Message): Promise<number> =>
    call(token, method, request).then(
      () => STATUS.OK,
      (error: { code: number }) => error.code,
    );
  const guardOf = async (token?: string): Promise<Guard> => access.guard(model, headers(token));
  return { model, access, handlers, headers, codeOf, guardOf };
}

const commitOf =
  (...writes: DocumentWrite[]) =>
  ({ model }: ReturnType<typeof aDatabase>, guard: Guard) =>
    model.commit(writes, undefined, guard.commit).then(
      () => STATUS.OK,
      (error: { code: number }) => error.code,
    );

describe('a call', () => {
  test('of a server is bound by nothing, of a user by the rules, with a bad token by neither', async () => {
    const database = aDatabase();
    database.model.commitNow([put('notes/a', { readers: ['ada'] })]);
    const get = { name: `${ROOT}/notes/a` };
    expect(await database.codeOf('server', 'getDocument', get)).toBe(STATUS.OK);
    expect(await database.codeOf('owner', 'getDocument', get)).toBe(STATUS.OK);
    expect(await database.codeOf('ada', 'getDocument', get)).toBe(STATUS.OK);
    expect(await database.codeOf('grace', 'getDocument', get)).toBe(STATUS.PERMISSION_DENIED);
    expect(await database.codeOf(undefined, 'getDocument', get)).toBe(STATUS.PERMISSION_DENIED);
    expect(await database.codeOf('forged', 'getDocument', get)).toBe(STATUS.UNAUTHENTICATED);
  });

  test('does not tell a stranger what exists', async () => {
    const { model, codeOf } = aDatabase();
    model.commitNow([put('notes/a', { readers: ['ada'] })]);
    for (const id of ['a', 'missing']) {
      const name = `${ROOT}/notes/${id}`;
      const writes = [true, false].map((exists) => ({
        operation: 'delete',
        delete: name,
        currentDocument: { conditionType: 'exists', exists },
      }));
      const codes = [
        await codeOf('grace', 'getDocument', { name }),
        await codeOf('grace', 'batchGetDocuments', { documents: [name] }),
        ...(await Promise.all(writes.map((write) => codeOf('grace', 'commit', { writes: [write] })))),
      ];
      expect(codes).toEqual(codes.map(() => STATUS.PERMISSION_DENIED));
    }
  });

  test('that reads several documents is denied for one of them', async () => {
    const { model, codeOf } = aDatabase();
    model.commitNow([put('notes/a', { readers: ['ada'] }), put('notes/b', { readers: [] })]);
    const documents = ['notes/a', 'notes/b'].map((path) => `${ROOT}/${path}`);
    expect(await codeOf('ada', 'batchGetDocuments', { documents: documents.slice(0, 1) })).toBe(STATUS.OK);
    expect(await codeOf('ada', 'batchGetDocuments', { documents })).toBe(STATUS.PERMISSION_DENIED);
  });

  test('that no rule speaks of is for servers only', async () => {
    const { codeOf } = aDatabase();
    const listing = { parent: ROOT };
    expect(await codeOf('server', 'listCollectionIds', listing)).toBe(STATUS.OK);
    expect(await codeOf('ada', 'listCollectionIds', listing)).toBe(STATUS.PERMISSION_DENIED);
    expect(await codeOf('ada', 'partitionQuery', listing)).toBe(STATUS.PERMISSION_DENIED);
    const showMissing = { parent: ROOT, collectionId: 'open', showMissing: true };
    expect(await codeOf('ada', 'listDocuments', showMissing)).toBe(STATUS.PERMISSION_DENIED);
    expect(await codeOf('ada', 'listDocuments', { ...showMissing, showMissing: false })).toBe(STATUS.OK);
  });
});

describe('a write', () => {
  test('is judged as create or update, by what was and what will be, at the time it is given', async () => {
    const database = aDatabase();
    const guard = await database.guardOf('ada');
    const at = { field: { text: 'at', segments: ['at'] }, kind: 'server-time' as const };
    const create = (more: Partial<DocumentWrite>) =>
      commitOf(put('notes/n', { locked: false }, more))(database, guard);
    expect(await create({})).toBe(STATUS.PERMISSION_DENIED);
    expect(await create({ transforms: [at] })).toBe(STATUS.OK);
    const lock = put('notes/n', { locked: true });
    expect(await commitOf(lock)(database, guard)).toBe(STATUS.PERMISSION_DENIED);
    database.model.commitNow([lock]);
    expect(await commitOf(put('notes/n', { locked: false }))(database, guard)).toBe(STATUS.PERMISSION_DENIED);
  });

  test('is judged by the documents that are committed with it', async () => {
    const database = aDatabase();
    const guard = await database.guardOf('ada');
    const plan = put('teams/t/plans/p', { n: 1 });
    database.model.commitNow([put('teams/t', { open: false })]);
    expect(await commitOf(plan)(database, guard)).toBe(STATUS.PERMISSION_DENIED);
    expect(await commitOf(plan, put('teams/t', { open: true }))(database, guard)).toBe(STATUS.OK);
    expect(await commitOf(plan, put('teams/t', { open: false }))(database, guard)).toBe(
      STATUS.PERMISSION_DENIED,
    );
  });
});

describe('a listener', () => {
  async function listening(token: string | undefined) {
    const { model, access, guardOf } = aDatabase();
    const later: (() => void)[] = [];
    const sent: Message[] = [];
    const session = openListen(model, (m) => sent.push(m), {
      guard: await guardOf(token),
      later: (run) => later.push(run),
    });
    access.onLoad(() => session.doubt());
    const said = () => {
      for (const run of later.splice(0)) run();
      return sent.splice(0).map((m) => {
        const { targetChange: t, documentChange: c } = m;
        if (c) return `${c.document.name.slice(ROOT.length + 1)} → ${c.targetIds}`;
        if (!t) return Object.keys(m)[0];
        const type = ['time', 'added', 'removed', 'current', 'reset'][t.targetChangeType];
        return [type, ...t.targetIds, ...(t.cause ? [`code ${t.cause.code}`] : [])].join(' ');
      });
    };
    const add = (targetId: number, path: string) =>
      session.request({ addTarget: { targetId, documents: { documents: [`${ROOT}/${path}`] } } });
    const query = (targetId: number, parent: string, collectionId: string, where?: Message) =>
      session.request({
        addTarget: {
          targetId,
          query: {
            parent: `${ROOT}${parent}`,
            structuredQuery: { from: [{ collectionId }], ...(where && { where }) },
          },
        },
      });
    return { model, access, add, query, said };
  }
  const readBy = (uid: string): Message => ({
    fieldFilter: {
      field: { fieldPath: 'readers' },
      op: 7,
      value: { valueType: 'stringValue', stringValue: uid },
    },
  });

  test('that is denied is removed with a cause, and the others on its stream live on', async () => {
    const { model, add, query, said } = await listening('grace');
    model.commitNow([put('notes/a', { readers: ['ada'] })]);
    add(2, 'notes/a');
    query(4, '', 'notes');
    query(6, '', 'open');
    expect(said()).toEqual(['removed 2 code 7', 'removed 4 code 7', 'added 6', 'current 6', 'time']);
    model.commitNow([put('open/o', {})]);
    expect(said()).toEqual(['open/o → 6', 'time']);
  });

  test('ends with the membership: no word of what the document is afterwards', async () => {
    const { model, add, query, said } = await listening('grace');
    model.commitNow([put('notes/a', { readers: ['ada', 'grace'] }), put('notes/b', { readers: ['grace'] })]);
    add(2, 'notes/a');
    query(4, '', 'notes', readBy('grace'));
    said();
    model.commitNow([put('notes/a', { readers: ['ada'], secret: 1 })]);
    expect(said()).toEqual(['removed 2 code 7', 'documentRemove', 'time']);
    model.commitNow([put('notes/b', { readers: ['grace'], n: 1 })]);
    expect(said()).toEqual(['notes/b → 4', 'time']);
  });

  test('ends when a document that the rules looked at changes', async () => {
    const { model, query, said } = await listening('ada');
    model.commitNow([put('teams/t', { members: ['ada'] }), put('teams/t/plans/p', { n: 1 })]);
    query(2, '/teams/t', 'plans');
    expect(said()).toEqual(['added 2', 'teams/t/plans/p → 2', 'current 2', 'time']);
    model.commitNow([put('teams/t', { members: ['ada', 'grace'] })]);
    expect(said()).toEqual(['time']);
    model.commitNow([put('teams/t', { members: ['grace'] })]);
    expect(said()).toEqual(['removed 2 code 7', 'time']);
    model.commitNow([put('teams/t/plans/p', { n: 2 })]);
    expect(said()).toEqual([]);
  });

  test('ends when the rules are replaced by some that deny it', async () => {
    const { model, access, query, said } = await listening(undefined);
    query(2, '', 'open');
    said();
    access.load(RULES);
    expect(said()).toEqual(['time']);
    access.load(CLOSED);
    expect(said()).toEqual(['removed 2 code 7', 'time']);
    model.commitNow([put('open/o', {})]);
    expect(said()).toEqual([]);
  });

  test('whose token is forged gets no stream; one whose token expires is told so', async () => {
    const codeOf = (token: string, options?: { exp: number; clock: LocalClock }): Promise<number> => {
      const { handlers, headers } = aDatabase(options);
      return new Promise((resolve) => {
        let client: StreamClient | undefined;
        handlers.streams.listen({
          header: headers(token),
          write: () => undefined,
          end: () => undefined,
          fail(error) {
            client?.closed();
            resolve((error as { code: number }).code);
          },
          start(given) {
            client = given;
          },
        });
      });
    };
    expect(await codeOf('forged')).toBe(STATUS.UNAUTHENTICATED);
    expect(await codeOf('ada', { exp: Date.now() / 1000 + 0.05, clock: realClock() })).toBe(
      STATUS.UNAUTHENTICATED,
    );
  });
});
