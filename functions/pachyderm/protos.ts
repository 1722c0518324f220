/**
 * The messages of Pachyderm 2.11 and 2.12 that Hub sends, and what it is answered: public names and field numbers, only what is used. A field
 * that is not here is skipped by decoders, as protobuf means it.
 * https://github.com/pachyderm/pachyderm/tree/master/src (`auth/auth.proto` and its neighbours)
 */
import protobuf from 'protobufjs/light.js';

type Fields = Readonly<Record<string, string>>;

/** `'3 repeated string'` → field 3; `'1 map string Roles'` → a map. */
export function message(fields: Fields): protobuf.IType {
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

export const EMPTY = message({});

/** Methods of a service; `stream` marks those whose answer is a stream. */
export function service(
  methods: Readonly<Record<string, readonly [string, string, 'stream'?]>>,
): protobuf.IService {
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
export const own = (name: string): readonly [string, string] => [`${name}Request`, `${name}Response`];
export const ownMethods = (...names: string[]) =>
  service(Object.fromEntries(names.map((name) => [name, own(name)])));

export const TIMESTAMP = '.google.protobuf.Timestamp';
export const NOTHING = '.google.protobuf.Empty';

const AUTH: protobuf.INamespace = {
  nested: {
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
    API: ownMethods(
      ...['GetConfiguration', 'Authenticate', 'Authorize', 'WhoAmI', 'ModifyRoleBinding', 'GetRoleBinding'],
      ...['GetOIDCLogin', 'GetRobotToken', 'RevokeAuthToken', 'RevokeAuthTokensForUser'],
      ...['ExtractAuthTokens', 'RestoreAuthToken'],
    ),
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
    API: ownMethods('ListIDPConnectors'),
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
    ListRepoRequest: message({ type: '1 string', projects: '2 repeated Project' }),
    ListProjectRequest: EMPTY,
    API: service({
      ListRepo: ['ListRepoRequest', 'RepoInfo', 'stream'],
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

const PROXY: protobuf.INamespace = {
  nested: {
    ListenRequest: message({ channel: '1 string' }),
    ListenResponse: message({ extra: '1 string' }),
    API: service({ Listen: ['ListenRequest', 'ListenResponse', 'stream'] }),
  },
};

/** Asked by nobody who may hear it: of an answer nothing would be read. */
const ACTIVATION_CODE: protobuf.INamespace = {
  nested: {
    GetActivationCodeRequest: EMPTY,
    GetActivationCodeResponse: EMPTY,
    API: ownMethods('GetActivationCode'),
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

/** Packages by their names. */
export type Packages = Readonly<Record<string, protobuf.INamespace>>;

export const MESSAGES: Packages = {
  google: GOOGLE,
  auth_v2: AUTH,
  identity_v2: IDENTITY,
  pfs_v2: PFS,
  versionpb_v2: VERSION,
  proxy: PROXY,
  license_v2: ACTIVATION_CODE,
  enterprise_v2: ACTIVATION_CODE,
};

let shared: protobuf.Root | undefined;

/** One for the process: what reads and writes a message is compiled when it is first used. */
export function pachydermProtos(): protobuf.Root {
  shared ??= rootOf(MESSAGES);
  return shared;
}

export function rootOf(nested: Packages): protobuf.Root {
  const root = protobuf.Root.fromJSON({ nested: { ...nested } });
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
  CLUSTER_ENTERPRISE_GET_CODE: 116,
  CLUSTER_IDENTITY_CREATE_IDP: 120,
  CLUSTER_IDENTITY_LIST_IDPS: 122,
  CLUSTER_IDENTITY_LIST_OIDC_CLIENTS: 127,
  CLUSTER_LICENSE_ACTIVATE: 132,
  CLUSTER_LICENSE_GET_CODE: 133,
  CLUSTER_DELETE_ALL: 138,
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
