/** What an operator keeps in Secret Manager and makes by themselves. Kept with the rest of `HUB_DATA`: what they signed outlives a restart. */
import { newCleanUpKeyPem } from '../functions/clean-up/keys.ts';
import type { Store } from './store.ts';

export interface OperatorSecrets {
  /** PEM, PKCS#8 */
  cleanUpKey: string;
}

export function operatorSecrets(store: Store): OperatorSecrets {
  const table = store.table<string>('secrets');
  const cleanUpKey = table.get('clean-up-key') ?? newCleanUpKeyPem();
  if (!table.has('clean-up-key')) table.set('clean-up-key', cleanUpKey);
  return { cleanUpKey };
}
