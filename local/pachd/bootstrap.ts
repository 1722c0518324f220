/**
 * What pachd does from its environment at every start, before a port opens: safe to repeat, and what the environment does not name
 * any more vanishes. What fails here ends the process.
 * https://github.com/pachyderm/pachyderm/blob/master/src/server/auth/server/api_server.go (`EnvBootstrap`)
 */
import { load } from 'js-yaml';
import { days } from '../../shared/units.ts';
import type { Message } from '../grpc.ts';
import { type Auth, CLUSTER } from './auth.ts';
import type { Connector, OidcClient, PachdData } from './data.ts';
import { plain } from './refusals.ts';

/** Checked field by field where it is read. */
const parse = (text: string): Message => (text.trim() === '' ? undefined : load(text));

/** pachd's environment variables. */
export type Environment = Readonly<Record<string, string>>;

interface BootstrapInput {
  environment: Environment;
  data: PachdData;
  auth: Auth;
  now: number;
  /** 2.11 and before. */
  needsLicense: boolean;
  /** Whether sign-in works at all: dex opens its connectors, which asks the provider behind. @throws Error */
  openIdentity(): Promise<void>;
}

/** @throws ServiceError, Error */
export async function bootstrap(input: BootstrapInput): Promise<void> {
  if (configure(input)) await input.openIdentity();
  assertMembers(input);
}

/** The same at once, where nothing is behind the identity that would have to be asked. @throws ServiceError, Error */
export function bootstrapAtOnce(input: Omit<BootstrapInput, 'openIdentity'>): void {
  configure(input);
  assertMembers(input);
}

type Configuration = Omit<BootstrapInput, 'openIdentity'>;

/** @returns whether there is an identity to open */
function configure(input: Configuration): boolean {
  const { environment, data } = input;
  if (input.needsLicense) bootstrapLicense(input);
  if (environment.IDP_CONFIG) {
    const { issuer, id_token_expiry: expiry } = parse(environment.IDP_CONFIG) ?? {};
    data.identity = { issuer: text(issuer), idTokenExpiry: text(expiry) };
  }
  if (environment.IDP_CONNECTORS) data.connectors = connectorsOf(environment.IDP_CONNECTORS, data.connectors);
  return environment.ACTIVATE_AUTH === 'true' && configureAuth(input);
}

function assertMembers({ environment, auth }: Configuration): void {
  if (environment.ACTIVATE_AUTH === 'true' && environment.AUTH_CLUSTER_RBAC) {
    assertBindings(auth, parse(environment.AUTH_CLUSTER_RBAC));
  }
}

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const records = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

function bootstrapLicense({ environment, data, now }: Configuration): void {
  const { LICENSE_KEY: key, ENTERPRISE_SECRET: secret } = environment;
  if (!key && !secret) return;
  if (!key || !secret) {
    throw plain(
      'License server failed to bootstrap via environment; Either both or neither of LICENSE_KEY and ENTERPRISE_SECRET must be set.',
    );
  }
  data.licenseExpiresAt = now + days(365);
}

function connectorsOf(source: string, before: readonly Connector[]): Connector[] {
  return records(parse(source)).map((one) => {
    const id = text(one.id);
    const old = before.find((connector) => connector.id === id);
    if (id === '') throw plain('no id specified');
    if (text(one.type) === '') throw plain('no type specified');
    if (text(one.name) === '') throw plain('no name specified');
    const json: unknown = typeof one.jsonConfig === 'string' ? JSON.parse(one.jsonConfig) : undefined;
    const config = isRecord(one.config) ? one.config : isRecord(json) ? json : {};
    return {
      id,
      name: text(one.name),
      type: text(one.type),
      config,
      configVersion: old ? old.configVersion + 1 : Number(one.configVersion ?? 0),
    };
  });
}

function configureAuth(input: Configuration): boolean {
  const { environment, data, auth, now } = input;
  if (environment.AUTH_ROOT_TOKEN) {
    if (input.needsLicense) requireLicense(data, now);
    if (auth.isActive) auth.rotateRootToken(environment.AUTH_ROOT_TOKEN);
    else {
      auth.activate(environment.AUTH_ROOT_TOKEN);
      auth.activatePfs();
    }
  }
  if (!environment.AUTH_CONFIG || !environment.IDP_CLIENTS) return false;
  configureOidc(data, environment);
  return true;
}

/** @throws ServiceError */
export function requireLicense({ licenseExpiresAt }: PachdData, now: number): void {
  if (licenseExpiresAt !== undefined && licenseExpiresAt > now) return;
  throw plain(
    'Pachyderm Enterprise is not active in this cluster, and the Pachyderm auth API is an Enterprise-level feature',
  );
}

function configureOidc(data: PachdData, environment: Environment): void {
  const config = parse(environment.AUTH_CONFIG ?? '') ?? {};
  const clientSecret = environment.AUTH_CLIENT_SECRET ?? '';
  const clientId = text(config.client_id);
  if (clientId === '') throw plain('OIDC configuration must have a non-empty client_id');
  const sources = [environment.IDP_CLIENTS, environment.IDP_ADDITIONAL_CLIENTS];
  const clients = sources.flatMap((source) => records(parse(source ?? '')));
  data.clients = clients.map((client) => clientOf(client, clientId, clientSecret, environment));
  data.oidc = {
    issuer: text(config.issuer),
    clientId,
    clientSecret,
    redirectUri: text(config.redirect_uri),
    scopes: texts(config.scopes),
    requireEmailVerified: config.require_email_verified === true,
    localhostIssuer: config.localhost_issuer === true,
    userAccessibleIssuerHost: text(config.user_accessible_issuer_host),
  };
}

function clientOf(
  client: Record<string, unknown>,
  pachdId: string,
  pachdSecret: string,
  environment: Environment,
): OidcClient {
  const id = text(client.id);
  const secrets: Record<string, string | undefined> = {
    [environment.CONSOLE_OAUTH_ID ?? '']: environment.CONSOLE_OAUTH_SECRET,
    [pachdId]: pachdSecret,
  };
  return {
    id,
    name: text(client.name),
    secret: secrets[id] ?? text(client.secret),
    redirectUris: texts(client.redirect_uris),
    trustedPeers: texts(client.trusted_peers),
  };
}

/** Who is not named loses what they had. */
function assertBindings(auth: Auth, wanted: unknown): void {
  if (!isRecord(wanted)) throw plain('unmarshal auth cluster role bindings');
  for (const principal of Object.keys(auth.entriesOf(CLUSTER))) {
    if (/^(pach|internal):/.test(principal) || Object.hasOwn(wanted, principal)) continue;
    auth.modify(undefined, CLUSTER, principal, []);
  }
  for (const [principal, roles] of Object.entries(wanted)) {
    auth.modify(undefined, CLUSTER, principal, texts(roles));
  }
}
