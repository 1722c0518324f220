/**
 * The messages of Pachyderm that Hub never sends and other clients do: those of Hub's own (functions/pachyderm/protos.ts), and these beside
 * them. https://github.com/pachyderm/pachyderm/tree/master/src (`auth/auth.proto` and its neighbours)
 */
import type protobuf from 'protobufjs/light.js';
import {
  EMPTY,
  MESSAGES,
  message,
  NOTHING,
  own,
  ownMethods,
  type Packages,
  rootOf,
  service,
  TIMESTAMP,
} from '../../functions/pachyderm/protos.ts';

const AUTH: protobuf.INamespace = {
  nested: {
    ActivateRequest: message({ rootToken: '1 string' }),
    ActivateResponse: message({ pachToken: '1 string' }),
    DeactivateRequest: EMPTY,
    DeactivateResponse: EMPTY,
    RotateRootTokenRequest: message({ rootToken: '1 string' }),
    RotateRootTokenResponse: message({ rootToken: '1 string' }),
    SetConfigurationRequest: message({ configuration: '1 OIDCConfig' }),
    SetConfigurationResponse: EMPTY,
    GetPermissionsRequest: message({ resource: '1 Resource' }),
    GetPermissionsForPrincipalRequest: message({ resource: '1 Resource', principal: '2 string' }),
    GetPermissionsResponse: message({ permissions: '1 repeated int32', roles: '2 repeated string' }),
    API: {
      methods: {
        ...ownMethods('Activate', 'Deactivate', 'SetConfiguration', 'GetPermissions', 'RotateRootToken')
          .methods,
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
    DeleteAllRequest: EMPTY,
    DeleteAllResponse: EMPTY,
    API: ownMethods('ListOIDCClients', 'CreateIDPConnector', 'DeleteAll'),
  },
};

const PFS: protobuf.INamespace = {
  nested: {
    CreateRepoRequest: message({ repo: '1 Repo', description: '2 string', update: '3 bool' }),
    CreateProjectRequest: message({ project: '1 Project', description: '2 string', update: '3 bool' }),
    ActivateAuthRequest: EMPTY,
    ActivateAuthResponse: EMPTY,
    API: service({
      ActivateAuth: own('ActivateAuth'),
      CreateRepo: ['CreateRepoRequest', NOTHING],
      CreateProject: ['CreateProjectRequest', NOTHING],
    }),
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
    GetActivationCodeResponse: message({ state: '1 int32', info: '2 TokenInfo', activationCode: '3 string' }),
    API: ownMethods('Activate', 'GetState'),
  },
};

/** Up to 2.11 only. */
const LICENSE: protobuf.INamespace = {
  nested: {
    ActivateRequest: message({ activationCode: '1 string', expires: `2 ${TIMESTAMP}` }),
    ActivateResponse: message({ info: '1 .enterprise_v2.TokenInfo' }),
    GetActivationCodeResponse: message({
      state: '1 int32',
      info: '2 .enterprise_v2.TokenInfo',
      activationCode: '3 string',
    }),
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

const HEALTH: protobuf.INamespace = {
  nested: {
    HealthCheckRequest: message({ service: '1 string' }),
    HealthCheckResponse: message({ status: '1 int32' }),
    Health: service({ Check: ['HealthCheckRequest', 'HealthCheckResponse'] }),
  },
};

const MORE: Packages = {
  auth_v2: AUTH,
  identity_v2: IDENTITY,
  pfs_v2: PFS,
  pps_v2: PPS,
  admin_v2: ADMIN,
  enterprise_v2: ENTERPRISE,
  license_v2: LICENSE,
  grpc: { nested: { health: { nested: { v1: HEALTH } } } },
};

let shared: protobuf.Root | undefined;

/** One for the process, as Hub's own. */
export function pachdProtos(): protobuf.Root {
  shared ??= rootOf(
    Object.fromEntries(namesOf(MESSAGES, MORE).map((name) => [name, joined(MESSAGES[name], MORE[name])])),
  );
  return shared;
}

const namesOf = (...all: readonly object[]): string[] => [...new Set(all.flatMap(Object.keys))];

/** A package with what both have of it: of its service, the methods of both. */
function joined(one: protobuf.INamespace = {}, other: protobuf.INamespace = {}): protobuf.INamespace {
  const methods = { ...methodsOf(one), ...methodsOf(other) };
  const nested = { ...one.nested, ...other.nested };
  return { nested: Object.keys(methods).length > 0 ? { ...nested, API: { methods } } : nested };
}

const methodsOf = ({ nested }: protobuf.INamespace): protobuf.IService['methods'] =>
  (nested?.API as protobuf.IService | undefined)?.methods ?? {};
