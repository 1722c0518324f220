/** What an account or the cell may have and has: read, and changed without touching what is counted. */
import { type Allowance, accountPath, allowanceDocument, cellPath } from '../../shared/documents/account.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { AppError } from '../../shared/errors.ts';
import { type Audited, commitAudited } from '../audit.ts';
import { type DocumentData, isLostRace, type Snapshot, type Write } from '../cloud.ts';
import { readDocument } from '../documents.ts';
import type { Ports } from '../ports.ts';
import type { Limits } from './admission.ts';

export const accountLimits = ({ settings: { limits } }: Pick<Ports, 'settings'>): Limits => ({
  clusters: limits.accountClusters,
  hourlyMicros: limits.accountHourlyMicros,
});

export const cellLimits = ({ settings: { limits } }: Ports): Limits => ({
  clusters: limits.cellClusters,
  hourlyMicros: limits.cellHourlyMicros,
});

/** @throws Error if it is not readable */
export const parseAllowance = (found: Snapshot | undefined): Allowance | undefined =>
  found && parseDocument(allowanceDocument, found);

type Found = Promise<Snapshot<Allowance> | undefined>;

/**
 * What is not readable is an operator's case: nothing is allowed on the strength of it, as if the database were away.
 * @throws Error if it is not readable; CommitError `unavailable`
 */
export const readAccount = ({ documents }: Pick<Ports, 'documents'>, uid: string): Found =>
  readDocument(documents, accountPath(uid), allowanceDocument);

/** @throws as `readAccount` */
export const readCell = ({ documents }: Pick<Ports, 'documents'>, cell: string): Found =>
  readDocument(documents, cellPath(cell), allowanceDocument);

/** What may be changed of an account besides its counters; `undefined` removes a field. */
type AccountPatch = {
  [K in
    | 'maxClusters'
    | 'maxHourlyMicros'
    | 'request'
    | 'declined'
    | 'standing'
    | 'closing'
    | 'clearedAt'
    | 'firstAt'
    | 'hour']?: Allowance[K] | undefined;
};

/** Beside whoever counts there at the same moment. What an operator says of somebody must come through, whatever they do meanwhile. */
const TRIES = 10;

/**
 * Changes an account, and makes it if there is none. Only what is changed is written: whoever counts at the same moment finds that the
 * document is another, and counts again. Of one that is being deleted nothing is changed but what is thought of it.
 * @param change of the account as it is; undefined: nothing is to change
 * @param entry of the audit log: written in the same commit, and told
 * @returns the account before and after
 * @throws AppError ACCOUNT_CLOSING, CONFLICT, NOT_FOUND if it is deleted at this moment; CommitError `unavailable`
 */
export async function changeAccount(
  ports: Ports,
  uid: string,
  change: (now: Allowance | undefined) => AccountPatch | undefined,
  entry?: Audited,
): Promise<{ before: Allowance | undefined; after: Allowance | undefined }> {
  const path = accountPath(uid);
  let wasClosing = false;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = await readAccount(ports, uid);
    const before = found?.data;
    if (wasClosing && !before) throw new AppError('NOT_FOUND');
    wasClosing = before?.closing !== undefined;
    const patch = change(before);
    if (!patch) return { before, after: before };
    if (wasClosing && !isOfStanding(patch)) throw new AppError('ACCOUNT_CLOSING');
    const after = { ...(before ?? NOTHING_COUNTED), ...patch } as Allowance;
    try {
      // On the version that was read: a try that had no answer may be applied minutes later, and must not undo what was said since.
      const write: Write = found
        ? { op: 'update', path, data: patch as DocumentData, ifVersion: found.version }
        : { op: 'create', path, data: withoutUndefined(after) };
      await (entry ? commitAudited(ports, [write], entry) : ports.documents.commit([write]));
      return { before, after };
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
  throw new AppError('CONFLICT');
}

const isOfStanding = (patch: AccountPatch): boolean =>
  Object.keys(patch).every((field) => field === 'standing' || field === 'clearedAt');

const NOTHING_COUNTED: Allowance = { schema: DOCUMENT_SCHEMA, clusters: 0, hourlyMicros: 0 };

const withoutUndefined = (fields: object): DocumentData =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
