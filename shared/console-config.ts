/**
 * What Hosting tells whoever asks: with whom one signs in, and where documents are listened to. Firebase Hosting serves it at an address
 * of its own, so that one build of the console, and of the command `hub`, fits every project:
 * https://firebase.google.com/docs/hosting/reserved-urls#sdk_auto-configuration
 */

/** What only the embedded cloud of a laptop adds. */
interface LocalConfig {
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
  /** No secret: it says of which project the sign-in is. */
  apiKey: string;
  authDomain: string;
  hub?: LocalConfig;
}

export const CONFIG_ADDRESS = '/__/firebase/init.json';
