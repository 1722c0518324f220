/** Everything a handler is given. The real ones are made in `google/ports.ts`, those of the simulation in `local/memory`. */
import type { Buckets } from './buckets.ts';
import type { Cloud } from './cloud.ts';
import type { Config } from './config.ts';
import type { Leaves } from './leaf/leaf.ts';
import type { Log } from './log.ts';
import type { Provider } from './providers/provider.ts';
import type { TokenVerifier } from './tokens.ts';

/** What of Config the handlers decide by. */
export type Settings = Pick<
  Config,
  'projectId' | 'cell' | 'zone' | 'pageTokenKey' | 'limits' | 'install' | 'oidc'
>;

export interface Ports extends Cloud {
  provider: Provider;
  leaves: Leaves;
  buckets: Buckets;
  tokens: TokenVerifier;
  settings: Settings;
  log: Log;
}
