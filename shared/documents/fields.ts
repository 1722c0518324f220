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

/** Stored as a Firestore timestamp. */
export const instant = z.date();

/** Whole micro-dollars. */
export const micros = z.number().int();
