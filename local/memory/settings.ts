/** How the Hub in memory is set up, as terraform sets up a real one. */
import { keyIn } from '../../functions/data-key.ts';
import type { Settings } from '../../functions/ports.ts';
import type { GkeSettings } from '../../functions/providers/gke/provider.ts';
import { PRODUCTS, REGIONS } from '../../shared/catalog/catalog.ts';
import { microsOf } from '../../shared/money.ts';
import { days, hours } from '../../shared/units.ts';
import { projectNumberOf } from '../iam/principals.ts';
import { chartAccountOf, chartSourceOf } from '../registry/model.ts';
import { MEMORY_CLEAN_UP_KEYS } from './clean-up-keys.ts';
import { MEMORY_SEAL_KEYS } from './seal-keys.ts';

export const PROJECT = 'hub-memory';
export const DATA_KEY = `projects/${PROJECT}/locations/{region}/keyRings/hub-leaves/cryptoKeys/data`;
export const ZONE = 'clusters.example.com';
export const DNS_ZONE = 'clusters';

export interface MemorySettingsOptions {
  limits?: Partial<Settings['limits']>;
  /** By product, as an operator has them who offers what needs them. */
  licenses?: Settings['licenses'];
  /** The first one signs clean-up certificates. */
  cleanUpKeys?: Settings['cleanUpKeys'];
}

export const memorySettings = ({
  limits = {},
  licenses = {},
  cleanUpKeys = MEMORY_CLEAN_UP_KEYS,
}: MemorySettingsOptions): Settings => ({
  projectId: PROJECT,
  cell: 'default',
  projectNumber: projectNumberOf(PROJECT),
  zone: ZONE,
  credentialsAccount: `credentials@${PROJECT}.iam.gserviceaccount.com`,
  pageTokenKey: 'a key of page tokens for tests only',
  limits: {
    accountClusters: 1000,
    accountHourlyMicros: microsOf(100_000),
    cellClusters: 1000,
    cellHourlyMicros: microsOf(100_000),
    cellMaking: 1000,
    // A day passes in an instant here.
    accountCreationsPerHour: 1e6,
    newAccountsPerHour: 1e6,
    youngAccountMs: days(30),
    handOverMs: hours(72),
    accountRequestsPerMinute: 1e6,
    addressRequestsPerMinute: 1e6,
    ...limits,
  },
  dataEncryptionKey: DATA_KEY,
  install: {
    chartSource: chartSourceOf(PROJECT),
    chartAccount: chartAccountOf(PROJECT),
    helmImage: 'helm:4',
    callHomeImage: 'google-cloud-cli:slim',
  },
  oidc: { issuer: 'https://hub.example.com/oidc', signingKeys: [], sealKeys: MEMORY_SEAL_KEYS },
  cleanUpKeys,
  products: PRODUCTS.map(({ id }) => id),
  licensed: Object.keys(licenses),
  licenses,
});

export const gkeSettings = ({ projectId, cell }: Settings): GkeSettings => ({
  projectId,
  cell,
  zones: Object.fromEntries(REGIONS.map(({ id, zones }) => [id, zones])),
  network: 'leaves',
  nodeServiceAccount: `nodes@${projectId}.iam.gserviceaccount.com`,
  diskKeys: Object.fromEntries(REGIONS.map(({ id }) => [id, keyIn(DATA_KEY, id)])),
  endpointTrust: 'cluster-ca',
});
