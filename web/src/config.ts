/**
 * Where this page lives and whom it talks to. Firebase Hosting serves it at an address of its own, so that one build fits every project:
 * https://firebase.google.com/docs/hosting/reserved-urls#sdk_auto-configuration
 */

/** What only the embedded cloud of a laptop adds. */
export interface LocalConfig {
  /** Base URL of the Auth stand-in. */
  auth: string;
  /** `host:port` of the Firestore stand-in. */
  firestore: string;
  /** Cloud seconds per second. */
  cloudSpeed: number;
  /** Accounts that are there from the beginning. */
  accounts: readonly { email: string; password: string; note: string }[];
}

export interface ConsoleConfig {
  projectId: string;
  apiKey: string;
  authDomain: string;
  hub?: LocalConfig;
}

const ADDRESS = '/__/firebase/init.json';

/** @throws Error if Hosting does not answer */
export async function loadConfig(): Promise<ConsoleConfig> {
  const answer = await fetch(ADDRESS);
  if (!answer.ok) throw new Error(`${ADDRESS} answers ${answer.status}`);
  return (await answer.json()) as ConsoleConfig;
}
