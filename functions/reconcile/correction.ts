/** What rolling a database forward finds of one document, and what it is given to do it with; see `roll-forward.ts`. */
import { audited, type Deed, HUB } from '../audit.ts';
import type { Write } from '../cloud.ts';
import type { Profile } from '../people.ts';
import type { Ports } from '../ports.ts';

/** No message is sent: what is due afterwards is found by the sweep. */
export interface RollForwardPorts extends Pick<Ports, 'documents' | 'clock' | 'random' | 'log'> {
  people: { find(uid: string): Promise<Pick<Profile, 'email' | 'emailVerified'> | undefined> };
}

/** A document that is not as the audit log has it. */
export interface Correction {
  path: string;
  /** What is written, in words. */
  says: readonly string[];
  /** What people have to do. */
  unclear: readonly string[];
}

/** What one commit does of it; without writes: what could be written agrees. */
export interface Plan extends Correction {
  writes: readonly Write[];
}

export const agreeing = (path: string, unclear: readonly string[] = []): Plan => ({
  path,
  says: [],
  unclear,
  writes: [],
});

/** The log has the line of whoever did it; the database is told that it was done again. */
export const entryAnew = (
  ports: RollForwardPorts,
  deed: Omit<Deed, 'actor' | 'reason'>,
  says: readonly string[],
  id?: string,
): Write =>
  audited(ports, { ...deed, actor: HUB, reason: `from the audit log: ${says.join('; ')}` }, id).write;
