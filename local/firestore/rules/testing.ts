/** Builders for the tests of rules. */
import type { StoredDocument } from '../documents.ts';
import { parseFieldPath } from '../paths.ts';
import type { FieldFilter, Filter, Operator, Query } from '../query.ts';
import type { Fields, Value } from '../values.ts';
import { compileRules, type Decision, type Rules, type RulesContext } from './rules.ts';

export const ROOT = 'projects/p/databases/(default)/documents';

/** Thursday, 2026-01-15 10:20:30.123456 UTC. */
export const NOW_MICROS = Date.UTC(2026, 0, 15, 10, 20, 30, 123) * 1000 + 456;

export const aDocument = (path: string, fields: Fields = {}): StoredDocument => ({
  name: `${ROOT}/${path}`,
  fields,
  createMicros: 0,
  updateMicros: 0,
});

export interface World {
  /** Null for nobody. */
  readonly uid?: string | null;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Documents by path. */
  readonly documents?: Readonly<Record<string, Fields>>;
  /** Documents by path as they will be; others stay as they are. */
  readonly after?: Readonly<Record<string, Fields | null>>;
  readonly budget?: { left: number };
  readonly timeMicros?: number;
}

export function aContext({
  uid = 'ann',
  claims = {},
  documents = {},
  after,
  ...rest
}: World = {}): RulesContext {
  return {
    auth: uid === null ? null : { uid, token: { sub: uid, ...claims } },
    timeMicros: NOW_MICROS,
    ...rest,
    lookup: (name, afterwards) => {
      const path = name.slice(ROOT.length + 1);
      const changed = afterwards && after ? after[path] : undefined;
      const fields = changed === undefined ? documents[path] : changed;
      return fields ? aDocument(path, fields) : undefined;
    },
  };
}

export const where = (field: string, op: Operator, value: Value): FieldFilter => ({
  field: parseFieldPath(field),
  op,
  value,
});

export type QueryOptions = Partial<Omit<Query, 'where' | 'orderBy' | 'scope'>> & {
  where?: readonly Filter[];
  orderBy?: readonly string[];
  /** A collection group. */
  group?: boolean;
};

/** A query of a collection by path; fields in `orderBy` ascend. */
export function aQuery(
  path: string,
  { where: filters, orderBy = [], group, ...rest }: QueryOptions = {},
): Query {
  const name = `${ROOT}/${path}`;
  const slash = name.lastIndexOf('/');
  return {
    scope: {
      parent: name.slice(0, slash),
      collectionId: name.slice(slash + 1),
      allDescendants: group === true,
    },
    ...(filters ? { where: { all: filters } } : {}),
    orderBy: orderBy.map((field) => ({ field: parseFieldPath(field), descending: false })),
    offset: 0,
    ...rest,
  };
}

/** A rules file with these statements where the documents are. */
export const rulesText = (statements: string): string => `rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    ${statements}
  }
}`;

export const rulesOf = (statements: string): Rules => compileRules(rulesText(statements));

/** What a condition says of reading the document `things/x` with those fields. */
export function decide(condition: string, fields: Fields = {}, world: World = {}, functions = ''): Decision {
  const rules = rulesOf(`${functions} match /things/{id} { allow get: if ${condition}; }`);
  const document = aDocument('things/x', fields);
  return rules.get(document.name, document, aContext(world));
}
