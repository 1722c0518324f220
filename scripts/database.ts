/** A Hub's database, for who mends it by a command. */
import { Firestore } from '@google-cloud/firestore';
import type { Documents } from '../functions/cloud.ts';
import { createDocuments, DEADLINES_MS } from '../functions/google/documents.ts';
import { versioned } from '../functions/versioned.ts';
import { decimalNumber, Unusable } from '../local/command.ts';
import { seconds } from '../shared/units.ts';

/** `endpoint`, `host:port`: the embedded cloud's database, and `patience`, in seconds: with each call of it; for tests. */
export const DATABASE_OPTIONS = ['project', 'endpoint', 'patience'] as const;
const PATIENCE_S = DEADLINES_MS.topic / seconds(1);

/**
 * Whoever has used it has to end the process: the client tries for ten minutes to reach whom nobody waits for any more, and nothing of its
 * interface stops it.
 * @param what could not be done if it does not answer, in words
 * @throws Unusable if the database does not answer, or holds what this code cannot read
 */
export async function withDatabase<T>(
  { project, endpoint, patience }: Partial<Record<(typeof DATABASE_OPTIONS)[number], string>>,
  what: string,
  use: (documents: Documents) => Promise<T>,
): Promise<T> {
  const patienceS = decimalNumber('--patience', patience, { from: 0.001, to: 3600, fallback: PATIENCE_S });
  const place = { ...(project !== undefined && { projectId: project }) };
  const firestore = new Firestore({ ...place, ...(endpoint && { host: endpoint, ssl: false }) });
  try {
    return await use(versioned(createDocuments(firestore, seconds(patienceS))));
  } catch (error) {
    if (error instanceof Unusable) throw error;
    throw new Unusable(`${what}: ${(error as Error).message}`);
  }
}
