/**
 * What a list of writes would do, without doing it: preconditions, masks, transforms and limits, in order, each write seeing the
 * ones before it. All or nothing follows, for the caller applies the result only if nothing was thrown.
 */
import { ServiceError, STATUS } from '../service.ts';
import type { StoredDocument } from './documents.ts';
import { getField, putField } from './fields.ts';
import type { IndexConfig } from './index-config.ts';
import { checkIndexEntries, indexBytes } from './index-entries.ts';
import { checkDocumentName, type FieldPath, relativeSegments } from './paths.ts';
import { type Transform, transform } from './transforms.ts';
import { checkValue, type Fields, fieldsSize, identical, invalid, type Value } from './values.ts';

export type Precondition = { exists: boolean } | { updateMicros: number };

export interface DocumentWrite {
  name: string;
  /** `verify` only checks the precondition. */
  op: 'update' | 'delete' | 'verify';
  fields: Fields;
  /** Fields that are replaced or (where `fields` has none) removed; undefined replaces the whole document. */
  mask: readonly FieldPath[] | undefined;
  transforms: readonly Transform[];
  precondition: Precondition | undefined;
}

export interface WriteResult {
  /** Absent for deletions. The previous time if nothing changed. */
  updateMicros: number | undefined;
  transformResults: Value[];
}

interface Staged {
  /** Only documents that really change; undefined: deleted. */
  changes: Map<string, StoredDocument | undefined>;
  results: WriteResult[];
}

/** @throws ServiceError as Firestore refuses */
export function stageWrites(
  writes: readonly DocumentWrite[],
  stored: (name: string) => StoredDocument | undefined,
  micros: number,
  indexes?: IndexConfig,
): Staged {
  const changes = new Map<string, StoredDocument | undefined>();
  const results: WriteResult[] = [];
  checkTransforms(writes);
  let bytes = 0;
  const deleted = new Set<string>(); // Those too that were not there: a later update of one is refused for its deletion.
  for (const write of writes) {
    checkDocumentName(write.name);
    const current = changes.has(write.name) ? changes.get(write.name) : stored(write.name);
    checkPrecondition(write, current, deleted.has(write.name));
    if (write.op === 'verify') {
      results.push({ updateMicros: undefined, transformResults: [] });
    } else if (write.op === 'delete') {
      deleted.add(write.name);
      if (stored(write.name)) changes.set(write.name, undefined);
      else changes.delete(write.name);
      results.push({ updateMicros: undefined, transformResults: [] });
    } else {
      const { fields, transformResults } = newFields(write, current?.fields, micros);
      const same = current !== undefined && identical(current.fields, fields);
      if (!same) {
        const size = checkSize(write.name, fields);
        checkIndexEntries(write.name, fields, size, indexes);
        bytes += size;
        checkCommit(bytes);
        const createMicros = current?.createMicros ?? micros;
        changes.set(write.name, { name: write.name, fields, createMicros, updateMicros: micros });
      }
      results.push({ updateMicros: same ? current.updateMicros : micros, transformResults });
    }
  }
  checkWithIndexes(changes, bytes, stored, indexes);
  return { changes, results };
}

/** Of fewer changes than this, and less than this together, entries of indexes are not counted: they come nowhere near the limit. */
const FEW_CHANGES = 50;
const FEW_BYTES = 16 * 1024;

/** Entries of indexes count too, also those of what is deleted: https://github.com/firebase/firebase-tools/issues/1036 */
function checkWithIndexes(
  changes: Staged['changes'],
  documentBytes: number,
  stored: (name: string) => StoredDocument | undefined,
  indexes: IndexConfig | undefined,
): void {
  if (changes.size < FEW_CHANGES && documentBytes < FEW_BYTES) return;
  let bytes = documentBytes;
  for (const [name, after] of changes) {
    bytes += indexBytes(name, stored(name)?.fields, after?.fields, indexes);
    checkCommit(bytes);
  }
}

function checkPrecondition(
  { name, precondition }: DocumentWrite,
  current: StoredDocument | undefined,
  deleted: boolean,
): void {
  if (!precondition) return;
  if ('exists' in precondition) {
    if (precondition.exists === (current !== undefined)) return;
    if (current) throw new ServiceError(STATUS.ALREADY_EXISTS, `Document already exists: ${name}`);
    if (deleted) throw invalid(`Document ${name} is deleted earlier in the same commit.`);
    throw new ServiceError(STATUS.NOT_FOUND, `No document to update: ${name}`);
  }
  if (current?.updateMicros === precondition.updateMicros) return;
  throw new ServiceError(
    STATUS.FAILED_PRECONDITION,
    `the stored version (${current?.updateMicros ?? 0}) does not match the required base version (${precondition.updateMicros})`,
  );
}

function newFields(
  { fields: given, mask, transforms }: DocumentWrite,
  current: Fields | undefined,
  micros: number,
): { fields: Fields; transformResults: Value[] } {
  for (const name in given) checkValue(name, given[name] as Value);
  const fields: Fields = mask ? { ...current } : { ...given };
  for (const path of mask ?? []) putField(fields, path, getField(given, path));
  const transformResults = transforms.map((change) => {
    const { value, result } = transform(getField(fields, change.field), change, micros);
    putField(fields, change.field, value);
    return result;
  });
  // A mask or a transform may have put a value deeper than it was given.
  for (const { field } of transforms) checkTop(fields, field);
  for (const path of mask ?? []) if (path.segments.length > 1) checkTop(fields, path);
  return { fields, transformResults };
}

function checkTop(fields: Fields, path: FieldPath): void {
  const name = path.segments[0] ?? '';
  if (Object.hasOwn(fields, name)) checkValue(name, fields[name] as Value);
}

/** https://firebase.google.com/docs/firestore/quotas#limits: 1 MiB with name and field names. */
const MAX_DOCUMENT_BYTES = 1_048_576;
const DOCUMENT_OVERHEAD_BYTES = 32;
const NAME_OVERHEAD_BYTES = 16;

/** https://firebase.google.com/docs/firestore/quotas#writes_and_transactions */
const MAX_COMMIT_BYTES = 10 * 1024 * 1024;
const MAX_TRANSFORMS = 500;

function checkCommit(sizeBytes: number): void {
  if (sizeBytes > MAX_COMMIT_BYTES) throw invalid('Transaction too big. Decrease transaction size.');
}

function checkTransforms(writes: readonly DocumentWrite[]): void {
  const counts = new Map<string, number>();
  for (const { name, transforms } of writes) {
    if (transforms.length === 0) continue;
    const count = (counts.get(name) ?? 0) + transforms.length;
    if (count > MAX_TRANSFORMS) {
      throw invalid(`cannot have more than ${MAX_TRANSFORMS} field transforms on a single document`);
    }
    counts.set(name, count);
  }
}

function checkSize(name: string, fields: Fields): number {
  const nameSize = relativeSegments(name).reduce(
    (sum, id) => sum + Buffer.byteLength(id) + 1,
    NAME_OVERHEAD_BYTES,
  );
  const size = nameSize + fieldsSize(fields) + DOCUMENT_OVERHEAD_BYTES;
  if (size <= MAX_DOCUMENT_BYTES) return size;
  const text = (n: number): string => n.toLocaleString('en-US');
  throw invalid(
    `Document '${name}' cannot be written because its size (${text(size)} bytes) exceeds the maximum allowed size of ${text(MAX_DOCUMENT_BYTES)} bytes.`,
  );
}
