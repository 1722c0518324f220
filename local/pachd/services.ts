/**
 * pachd's gRPC services, as far as Hub and its users' first steps call them. What may be called by whom stands in one table, as in
 * https://github.com/pachyderm/pachyderm/blob/master/src/internal/middleware/auth/interceptor.go
 */
import { PERMISSION as P } from '../../functions/pachyderm/protos.ts';
import { minutes } from '../../shared/units.ts';
import type { CallContext, GrpcService, Handlers, Message, UnaryHandler } from '../grpc.ts';
import { ServiceError, STATUS } from '../service.ts';
import { type Auth, CLUSTER } from './auth.ts';
import { requireLicense } from './bootstrap.ts';
import { licenseServices } from './license.ts';
import { pfsRows } from './pfs.ts';
import { notActivated, notAuthorized, plain, type Resource } from './refusals.ts';
import { msOf, type Row, type Rows, type ServicesInput, timestamp } from './rows.ts';

export function services(input: ServicesInput): GrpcService[] {
  const { root, auth } = input;
  const bound = (name: string, rows: Rows): GrpcService => ({
    root: root as GrpcService['root'],
    name,
    handlers: Object.fromEntries(
      Object.entries(rows).map(([method, row]): [string, UnaryHandler] => [
        method,
        (request, context) => row.answer(request, admitted(auth, row, context), context),
      ]),
    ) satisfies Handlers,
  });
  return [
    bound('auth_v2.API', authRows(input)),
    bound('identity_v2.API', identityRows(input)),
    bound('pfs_v2.API', pfsRows(input)),
    bound('pps_v2.API', { activateAuth: { rule: P.CLUSTER_AUTH_ACTIVATE, answer: () => ({}) } }),
    bound('versionpb_v2.API', {
      getVersion: { rule: 'anybody', answer: () => versionMessage(input.version) },
    }),
    bound('admin_v2.API', { inspectCluster: { rule: 'anybody', answer: () => clusterInfo(input) } }),
    bound('proxy.API', { listen: { rule: 'anybody', answer: listen } }),
    bound('grpc.health.v1.Health', { check: { rule: 'anybody', answer: () => ({ status: SERVING }) } }),
    ...(input.needsLicense ? licenseServices(input, bound) : []),
  ];
}

/** https://github.com/grpc/grpc/blob/master/src/proto/grpc/health/v1/health.proto */
const SERVING = 1;

/** Says that it listens, and goes on for as long as somebody is there. Of what changes in a database it has nothing to tell. */
const listen: Row['answer'] = (request, _caller, context) => {
  if (!request.channel) throw new ServiceError(STATUS.INVALID_ARGUMENT, 'validate request: Channel is empty');
  context.write({});
  return new Promise(() => undefined);
};

/** Who calls, if they may. @throws ServiceError */
function admitted(auth: Auth, { rule, orInactive }: Row, context: CallContext): string {
  if (rule === 'anybody') return '';
  if (orInactive && !auth.isActive) return '';
  const { subject } = auth.whoIs(context.header('authn-token'));
  if (rule !== 'signed in' && auth.evaluate(subject, CLUSTER, [rule]).missing.length > 0) {
    throw notAuthorized(subject, [rule], CLUSTER);
  }
  return subject;
}

function resourceOf(request: Message): Resource {
  if (!request.resource) {
    throw new ServiceError(STATUS.INVALID_ARGUMENT, 'validate request: Resource: value is required');
  }
  return { type: Number(request.resource.type ?? 0), name: String(request.resource.name ?? '') };
}

function authRows({ auth, data, save, environment, logins, clock, needsLicense }: ServicesInput): Rows {
  const sessionMinutes = Number(environment.SESSION_DURATION_MINUTES ?? 43_200);
  return {
    activate: {
      rule: 'anybody',
      answer: ({ rootToken }) => {
        if (needsLicense) requireLicense(data, clock.now());
        return { pachToken: auth.activate(rootToken) };
      },
    },
    deactivate: {
      rule: P.CLUSTER_AUTH_DEACTIVATE,
      answer: () => {
        auth.deactivate();
        return {};
      },
    },
    authenticate: {
      rule: 'anybody',
      answer: async ({ oidcState, idToken }) => {
        if (!auth.isActive) throw notActivated();
        if (oidcState) {
          const email = await logins.emailOf(oidcState);
          return { pachToken: auth.issue(`user:${email}`, sessionMinutes * 60) };
        }
        if (!idToken) throw plain('unrecognized authentication mechanism (old pachd?)');
        return { pachToken: await logins.sessionFor(idToken, minutes(sessionMinutes)) };
      },
    },
    getOIDCLogin: { rule: 'anybody', answer: () => logins.start() },
    whoAmI: {
      rule: 'anybody',
      answer: (_request, _caller, context) => {
        const { subject, expiresAt } = auth.whoIs(context.header('authn-token'));
        return {
          username: subject,
          ...(expiresAt !== undefined && { expiration: timestamp(expiresAt) }),
        };
      },
    },
    authorize: {
      rule: 'anybody',
      answer: (request, _caller, context) => {
        const resource = resourceOf(request);
        const { subject } = auth.whoIs(context.header('authn-token'));
        const { satisfied, missing } = auth.evaluate(subject, resource, request.permissions ?? []);
        return { principal: subject, authorized: missing.length === 0, satisfied, missing };
      },
    },
    getPermissions: {
      rule: 'signed in',
      answer: (request, caller) => auth.permissionsFor(caller, resourceOf(request)),
    },
    getPermissionsForPrincipal: {
      rule: P.CLUSTER_AUTH_GET_PERMISSIONS_FOR_PRINCIPAL,
      answer: (request) => auth.permissionsFor(request.principal, resourceOf(request)),
    },
    getRoleBinding: {
      rule: 'signed in',
      answer: (request) => ({ binding: { entries: asRoles(auth.entriesOf(resourceOf(request))) } }),
    },
    modifyRoleBinding: {
      rule: 'signed in',
      answer: (request, caller) => {
        auth.modify(caller, resourceOf(request), request.principal, request.roles ?? []);
        return {};
      },
    },
    getRobotToken: {
      rule: P.CLUSTER_AUTH_GET_ROBOT_TOKEN,
      answer: ({ robot, ttl }) => {
        const name = String(robot).replace(/^robot:/, '');
        if (name.includes(':')) throw plain("robot names cannot contain colons (':')");
        return { token: auth.issue(`robot:${name}`, Number(ttl) > 0 ? Number(ttl) : undefined) };
      },
    },
    revokeAuthToken: { rule: 'signed in', answer: ({ token }) => ({ number: auth.revoke(token) }) },
    revokeAuthTokensForUser: {
      rule: P.CLUSTER_AUTH_REVOKE_USER_TOKENS,
      answer: ({ username }) => {
        if (String(username).startsWith('pach:')) throw plain('cannot revoke tokens for pach: users');
        return { number: auth.revokeSubject(username) };
      },
    },
    extractAuthTokens: {
      rule: P.CLUSTER_AUTH_EXTRACT_TOKENS,
      answer: () => ({
        tokens: auth.robotTokens().map(({ subject, expiresAt, hash }) => ({
          subject,
          hashedToken: hash,
          ...(expiresAt !== undefined && { expiration: timestamp(expiresAt) }),
        })),
      }),
    },
    restoreAuthToken: {
      rule: P.CLUSTER_AUTH_RESTORE_TOKEN,
      answer: ({ token }) => {
        if (!token) {
          throw new ServiceError(STATUS.INVALID_ARGUMENT, 'validate request: Token: value is required');
        }
        auth.restore(token.hashedToken, token.subject, msOf(token.expiration));
        return {};
      },
    },
    rotateRootToken: {
      rule: P.CLUSTER_AUTH_ROTATE_ROOT_TOKEN,
      answer: ({ rootToken }) => {
        if (environment.AUTH_ROOT_TOKEN) {
          throw plain('RotateRootToken() is disabled when the root token is configured in the environment');
        }
        return { rootToken: auth.rotateRootToken(rootToken) };
      },
    },
    getConfiguration: {
      rule: P.CLUSTER_AUTH_GET_CONFIG,
      answer: () => ({ configuration: data.oidc ?? {} }),
    },
    setConfiguration: {
      rule: P.CLUSTER_AUTH_SET_CONFIG,
      answer: async ({ configuration }) => {
        const { clientId, ...rest } = configuration ?? {};
        if (!clientId) throw plain('OIDC configuration must have a non-empty client_id');
        data.oidc = {
          clientId,
          issuer: rest.issuer ?? '',
          clientSecret: rest.clientSecret ?? '',
          redirectUri: rest.redirectUri ?? '',
          scopes: rest.scopes ?? [],
          requireEmailVerified: rest.requireEmailVerified ?? false,
          localhostIssuer: rest.localhostIssuer ?? false,
          userAccessibleIssuerHost: rest.userAccessibleIssuerHost ?? '',
        };
        save();
        return {};
      },
    },
  };
}

const asRoles = (entries: Record<string, string[]>) =>
  Object.fromEntries(
    Object.entries(entries).map(([principal, roles]) => [
      principal,
      { roles: Object.fromEntries(roles.map((role) => [role, true])) },
    ]),
  );

function identityRows({ data, save, environment }: ServicesInput): Rows {
  return {
    listIDPConnectors: {
      rule: P.CLUSTER_IDENTITY_LIST_IDPS,
      answer: () => ({
        connectors: data.connectors.map(({ config, ...connector }) => ({
          ...connector,
          config: structOf(config),
        })),
      }),
    },
    listOIDCClients: {
      rule: P.CLUSTER_IDENTITY_LIST_OIDC_CLIENTS,
      answer: () => ({ clients: data.clients }),
    },
    createIDPConnector: {
      rule: P.CLUSTER_IDENTITY_CREATE_IDP,
      answer: () => {
        if (environment.IDP_CONNECTORS) {
          throw plain(
            'identity.CreateIDPConnector() is disabled when the Identity Connectors are set via environment.',
          );
        }
        throw new ServiceError(STATUS.UNIMPLEMENTED, 'connectors of the stand-in come from its environment');
      },
    },
    deleteAll: {
      rule: P.CLUSTER_DELETE_ALL,
      answer: () => {
        Object.assign(data, { connectors: [], clients: [] });
        delete data.identity;
        save();
        return {};
      },
    },
  };
}

function structOf(value: Record<string, unknown>): Message {
  return {
    fields: Object.fromEntries(Object.entries(value).map(([name, item]) => [name, protoValue(item)])),
  };
}

function protoValue(item: unknown): Message {
  if (typeof item === 'string') return { stringValue: item };
  if (typeof item === 'boolean') return { boolValue: item };
  if (typeof item === 'number') return { numberValue: item };
  if (Array.isArray(item)) return { listValue: { values: item.map(protoValue) } };
  return item === null ? { nullValue: 0 } : { structValue: structOf(item as Record<string, unknown>) };
}

function versionMessage(version: string): Message {
  const [, major, minor, micro, additional] = /^(\d+)\.(\d+)\.(\d+)(.*)$/.exec(version) ?? [];
  return {
    major: Number(major),
    minor: Number(minor),
    micro: Number(micro),
    additional,
    platform: 'amd64',
  };
}

const clusterInfo = ({ environment }: ServicesInput): Message => ({
  id: environment.CLUSTER_ID ?? environment.CLUSTER_DEPLOYMENT_ID,
  deploymentId: environment.CLUSTER_DEPLOYMENT_ID,
  warningsOk: true,
  proxyHost: environment.PACHYDERM_PUBLIC_HOST,
  proxyTls: environment.PACHYDERM_PUBLIC_TLS === 'true',
});
