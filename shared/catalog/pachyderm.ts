import { pipelinePolicies } from './pipeline-policies.ts';
import { type Machine, PRIORITY_CLASS, type Product } from './product.ts';

/**
 * As whom Hub itself signs in to each Pachyderm, by its own OpenID provider. Nobody can have the address:
 * https://www.rfc-editor.org/rfc/rfc2606#section-2
 */
export const HUB_EMAIL = 'control-plane@hub.invalid';
export const HUB_PRINCIPAL = `user:${HUB_EMAIL}`;

/** In the product's namespace: what tells dex that Hub is its one connector. Hub makes it before Helm runs. */
export const CONNECTORS_SECRET = 'hub-identity';

/** In the same place, for the versions that need it: the operator's enterprise licence, made before Helm runs, too. */
export const LICENSE_SECRET = 'hub-license';

/**
 * What pachd asks for, which it also takes for all the memory there is, to be kept by its garbage collector. The chart's own suggestion on
 * the smallest machines, and most of any is left to pipelines.
 */
const shareOf = ({ cpus, memoryGiB }: Machine) => ({
  requests: { cpu: String(cpus / 4), memory: `${memoryGiB / 8}Gi` },
});

/**
 * What a pipeline counts for that does not say, and the sidecar of each of its workers: Pachyderm's own whole processor for either would fill the
 * smallest cluster with two pipelines. pachd writes it into its database when that is new, and never again.
 * https://github.com/pachyderm/pachyderm/blob/v2.12.0-rc.3/src/internal/clusterstate/v2.8.0/defaults.go
 */
const pipelinesShareOf = ({ cpus, memoryGiB }: Machine) => ({
  defaultPipelineCPURequest: String(cpus / 16),
  defaultPipelineMemoryRequest: `${memoryGiB * 16}Mi`,
  defaultSidecarCPURequest: String(cpus / 32),
  defaultSidecarMemoryRequest: `${memoryGiB * 16}Mi`,
});

const PRIORITY = { priorityClassName: PRIORITY_CLASS };

/** As the chart advises on Google, where a disk is as fast as it is large: its own 10 GiB are a fifth of that. */
const DATABASE_DISK = '50Gi';

/** In the same place: the passwords of its database, made before Helm runs, once for as long as the database lives. */
export const DATABASE_SECRET = 'hub-postgres';
/** Where they are in clusters of before Hub made any: in a Secret of the chart's own. */
export const CHARTS_DATABASE_SECRET = 'postgres';

/**
 * In the same place: by what pachd and the console are known to the dex inside, made before Helm runs, once. The chart would make others each
 * time that Helm runs, and who has signed in would be strange to the one that did not start anew.
 */
export const CLIENTS_SECRET = 'hub-clients';

const NAMESPACE = 'pachyderm';

const POLICIES = pipelinePolicies({
  namespace: NAMESPACE,
  databaseSecrets: [DATABASE_SECRET, CHARTS_DATABASE_SECRET],
});

const GRPC = { name: 'content-type', prefix: 'application/grpc' };

/** pachd's services of which no method does more for strangers than it must, and which its clients need. */
const SERVICES = [
  ...['admin_v2.API', 'debug_v2.Debug', 'grpc.health.v1.Health'],
  ...['logs.API', 'metadata.API', 'pfs_v2.API', 'pjs.API', 'pps_v2.API', 'snapshot.API', 'storage.Fileset'],
  ...['transaction_v2.API', 'versionpb_v2.API'],
];

/**
 * Of the others, the methods that they need. Whether people are asked who they are, and by whom, is Hub's to say: an owner who deletes all with
 * pachctl ends that first (https://github.com/pachyderm/pachyderm/blob/v2.12.0-rc.3/src/client/client.go#L779), and from then on anybody comes in.
 */
const METHODS = {
  // Not `GetOIDCLogin`: whoever calls it gets the session of whoever then signs in, and nothing shows to them who that is.
  // Not `Activate`, `Deactivate` and `SetConfiguration`.
  'auth_v2.API': [
    ...['Authenticate', 'Authorize', 'DeleteExpiredAuthTokens', 'ExtractAuthTokens'],
    ...[
      'GetConfiguration',
      'GetGroups',
      'GetGroupsForPrincipal',
      'GetPermissions',
      'GetPermissionsForPrincipal',
    ],
    ...['GetRobotToken', 'GetRoleBinding', 'GetRolesForPermission', 'GetUsers', 'ModifyMembers'],
    ...['ModifyRoleBinding', 'RestoreAuthToken', 'RevokeAuthToken', 'RevokeAuthTokensForUser'],
    ...['RotateRootToken', 'SetGroupsForUser', 'WhoAmI'],
  ],
  // Nothing that changes who signs people in.
  'identity_v2.API': [
    ...['GetIDPConnector', 'GetIdentityServerConfig', 'GetOIDCClient'],
    ...['ListIDPConnectors', 'ListOIDCClients'],
  ],
  // Not `GetActivationCode`, here as below: it tells each cluster admin the operator's licence, and every owner is one. `GetState` leaves out its signature.
  'enterprise_v2.API': [
    ...['Activate', 'Deactivate', 'GetState', 'Heartbeat', 'Pause', 'PauseStatus', 'Unpause'],
  ],
  // Not `Heartbeat`, which other clusters' would call; it tells the licence, too.
  'license_v2.API': [
    ...['Activate', 'AddCluster', 'DeleteAll', 'DeleteCluster', 'ListClusters'],
    ...['ListUserClusters', 'UpdateCluster'],
  ],
};

/**
 * What of pachd's API is open to the internet: all that a pachd serves in 2.11 and 2.12, but for the operator's licence, and what strangers may
 * call and no client does. Above all for `proxy.API`: it tells whoever listens each row that changes in the database, tokens of sessions among them.
 * What is served: https://github.com/pachyderm/pachyderm/blob/v2.12.0-rc.3/src/internal/pachd/full.go#L495
 * Who may call what: https://github.com/pachyderm/pachyderm/blob/v2.12.0-rc.3/src/internal/middleware/auth/interceptor.go
 */
const OPEN: readonly { path?: string; pathPrefix?: string }[] = [
  ...SERVICES.map((service) => ({ pathPrefix: `/${service}/` })),
  ...Object.entries(METHODS).flatMap(([service, methods]) =>
    methods.map((method) => ({ path: `/${service}/${method}` })),
  ),
];

const NOT_OPEN =
  'This is not open to the internet. For pachctl, get a context from Hub in place of "pachctl auth login".';

/** Data versioning and pipelines: https://github.com/pachyderm/pachyderm. 2.12 dropped the enterprise licence that 2.11 still checks. */
export const pachyderm: Product = {
  id: 'pachyderm',
  label: 'Pachyderm',
  description: 'Data versioning and pipelines.',
  namespace: NAMESPACE,
  release: 'pachyderm',
  chart: 'pachyderm',
  versions: [
    { version: '2.12.2', default: true },
    { version: '2.12.1' },
    { version: '2.12.0' },
    { version: '2.11.6', needsLicense: true },
  ],
  values: ({ clusterId, version, bucket, host, machine, imageMirror, licensed, volumes }) => ({
    deployTarget: 'GOOGLE',
    global: {
      // Put before each name as it is, so with the slash. That of the database is another chart's, which has a setting of its own.
      ...(imageMirror !== undefined && { image: { registry: `${imageMirror}/` } }),
      // What the chart has for passwords everybody can read. One name is for Pachyderm, the other for the chart of the database.
      postgresql: {
        postgresqlExistingSecretName: DATABASE_SECRET,
        postgresqlExistingSecretKey: 'postgresql-password',
      },
    },
    postgresql: {
      existingSecret: DATABASE_SECRET,
      persistence: { size: volumes.postgres ?? DATABASE_DISK },
      primary: PRIORITY,
      // Made by the installer, as whatever that chart is given besides.
      extraDeploy: POLICIES,
      ...(imageMirror !== undefined && { image: { registry: imageMirror } }),
    },
    etcd: { ...PRIORITY, storageSize: volumes.etcd ?? DATABASE_DISK },
    pgbouncer: PRIORITY,
    // Its storage workers have the same.
    pachd: {
      ...PRIORITY,
      image: { tag: version },
      clusterDeploymentID: clusterId,
      resources: shareOf(machine),
      ...pipelinesShareOf(machine),
      // The address is what pachd opens; the name of the bucket goes into a Secret that the chart makes beside it.
      storage: { backend: 'GOOGLE', storageURL: `gs://${bucket}`, google: { bucket } },
      // The collector that Loki comes with reads folders of the nodes as root, which `baseline` refuses. Without it pachd asks the pods
      // themselves for their logs.
      lokiDeploy: false,
      lokiLogging: false,
      // Auth is there before a port opens. The root token is the chart's own random text, and Hub never reads it.
      activateAuth: true,
      oauthRedirectURI: `https://${host}/authorization-code/callback`,
      oauthClientSecretSecretName: CLIENTS_SECRET,
      localhostIssuer: 'true',
      // Whoever signs in has nothing; Hub's own principal sets the rest, and writes it where every start of pachd reads it.
      pachAuthClusterRoleBindings: { [HUB_PRINCIPAL]: ['clusterAdmin'] },
      // Without the Secret pachd does not start; without its name it would, and with no auth at all.
      ...(licensed && {
        enterpriseLicenseKeySecretName: LICENSE_SECRET,
        enterpriseSecretSecretName: LICENSE_SECRET,
      }),
    },
    // Of these there is at most one.
    pachw: { resources: shareOf(machine) },
    oidc: {
      issuerURI: `https://${host}/dex`,
      // Without a scheme the chart takes that of its own proxy, which has no TLS.
      userAccessibleOauthIssuerHost: `https://${host}`,
      mockIDP: false,
      requireVerifiedEmail: true,
      upstreamIDPsSecretName: CONNECTORS_SECRET,
    },
    // TLS ends at the cluster's gateway, which has the routes of this proxy; it only makes the Services that those lead to.
    proxy: { ...PRIORITY, enabled: true, host, service: { type: 'ClusterIP' } },
    console: {
      ...PRIORITY,
      enabled: true,
      config: {
        oauthRedirectURI: `https://${host}/oauth/callback/?inline=true`,
        oauthClientSecretSecretName: CLIENTS_SECRET,
        reactAppRuntimeIssuerURI: `https://${host}`,
      },
    },
  }),
  scalesItself: ['pachw'],
  // Its Postgres and its storage workers are not made for the strictest level.
  podSecurity: 'baseline',
  access: 'pachyderm',
  // As its own proxy has them, but for what OPEN does not name: https://github.com/pachyderm/pachyderm/blob/master/etc/helm/pachyderm/envoy.json
  routes: [
    {
      matches: OPEN.map((match) => ({ ...match, header: GRPC })),
      service: 'pachd-proxy-backend',
      port: 1650,
      // The chart calls it `api-grpc-port`.
      protocol: 'h2',
      timeoutS: 604_800,
    },
    { matches: [{ header: GRPC }], refusal: NOT_OPEN },
    {
      matches: [
        { header: { name: 'authorization', prefix: 'AWS4-HMAC-SHA256' } },
        { header: { name: 'authorization', prefix: 'AWS ' } },
      ],
      service: 'pachd-proxy-backend',
      port: 1600,
    },
    { matches: [{ pathPrefix: '/dex' }], service: 'pachd-proxy-backend', port: 1658 },
    // Where a sign-in for pachctl would end. Whoever began it, also from a pipeline inside, gets nothing of who ends it here.
    { matches: [{ pathPrefix: '/authorization-code/' }], refusal: NOT_OPEN },
    {
      matches: [
        ...['/archive/', '/jsonschema/', '/pfs'].map((pathPrefix) => ({ pathPrefix })),
        // The same calls as JSON, which the pages of the console make.
        ...OPEN.map(({ path, pathPrefix }) =>
          path === undefined ? { pathPrefix: `/api${pathPrefix}` } : { path: `/api${path}` },
        ),
      ],
      service: 'pachd-proxy-backend',
      port: 1659,
    },
    { matches: [{ pathPrefix: '/api/' }], refusal: NOT_OPEN },
    { matches: [], service: 'console-proxy-backend', port: 4000 },
  ],
  endpoints: (host) => ({
    pachd: `grpcs://${host.includes(':') ? host : `${host}:443`}`,
    console: `https://${host}/`,
  }),
};
