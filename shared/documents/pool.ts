/** `pools/{id}`: the wanted shape and number of spares, and what the last plan decided and why. Operators read it. */
import { z } from 'zod';
import { clusterSpec } from './cluster.ts';
import { instant, schemaField } from './fields.ts';

export const POOLS = 'pools';
export const poolPath = (id: string): string => `pools/${id}`;

export const poolDocument = z.object({
  schema: schemaField,
  spec: clusterSpec,
  /** Spares that should be ready or in the making. */
  wanted: z.number().int().min(0).max(100),
  lastPlan: z
    .object({
      at: instant,
      warm: z.number().int(),
      inTheMaking: z.number().int(),
      actions: z.array(
        z.object({ action: z.enum(['create', 'delete']), reason: z.string(), cluster: z.string() }),
      ),
    })
    .optional(),
});
export type PoolFields = z.infer<typeof poolDocument>;
export type Pool = PoolFields & { id: string };
