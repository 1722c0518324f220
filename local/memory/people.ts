/** The accounts of people, as far as their tokens tell: for tests and the simulation. */
import type { People } from '../../functions/people.ts';
import type { MemoryTokens } from './tokens.ts';

export const memoryPeople = (tokens: Pick<MemoryTokens, 'accounts'>): People => ({
  async findByEmail(email) {
    const found = tokens.accounts().find((account) => account.emailVerified && account.email === email);
    return found && { uid: found.uid };
  },
});
