/**
 * `firestore.rules`: every collection × role × operation, judged by the rules and asked over the wire; and every single condition
 * taken out of the rules must make some case fail.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DocumentData } from '../../functions/cloud.ts';
import { silentLog } from '../../functions/log.ts';
import { aWorld } from '../../local/a-world.ts';
import { serveAuth } from '../../local/auth/server.ts';
import { realClock } from '../../local/clock.ts';
import { createAccess } from '../../local/firestore/access.ts';
import type { DocumentWrite } from '../../local/firestore/commit.ts';
import { guardOf } from '../../local/firestore/guard.ts';
import { createFirestore, type FirestoreModel } from '../../local/firestore/model.ts';
import type { Query } from '../../local/firestore/query.ts';
import { mutants } from '../../local/firestore/rules/mutants.ts';
import { compileRules, type Rules } from '../../local/firestore/rules/rules.ts';
import { serveFirestore } from '../../local/firestore/server.ts';
import { fromData } from '../../local/memory/documents.ts';
import { ServiceError, STATUS, type World } from '../../local/service.ts';
import { memoryStore } from '../../local/store.ts';
import {
  addressOf,
  authOf,
  type Case,
  cases,
  claimsOf,
  DOCUMENTS,
  hasProven,
  nameOf,
  ROLES,
  type Role,
  roles,
} from './rules.cases.ts';

const SOURCE = readFileSync(fileURLToPath(new URL('../../firestore.rules', import.meta.url)), 'utf8');
const PROJECT = 'demo';
const ROOT = `projects/${PROJECT}/databases/(default)/documents`;

const write = (op: DocumentWrite['op'], path: string, data: DocumentData = {}): DocumentWrite => ({
  op,
  name: `${ROOT}/${path}`,
  fields: fromData(data),
  mask: undefined,
  transforms: [],
  precondition: undefined,
});

const world = (): World => {
  return aWorld({ projectId: PROJECT });
};

function fill(model: FirestoreModel): FirestoreModel {
  model.commitNow(Object.entries(DOCUMENTS).map(([path, data]) => write('update', path, data)));
  return model;
}

const parentAndId = (collection: string): { parent: string; collectionId: string } => {
  const segments = collection.split('/');
  return { parent: [ROOT, ...segments.slice(0, -1)].join('/'), collectionId: segments.at(-1) ?? '' };
};

/** What the rules say, without a wire. */
function allows(rules: Rules, model: FirestoreModel, { role, request }: Case): boolean {
  const guard = guardOf({ model, rules, auth: authOf(role) });
  try {
    if (request.kind === 'get') {
      const name = `${ROOT}/${request.path}`;
      guard.get([name], [model.documents.get(name)]);
    } else if (request.kind === 'list') {
      guard.list(queryOf(request));
    } else {
      const op = request.kind === 'delete' ? 'delete' : 'update';
      const change = write(op, request.path, { ...DOCUMENTS[request.path], changed: true });
      const after = { name: change.name, fields: change.fields, createMicros: 1, updateMicros: 1 };
      const before = request.kind === 'create' ? undefined : (model.documents.get(change.name) ?? after);
      guard.commit({
        writes: [change],
        commitMicros: model.readTime(),
        before: () => before,
        after: () => (op === 'delete' ? undefined : after),
      });
    }
    return true;
  } catch (error) {
    if (error instanceof ServiceError && error.code === STATUS.PERMISSION_DENIED) return false;
    throw error;
  }
}

type List = Extract<Case['request'], { kind: 'list' }>;

function queryOf({ collection, group, readers, email, limit }: List): Query {
  return {
    scope: { ...parentAndId(collection), allDescendants: group === true },
    ...(readers !== undefined && {
      where: { field: { text: 'readers', segments: ['readers'] }, op: 'array-contains', value: readers },
    }),
    ...(email !== undefined && {
      where: { field: { text: 'email', segments: ['email'] }, op: '==', value: email },
    }),
    orderBy: [],
    offset: 0,
    limit,
  };
}

test('the cases reach every collection and role, and both answers', () => {
  expect(cases.length).toBeGreaterThan(700);
  expect(new Set(cases.map((c) => c.role))).toEqual(new Set(roles));
  expect(cases.filter((c) => c.allowed).length).toBeGreaterThan(40);
});

describe('the rules', () => {
  const rules = compileRules(SOURCE);
  const model = fill(createFirestore({ clock: realClock(), store: memoryStore() }));
  test.each(roles)('say to %s what they must', (role) => {
    const wrong = cases.filter((c) => c.role === role && allows(rules, model, c) !== c.allowed);
    expect(wrong.map(nameOf)).toEqual([]);
  });
});

describe('each condition is needed:', () => {
  const model = fill(createFirestore({ clock: realClock(), store: memoryStore() }));
  test.each(mutants(SOURCE).map((m) => [`${m.line}:${m.column} ${m.what}`, m.source] as const))(
    'without it some case fails, %s',
    (_, source) => {
      const rules = compileRules(source);
      const caught = cases.find((c) => allows(rules, model, c) !== c.allowed);
      expect(caught).toBeDefined();
    },
  );

  test('there are mutants of every rule', () => {
    const statements = SOURCE.match(/^\s*allow /gm)?.length ?? 0;
    expect(mutants(SOURCE).length).toBeGreaterThanOrEqual(2 * statements);
  });
});

describe('the server', () => {
  let closing: (() => Promise<void>)[] = [];
  let url = '';
  const tokens = new Map<Role, string | undefined>();
  beforeAll(async () => {
    const auth = await serveAuth(world(), { http: 0, tls: 0 });
    for (const role of roles) {
      const uid = ROLES[role];
      if (uid === null) continue;
      const user = auth.model.newUser({
        localId: uid,
        email: addressOf(uid),
        emailVerified: hasProven(role),
        customAttributes: JSON.stringify(claimsOf(role)),
      });
      auth.model.saveUser(user);
      tokens.set(role, (await auth.model.signIn(user, 'password')).idToken);
    }
    const access = createAccess({
      rules: SOURCE,
      verifyIdToken: (token) => auth.model.tokens.verifyIdToken(token),
      log: silentLog,
    });
    const firestore = await serveFirestore(world(), 0, { access });
    fill(firestore.model);
    url = `http://127.0.0.1:${firestore.port}/v1/${ROOT}`;
    closing = [() => firestore.close(), () => auth.close()];
  });
  afterAll(() => Promise.all(closing.map((close) => close())));

  const send = (role: Role, method: string, path: string, body?: unknown): Promise<Response> => {
    const token = tokens.get(role);
    return fetch(`${url}${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  };
  const ask = ({ role, request }: Case): Promise<Response> => {
    switch (request.kind) {
      case 'get':
        return send(role, 'GET', `/${request.path}`);
      case 'list':
        return send(role, 'POST', `${parentAndId(request.collection).parent.slice(ROOT.length)}:runQuery`, {
          structuredQuery: structuredQuery(request),
        });
      case 'create':
      case 'update': {
        const exists = request.kind === 'update';
        const update = { name: `${ROOT}/${request.path}`, fields: { changed: { booleanValue: true } } };
        const updateMask = exists ? { updateMask: { fieldPaths: ['changed'] } } : {};
        return send(role, 'POST', ':commit', {
          writes: [{ update, ...updateMask, currentDocument: { exists } }],
        });
      }
      case 'delete':
        return send(role, 'DELETE', `/${request.path}`);
    }
  };

  test.each(roles)('says the same to %s', async (role) => {
    const wrong: string[] = [];
    for (const one of cases.filter((c) => c.role === role)) {
      const { status } = await ask(one);
      const found = one.request.kind === 'get' && one.request.missing ? 404 : 200;
      if (status !== (one.allowed ? found : 403)) wrong.push(`${nameOf(one)}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });
});

function structuredQuery({ collection, group, readers, email, limit }: List) {
  return {
    from: [{ collectionId: parentAndId(collection).collectionId, allDescendants: group === true }],
    ...(readers !== undefined && {
      where: {
        fieldFilter: {
          field: { fieldPath: 'readers' },
          op: 'ARRAY_CONTAINS',
          value: { stringValue: readers },
        },
      },
    }),
    ...(email !== undefined && {
      where: {
        fieldFilter: { field: { fieldPath: 'email' }, op: 'EQUAL', value: { stringValue: email } },
      },
    }),
    ...(limit !== undefined && { limit }),
  };
}
