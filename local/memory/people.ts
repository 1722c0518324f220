/** The accounts of people, as far as their tokens tell: for tests and the simulation. */
import type { People } from '../../functions/people.ts';
import type { MemoryTokens } from './tokens.ts';

export const memoryPeople = (tokens: Pick<MemoryTokens, 'accounts' | 'remove'>): People => ({
  async findByEmail(email) {
    const found = tokens.accounts().find((account) => account.emailVerified && account.email === email);
    return found && { uid: found.uid };
  },
  async find(uid) {
    const found = tokens.accounts().find((account) => account.uid === uid);
    if (!found) return undefined;
    const { email, emailVerified } = found;
    return { ...(email !== undefined && { email }), emailVerified, providers: ['password'] };
  },
  async ensureGone(uid) {
    tokens.remove(uid);
  },
});
