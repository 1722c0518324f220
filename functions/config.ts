/**
 * Environment → checked, frozen Config, read once at start. `test/house.test.ts` names the two who ask the environment besides. Every fault
 * is reported at once, each with the variable's name and what to do.
 */
import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { PRODUCTS } from '../shared/catalog/catalog.ts';
import type { SignIn } from '../shared/documents/status.ts';
import { stepTopic, TOPICS } from '../shared/messages.ts';
import { microsOf } from '../shared/money.ts';
import { SIGN_IN_WAYS } from '../shared/sign-in-ways.ts';
import { days, hours } from '../shared/units.ts';
import { type CleanUpKey, parseCleanUpKeys } from './clean-up/keys.ts';
import { KEY_NAME } from './data-key.ts';
import { entryPointOf } from './entry-point.ts';
import { parseSigningKeys, type SigningKey } from './oidc/keys.ts';
import { parseSealKeys, type SealKey } from './oidc/seal.ts';

/** Addresses of the embedded cloud's stand-ins, `host:port`. Never set in production. */
export interface LocalCloud {
  firestore: string;
  pubsub: string;
  container: string;
  /** Base URL of the Compute REST API. */
  compute: string;
  /** Base URL of the Cloud Storage JSON API. */
  storage: string;
  /** Base URL of the Auth stand-in, for browsers. */
  auth: string;
  /** TLS face of the Auth stand-in, and the CA it is signed by (PEM). */
  authTls: string;
  authCa: string;
  /** Base URL of the IAM Credentials API. */
  iamCredentials: string;
  /** Base URL of the Cloud DNS REST API. */
  dns: string;
  /** The name server of its zones: the only one that knows the names of clusters. */
  dnsNames: string;
  /** Where every cluster is reached, whatever address its name has. */
  ingress: string;
  /** PEM of the root that the certificates of clusters are signed by. */
  acmeRoot: string;
  /** Stands for the access tokens of the functions' service accounts. */
  accessToken: string;
  /** That of the function `credentials`, which is another one inside of clusters. */
  credentialsToken: string;
}

export interface Config {
  production: boolean;
  projectId: string;
  /** Google's own number of the project, which names its workload identities. */
  projectNumber: string;
  /** Name of this cell (project × region); part of labels and of `cells/{id}`. */
  cell: string;
  /** DNS zone of the clusters: each is `<id>.<zone>`. */
  zone: string;
  /** Name of the managed zone that holds their records. */
  dnsZone: string;
  /** Cloud seconds per second; 1 in production. */
  cloudSpeed: number;
  /** HMAC key of page tokens. */
  pageTokenKey: string;
  /** Default allowance of an account and of the cell. */
  limits: {
    accountClusters: number;
    accountHourlyMicros: number;
    cellClusters: number;
    cellHourlyMicros: number;
    /** Clusters that the cloud may be making at once. */
    cellMaking: number;
    /** Clusters that one account may ask for within an hour. */
    accountCreationsPerHour: number;
    /** Accounts whose first cluster is asked for within an hour; those beyond wait for an operator. */
    newAccountsPerHour: number;
    /** Since its first cluster: until then Hub suspends an account by itself, and later leaves that to an operator. */
    youngAccountMs: number;
    /** How long other owners may take over what somebody pays for who deletes their account; 0: it is deleted at once. */
    handOverMs: number;
    /** Requests that one instance takes within a minute: of one account or cluster that proves itself (or to sign in to one), and of one address. */
    accountRequestsPerMinute: number;
    addressRequestsPerMinute: number;
  };
  gke: {
    nodeServiceAccount: string;
    network: string;
    /** Cloud KMS key for the encryption of Secrets in etcd; absent: Google's own. */
    databaseEncryptionKey?: string;
  };
  /** Cloud KMS key for disks and buckets of clusters, `{region}` in it where that differs; absent: Google's own. */
  dataEncryptionKey?: string;
  install: {
    /** Where charts come from, e.g. `oci://europe-docker.pkg.dev/p/charts`. */
    chartSource: string;
    /** E-mail address of the service account as which clusters read them; absent: everybody may. */
    chartAccount?: string;
    helmImage: string;
    callHomeImage: string;
    /** Where images of Docker Hub are kept, by the names they have there; absent: they come from Docker Hub itself. */
    imageMirror?: string;
  };
  oidc: {
    /** Hub as an OpenID provider: `https://<console>/oidc`, no slash at the end. */
    issuer: string;
    /** Of the function `oidc` alone: empty in every other. The first one signs. */
    signingKeys: readonly SigningKey[];
    /** Of the functions that sign somebody in, or Hub itself: empty in every other. The first one seals. */
    sealKeys: readonly SealKey[];
  };
  /** The first one signs. Of the function that proves, and, public halves only, of the API: empty in every other. */
  cleanUpKeys: readonly CleanUpKey[];
  acme: {
    directoryUrl: string;
    /** PEM. Of the functions that issue certificates alone: absent in every other. */
    accountKey?: string;
    /** Needed once, when the account is made. */
    externalAccount?: { kid: string; hmacKey: string };
  };
  /** PEM of the root that proves clusters' certificates, where the public ones do not: in the embedded cloud. */
  certificateRoot?: string;
  /** E-mail address of the service account as which the function `credentials` runs. */
  credentialsAccount: string;
  /** Ids of the products of the catalog that people may order. */
  products: readonly string[];
  /** Ids of the products whose versions that need a licence are offered, because there is one. */
  licensed: readonly string[];
  /** By product. Of the functions that install, and of the one that looks, alone: empty in every other. */
  licenses: Readonly<Record<string, string>>;
  /** What Identity Platform was set up for; absent: nobody has said so. */
  signIn?: SignIn;
  /** Where metrics go; absent: nowhere. */
  telemetry?: {
    /** Base address of an OTLP receiver, no slash at the end. */
    endpoint: string;
    /** Of this code, so that what it does can be told from what the one before did. */
    version: string;
    /** Where the functions run. Google's receiver takes nothing without it. */
    region?: string;
  };
  local?: LocalCloud;
}

/** Variables that lead an SDK to an emulator. With one of them set, `firebase-admin` accepts unsigned tokens. */
const EMULATOR_VARIABLES = [
  'FIRESTORE_EMULATOR_HOST',
  'PUBSUB_EMULATOR_HOST',
  'FIREBASE_AUTH_EMULATOR_HOST',
  'FIREBASE_STORAGE_EMULATOR_HOST',
  'STORAGE_EMULATOR_HOST',
];

/** Locally the last label may be `localhost`, and a port may follow. */
const zone = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]*[a-z0-9])?(:\d+)?$/;

/** Written exactly as clients will compare it. */
const isIssuer = (text: string): boolean => {
  const url = URL.parse(text);
  return /^https?:$/.test(url?.protocol ?? '') && text === `${url?.origin}/oidc`;
};

/** https://cloud.google.com/certificate-manager/docs/public-ca-tutorial */
export const PUBLIC_AUTHORITY = 'https://dv.acme-v02.api.pki.goog/directory';

/**
 * The narrowest of the quotas that a creation meets is that of buckets: about one is made or deleted in two seconds and project
 * (https://cloud.google.com/storage/quotas#buckets), so that of creations which take four minutes 115 can be under way. Half of the rate is
 * for deletions. That is also half of what GKE allows in a zone (100 clusters: https://cloud.google.com/kubernetes-engine/quotas), and its
 * looks are far below the 3000 calls a minute of the same page.
 */
const DEFAULT_MAKING = 50;

/**
 * Who mines makes an account, and mines until it is shut. One that is a month old has had clusters for a month, and nobody complained: what
 * fills its processors now is more likely a batch. To keep accounts waiting for a month costs who mines more than they are worth.
 */
const DEFAULT_YOUNG_DAYS = 30;

/** Whoever is told of it on a Friday evening has Monday to answer. It counts for who leaves until then, and can be at most 72 times what an account may cost in an hour. */
const DEFAULT_HAND_OVER_HOURS = 72;

const digestImage = /@sha256:[0-9a-f]{64}$/;
const positive = z.coerce.number().int().positive();

const environment = z.object({
  HUB_ENVIRONMENT: z.enum(['production', 'local']).default('production'),
  GOOGLE_CLOUD_PROJECT: z.string().min(1, 'set it to the project that Hub runs in'),
  HUB_PROJECT_NUMBER: z.string().regex(/^\d+$/, 'set it to the number of the project, in digits'),
  HUB_CELL: z
    .string()
    .regex(/^[a-z][-a-z0-9]{0,30}$/)
    .default('default'),
  HUB_CLOUD_SPEED: z.coerce.number().positive().default(1),
  HUB_PAGE_TOKEN_KEY: z.string().min(32, 'needs at least 32 characters, from Secret Manager'),
  HUB_ACCOUNT_CLUSTERS: positive.default(5),
  HUB_ACCOUNT_HOURLY_DOLLARS: z.coerce.number().positive().default(20),
  HUB_CELL_CLUSTERS: positive.default(100),
  HUB_CELL_HOURLY_DOLLARS: z.coerce.number().positive().default(500),
  HUB_CELL_MAKING: positive.default(DEFAULT_MAKING),
  HUB_ACCOUNT_CREATIONS_PER_HOUR: positive.default(20),
  HUB_NEW_ACCOUNTS_PER_HOUR: positive.default(50),
  HUB_YOUNG_ACCOUNT_DAYS: z.coerce.number().int().nonnegative().default(DEFAULT_YOUNG_DAYS),
  HUB_HAND_OVER_HOURS: z.coerce.number().int().nonnegative().default(DEFAULT_HAND_OVER_HOURS),
  HUB_ACCOUNT_REQUESTS_PER_MINUTE: positive.default(300),
  HUB_ADDRESS_REQUESTS_PER_MINUTE: positive.default(1200),
  HUB_NODE_SERVICE_ACCOUNT: z.string().min(1, 'set it to the service account of the nodes'),
  HUB_NETWORK: z.string().min(1, 'set it to the network of the leaf clusters'),
  HUB_DATABASE_ENCRYPTION_KEY: z.string().optional(),
  HUB_DATA_ENCRYPTION_KEY: z
    .string()
    .regex(KEY_NAME, 'must be the whole name of a key of Cloud KMS')
    .optional(),
  HUB_CHART_SOURCE: z.string().regex(/^(oci|https):\/\//, 'must be an oci:// or https:// address'),
  HUB_CHART_ACCOUNT: z.email('must be the service account that reads charts').optional(),
  HUB_HELM_IMAGE: z.string().min(1, 'set it to the image that runs helm'),
  HUB_CALL_HOME_IMAGE: z.string().min(1, 'set it to the image that runs gcloud'),
  HUB_IMAGE_MIRROR: z
    .string()
    .regex(
      /^[^\s/:]+(:\d+)?(\/[^\s/]+)*$/,
      'must be host/path of a repository, no scheme and no slash at the end',
    )
    .optional(),
  HUB_ZONE: z.string().regex(zone, 'must be the DNS name below which the clusters are, in lower case'),
  HUB_DNS_ZONE: z
    .string()
    .regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be the name of the managed zone of HUB_ZONE'),
  HUB_CREDENTIALS_ACCOUNT: z.email('set it to the service account of the function credentials'),
  HUB_ACME_DIRECTORY: z
    .url({ protocol: /^https?$/, error: 'must be the https address of an ACME directory' })
    .default(PUBLIC_AUTHORITY),
  HUB_ACME_ACCOUNT_KEY: z.string().optional(),
  HUB_ACME_EAB_KID: z.string().optional(),
  HUB_ACME_EAB_HMAC: z.string().optional(),
  HUB_OIDC_ISSUER: z.string().refine(isIssuer, 'must be https://<host of the console>/oidc'),
  HUB_OIDC_SIGNING_KEYS: z.string().optional(),
  HUB_OIDC_SEAL_KEYS: z.string().optional(),
  HUB_CLEAN_UP_KEYS: z.string().optional(),
  HUB_PRODUCTS: z.string().optional(),
  HUB_LICENSED_PRODUCTS: z.string().optional(),
  HUB_PACHYDERM_LICENSE: z.string().optional(),
  HUB_SIGN_IN_WAYS: z.string().optional(),
  HUB_OPEN_SIGN_UP: z.enum(['true', 'false'], 'must be true or false').default('false'),
  HUB_OTLP_ENDPOINT: z
    .string()
    .regex(
      /^https?:\/\/[^\s/]+(\/[^\s]*[^\s/])?$/,
      'must be the base address of an OTLP receiver, no slash at the end',
    )
    .optional(),
  HUB_VERSION: z.string().optional(),
  HUB_REGION: z.string().optional(),
  /** Cloud Run's own name for what is deployed: https://cloud.google.com/run/docs/container-contract#env-vars */
  K_REVISION: z.string().optional(),
  HUB_LOCAL_CLOUD: z.string().optional(),
});

/** @throws ConfigError listing every fault */
export function parseConfig(env: Environment): Config {
  const parsed = environment.safeParse(env);
  const production = env.HUB_ENVIRONMENT !== 'local';
  const faults = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    ...(production ? faultsInProduction(env) : []),
  ];
  if (!production && env.HUB_LOCAL_CLOUD === undefined) {
    faults.push('HUB_LOCAL_CLOUD: missing; start with npm start');
  }
  const signingKeys = readKeys(SIGNING_KEYS, parseSigningKeys, env, faults);
  const sealKeys = readKeys(SEAL_KEYS, parseSealKeys, env, faults);
  const cleanUpKeys = readKeys(
    CLEAN_UP_KEYS,
    (text) => parseCleanUpKeysFor(env.FUNCTION_TARGET, text),
    env,
    faults,
  );
  const accountKey = readAccountKey(env, faults);
  const externalAccount = readExternalAccount(env, faults);
  const products = readProducts(env, faults);
  const licensed = readLicensed(env, faults);
  const licenses = readLicenses(licensed, env, faults);
  const ways = readSignInWays(env, faults);
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const e = parsed.data;
  const local = production || e.HUB_LOCAL_CLOUD === undefined ? undefined : parseLocal(e.HUB_LOCAL_CLOUD);
  return Object.freeze({
    production,
    projectId: e.GOOGLE_CLOUD_PROJECT,
    projectNumber: e.HUB_PROJECT_NUMBER,
    cell: e.HUB_CELL,
    zone: e.HUB_ZONE,
    dnsZone: e.HUB_DNS_ZONE,
    cloudSpeed: e.HUB_CLOUD_SPEED,
    pageTokenKey: e.HUB_PAGE_TOKEN_KEY,
    limits: {
      accountClusters: e.HUB_ACCOUNT_CLUSTERS,
      accountHourlyMicros: microsOf(e.HUB_ACCOUNT_HOURLY_DOLLARS),
      cellClusters: e.HUB_CELL_CLUSTERS,
      cellHourlyMicros: microsOf(e.HUB_CELL_HOURLY_DOLLARS),
      cellMaking: e.HUB_CELL_MAKING,
      accountCreationsPerHour: e.HUB_ACCOUNT_CREATIONS_PER_HOUR,
      newAccountsPerHour: e.HUB_NEW_ACCOUNTS_PER_HOUR,
      youngAccountMs: days(e.HUB_YOUNG_ACCOUNT_DAYS),
      handOverMs: hours(e.HUB_HAND_OVER_HOURS),
      accountRequestsPerMinute: e.HUB_ACCOUNT_REQUESTS_PER_MINUTE,
      addressRequestsPerMinute: e.HUB_ADDRESS_REQUESTS_PER_MINUTE,
    },
    gke: {
      nodeServiceAccount: e.HUB_NODE_SERVICE_ACCOUNT,
      network: e.HUB_NETWORK,
      ...(e.HUB_DATABASE_ENCRYPTION_KEY ? { databaseEncryptionKey: e.HUB_DATABASE_ENCRYPTION_KEY } : {}),
    },
    ...(e.HUB_DATA_ENCRYPTION_KEY !== undefined && { dataEncryptionKey: e.HUB_DATA_ENCRYPTION_KEY }),
    install: {
      chartSource: e.HUB_CHART_SOURCE,
      ...(e.HUB_CHART_ACCOUNT !== undefined && { chartAccount: e.HUB_CHART_ACCOUNT }),
      helmImage: e.HUB_HELM_IMAGE,
      callHomeImage: e.HUB_CALL_HOME_IMAGE,
      ...(e.HUB_IMAGE_MIRROR !== undefined && { imageMirror: e.HUB_IMAGE_MIRROR }),
    },
    oidc: { issuer: e.HUB_OIDC_ISSUER, signingKeys, sealKeys },
    cleanUpKeys,
    acme: {
      directoryUrl: e.HUB_ACME_DIRECTORY,
      ...(accountKey !== undefined && { accountKey }),
      ...(externalAccount && { externalAccount }),
    },
    ...(local && { certificateRoot: local.acmeRoot }),
    credentialsAccount: e.HUB_CREDENTIALS_ACCOUNT,
    products,
    licensed,
    licenses,
    ...(ways && { signIn: { ways, open: e.HUB_OPEN_SIGN_UP === 'true' } }),
    ...(e.HUB_OTLP_ENDPOINT !== undefined && {
      telemetry: {
        endpoint: e.HUB_OTLP_ENDPOINT,
        version: e.HUB_VERSION ?? e.K_REVISION ?? 'unknown',
        ...(e.HUB_REGION !== undefined && { region: e.HUB_REGION }),
      },
    }),
    ...(local && { local }),
  });
}

const parseLocal = (text: string): LocalCloud => JSON.parse(text) as LocalCloud;

type Environment = Record<string, string | undefined>;

/** A secret that only some functions are given, and what it is. */
export interface Secret {
  /** Of the variable. */
  name: string;
  functions: readonly string[];
  what: string;
}

/** The keys with which anybody could sign in to any cluster are given to one function only. */
const SIGNING_KEYS: Secret = {
  name: 'HUB_OIDC_SIGNING_KEYS',
  functions: ['oidc'],
  what: 'private RSA keys',
};

/**
 * Who has them and writes to the database can make a code that is Hub's for any cluster: the provider itself, whoever makes the client of a
 * cluster, and whoever works in an application as Hub.
 */
export const SEAL_KEYS: Secret = {
  name: 'HUB_OIDC_SEAL_KEYS',
  functions: [
    'oidc',
    'credentials',
    ...(['install', 'secure', 'expose', 'personalize', 'share', 'repair'] as const).map(stepTopic),
    TOPICS.drift,
  ],
  what: 'keys of 64 hexadecimal digits, one a line',
};

/** Who has it can say of any cluster that nothing is left of it. */
const CLEAN_UP_SIGNER = stepTopic('prove');
const CLEAN_UP_KEYS: Secret = {
  name: 'HUB_CLEAN_UP_KEYS',
  functions: [CLEAN_UP_SIGNER, 'api'],
  what: 'Ed25519 keys, private ones for step-prove and their public halves for api',
};

/** With it one gets certificates for every name of the zone. */
const ACCOUNT_KEY: Secret = {
  name: 'HUB_ACME_ACCOUNT_KEY',
  functions: [stepTopic('provision'), stepTopic('expose'), stepTopic('repair')],
  what: 'the private key of the ACME account',
};

/** By product: what the operator bought, given only to what puts it into a cluster, and what finds that a cluster has an older one. */
const LICENSES: Readonly<Record<string, Secret>> = {
  pachyderm: {
    name: 'HUB_PACHYDERM_LICENSE',
    functions: [stepTopic('install'), stepTopic('repair'), TOPICS.drift],
    what: 'the enterprise activation code',
  },
};

/** What binds the account to the operator's project, once. */
const EXTERNAL_ACCOUNT: readonly Secret[] = ['HUB_ACME_EAB_KID', 'HUB_ACME_EAB_HMAC'].map((name) => ({
  name,
  functions: ACCOUNT_KEY.functions,
  what: 'the external account binding of the ACME account',
}));

/** Without `functions`: given to all. Terraform makes each in Secret Manager, and gives it to those alone. */
export const SECRETS: readonly (Omit<Secret, 'functions'> & Partial<Secret>)[] = [
  { name: 'HUB_PAGE_TOKEN_KEY', what: 'at least 32 random characters' },
  SIGNING_KEYS,
  SEAL_KEYS,
  CLEAN_UP_KEYS,
  ACCOUNT_KEY,
  ...EXTERNAL_ACCOUNT,
  ...Object.values(LICENSES),
];

/**
 * Cloud Run tells a function its name; the host of a laptop is all of them at once, and needs none.
 * @param isNeeded whether those functions cannot do without
 * @returns undefined if it is not there, or must not be
 */
function readSecret(
  { name, functions, what }: Secret,
  env: Environment,
  faults: string[],
  isNeeded = true,
): string | undefined {
  const { [name]: text, FUNCTION_TARGET: target } = env;
  const isTheirs = functions.some((one) => target === one || target === entryPointOf(one));
  if (text === undefined || text === '') {
    if (isTheirs && isNeeded) faults.push(`${name}: missing; set it to ${what}, from Secret Manager`);
    return undefined;
  }
  if (target === undefined || isTheirs) return text;
  const allowed = functions.length === 1 ? 'function' : 'functions';
  faults.push(`${name}: must be set for the ${allowed} ${functions.join(', ')} only; unset it`);
  return undefined;
}

/** @returns none where the function is given none, and where they are not as they must be, which is a fault */
function readKeys<K>(
  secret: Secret,
  parse: (text: string) => readonly K[],
  env: Environment,
  faults: string[],
): readonly K[] {
  const text = readSecret(secret, env, faults);
  if (text === undefined) return [];
  try {
    return parse(text);
  } catch (error) {
    faults.push(`${secret.name}: ${error instanceof Error ? error.message : 'cannot be read'}`);
    return [];
  }
}

/** The API answers the world and signs nothing, so it is given nothing to sign with. */
function parseCleanUpKeysFor(target: string | undefined, text: string): readonly CleanUpKey[] {
  const keys = parseCleanUpKeys(text);
  if (target === 'api' && keys.some(({ privateKey }) => privateKey))
    throw new Error('holds a private key; the function api is given public halves only');
  if (target !== 'api' && !keys[0]?.privateKey)
    throw new Error('must begin with a private key: the first one signs');
  return keys;
}

function readAccountKey(env: Environment, faults: string[]): string | undefined {
  const pem = readSecret(ACCOUNT_KEY, env, faults);
  if (pem === undefined) return undefined;
  try {
    createPrivateKey(pem);
    return pem;
  } catch {
    // Without the reason: it may quote the text.
    faults.push('HUB_ACME_ACCOUNT_KEY: must be a private key in PEM');
    return undefined;
  }
}

function readExternalAccount(
  { HUB_ACME_EAB_KID: kid = '', HUB_ACME_EAB_HMAC: hmacKey = '' }: Environment,
  faults: string[],
): { kid: string; hmacKey: string } | undefined {
  if (kid !== '' && hmacKey !== '') return { kid, hmacKey };
  if (kid !== '') faults.push('HUB_ACME_EAB_HMAC: missing; HUB_ACME_EAB_KID needs it');
  if (hmacKey !== '') faults.push('HUB_ACME_EAB_KID: missing; HUB_ACME_EAB_HMAC needs it');
  return undefined;
}

const idsIn = (text: string): string[] =>
  text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');

/** Absent: the whole catalog. */
function readProducts({ HUB_PRODUCTS: text }: Environment, faults: string[]): string[] {
  const known = PRODUCTS.map(({ id }) => id);
  if (text === undefined) return known;
  const products = idsIn(text);
  if (products.length === 0 || products.some((id) => !known.includes(id)))
    faults.push(
      `HUB_PRODUCTS: must name products of the catalog, with commas between them: ${known.join(', ')}`,
    );
  return products;
}

function readLicensed({ HUB_LICENSED_PRODUCTS: text = '' }: Environment, faults: string[]): string[] {
  const licensed = idsIn(text);
  if (licensed.some((id) => !Object.hasOwn(LICENSES, id))) {
    // Without what it names: it may be the licence, in the wrong place.
    const known = Object.keys(LICENSES).join(', ');
    faults.push(`HUB_LICENSED_PRODUCTS: can name only the products that know a licence: ${known}`);
  }
  return licensed;
}

/** One that is there but not offered serves the clusters of the days when it was. */
function readLicenses(
  licensed: readonly string[],
  env: Environment,
  faults: string[],
): Record<string, string> {
  const licenses: Record<string, string> = {};
  for (const [product, secret] of Object.entries(LICENSES)) {
    const code = readSecret(secret, env, faults, licensed.includes(product))?.trim();
    if (code === undefined) continue;
    if (ACTIVATION_CODE.test(code)) licenses[product] = code;
    else faults.push(`${secret.name}: must be ${secret.what}, in base64`);
  }
  return licenses;
}

function readSignInWays(
  { HUB_SIGN_IN_WAYS: text }: Environment,
  faults: string[],
): SignIn['ways'] | undefined {
  if (text === undefined) return undefined;
  const ways = z.array(z.enum(SIGN_IN_WAYS)).min(1).safeParse(idsIn(text)).data;
  if (!ways)
    faults.push(`HUB_SIGN_IN_WAYS: must name some, with commas between them: ${SIGN_IN_WAYS.join(', ')}`);
  return ways;
}

const ACTIVATION_CODE = /^[A-Za-z0-9+/]+={0,2}$/;

export class ConfigError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`the configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** Looked for in the environment as it is, so that a missing variable hides none of them. */
function faultsInProduction(env: Environment): string[] {
  const faults: string[] = [];
  for (const name of EMULATOR_VARIABLES) {
    if (env[name]) faults.push(`${name}: must not be set in production; unset it`);
  }
  if (env.HUB_LOCAL_CLOUD !== undefined) {
    faults.push('HUB_LOCAL_CLOUD: must not be set in production; unset it, or set HUB_ENVIRONMENT=local');
  }
  if (Number(env.HUB_CLOUD_SPEED ?? 1) !== 1) {
    faults.push('HUB_CLOUD_SPEED: must be 1 in production; unset it');
  }
  if (env.HUB_OIDC_ISSUER?.startsWith('http:')) {
    faults.push('HUB_OIDC_ISSUER: must be an https address in production');
  }
  if (env.HUB_ACME_DIRECTORY?.startsWith('http:')) {
    faults.push('HUB_ACME_DIRECTORY: must be an https address in production');
  }
  const console = URL.parse(env.HUB_OIDC_ISSUER ?? '')?.hostname ?? '';
  if (env.HUB_ZONE?.includes(':')) faults.push('HUB_ZONE: must have no port in production');
  else if (env.HUB_ZONE && `.${console}`.endsWith(`.${env.HUB_ZONE}`)) {
    faults.push('HUB_ZONE: must not hold the host of HUB_OIDC_ISSUER, or a cluster could take its name');
  }
  for (const name of ['HUB_HELM_IMAGE', 'HUB_CALL_HOME_IMAGE'] as const) {
    const image = env[name];
    if (image && !digestImage.test(image)) {
      faults.push(`${name}: must name an image by digest (…@sha256:…)`);
    }
  }
  return faults;
}
