import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newCleanUpKeyPem } from './clean-up/keys.ts';
import { ConfigError, parseConfig } from './config.ts';
import { newSigningKeyPem } from './oidc/keys.ts';
import { newSealKey } from './oidc/seal.ts';

const digest = `@sha256:${'0'.repeat(64)}`;
const production = {
  GOOGLE_CLOUD_PROJECT: 'a-project',
  HUB_PROJECT_NUMBER: '123456789012',
  HUB_PAGE_TOKEN_KEY: 'k'.repeat(32),
  HUB_NODE_SERVICE_ACCOUNT: 'nodes@a-project.iam.gserviceaccount.com',
  HUB_NETWORK: 'hub-leaves',
  HUB_CHART_SOURCE: 'oci://europe-docker.pkg.dev/a-project/charts',
  HUB_HELM_IMAGE: `europe-docker.pkg.dev/a-project/mirror/helm${digest}`,
  HUB_CALL_HOME_IMAGE: `europe-docker.pkg.dev/a-project/mirror/google-cloud-cli${digest}`,
  HUB_ZONE: 'clusters.example.com',
  HUB_DNS_ZONE: 'hub-clusters',
  HUB_CREDENTIALS_ACCOUNT: 'credentials@a-project.iam.gserviceaccount.com',
  HUB_OIDC_ISSUER: 'https://hub.example.com/oidc',
};

const faultsOf = (env: Record<string, string | undefined>): readonly string[] => {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

test('production is the default, frozen, at the speed of the world, and without an embedded cloud', () => {
  const config = parseConfig(production);
  expect(config).toMatchObject({ production: true, projectId: 'a-project', cloudSpeed: 1 });
  expect(config).not.toHaveProperty('local');
  expect(Object.isFrozen(config)).toBe(true);
});

test.each([
  ['FIRESTORE_EMULATOR_HOST', '127.0.0.1:8080'],
  ['PUBSUB_EMULATOR_HOST', '127.0.0.1:8085'],
  ['FIREBASE_AUTH_EMULATOR_HOST', '127.0.0.1:9099'],
  ['FIREBASE_STORAGE_EMULATOR_HOST', '127.0.0.1:9199'],
  ['STORAGE_EMULATOR_HOST', 'http://127.0.0.1:9199'],
  ['HUB_LOCAL_CLOUD', '{}'],
  ['HUB_CLOUD_SPEED', '60'],
  ['HUB_HELM_IMAGE', 'europe-docker.pkg.dev/a-project/mirror/helm:4'],
  ['HUB_CALL_HOME_IMAGE', 'europe-docker.pkg.dev/a-project/mirror/google-cloud-cli@sha256:short'],
  ['HUB_PAGE_TOKEN_KEY', 'short'],
  ['HUB_CHART_SOURCE', 'http://charts.example.com'],
  ['HUB_CHART_ACCOUNT', 'hub-charts'],
  ['HUB_OIDC_ISSUER', 'http://hub.example.com/oidc'],
  ['HUB_OIDC_ISSUER', 'https://hub.example.com/oidc/'],
  ['HUB_OIDC_ISSUER', 'https://hub.example.com/oidc?x=1'],
  ['HUB_OIDC_ISSUER', 'https://ada@hub.example.com/oidc'],
  ['HUB_OIDC_ISSUER', 'https://hub.example.com'],
  ['HUB_OIDC_ISSUER', 'hub.example.com/oidc'],
  ['HUB_ZONE', 'Clusters.example.com'],
  ['HUB_ZONE', 'clusters.example.com:8443'],
  ['HUB_ZONE', 'clusters'],
  ['HUB_ZONE', 'hub.example.com'],
  ['HUB_ZONE', 'example.com'],
  ['HUB_OIDC_SIGNING_KEYS', 'no key'],
  ['HUB_OIDC_SEAL_KEYS', 'no key'],
  ['HUB_OIDC_SEAL_KEYS', 'ab'.repeat(31)],
  ['HUB_CLEAN_UP_KEYS', 'no key'],
  ['HUB_PROJECT_NUMBER', 'a-project'],
  ['HUB_DNS_ZONE', 'clusters.example.com'],
  ['HUB_IMAGE_MIRROR', 'oci://europe-docker.pkg.dev/a-project/images'],
  // The slash is added where a chart needs one.
  ['HUB_IMAGE_MIRROR', 'europe-docker.pkg.dev/a-project/images/'],
  ['HUB_CREDENTIALS_ACCOUNT', 'credentials'],
  ['HUB_ACME_DIRECTORY', 'http://dv.acme-v02.api.pki.goog/directory'],
  ['HUB_ACME_DIRECTORY', 'dv.acme-v02.api.pki.goog'],
  ['HUB_ACME_ACCOUNT_KEY', 'no key'],
  ['HUB_PRODUCTS', ''],
  ['HUB_PRODUCTS', 'pachyderm,nothing'],
  ['HUB_SIGN_IN_WAYS', ''],
  ['HUB_SIGN_IN_WAYS', 'google,pigeon'],
  ['HUB_OPEN_SIGN_UP', 'yes'],
  ['HUB_LICENSED_PRODUCTS', 'hello'],
  ['HUB_LICENSED_PRODUCTS', 'pachyderm,nothing'],
  ['HUB_PACHYDERM_LICENSE', 'no code!'],
  ['HUB_ENVIRONMENT', 'staging'],
  ['HUB_ACCOUNT_CLUSTERS', '0'],
  ['HUB_DATA_ENCRYPTION_KEY', 'data'],
])('production refuses %s=%s', (name, value) => {
  expect(faultsOf({ ...production, [name]: value })).toEqual([expect.stringMatching(`^${name}: `)]);
});

test('ways to sign in are known only where they are said, and nobody signs up unless that is said too', () => {
  expect(parseConfig(production)).not.toHaveProperty('signIn');
  expect(parseConfig({ ...production, HUB_OPEN_SIGN_UP: 'true' })).not.toHaveProperty('signIn');
  const said = { ...production, HUB_SIGN_IN_WAYS: 'google, password' };
  expect(parseConfig(said).signIn).toEqual({ ways: ['google', 'password'], open: false });
  expect(parseConfig({ ...said, HUB_OPEN_SIGN_UP: 'true' }).signIn?.open).toBe(true);
});

test('images have a mirror only where one is named', () => {
  expect(parseConfig(production).install).not.toHaveProperty('imageMirror');
  const HUB_IMAGE_MIRROR = 'europe-docker.pkg.dev/a-project/images';
  expect(parseConfig({ ...production, HUB_IMAGE_MIRROR }).install.imageMirror).toBe(HUB_IMAGE_MIRROR);
});

test('every missing variable is told at once, by name', () => {
  const names = faultsOf({}).map((fault) => fault.split(':')[0]);
  expect(names.sort()).toEqual(Object.keys(production).sort());
});

test('every fault of a production is told at once', () => {
  const faults = faultsOf({
    ...production,
    FIRESTORE_EMULATOR_HOST: 'x',
    HUB_LOCAL_CLOUD: '{}',
    HUB_CLOUD_SPEED: '60',
    HUB_HELM_IMAGE: 'helm',
    HUB_CALL_HOME_IMAGE: 'cli',
  });
  expect(faults).toHaveLength(5);
});

test('a missing variable hides no emulator', () => {
  const { HUB_NETWORK: _, ...without } = production;
  const names = faultsOf({ ...without, PUBSUB_EMULATOR_HOST: 'x' }).map((fault) => fault.split(':')[0]);
  expect(names.sort()).toEqual(['HUB_NETWORK', 'PUBSUB_EMULATOR_HOST']);
});

test('a local Hub needs to know its embedded cloud', () => {
  expect(faultsOf({ ...production, HUB_ENVIRONMENT: 'local' })).toEqual([
    expect.stringContaining('HUB_LOCAL_CLOUD: missing'),
  ]);
});

/** Of the functions that sign somebody in, or Hub. */
const seal = { HUB_OIDC_SEAL_KEYS: newSealKey() };

test('what seals is given to the functions that sign somebody in, or Hub, and to no other', () => {
  for (const target of [
    'credentials',
    'step-install',
    'step-secure',
    'step-personalize',
    'step-share',
    'drift',
  ]) {
    expect(faultsOf({ ...production, FUNCTION_TARGET: target })).toEqual([
      expect.stringMatching(/^HUB_OIDC_SEAL_KEYS: missing/),
    ]);
    const { oidc } = parseConfig({ ...production, ...seal, FUNCTION_TARGET: target });
    expect(oidc.sealKeys).toHaveLength(1);
  }
  for (const target of [
    'api',
    'sweep',
    'durations',
    'status',
    'top-up',
    'dead-letter',
    'step-drain',
    'orphans',
  ])
    expect(faultsOf({ ...production, ...seal, FUNCTION_TARGET: target })).toContainEqual(
      expect.stringMatching(/^HUB_OIDC_SEAL_KEYS: must be set for the functions oidc, credentials, /),
    );
  const two = { HUB_OIDC_SEAL_KEYS: `${newSealKey()}\n${newSealKey()}\n` };
  expect(parseConfig({ ...production, ...two }).oidc.sealKeys).toHaveLength(2);
  const twice = { HUB_OIDC_SEAL_KEYS: `${seal.HUB_OIDC_SEAL_KEYS}\n${seal.HUB_OIDC_SEAL_KEYS}` };
  expect(faultsOf({ ...production, ...twice })).toEqual(['HUB_OIDC_SEAL_KEYS: holds a key twice']);
});

test('the function oidc does not start without keys, and no other starts with them', () => {
  const keys = newSigningKeyPem();
  expect(faultsOf({ ...production, ...seal, FUNCTION_TARGET: 'oidc' })).toEqual([
    expect.stringMatching(/^HUB_OIDC_SIGNING_KEYS: missing/),
  ]);
  expect(faultsOf({ ...production, FUNCTION_TARGET: 'hint', HUB_OIDC_SIGNING_KEYS: keys })).toEqual([
    expect.stringMatching(/^HUB_OIDC_SIGNING_KEYS: must be set for the function oidc only/),
  ]);
  expect(faultsOf({ ...production, FUNCTION_TARGET: 'hint' })).toEqual([]);
  const own = { FUNCTION_TARGET: 'oidc', HUB_OIDC_SIGNING_KEYS: keys };
  const config = parseConfig({ ...production, ...seal, ...own });
  expect(config.oidc.signingKeys).toHaveLength(1);
});

test('what is proven is signed by one function, and the API knows the public halves alone', () => {
  const [pem, retired] = [newCleanUpKeyPem(), newCleanUpKeyPem()];
  const half = (of: string): string => createPublicKey(of).export({ type: 'spki', format: 'pem' }).toString();
  const faults = (target: string, keys?: string) =>
    faultsOf({
      ...production,
      FUNCTION_TARGET: target,
      ...(keys !== undefined && { HUB_CLEAN_UP_KEYS: keys }),
    });
  for (const target of ['step-prove', 'api']) {
    expect(faults(target)).toEqual([expect.stringMatching(/^HUB_CLEAN_UP_KEYS: missing/)]);
  }
  expect(faults('step-prove', pem + half(retired))).toEqual([]);
  expect(faults('step-prove', half(retired) + pem)).toEqual([
    expect.stringMatching(/^HUB_CLEAN_UP_KEYS: must begin with a private key/),
  ]);
  expect(faults('api', half(pem) + half(retired))).toEqual([]);
  expect(faults('api', half(retired) + pem)).toEqual([
    expect.stringMatching(/^HUB_CLEAN_UP_KEYS: holds a private key/),
  ]);
  for (const target of ['oidc', 'step-undo', 'credentials'])
    expect(faults(target, pem)).toContainEqual(
      expect.stringMatching(/^HUB_CLEAN_UP_KEYS: must be set for the functions step-prove, api only/),
    );
  const config = parseConfig({ ...production, HUB_CLEAN_UP_KEYS: pem + half(retired) });
  expect(config.cleanUpKeys.map(({ privateKey }) => privateKey !== undefined)).toEqual([true, false]);
});

const newAccountKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

test('the account at the authority is given to the functions that issue certificates, and to no other', () => {
  const key = newAccountKey();
  for (const target of ['step-provision', 'step-expose', 'step-repair']) {
    const given = { ...production, ...(target !== 'step-provision' && seal), FUNCTION_TARGET: target };
    expect(faultsOf(given)).toEqual([expect.stringMatching(/^HUB_ACME_ACCOUNT_KEY: missing/)]);
    const config = parseConfig({ ...given, HUB_ACME_ACCOUNT_KEY: key });
    expect(config.acme).toEqual({
      directoryUrl: 'https://dv.acme-v02.api.pki.goog/directory',
      accountKey: key,
    });
  }
  for (const target of ['hint', 'sweep', 'step-drain']) {
    expect(faultsOf({ ...production, FUNCTION_TARGET: target, HUB_ACME_ACCOUNT_KEY: key })).toEqual([
      expect.stringMatching(/^HUB_ACME_ACCOUNT_KEY: must be set for the functions step-provision, /),
    ]);
  }
});

test('the binding of that account is whole or not there', () => {
  const kid = { HUB_ACME_EAB_KID: 'kid' };
  const hmac = { HUB_ACME_EAB_HMAC: 'aG1hYw' };
  expect(parseConfig({ ...production, ...kid, ...hmac }).acme.externalAccount).toEqual({
    kid: 'kid',
    hmacKey: 'aG1hYw',
  });
  expect(faultsOf({ ...production, ...kid })).toEqual([expect.stringMatching(/^HUB_ACME_EAB_HMAC: missing/)]);
  expect(faultsOf({ ...production, ...hmac })).toEqual([expect.stringMatching(/^HUB_ACME_EAB_KID: missing/)]);
});

test('the whole catalog is offered, unless it is said what of it', () => {
  expect(parseConfig(production).products).toEqual(['pachyderm', 'hello']);
  expect(parseConfig({ ...production, HUB_PRODUCTS: 'hello' }).products).toEqual(['hello']);
});

test('that there is a licence is known to all, and what it is only to the functions that install, or find an older one', () => {
  const offered = { ...production, HUB_LICENSED_PRODUCTS: 'pachyderm' };
  const license = { HUB_PACHYDERM_LICENSE: 'eyJ0b2tlbiI6IiJ9\n' };
  const repair = { FUNCTION_TARGET: 'step-repair', HUB_ACME_ACCOUNT_KEY: newAccountKey() };
  for (const installing of [
    { FUNCTION_TARGET: 'step-install', ...seal },
    { FUNCTION_TARGET: 'drift', ...seal },
    { ...repair, ...seal },
  ]) {
    expect(faultsOf({ ...offered, ...installing })).toEqual([
      expect.stringMatching(/^HUB_PACHYDERM_LICENSE: missing/),
    ]);
    expect(parseConfig({ ...offered, ...license, ...installing })).toMatchObject({
      licensed: ['pachyderm'],
      licenses: { pachyderm: 'eyJ0b2tlbiI6IiJ9' },
    });
    // Nothing new is offered, and the clusters of before are kept up.
    expect(parseConfig({ ...production, ...license, ...installing })).toMatchObject({
      licensed: [],
      licenses: { pachyderm: 'eyJ0b2tlbiI6IiJ9' },
    });
    expect(parseConfig({ ...production, ...installing })).toMatchObject({
      licensed: [],
      licenses: {},
    });
  }
  for (const target of ['hint', 'top-up', 'step-admit', 'step-drain']) {
    expect(parseConfig({ ...offered, FUNCTION_TARGET: target })).toMatchObject({
      licensed: ['pachyderm'],
      licenses: {},
    });
    expect(faultsOf({ ...offered, ...license, FUNCTION_TARGET: target })).toEqual([
      expect.stringMatching(
        /^HUB_PACHYDERM_LICENSE: must be set for the functions step-install, step-repair, drift only/,
      ),
    ]);
  }
});

test('a licence that is missing is told with every other fault', () => {
  const { HUB_NETWORK: _, ...without } = production;
  const env = { ...without, ...seal, HUB_LICENSED_PRODUCTS: 'pachyderm', FUNCTION_TARGET: 'step-install' };
  const names = faultsOf(env).map((fault) => fault.split(':')[0]);
  expect(names.sort()).toEqual(['HUB_NETWORK', 'HUB_PACHYDERM_LICENSE']);
});

test('no fault quotes a secret', () => {
  const secret = 'canary-of-a-secret';
  const names = [
    'HUB_ACME_ACCOUNT_KEY',
    'HUB_ACME_EAB_HMAC',
    'HUB_PACHYDERM_LICENSE',
    'HUB_CLEAN_UP_KEYS',
    'HUB_OIDC_SEAL_KEYS',
  ];
  const misplaced = { HUB_LICENSED_PRODUCTS: secret };
  const faults = faultsOf({
    ...production,
    ...misplaced,
    ...Object.fromEntries(names.map((name) => [name, secret])),
  });
  expect(faults).toHaveLength(6);
  expect(faults.join()).not.toContain(secret);
});

describe('where metrics go', () => {
  test('is nowhere unless it is said', () => {
    expect(parseConfig(production).telemetry).toBeUndefined();
  });

  test('is told with the version of this code, or with Cloud Run’s name for it', () => {
    const there = { ...production, HUB_OTLP_ENDPOINT: 'https://telemetry.googleapis.com' };
    const endpoint = there.HUB_OTLP_ENDPOINT;
    expect(parseConfig({ ...there, HUB_VERSION: '7' }).telemetry).toEqual({ endpoint, version: '7' });
    expect(parseConfig({ ...there, K_REVISION: 'api-00042' }).telemetry?.version).toBe('api-00042');
    expect(parseConfig(there).telemetry?.version).toBe('unknown');
  });

  test.each(['telemetry.googleapis.com', 'https://receiver/', 'ftp://receiver', 'https://a b'])(
    'cannot be %s',
    (HUB_OTLP_ENDPOINT) => {
      expect(faultsOf({ ...production, HUB_OTLP_ENDPOINT })).toEqual([
        expect.stringMatching(/^HUB_OTLP_ENDPOINT: must be the base address/),
      ]);
    },
  );
});
