/**
 * What Pachyderm's chart makes of its values as far as sign-in goes: the Secrets and the ConfigMap, and pachd's environment from them.
 * https://github.com/pachyderm/pachyderm/tree/master/etc/helm/pachyderm/templates (`pachd/auth-secret.yaml` and its neighbours)
 */
import { dump } from 'js-yaml';
import { asksForLicense } from './versions.ts';

/** The values of the chart that are read here; all may be missing. */
export interface AuthValues {
  pachd?: {
    activateAuth?: boolean;
    rootToken?: string;
    rootTokenSecretName?: string;
    oauthClientID?: string;
    oauthClientSecret?: string;
    oauthClientSecretSecretName?: string;
    oauthRedirectURI?: string;
    localhostIssuer?: string;
    pachAuthClusterRoleBindings?: Record<string, string[]>;
    enterpriseLicenseKey?: string;
    enterpriseLicenseKeySecretName?: string;
    enterpriseSecret?: string;
    enterpriseSecretSecretName?: string;
    clusterDeploymentID?: string;
  };
  console?: {
    enabled?: boolean;
    config?: {
      oauthClientID?: string;
      oauthClientSecret?: string;
      oauthClientSecretSecretName?: string;
      oauthRedirectURI?: string;
    };
  };
  oidc?: {
    issuerURI?: string;
    mockIDP?: boolean;
    requireVerifiedEmail?: boolean;
    IDTokenExpiry?: string;
    RotationTokenExpiry?: string;
    upstreamIDPs?: readonly object[];
    upstreamIDPsSecretName?: string;
    userAccessibleOauthIssuerHost?: string;
  };
  proxy?: { enabled?: boolean; host?: string; tls?: { enabled?: boolean } };
}

type Texts = Record<string, string>;

/** A variable, and the key of the Secret or ConfigMap that it comes from, or its value. */
export type EnvironmentSource =
  | { name: string; value: string }
  | { name: string; secret: string; key: string }
  | { name: string; configMap: string; key: string };

export interface AuthObjects {
  /** By name; content as text. */
  secrets: Record<string, Texts>;
  configMaps: Record<string, Texts>;
  environment: EnvironmentSource[];
  /** What the chart refuses. */
  problem?: string;
}

interface ChartInput {
  version: string;
  /** What the chart makes itself where no secret is given: `randAlphaNum 32`. */
  randomText(): string;
}

/** Up to 2.11 auth is part of the licensed edition: without a key the chart leaves it out, whatever `activateAuth` says. */
export function authObjects(values: AuthValues, { version, randomText }: ChartInput): AuthObjects {
  const { pachd = {}, oidc = {} } = values;
  const connectors = connectorsOf(values);
  const issuer = issuerOf(values);
  const environment: EnvironmentSource[] = [];
  const secrets: Record<string, Texts> = {};
  const named = oidc.upstreamIDPsSecretName;
  if (connectors) secrets['pachyderm-identity'] = { 'upstream-idps': dump(connectors) };
  if (named || connectors) {
    environment.push(
      { name: 'IDP_CONNECTORS', secret: named || 'pachyderm-identity', key: 'upstream-idps' },
      { name: 'IDP_CONFIG', configMap: IDENTITY, key: 'identity-config' },
    );
  }
  const consoleClient = consoleClientOf(values);
  const licensed = !asksForLicense(version) || licenseSecretOf(values) !== undefined;
  if (pachd.activateAuth !== false && licensed) addAuth(values, issuer, randomText, secrets, environment);
  if (consoleClient) {
    environment.push(
      { name: 'CONSOLE_OAUTH_ID', value: consoleClient },
      { name: 'CONSOLE_OAUTH_SECRET', secret: consoleSecretOf(values), key: 'OAUTH_CLIENT_SECRET' },
    );
    if (!values.console?.config?.oauthClientSecretSecretName) {
      secrets[consoleSecretOf(values)] = {
        OAUTH_CLIENT_SECRET: values.console?.config?.oauthClientSecret || randomText(),
      };
    }
  }
  if (asksForLicense(version)) addLicense(values, randomText, secrets, environment);
  const configMaps = { [IDENTITY]: identityConfig(values, issuer, consoleClient) };
  return {
    secrets,
    configMaps,
    environment,
    ...(!connectors && !named && { problem: NO_PROVIDER }),
  };
}

/** From where the console and pachd both have it. */
export const consoleSecretOf = ({ console }: AuthValues): string =>
  console?.config?.oauthClientSecretSecretName || 'pachyderm-console-secret';

const IDENTITY = 'pachyderm-identity-config';
const NO_PROVIDER = 'either oidc.upstreamIDPs or oidc.mockIDP must be set in non-LOCAL deployments';

const MOCK = [
  { id: 'test', name: 'test', type: 'mockPassword', config: { username: 'admin', password: 'password' } },
];

function connectorsOf({ oidc = {} }: AuthValues): readonly object[] | undefined {
  if (oidc.upstreamIDPsSecretName) return undefined;
  if (oidc.upstreamIDPs?.length) return oidc.upstreamIDPs;
  return oidc.mockIDP === false ? undefined : MOCK;
}

/** The public address as the chart knows it. */
function publicUrl({ proxy = {} }: AuthValues): string | undefined {
  if (proxy.enabled === false || !proxy.host) return undefined;
  return `${schemeOf({ proxy })}://${proxy.host}`;
}

/** As `pachyderm.hostproto`: TLS that ends before the chart's own proxy is unknown to it. */
const schemeOf = ({ proxy }: Pick<AuthValues, 'proxy'>): string => (proxy?.tls?.enabled ? 'https' : 'http');

/** As `pachyderm.userAccessibleOauthIssuerHost`. */
function accessibleIssuer(values: AuthValues): string {
  const host = values.oidc?.userAccessibleOauthIssuerHost;
  if (!host) return publicUrl(values) ?? 'http://localhost';
  return host.startsWith('http') ? host : `${schemeOf(values)}://${host}`;
}

const issuerOf = (values: AuthValues): string =>
  values.oidc?.issuerURI ||
  (publicUrl(values) ? `${publicUrl(values)}/dex` : undefined) ||
  (values.proxy?.enabled === false ? 'http://pachd:30658' : 'http://pachd:30658/dex');

const consoleClientOf = ({ console }: AuthValues): string | undefined =>
  console?.enabled === false ? undefined : console?.config?.oauthClientID || 'console';

const pachdClientOf = ({ pachd }: AuthValues): string => pachd?.oauthClientID || 'pachd';

const pachdRedirect = (values: AuthValues): string =>
  values.pachd?.oauthRedirectURI || `${publicUrl(values) ?? 'http://localhost'}/authorization-code/callback`;

const consoleRedirect = (values: AuthValues): string =>
  values.console?.config?.oauthRedirectURI ||
  `${publicUrl(values) ?? 'http://localhost'}/oauth/callback/?inline=true`;

function addAuth(
  values: AuthValues,
  issuer: string,
  randomText: () => string,
  secrets: Record<string, Texts>,
  environment: EnvironmentSource[],
): void {
  const { pachd = {}, oidc = {} } = values;
  const rootSecret = pachd.rootTokenSecretName || AUTH;
  const bindings = bindingsOf(values);
  secrets[AUTH] = {
    ...(!pachd.rootTokenSecretName && { 'root-token': pachd.rootToken || randomText() }),
    'auth-config': dump({
      client_id: pachdClientOf(values),
      issuer,
      localhost_issuer: pachd.localhostIssuer !== 'false',
      require_email_verified: oidc.requireVerifiedEmail ?? false,
      user_accessible_issuer_host: accessibleIssuer(values),
      redirect_uri: pachdRedirect(values),
      scopes: ['email', 'profile', 'groups', 'openid'],
    }),
    ...(!pachd.oauthClientSecretSecretName && {
      'pachd-oauth-client-secret': pachd.oauthClientSecret || randomText(),
    }),
    ...(bindings && { 'cluster-role-bindings': dump(bindings) }),
  };
  environment.push(
    { name: 'ACTIVATE_AUTH', value: 'true' },
    { name: 'AUTH_ROOT_TOKEN', secret: rootSecret, key: 'root-token' },
    { name: 'AUTH_CONFIG', secret: AUTH, key: 'auth-config' },
    {
      name: 'AUTH_CLIENT_SECRET',
      secret: pachd.oauthClientSecretSecretName || AUTH,
      key: 'pachd-oauth-client-secret',
    },
    { name: 'IDP_CLIENTS', configMap: IDENTITY, key: 'oidc-clients' },
  );
  if (bindings) environment.push({ name: 'AUTH_CLUSTER_RBAC', secret: AUTH, key: 'cluster-role-bindings' });
}

const AUTH = 'pachyderm-auth';

/** With the mock provider the chart binds its only user as cluster admin. */
function bindingsOf({ pachd = {}, oidc = {} }: AuthValues): Record<string, string[]> | undefined {
  const mocked = oidc.mockIDP !== false && !oidc.upstreamIDPsSecretName && !oidc.upstreamIDPs?.length;
  if (!mocked && !pachd.pachAuthClusterRoleBindings) return undefined;
  return {
    ...(mocked && {
      'user:kilgore@kilgore.trout': ['clusterAdmin'],
      allClusterUsers: ['projectCreator'],
    }),
    ...pachd.pachAuthClusterRoleBindings,
  };
}

function identityConfig(values: AuthValues, issuer: string, consoleClient: string | undefined): Texts {
  const pachdClient = pachdClientOf(values);
  return {
    'identity-config': dump({
      issuer,
      id_token_expiry: values.oidc?.IDTokenExpiry ?? '24h',
      rotation_token_expiry: values.oidc?.RotationTokenExpiry ?? '48h',
    }),
    'oidc-clients': dump([
      {
        id: pachdClient,
        name: pachdClient,
        redirect_uris: [pachdRedirect(values)],
        trusted_peers: consoleClient ? [consoleClient] : [],
      },
      ...(consoleClient
        ? [
            {
              id: consoleClient,
              name: consoleClient,
              redirect_uris: [consoleRedirect(values)],
            },
          ]
        : []),
    ]),
  };
}

/** As `pachyderm.enterpriseLicenseKeySecretName` of its `_helpers.tpl`. */
const licenseSecretOf = ({ pachd = {} }: AuthValues): string | undefined =>
  pachd.enterpriseLicenseKeySecretName || (pachd.enterpriseLicenseKey ? 'pachyderm-license' : undefined);

/** As `pachyderm.enterpriseSecretSecretName`. */
const enterpriseSecretOf = (values: AuthValues): string | undefined => {
  const { enterpriseSecretSecretName, enterpriseSecret } = values.pachd ?? {};
  if (enterpriseSecretSecretName) return enterpriseSecretSecretName;
  return enterpriseSecret || licenseSecretOf(values) ? 'pachyderm-enterprise' : undefined;
};

/** 2.12 does not know these values any more. */
function addLicense(
  values: AuthValues,
  randomText: () => string,
  secrets: Record<string, Texts>,
  environment: EnvironmentSource[],
): void {
  const { pachd = {} } = values;
  const license = licenseSecretOf(values);
  const enterprise = enterpriseSecretOf(values);
  if (license) {
    if (!pachd.enterpriseLicenseKeySecretName) {
      secrets[license] = { 'enterprise-license-key': pachd.enterpriseLicenseKey ?? '' };
    }
    environment.push({ name: 'LICENSE_KEY', secret: license, key: 'enterprise-license-key' });
  }
  if (enterprise) {
    if (!pachd.enterpriseSecretSecretName) {
      secrets[enterprise] = { 'enterprise-secret': pachd.enterpriseSecret || randomText() };
    }
    environment.push({ name: 'ENTERPRISE_SECRET', secret: enterprise, key: 'enterprise-secret' });
  }
}

/** The variables with their values: for whoever runs a pachd without a cluster around it. */
export function environmentOf({ secrets, configMaps, environment }: AuthObjects): Record<string, string> {
  return Object.fromEntries(
    environment.map((source) => {
      if ('value' in source) return [source.name, source.value];
      const from = 'secret' in source ? secrets[source.secret] : configMaps[source.configMap];
      return [source.name, from?.[source.key] ?? ''];
    }),
  );
}
