/**
 * What `firestore.indexes.json` says: the composite indexes there are, where the automatic single-field ones are not the usual, and what goes
 * by itself.
 * Format: https://firebase.google.com/docs/reference/firestore/indexes/
 */
import { z } from 'zod';
import { Unusable } from '../command.ts';
import { type FieldPath, NAME_FIELD, parseFieldPath } from './paths.ts';

export type IndexMode = 'ascending' | 'descending' | 'contains';

export interface IndexedField {
  /** A field path in its canonical spelling. */
  path: string;
  mode: IndexMode;
}

interface CompositeIndex {
  collectionId: string;
  /** Over all collections of that id, instead of each alone. */
  group: boolean;
  /** The last is always `__name__`, said or implied. */
  fields: readonly IndexedField[];
}

export interface SingleFieldIndex {
  group: boolean;
  mode: IndexMode;
}

/** Documents of all collections of that id go when the instant in that field has passed. */
export interface TtlPolicy {
  collectionId: string;
  path: FieldPath;
}

export interface IndexConfig {
  readonly composites: readonly CompositeIndex[];
  /** Single-field indexes of fields that do not have the usual ones; by `fieldKey`. */
  readonly overrides: ReadonlyMap<string, readonly SingleFieldIndex[]>;
  readonly policies: readonly TtlPolicy[];
}

/** What a field has without an override: https://firebase.google.com/docs/firestore/query-data/index-overview#automatic_indexing */
const AUTOMATIC: readonly SingleFieldIndex[] = [
  { group: false, mode: 'ascending' },
  { group: false, mode: 'descending' },
  { group: false, mode: 'contains' },
];

const fieldKey = (collectionId: string, path: string): string => `${collectionId}/${path}`;

/** Stands for all fields of a collection in an override. */
const ALL_FIELDS = '*';
/** Unlike the key of any field, one whose name is a star included. */
const ALL_KEY = '\0*';

/** The single-field indexes of a field. A field within a map has those of the map, unless it has its own. */
export function singleFieldIndexes(
  { overrides }: IndexConfig,
  collectionId: string,
  { segments }: FieldPath,
): readonly SingleFieldIndex[] {
  if (overrides.size === 0) return AUTOMATIC;
  for (let length = segments.length; length > 0; length--) {
    const own = overrides.get(fieldKey(collectionId, segments.slice(0, length).join('\0')));
    if (own) return own;
  }
  return overrides.get(fieldKey(collectionId, ALL_KEY)) ?? AUTOMATIC;
}

const order = z.enum(['ASCENDING', 'DESCENDING']);
const arrayConfig = z.literal('CONTAINS');
const queryScope = z.enum(['COLLECTION', 'COLLECTION_GROUP']);
const collectionGroup = z.string().min(1);
const fieldPath = z.string().min(1);

const compositeField = z
  .strictObject({
    fieldPath,
    order: order.optional(),
    arrayConfig: arrayConfig.optional(),
    vectorConfig: z.looseObject({}).optional(),
  })
  .refine((f) => [f.order, f.arrayConfig, f.vectorConfig].filter((kind) => kind !== undefined).length === 1, {
    error: 'needs exactly one of order, arrayConfig and vectorConfig',
  });

const composite = z
  .strictObject({
    collectionGroup,
    queryScope,
    fields: z.array(compositeField).min(1).max(100),
    // Kinds of index that only other editions of Firestore tell apart.
    apiScope: z.string().optional(),
    density: z.string().optional(),
    multikey: z.boolean().optional(),
    unique: z.boolean().optional(),
  })
  .refine((index) => index.fields.filter((f) => f.arrayConfig).length <= 1, {
    error: 'an index may hold one array only',
  })
  .refine(({ fields: [first, ...others] }) => others.length > 0 || first?.fieldPath === NAME_FIELD.text, {
    error: 'an index of one field is not composite; it belongs into fieldOverrides',
  });

const override = z.strictObject({
  collectionGroup,
  fieldPath,
  ttl: z.boolean().optional(),
  indexes: z.array(
    z
      .strictObject({
        order: order.optional(),
        arrayConfig: arrayConfig.optional(),
        queryScope: queryScope.default('COLLECTION'),
      })
      .refine((index) => (index.order === undefined) !== (index.arrayConfig === undefined), {
        error: 'needs either order or arrayConfig',
      }),
  ),
});

const file = z.strictObject({
  $schema: z.string().optional(),
  indexes: z.array(composite).default([]),
  fieldOverrides: z.array(override).default([]),
});

/**
 * @param name of the file, for errors
 * @throws Unusable naming file and place of the first fault
 */
export function parseIndexConfig(text: string, name = 'firestore.indexes.json'): IndexConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Unusable(`${name}: ${(cause as Error).message}`, { cause });
  }
  const parsed = file.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Unusable(`${name}: ${placeOf(issue?.path ?? [])}${issue?.message ?? 'is not valid'}`);
  }
  const path = (written: string, place: readonly PropertyKey[]): FieldPath => {
    try {
      return parseFieldPath(written);
    } catch (cause) {
      throw new Unusable(`${name}: ${placeOf(place)}${(cause as Error).message}`, { cause });
    }
  };
  return {
    // An index of vectors serves nearest-neighbour queries only, which no stand-in answers.
    composites: parsed.data.indexes.flatMap((index, i) => {
      if (index.fields.some((f) => f.vectorConfig)) return [];
      const fields = index.fields.map((f, j) => ({
        path: path(f.fieldPath, ['indexes', i, 'fields', j, 'fieldPath']).text,
        mode: modeOf(f),
      }));
      return { collectionId: index.collectionGroup, group: isGroup(index), fields: withName(fields) };
    }),
    overrides: new Map(
      parsed.data.fieldOverrides.map((over, i) => {
        const wild = over.fieldPath === ALL_FIELDS;
        const key = wild
          ? ALL_KEY
          : path(over.fieldPath, ['fieldOverrides', i, 'fieldPath']).segments.join('\0');
        const indexes = over.indexes.map((index) => ({ group: isGroup(index), mode: modeOf(index) }));
        return [fieldKey(over.collectionGroup, key), indexes] as const;
      }),
    ),
    policies: parsed.data.fieldOverrides.flatMap((over, i) =>
      over.ttl
        ? [
            {
              collectionId: over.collectionGroup,
              path: path(over.fieldPath, ['fieldOverrides', i, 'fieldPath']),
            },
          ]
        : [],
    ),
  };
}

const placeOf = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? ''
    : `${path
        .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
        .join('')
        .replace(/^\./, '')}: `;

const isGroup = (index: { queryScope: string }): boolean => index.queryScope === 'COLLECTION_GROUP';

const modeOf = (field: { order?: string | undefined }): IndexMode =>
  field.order === undefined ? 'contains' : field.order === 'ASCENDING' ? 'ascending' : 'descending';

/** An index that does not say so ends in the name, in the direction of its last ordered field. */
function withName(fields: readonly IndexedField[]): readonly IndexedField[] {
  const last = fields.at(-1);
  if (last?.path === NAME_FIELD.text) return fields;
  return [
    ...fields,
    { path: NAME_FIELD.text, mode: last?.mode === 'descending' ? 'descending' : 'ascending' },
  ];
}
