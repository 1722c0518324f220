/** What the cloud's process and the functions' host say to each other. */
import type { JWK } from 'jose';
import type { FaultRates } from '../faults.ts';

/** Given to the host in the variable `HUB_HOST`, as JSON. */
export interface HostOptions {
  /** Port of each function; 0 or absent: any free one. */
  ports: Record<string, number>;
  /** Public half of the key that signs service tokens. */
  jwk: JWK;
  /** The one service account that may invoke the functions of topics. */
  invoker: string;
  faults: FaultRates;
  seed: number;
}

/** Sent by the host once every function answers. */
export interface HostReady {
  kind: 'ready';
  ports: Record<string, number>;
}
