/** Everything a handler is given. The real ones are made in `real-ports.ts`, those of the simulation in `local/memory`. */
import type { Buckets } from './buckets.ts';
import type { Certificates } from './certificates.ts';
import type { Charts } from './charts.ts';
import type { Cloud } from './cloud.ts';
import type { Config } from './config.ts';
import type { Dns } from './dns.ts';
import type { Leaves } from './leaf/leaf.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Pachyderms } from './pachyderm/pachyderm.ts';
import type { People } from './people.ts';
import type { Provider } from './providers/provider.ts';
import type { TokenVerifier } from './tokens.ts';
import type { Web } from './web.ts';

/** What of Config the handlers decide by. */
export type Settings = Pick<
  Config,
  | 'projectId'
  | 'projectNumber'
  | 'cell'
  | 'zone'
  | 'pageTokenKey'
  | 'limits'
  | 'install'
  | 'dataEncryptionKey'
  | 'oidc'
  | 'cleanUpKeys'
  | 'credentialsAccount'
  | 'certificateRoot'
  | 'products'
  | 'licensed'
  | 'licenses'
  | 'signIn'
>;

export interface Ports extends Cloud {
  provider: Provider;
  leaves: Leaves;
  buckets: Buckets;
  dns: Dns;
  certificates: Certificates;
  charts: Charts;
  pachyderms: Pachyderms;
  web: Web;
  people: People;
  tokens: TokenVerifier;
  settings: Settings;
  log: Log;
  metrics: Metrics;
}
