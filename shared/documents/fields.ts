/** Kinds of fields that several collections share. */
import { z } from 'zod';

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

/** RFC 1035 label: what a user may call a cluster or a pool. */
export const RFC1035_LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
export const label = z.string().regex(RFC1035_LABEL);

/** Stored as a Firestore timestamp. */
export const instant = z.date();

/** Whole micro-dollars. */
export const micros = z.number().int();
