/** What an operator keeps in Secret Manager and makes by themselves. Kept with the rest of `HUB_DATA`: what they signed outlives a restart. */
import { newCleanUpKeyPem } from '../functions/clean-up/keys.ts';
import { newSealKey } from '../functions/oidc/seal.ts';
import type { Store } from './store.ts';

export interface OperatorSecrets {
  /** PEM, PKCS#8 */
  cleanUpKey: string;
  /** As `parseSealKeys` takes it: what it sealed is kept, too. */
  sealKey: string;
}

export function operatorSecrets(store: Store): OperatorSecrets {
  const table = store.table<string>('secrets');
  const kept = (name: string, make: () => string): string => {
    const text = table.get(name) ?? make();
    if (!table.has(name)) table.set(name, text);
    return text;
  };
  return { cleanUpKey: kept('clean-up-key', newCleanUpKeyPem), sealKey: kept('seal-key', newSealKey) };
}
