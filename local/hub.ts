/** Hub on one machine: the embedded cloud, the functions' host on it, and the address people know. Tests start it as `npm start` does. */
import { randomBytes } from 'node:crypto';
import type { LocalCloud } from '../functions/config.ts';
import type { Log } from '../functions/log.ts';
import { MANIFEST } from '../functions/manifest.ts';
import { newSigningKeyPem } from '../functions/oidc/keys.ts';
import { MESSAGE_SCHEMA, TOPICS } from '../shared/messages.ts';
import { SIGN_IN_WAYS } from '../shared/sign-in-ways.ts';
import { FIRST_ACCOUNTS } from './auth/model.ts';
import { credentialsAccount, type EmbeddedCloud, startCloud } from './cloud.ts';
import { openDataFolder } from './data-folder.ts';
import { RULES_FILE } from './deployed.ts';
import { type FunctionsHost, startHost } from './host/supervisor.ts';
import { type ConsoleSetting, serveHosting } from './hosting/server.ts';
import { projectNumberOf } from './iam/principals.ts';
import type { LocalOptions } from './options.ts';
import { PORTS, portsFrom, requireFreePorts } from './ports.ts';
import { chartAccountOf, chartSourceOf } from './registry/model.ts';
import { CLUSTERS_DOMAIN, DNS_ZONE, pushIdentity, setUp } from './setup.ts';

export const PROJECT = 'hub-local';

export interface RunningHub {
  readonly url: string;
  readonly cloud: EmbeddedCloud;
  readonly host: FunctionsHost;
  /** What `.hub/local.json` says. */
  readonly addresses: Record<string, string>;
  close(): Promise<void>;
}

/**
 * @param env further variables of the functions, e.g. limits
 * @throws Unusable for what the user can mend
 */
export async function startHub(
  options: LocalOptions,
  log: Log,
  env: Record<string, string> = {},
  heard?: (line: string) => void,
): Promise<RunningHub> {
  const data = options.dataFolder === undefined ? undefined : openDataFolder(options.dataFolder);
  const undo: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (let one = undo.pop(); one; one = undo.pop()) await one();
  };
  try {
    if (data) undo.push(() => data.release());
    if (options.port !== 0) await requireFreePorts(portsFrom(options.port));
    const cloud = await startCloud({
      ...options,
      ...(data && { dataPath: data.path }),
      rulesFile: options.rulesFile ?? RULES_FILE,
      projectId: PROJECT,
      log,
    });
    undo.push(() => cloud.close());
    // Before the functions: they are told the address that people know.
    let host: FunctionsHost | undefined;
    const hosting = await cloud.onSamePort(
      'hosting',
      options.port === 0 ? 0 : options.port + PORTS.hosting,
      (port) => serveHosting(port, (name) => host?.ports[name] ?? 0, settingOf(cloud, options)),
    );
    undo.push(() => hosting.close());
    const url = `http://127.0.0.1:${hosting.port}`;
    host = await startHost(
      { ...environmentOf(cloud, options.speed, url), ...env },
      await hostOptions(cloud, options),
      log,
      heard,
    );
    const { close: closeHost } = host;
    undo.push(closeHost);
    // Before the functions end: what is brought to them then would be refused, and said to have failed.
    undo.push(() => {
      cloud.scheduler.model.close();
      cloud.pubsub.model.close();
    });
    setUp(cloud, host.ports, options.speed, options.spares);
    await requireHealth(url);
    // The Scheduler would come by in a few minutes; a fresh Hub fills its pool at once.
    cloud.pubsub.model.publish(
      `projects/${PROJECT}/topics/${TOPICS.topUp}`,
      JSON.stringify({ schema: MESSAGE_SCHEMA }),
    );
    return { url, cloud, host, addresses: addressesOf(cloud, url), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const settingOf = (cloud: EmbeddedCloud, { speed }: LocalOptions): ConsoleSetting => ({
  projectId: PROJECT,
  firestore: at(cloud.firestore.port),
  auth: at(cloud.auth.port),
  cloudSpeed: speed,
  accounts: FIRST_ACCOUNTS,
});

async function hostOptions(cloud: EmbeddedCloud, { port, faults, seed }: LocalOptions) {
  const ports = MANIFEST.map(
    ({ name }, index) => [name, port === 0 ? 0 : port + PORTS.functions + index] as const,
  );
  return {
    ports: Object.fromEntries(ports),
    jwk: await cloud.tokens.publicJwk(),
    invoker: pushIdentity(PROJECT),
    faults,
    seed,
  };
}

const at = (port: number): string => `127.0.0.1:${port}`;

/** Where the functions find the embedded cloud. */
function localCloudOf(cloud: EmbeddedCloud): LocalCloud {
  return {
    firestore: at(cloud.firestore.port),
    pubsub: at(cloud.pubsub.port),
    container: at(cloud.container.port),
    compute: `http://${at(cloud.compute.port)}/compute/v1`,
    storage: `http://${at(cloud.storage.port)}`,
    auth: `http://${at(cloud.auth.port)}`,
    authTls: at(cloud.auth.tlsPort),
    authCa: cloud.auth.ca,
    iamCredentials: `http://${at(cloud.iam.port)}/v1`,
    dns: `http://${at(cloud.dns.port)}/dns/v1`,
    dnsNames: at(cloud.dns.namesPort),
    ingress: at(cloud.ingress.port),
    acmeRoot: cloud.acme.model.authority.root,
    accessToken: cloud.accessToken,
    credentialsToken: cloud.credentialsToken,
  };
}

/** What a deployment would set, for the functions of a laptop. */
export function environmentOf(cloud: EmbeddedCloud, speed: number, url: string): Record<string, string> {
  const { operator, directoryUrl } = cloud.acme;
  return {
    HUB_ENVIRONMENT: 'local',
    HUB_LOCAL_CLOUD: JSON.stringify(localCloudOf(cloud)),
    GOOGLE_CLOUD_PROJECT: PROJECT,
    HUB_PROJECT_NUMBER: projectNumberOf(PROJECT),
    HUB_CLOUD_SPEED: String(speed),
    HUB_PAGE_TOKEN_KEY: randomBytes(32).toString('hex'),
    HUB_NODE_SERVICE_ACCOUNT: `nodes@${PROJECT}.iam.gserviceaccount.com`,
    HUB_NETWORK: 'hub-leaves',
    HUB_DATA_ENCRYPTION_KEY: `projects/${PROJECT}/locations/{region}/keyRings/hub-leaves/cryptoKeys/data`,
    HUB_CHART_SOURCE: chartSourceOf(PROJECT),
    HUB_CHART_ACCOUNT: chartAccountOf(PROJECT),
    HUB_HELM_IMAGE: 'europe-docker.pkg.dev/hub-local/mirror/helm:4.1.4',
    HUB_CALL_HOME_IMAGE: 'europe-docker.pkg.dev/hub-local/mirror/google-cloud-cli:slim',
    HUB_ZONE: `${CLUSTERS_DOMAIN}:${cloud.ingress.port}`,
    HUB_DNS_ZONE: DNS_ZONE,
    HUB_ACME_DIRECTORY: directoryUrl,
    HUB_ACME_ACCOUNT_KEY: operator.accountKey,
    HUB_ACME_EAB_KID: operator.eabKid,
    HUB_ACME_EAB_HMAC: operator.eabHmacKey,
    HUB_CREDENTIALS_ACCOUNT: credentialsAccount(PROJECT),
    HUB_OIDC_ISSUER: `${url}/oidc`,
    HUB_SIGN_IN_WAYS: SIGN_IN_WAYS.join(),
    HUB_OPEN_SIGN_UP: String(!cloud.auth.model.settings().disabledUserSignup),
    HUB_OIDC_SIGNING_KEYS: newSigningKeyPem(),
    HUB_OIDC_SEAL_KEYS: cloud.secrets.sealKey,
    HUB_CLEAN_UP_KEYS: cloud.secrets.cleanUpKey,
    // The client libraries would ask a metadata server that is not there.
    METADATA_SERVER_DETECTION: 'none',
  };
}

function addressesOf(cloud: EmbeddedCloud, url: string): Record<string, string> {
  const faces = [
    'firestore',
    'pubsub',
    'auth',
    'scheduler',
    'container',
    'kubernetes',
    'compute',
    'storage',
    'ingress',
    'dns',
    'acme',
  ] as const;
  return {
    url,
    ...Object.fromEntries(faces.map((face) => [face, at(cloud[face].port)])),
    // The same port: what comes in HTTP/2 is gRPC.
    firestoreWeb: at(cloud.firestore.port),
    projectId: PROJECT,
  };
}

/** The first call makes the function load; Hub is ready once it answers. */
async function requireHealth(url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/health`);
  if (!answer.ok) throw new Error(`the api function answers ${answer.status}: ${await answer.text()}`);
}
