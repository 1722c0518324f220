/** An application that has nothing to protect: everybody may see it, once it has its address. */
import type { Access } from './access.ts';
import { requirePage } from './page.ts';

export const publicAccess: Access = {
  prepare: async () => undefined,
  register: async () => undefined,
  secure: async () => undefined,
  verify: async () => undefined,
  admit: async () => undefined,
  keepers: async () => [],
  remembers: async () => true,
  isOutdated: async () => false,
  noteStarted: async () => undefined,
  visit: async (site) => {
    await requirePage(site);
    return undefined;
  },
};
