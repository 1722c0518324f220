/** The way into a Pachyderm: Hub is the one connector of its dex, and the bindings of its members are all that counts in it. */
import {
  CHARTS_DATABASE_SECRET,
  CLIENTS_SECRET,
  CONNECTORS_SECRET,
  DATABASE_SECRET,
  HUB_PRINCIPAL,
  LICENSE_SECRET,
} from '../../shared/catalog/pachyderm.ts';
import { needsLicense, type Product } from '../../shared/catalog/product.ts';
import { AppError } from '../../shared/errors.ts';
import { FIELD_MANAGER, type KubeMetadata, type KubeObject } from '../leaf/leaf.ts';
import { OURS } from '../leaf/names.ts';
import { type ClientCredentials, clientIdOf, ensureClient, redirectUriOf } from '../oidc/clients.ts';
import { dexConnectors } from '../pachyderm/dex.ts';
import { requireLocked } from '../pachyderm/locked.ts';
import { type Bindings, bindingsOf, bindingsText } from '../pachyderm/members.ts';
import type { Pachyderm } from '../pachyderm/pachyderm.ts';
import type { Ports } from '../ports.ts';
import { digestOf, newSecret } from '../secrets.ts';
import type { Access, Changes } from './access.ts';
import { membersOf } from './cluster-members.ts';
import { asHub, requireDoorkeeper } from './hub-principal.ts';
import { requirePage } from './page.ts';
import type { Site } from './site.ts';

export const pachydermAccess: Access = {
  async prepare(site) {
    await Promise.all([
      ensureConnector(site),
      ensureLicense(site),
      ensurePasswords(site),
      ensureClientSecrets(site),
    ]);
  },

  async register({ cluster, product, leaf, ports }) {
    const held = secretIn((await leaf.find(secretRef(product, CONNECTORS_SECRET)))?.data?.[KEY]);
    if (held !== undefined) await ensureClient(ports, cluster.id, { held });
  },

  // The session in which an owner's keys were ended ended with them.
  async secure(site, changes) {
    await admit(site, changes);
    await verify(site);
  },

  verify,

  admit,

  keepers: ({ leaf, product: { namespace } }) =>
    leaf.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: 'app=pachd' }),

  async remembers({ cluster, product, leaf }) {
    const kept = await leaf.findMetadata(authSecretOf(product));
    return kept !== undefined && saysBindings(kept, bindingsFor(cluster));
  },

  async isOutdated(site) {
    const license = licenseFor(site);
    if (license === undefined) return false;
    const kept = await site.leaf.findMetadata(secretRef(site.product, LICENSE_SECRET));
    return kept?.metadata.annotations?.[LICENSE_DIGEST] !== digestOf(license);
  },

  noteStarted: (site) => ensureLicense(site, true),

  async visit(site) {
    const { cluster, host, ports } = site;
    const pachyderm = await ports.pachyderms.outside(host);
    let leak: string | undefined;
    try {
      const { text } = await pachyderm.version();
      const { version } = cluster.spec;
      if (text !== version) throw new AppError('PRODUCT_REFUSED', `It is ${text}, not ${version}.`);
      await requireDoorkeeper(pachyderm);
      leak = await pachyderm.findLeak();
    } finally {
      pachyderm.close();
    }
    await requirePage(site);
    return leak;
  },
};

const inside = <T>(
  { cluster, product, host, connection, ports }: Site,
  work: (pachyderm: Pachyderm, admin: string) => Promise<T>,
): Promise<T> => {
  const { namespace } = product;
  return asHub(ports, cluster.id, ports.pachyderms.inside({ connection, namespace, host }), work);
};

/** @throws AppError LOCK_FAILED with what was seen */
async function proveLock({ cluster, ports }: Site, pachyderm: Pachyderm, admin: string): Promise<void> {
  const [owner] = membersOf(cluster).filter(({ role }) => role === 'owner');
  const proof = await pachyderm.proveLocked(admin, {
    version: cluster.spec.version,
    bindings: bindingsFor(cluster),
    issuer: ports.settings.oidc.issuer,
    ...(owner && { owner: owner.email }),
  });
  requireLocked(proof);
}

const bindingsFor = (cluster: Site['cluster']): Bindings => bindingsOf(membersOf(cluster), HUB_PRINCIPAL);

function admit(site: Site, changes: Changes): Promise<void> {
  return inside(site, (pachyderm, admin) => assertMembers(site, pachyderm, admin, changes));
}

function verify(site: Site): Promise<void> {
  return inside(site, (pachyderm, admin) => proveLock(site, pachyderm, admin));
}

/**
 * The Secret first, for pachd asserts what is in it at each start; then the running one; then the sessions of who has left. Whoever comes
 * may find a session under their address that an owner once made for themselves.
 */
async function assertMembers(
  site: Site,
  pachyderm: Pachyderm,
  admin: string,
  { came, left, ownerLeft }: Changes,
): Promise<void> {
  const bindings = bindingsFor(site.cluster);
  const { apiVersion, kind, name, namespace } = authSecretOf(site.product);
  await site.leaf.apply({
    apiVersion,
    kind,
    metadata: { name, namespace, annotations: { [BINDINGS_DIGEST]: digestOf(bindingsText(bindings)) } },
    data: { [BINDINGS_KEY]: base64(bindingsText(bindings)) },
  });
  for (const email of came) await pachyderm.revoke(admin, email);
  await pachyderm.setMembers(admin, bindings);
  for (const email of left) await pachyderm.revoke(admin, email);
  if (ownerLeft) await pachyderm.disown(admin, bindings);
}

/** The chart's own; all but this one key of it is none of Hub's business. */
const authSecretOf = (product: Product) => secretRef(product, 'pachyderm-auth');
const BINDINGS_KEY = 'cluster-role-bindings';
/** Of the bindings beside it, so that they can be told without reading the Secret: the root token is in it, and stays in the leaf. */
const BINDINGS_DIGEST = 'hub/bindings';

/** Whoever writes the key after Hub, as Helm does, becomes its manager, and Hub is it no more. */
const saysBindings = ({ metadata }: KubeMetadata, bindings: Bindings): boolean =>
  metadata.annotations?.[BINDINGS_DIGEST] === digestOf(bindingsText(bindings)) &&
  (metadata.managedFields ?? []).some(({ manager, fieldsV1 }) => {
    const data = fieldsV1?.['f:data'] as Record<string, unknown> | undefined;
    return manager === FIELD_MANAGER && data?.[`f:${BINDINGS_KEY}`] !== undefined;
  });

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/**
 * What the leaf holds is the truth: of two steps at once one makes it and both take it. Hub learns of it afterwards, and long before
 * anybody signs in.
 */
async function ensureConnector({ cluster, product, leaf, ports }: Site): Promise<void> {
  const ref = secretRef(product, CONNECTORS_SECRET);
  const held = async (): Promise<string | undefined> => secretIn((await leaf.find(ref))?.data?.[KEY]);
  let secret = await held();
  if (secret === undefined) {
    const made = connectorsSecret(cluster.id, product, ports);
    // What is there and says nothing is damaged.
    if ((await leaf.create(made)) === 'exists' && (await held()) === undefined) await leaf.apply(made);
    secret = await held();
  }
  await ensureClient(ports, cluster.id, { held: secret });
}

function connectorsSecret(clusterId: string, product: Product, { random, settings }: Ports): KubeObject {
  const client: ClientCredentials = {
    clientId: clientIdOf(clusterId),
    clientSecret: newSecret(random),
    redirectUri: redirectUriOf(clusterId, settings.zone),
  };
  // JSON is YAML.
  const connectors = JSON.stringify(dexConnectors(settings.oidc.issuer, client));
  return secretOf(product, CONNECTORS_SECRET, { [KEY]: base64(connectors) });
}

/** The key that the chart asks for. */
const KEY = 'upstream-idps';

/** The client's secret in a Secret of ours; nothing if it is somebody else's or damaged. */
function secretIn(data: unknown): string | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const parsed = JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as ReturnType<
      typeof dexConnectors
    >;
    const secret = parsed[0].config.clientSecret;
    return typeof secret === 'string' ? secret : undefined;
  } catch {
    return undefined;
  }
}

/** For the versions that check one. */
const licenseFor = ({ cluster, product, ports }: Site): string | undefined =>
  needsLicense(product, cluster.spec.version) ? ports.settings.licenses[product.id] : undefined;

/**
 * A licence that was renewed takes the place of the one before; the other key is made once, for pachd knows itself by it. Where Hub has a
 * licence no more, a cluster keeps its own.
 * @param hasStarted with this one
 * @throws AppError LICENSE_MISSING
 */
async function ensureLicense(site: Site, hasStarted = false): Promise<void> {
  const { cluster, product, leaf, ports } = site;
  if (!needsLicense(product, cluster.spec.version)) return;
  const license = licenseFor(site);
  const held = () => leaf.find(secretRef(product, LICENSE_SECRET));
  if (license === undefined) {
    if ((await held())?.data?.[LICENSE_KEY] === undefined) throw new AppError('LICENSE_MISSING');
    return;
  }
  const made = { [LICENSE_KEY]: base64(license), [ENTERPRISE_KEY]: base64(newSecret(ports.random)) };
  const started = digestOf(license);
  if ((await leaf.create(licenseOf(product, made, started))) === 'created') return;
  const there = await held();
  const { [ENTERPRISE_KEY]: kept = made[ENTERPRISE_KEY] } = there?.data ?? {};
  const before = there?.metadata.annotations?.[LICENSE_DIGEST];
  await leaf.apply(licenseOf(product, { ...made, [ENTERPRISE_KEY]: kept }, hasStarted ? started : before));
}

/** Of the licence with which pachd has started, which may be the one before. Nobody guesses a licence by its digest. */
const LICENSE_DIGEST = 'hub/license';

function licenseOf(product: Product, data: Record<string, string>, started: string | undefined): KubeObject {
  const secret = secretOf(product, LICENSE_SECRET, data);
  const annotations = { [LICENSE_DIGEST]: started ?? NONE };
  return { ...secret, metadata: { ...secret.metadata, annotations } };
}

/** A Hub of before wrote nothing down. */
const NONE = 'unknown';

/** The keys that the chart asks for. */
const LICENSE_KEY = 'enterprise-license-key';
const ENTERPRISE_KEY = 'enterprise-secret';

/**
 * A database asks for the passwords that it was made with. One that was installed before Hub made any keeps those that the chart gave it,
 * in a Secret of the chart's own.
 */
async function ensurePasswords({ product, leaf, ports }: Site): Promise<void> {
  const { random } = ports;
  const before = (await leaf.find(secretRef(product, CHARTS_DATABASE_SECRET)))?.data ?? {};
  const data = Object.fromEntries(
    PASSWORD_KEYS.map((key): [string, string] => [key, String(before[key] ?? base64(newSecret(random)))]),
  );
  await leaf.create(secretOf(product, DATABASE_SECRET, data));
}

/** Nobody else keeps them: where there were others of the chart's own, pachd and the console take these at their next start. */
async function ensureClientSecrets({ product, leaf, ports }: Site): Promise<void> {
  const data = Object.fromEntries(CLIENT_KEYS.map((key) => [key, base64(newSecret(ports.random))]));
  await leaf.create(secretOf(product, CLIENTS_SECRET, data));
}

/** The keys that the chart asks for: of pachd, and of the console. */
const CLIENT_KEYS = ['pachd-oauth-client-secret', 'OAUTH_CLIENT_SECRET'];

/** The keys that the chart asks for: of Pachyderm's user, and of the one who may do everything. */
const PASSWORD_KEYS = ['postgresql-password', 'postgresql-postgres-password'];

const secretRef = ({ namespace }: Product, name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  name,
  namespace,
});

const secretOf = ({ namespace }: Product, name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace, labels: OURS },
  type: 'Opaque',
  data,
});
