/** Kinds of fields that several collections share. */
import { z } from 'zod';
import { RFC1035_LABEL } from '../limits.ts';

/** Documents written by this code. It reads this version and the one before. */
export const DOCUMENT_SCHEMA = 1;
export const schemaField = z
  .number()
  .int()
  .min(DOCUMENT_SCHEMA - 1)
  .max(DOCUMENT_SCHEMA);

/** 16 random characters of lower-case base32 (80 bits), so that `hub-<id>-g10` fits the 40 characters of a GKE name. */
export const CLUSTER_ID = /^[a-z2-7]{16}$/;
export const clusterId = z.string().regex(CLUSTER_ID);

export const label = z.string().regex(RFC1035_LABEL);

/**
 * A name that this version of Hub does not have: a newer one does, or an older one did. To the compiler it is a string that equals none that
 * the code names; there is nothing of it when the code runs.
 */
declare enum OtherName {
  Any = 'other',
}

/** What a state, a code, an action or a cause looks like. */
const otherName = z.string().regex(/^[\w-]{1,64}$/) as unknown as z.ZodType<OtherName>;

/**
 * For what is shown, and by which nothing is decided: one of these names, or another that looks like one. So a name may come, and may go, while
 * documents that hold it stay readable: those of weeks ago, and those of a newer version that was rolled back. Whoever looks one up copes
 * with one that is not there, which its type reminds them of. What is decided by is a `z.enum`: the state of a cluster, a role, the kind of a
 * thing in the cloud.
 */
export const openEnum = <T extends string>(names: readonly [T, ...T[]]) =>
  z.union([z.enum(names), otherName]);

/**
 * A value inside of a document. Of a document only what changes is written, but such a value is written whole: so it keeps what a newer version
 * of Hub has put into it, for whoever is older and changes a part of it. To the compiler it has the fields of this version and no others,
 * and no reply has others, for each names what is in it.
 */
export const nested = <S extends z.ZodRawShape>(shape: S) =>
  z.looseObject(shape) as unknown as z.ZodObject<S>;

/** Stored as a Firestore timestamp. */
export const instant = z.date();

/** Whole micro-dollars. */
export const micros = z.number().int();
