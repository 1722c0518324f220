/** Clean-up certificates for tests: what is signed, and what somebody may do to it afterwards. */
import { type CleanUpKey, cleanUpKeySet } from '../functions/clean-up/keys.ts';
import { signJws } from '../functions/clean-up/signature.ts';
import { memoryCleanUpKey } from '../local/memory/clean-up-keys.ts';
import {
  CLEAN_UP_VERSION,
  type CleanUpJwk,
  type CleanUpStatement,
  type FlattenedJws,
} from '../shared/clean-up.ts';
import { clusterIdOf } from './builders.ts';

type CertificateFile = CleanUpStatement & { certificate: FlattenedJws };

/** Two resources, seen gone one after the other, looked for again, and then called deleted. */
export function aStatement(fields: Partial<CleanUpStatement> = {}): CleanUpStatement {
  const id = clusterIdOf(1);
  return {
    version: CLEAN_UP_VERSION,
    issuer: 'https://hub.example.com',
    cluster: id,
    deletedAt: '2026-01-01T01:00:01.000Z',
    resources: [
      {
        kind: 'cluster',
        name: `hub-${id}-g1`,
        location: 'europe-west1-b',
        plannedAt: '2026-01-01T00:00:00.000Z',
        goneAt: '2026-01-01T00:59:00.000Z',
      },
      {
        kind: 'bucket',
        name: `hub-${id}-g1`,
        location: 'europe-west1',
        plannedAt: '2026-01-01T00:00:00.000Z',
        goneAt: '2026-01-01T01:00:00.000Z',
      },
    ],
    listing: {
      at: '2026-01-01T01:00:00.000Z',
      scopes: [
        {
          kinds: ['cluster'],
          in: 'projects/a-project',
          by: [`label hub-cluster=${id}`, `name hub-${id}-g*`],
        },
      ],
      found: 0,
    },
    counts: { planned: 2, gone: 2 },
    ...fields,
  };
}

export const signed = (
  statement: CleanUpStatement,
  key: CleanUpKey = memoryCleanUpKey(),
): CertificateFile => ({
  ...statement,
  certificate: signJws(statement, [key]),
});

export const publicHalves = (...keys: CleanUpKey[]): CleanUpJwk[] => cleanUpKeySet(keys).keys;
