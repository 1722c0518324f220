/**
 * The messages of Pachyderm 2.11 and 2.12 that Hub sends, and those that its stand-in answers beside them: public names and field
 * numbers, only what is used. A field that is not here is skipped by decoders, as protobuf means it.
 * https://github.com/pachyderm/pachyderm/tree/master/src (`auth/auth.proto` and its neighbours)
 */
import protobuf from 'protobufjs/light.js';

type Fields = Readonly<Record<string, string>>;

/** `'3 repeated string'` → field 3; `'1 map string Roles'` → a map. */
function message(fields: Fields): protobuf.IType {
  const plain: Record<string, protobuf.IField> = {};
  for (const [name, text] of Object.entries(fields)) {
    const [id = '', ...words] = text.split(' ');
    const [rule, keyType, type] = words;
    if (rule === 'map') plain[name] = { id: Number(id), keyType, type } as protobuf.IMapField;
    else if (rule === 'repeated') plain[name] = { id: Number(id), rule, type: keyType ?? '' };
    else plain[name] = { id: Number(id), type: rule ?? '' };
  }
  return { fields: plain };
}

const EMPTY = message({});

/** Methods of a service; `stream` marks those whose answer is a stream. */
function service(methods: Readonly<Record<string, readonly [string, string, 'stream'?]>>): protobuf.IService {
  return {
    methods: Object.fromEntries(
      Object.entries(methods).map(([name, [requestType, responseType, stream]]) => [
        name,
        { requestType, responseType, ...(stream && { responseStream: true }) },
      ]),
    ),
  };
}

/** A method whose messages are called after it. */
const own = (name: string): readonly [string, string] => [`${name}Request`, `${name}Response`];
const ownMethods = (...names: string[]) =>
  service(Object.fromEntries(names.map((name) => [name, own(name)])));

const TIMESTAMP = '.google.protobuf.Timestamp';
const NOTHING = '.google.protobuf.Empty';

const AUTH: protobuf.INamespace = {
  nested: {
    ActivateRequest: message({ rootToken: '1 string' }),
    ActivateResponse: message({ pachToken: '1 string' }),
    DeactivateRequest: EMPTY,
    DeactivateResponse: EMPTY,
    RotateRootTokenRequest: message({ rootToken: '1 string' }),
    RotateRootTokenResponse: message({ rootToken: '1 string' }),
    OIDCConfig: message({
      issuer: '1 string',
      clientId: '2 string',
      clientSecret: '3 string',
      redirectUri: '4 string',
      scopes: '5 repeated string',
      requireEmailVerified: '6 bool',
      localhostIssuer: '7 bool',
      userAccessibleIssuerHost: '8 string',
    }),
    GetConfigurationRequest: EMPTY,
    GetConfigurationResponse: message({ configuration: '1 OIDCConfig' }),
    SetConfigurationRequest: message({ configuration: '1 OIDCConfig' }),
    SetConfigurationResponse: EMPTY,
    TokenInfo: message({ subject: '1 string', expiration: `2 ${TIMESTAMP}`, hashedToken: '3 string' }),
    AuthenticateRequest: message({ oidcState: '1 string', idToken: '2 string' }),
    AuthenticateResponse: message({ pachToken: '1 string' }),
    WhoAmIRequest: EMPTY,
    WhoAmIResponse: message({ username: '1 string', expiration: `2 ${TIMESTAMP}` }),
    Roles: message({ roles: '1 map string bool' }),
    RoleBinding: message({ entries: '1 map string Roles' }),
    Resource: message({ type: '1 int32', name: '2 string' }),
    AuthorizeRequest: message({ resource: '1 Resource', permissions: '2 repeated int32' }),
    AuthorizeResponse: message({
      authorized: '1 bool',
      satisfied: '2 repeated int32',
      missing: '3 repeated int32',
      principal: '4 string',
    }),
    GetPermissionsRequest: message({ resource: '1 Resource' }),
    GetPermissionsForPrincipalRequest: message({ resource: '1 Resource', principal: '2 string' }),
    GetPermissionsResponse: message({ permissions: '1 repeated int32', roles: '2 repeated string' }),
    ModifyRoleBindingRequest: message({
      resource: '1 Resource',
      principal: '2 string',
      roles: '3 repeated string',
    }),
    ModifyRoleBindingResponse: EMPTY,
    GetRoleBindingRequest: message({ resource: '1 Resource' }),
    GetRoleBindingResponse: message({ binding: '1 RoleBinding' }),
    GetOIDCLoginRequest: EMPTY,
    GetOIDCLoginResponse: message({ loginUrl: '1 string', state: '2 string' }),
    GetRobotTokenRequest: message({ robot: '1 string', ttl: '2 int64' }),
    GetRobotTokenResponse: message({ token: '1 string' }),
    RevokeAuthTokenRequest: message({ token: '1 string' }),
    RevokeAuthTokenResponse: message({ number: '1 int64' }),
    ExtractAuthTokensRequest: EMPTY,
    ExtractAuthTokensResponse: message({ tokens: '1 repeated TokenInfo' }),
    RestoreAuthTokenRequest: message({ token: '1 TokenInfo' }),
    RestoreAuthTokenResponse: EMPTY,
    RevokeAuthTokensForUserRequest: message({ username: '1 string' }),
    RevokeAuthTokensForUserResponse: message({ number: '1 int64' }),
    API: {
      methods: {
        ...ownMethods(
          ...['Activate', 'Deactivate', 'GetConfiguration', 'SetConfiguration', 'Authenticate', 'Authorize'],
          ...['GetPermissions', 'WhoAmI', 'ModifyRoleBinding', 'GetRoleBinding', 'GetOIDCLogin'],
          ...['GetRobotToken', 'RevokeAuthToken', 'RevokeAuthTokensForUser', 'ExtractAuthTokens'],
          ...['RestoreAuthToken', 'RotateRootToken'],
        ).methods,
        GetPermissionsForPrincipal: {
          requestType: 'GetPermissionsForPrincipalRequest',
          responseType: 'GetPermissionsResponse',
        },
      },
    },
  },
};

const IDENTITY: protobuf.INamespace = {
  nested: {
    IDPConnector: message({
      id: '1 string',
      name: '2 string',
      type: '3 string',
      configVersion: '4 int64',
      jsonConfig: '5 string',
      config: '6 .google.protobuf.Struct',
    }),
    ListIDPConnectorsRequest: EMPTY,
    ListIDPConnectorsResponse: message({ connectors: '1 repeated IDPConnector' }),
    OIDCClient: message({
      id: '1 string',
      redirectUris: '2 repeated string',
      trustedPeers: '3 repeated string',
      name: '4 string',
      secret: '5 string',
    }),
    ListOIDCClientsRequest: EMPTY,
    ListOIDCClientsResponse: message({ clients: '1 repeated OIDCClient' }),
    CreateIDPConnectorRequest: message({ connector: '1 IDPConnector' }),
    CreateIDPConnectorResponse: EMPTY,
    API: ownMethods('ListIDPConnectors', 'ListOIDCClients', 'CreateIDPConnector'),
  },
};

const PFS: protobuf.INamespace = {
  nested: {
    Project: message({ name: '1 string' }),
    Repo: message({ name: '1 string', type: '2 string', project: '3 Project' }),
    AuthInfo: message({ permissions: '1 repeated int32', roles: '2 repeated string' }),
    RepoInfo: message({
      repo: '1 Repo',
      created: `2 ${TIMESTAMP}`,
      description: '4 string',
      authInfo: '6 AuthInfo',
    }),
    ProjectInfo: message({
      project: '1 Project',
      description: '2 string',
      authInfo: '3 AuthInfo',
      createdAt: `4 ${TIMESTAMP}`,
    }),
    CreateRepoRequest: message({ repo: '1 Repo', description: '2 string', update: '3 bool' }),
    ListRepoRequest: message({ type: '1 string', projects: '2 repeated Project' }),
    CreateProjectRequest: message({ project: '1 Project', description: '2 string', update: '3 bool' }),
    ListProjectRequest: EMPTY,
    ActivateAuthRequest: EMPTY,
    ActivateAuthResponse: EMPTY,
    API: service({
      ActivateAuth: own('ActivateAuth'),
      CreateRepo: ['CreateRepoRequest', NOTHING],
      ListRepo: ['ListRepoRequest', 'RepoInfo', 'stream'],
      CreateProject: ['CreateProjectRequest', NOTHING],
      ListProject: ['ListProjectRequest', 'ProjectInfo', 'stream'],
    }),
  },
};

const VERSION: protobuf.INamespace = {
  nested: {
    Version: message({
      major: '1 uint32',
      minor: '2 uint32',
      micro: '3 uint32',
      additional: '4 string',
      gitCommit: '5 string',
      platform: '9 string',
    }),
    API: service({ GetVersion: [NOTHING, 'Version'] }),
  },
};

const ADMIN: protobuf.INamespace = {
  nested: {
    ClusterInfo: message({
      id: '1 string',
      deploymentId: '2 string',
      warningsOk: '3 bool',
      warnings: '4 repeated string',
      proxyHost: '5 string',
      proxyTls: '6 bool',
      paused: '7 bool',
    }),
    InspectClusterRequest: message({
      clientVersion: '1 .versionpb_v2.Version',
      currentProject: '2 .pfs_v2.Project',
    }),
    API: service({ InspectCluster: ['InspectClusterRequest', 'ClusterInfo'] }),
  },
};

/** Up to 2.11 only. */
const ENTERPRISE: protobuf.INamespace = {
  nested: {
    TokenInfo: message({ expires: `1 ${TIMESTAMP}` }),
    ActivateRequest: message({ licenseServer: '1 string', id: '2 string', secret: '3 string' }),
    ActivateResponse: EMPTY,
    GetStateRequest: EMPTY,
    GetStateResponse: message({ state: '1 int32', info: '2 TokenInfo', activationCode: '3 string' }),
    API: ownMethods('Activate', 'GetState'),
  },
};

/** Up to 2.11 only. */
const LICENSE: protobuf.INamespace = {
  nested: {
    ActivateRequest: message({ activationCode: '1 string', expires: `2 ${TIMESTAMP}` }),
    ActivateResponse: message({ info: '1 .enterprise_v2.TokenInfo' }),
    API: ownMethods('Activate'),
  },
};

const PPS: protobuf.INamespace = {
  nested: {
    ActivateAuthRequest: EMPTY,
    ActivateAuthResponse: EMPTY,
    API: ownMethods('ActivateAuth'),
  },
};

const PROXY: protobuf.INamespace = {
  nested: {
    ListenRequest: message({ channel: '1 string' }),
    ListenResponse: message({ extra: '1 string' }),
    API: service({ Listen: ['ListenRequest', 'ListenResponse', 'stream'] }),
  },
};

const HEALTH: protobuf.INamespace = {
  nested: {
    HealthCheckRequest: message({ service: '1 string' }),
    HealthCheckResponse: message({ status: '1 int32' }),
    Health: service({ Check: ['HealthCheckRequest', 'HealthCheckResponse'] }),
  },
};

const GOOGLE: protobuf.INamespace = {
  nested: {
    protobuf: {
      nested: {
        Empty: EMPTY,
        Timestamp: message({ seconds: '1 int64', nanos: '2 int32' }),
        Struct: message({ fields: '1 map string Value' }),
        Value: message({
          nullValue: '1 int32',
          numberValue: '2 double',
          stringValue: '3 string',
          boolValue: '4 bool',
          structValue: '5 Struct',
          listValue: '6 ListValue',
        }),
        ListValue: message({ values: '1 repeated Value' }),
      },
    },
  },
};

let shared: protobuf.Root | undefined;

/** One for the process: what reads and writes a message is compiled when it is first used. */
export function pachydermProtos(): protobuf.Root {
  shared ??= makeRoot();
  return shared;
}

function makeRoot(): protobuf.Root {
  const root = protobuf.Root.fromJSON({
    nested: {
      google: GOOGLE,
      auth_v2: AUTH,
      identity_v2: IDENTITY,
      pfs_v2: PFS,
      pps_v2: PPS,
      versionpb_v2: VERSION,
      admin_v2: ADMIN,
      enterprise_v2: ENTERPRISE,
      license_v2: LICENSE,
      proxy: PROXY,
      grpc: { nested: { health: { nested: { v1: HEALTH } } } },
    },
  });
  root.resolveAll();
  return root;
}

/** `auth_v2.Permission`, as far as it is checked. */
export const PERMISSION = {
  CLUSTER_MODIFY_BINDINGS: 100,
  CLUSTER_GET_BINDINGS: 101,
  CLUSTER_AUTH_ACTIVATE: 102,
  CLUSTER_AUTH_DEACTIVATE: 103,
  CLUSTER_AUTH_GET_CONFIG: 104,
  CLUSTER_AUTH_SET_CONFIG: 105,
  CLUSTER_AUTH_MODIFY_GROUP_MEMBERS: 109,
  CLUSTER_AUTH_GET_GROUPS: 110,
  CLUSTER_AUTH_EXTRACT_TOKENS: 112,
  CLUSTER_AUTH_RESTORE_TOKEN: 113,
  CLUSTER_ENTERPRISE_ACTIVATE: 114,
  CLUSTER_IDENTITY_CREATE_IDP: 120,
  CLUSTER_IDENTITY_LIST_IDPS: 122,
  CLUSTER_IDENTITY_LIST_OIDC_CLIENTS: 127,
  CLUSTER_LICENSE_ACTIVATE: 132,
  CLUSTER_AUTH_GET_ROBOT_TOKEN: 139,
  CLUSTER_AUTH_GET_PERMISSIONS_FOR_PRINCIPAL: 141,
  CLUSTER_AUTH_REVOKE_USER_TOKENS: 142,
  CLUSTER_CREATE_SECRET: 143,
  CLUSTER_LIST_SECRETS: 144,
  SECRET_DELETE: 145,
  SECRET_INSPECT: 146,
  CLUSTER_AUTH_ROTATE_ROOT_TOKEN: 147,
  CLUSTER_GET_PACHD_LOGS: 148,
  CLUSTER_GET_LOKI_LOGS: 150,
  REPO_READ: 200,
  REPO_WRITE: 201,
  REPO_MODIFY_BINDINGS: 202,
  REPO_DELETE: 203,
  REPO_INSPECT_COMMIT: 204,
  REPO_LIST_COMMIT: 205,
  REPO_DELETE_COMMIT: 206,
  REPO_CREATE_BRANCH: 207,
  REPO_LIST_BRANCH: 208,
  REPO_DELETE_BRANCH: 209,
  REPO_INSPECT_FILE: 210,
  REPO_LIST_FILE: 211,
  REPO_ADD_PIPELINE_READER: 212,
  REPO_REMOVE_PIPELINE_READER: 213,
  REPO_ADD_PIPELINE_WRITER: 214,
  PIPELINE_LIST_JOB: 301,
  PROJECT_SET_DEFAULTS: 303,
  PROJECT_CREATE: 400,
  PROJECT_DELETE: 401,
  PROJECT_LIST_REPO: 402,
  PROJECT_CREATE_REPO: 403,
  PROJECT_MODIFY_BINDINGS: 404,
} as const;

export type PermissionName = keyof typeof PERMISSION;

/** `auth_v2.ResourceType`. */
export const RESOURCE = { CLUSTER: 1, REPO: 2, SPEC_REPO: 3, PROJECT: 4 } as const;
