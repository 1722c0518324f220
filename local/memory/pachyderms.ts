/**
 * The ports to applications and their pages straight on the models, for the simulation: Hub's own client and all its checks, over a channel
 * that hands each message to the stand-in's services, and over pages that say what dex would say. Nothing is signed, so there is nothing
 * that a virtual clock could not wait for.
 */
import type protobuf from 'protobufjs';
import type { Random } from '../../functions/cloud.ts';
import { hostName } from '../../functions/clusters/host.ts';
import type { WebReply, WebRequest } from '../../functions/net/exchange.ts';
import { redeemCode } from '../../functions/oidc/codes.ts';
import { pachydermOver } from '../../functions/pachyderm/client.ts';
import { GRPC, type GrpcChannel, GrpcRefusal } from '../../functions/pachyderm/grpc.ts';
import { EVERYBODY } from '../../functions/pachyderm/members.ts';
import type { Pachyderms } from '../../functions/pachyderm/pachyderm.ts';
import type { Reach } from '../../functions/pachyderm/reach.ts';
import type { Ports } from '../../functions/ports.ts';
import type { Web } from '../../functions/web.ts';
import { HUB_PRINCIPAL } from '../../shared/catalog/pachyderm.ts';
import { AppError } from '../../shared/errors.ts';
import type { CallContext, GrpcService, Message } from '../grpc.ts';
import { isAllowedBy } from '../ingress/policies.ts';
import { speaksHttp2 } from '../ingress/protocols.ts';
import { type Destination, type DirectResponse, wayOf } from '../ingress/routes.ts';
import type { Fields } from '../kubernetes/objects.ts';
import { Auth } from '../pachd/auth.ts';
import { bootstrapAtOnce } from '../pachd/bootstrap.ts';
import { emptyData, type PachdData } from '../pachd/data.ts';
import { environmentFrom } from '../pachd/listener.ts';
import { type Logins, moveTo } from '../pachd/logins.ts';
import { pachdProtos } from '../pachd/protos.ts';
import { plain } from '../pachd/refusals.ts';
import { services } from '../pachd/services.ts';
import { asksForLicense } from '../pachd/versions.ts';
import { ServiceError } from '../service.ts';
import type { Store, Table } from '../store.ts';
import type { Inside, Insides, PachdContainer } from './insides.ts';

interface MemoryApplicationsOptions {
  insides: Insides;
  /** What is served under a name at present: the address of a gateway. */
  addressOf(name: string): string | undefined;
  random: Random;
  /** What they keep is in it, as on a disk of theirs. */
  store: Store;
  /** Modelled: one call into a leaf. */
  latencyMs: number;
  /** Taken when a call is made: these ports are among them. */
  ports(): Pick<Ports, 'documents' | 'clock' | 'random' | 'log'>;
}

/** Who comes in to what is served under a name at this instant: for invariants, which look without taking time. */
interface Doors {
  /** Somebody listens behind that name, with a certificate. */
  listens(host: string): boolean;
  /** Whoever comes would be let in by an application that has members. What is public by design is not asked. */
  isOpenToStrangers(host: string): boolean;
  /** Addresses of those who may do something in what is behind that name; empty while nobody listens. Hub itself is not among them. */
  admitted(host: string): ReadonlySet<string>;
  /** The same of those who hold a token that is good. */
  signedIn(host: string): ReadonlySet<string>;
}

export function memoryApplications(options: MemoryApplicationsOptions): {
  pachyderms: Pachyderms;
  web: Web;
  doors: Doors;
  /** What ran in that cluster is no more. @param key of the leaf */
  forget(key: string): void;
} {
  const { insides, random, ports, store } = options;
  const known: Known = new WeakMap();
  const exposed = (host: string): Inside => {
    const found = gatewayOf(options, hostName(host));
    if (typeof found === 'string') throw new AppError('LEAF_UNAVAILABLE', found);
    return found;
  };
  const open = (
    leaf: Inside | undefined,
    namespace: string,
    host: string,
    through: (running: Running, leaf: Inside, host: string) => Running = (running) => running,
  ) => {
    const there = leaf && runningIn(leaf, namespace, known, options);
    if (!there) throw new AppError('LEAF_UNAVAILABLE', 'nothing listens there');
    const running = through(there, leaf, host);
    const reach: Reach = {
      authority: host,
      dial: () => Promise.reject(new Error('there are no wires')),
      visit: (_door, request) => running.visit(request),
    };
    return pachydermOver(running.channel, reach, ports().clock, random);
  };
  const behind = (host: string): Running | undefined => {
    const found = gatewayOf(options, hostName(host));
    return typeof found === 'string' ? undefined : runningIn(found, PACHYDERM, known, options);
  };
  return {
    pachyderms: {
      async inside({ connection, namespace, host }) {
        const leaf = insides.findByServer(connection.server);
        if (leaf?.isAway) throw new AppError('LEAF_UNAVAILABLE', 'its API does not answer');
        return open(leaf, namespace, host);
      },
      async outside(host) {
        const leaf = exposed(host);
        if (!understandsGrpc(leaf))
          throw new AppError('LEAF_UNAVAILABLE', 'the gateway speaks HTTP/1.1 to it');
        return open(leaf, PACHYDERM, host, gatewayBefore);
      },
    },
    web: {
      async page(host) {
        await ports().clock.sleepUntil(ports().clock.after(options.latencyMs));
        exposed(host);
        return { status: 200, text: '<html></html>' };
      },
    },
    doors: {
      listens: (host) => typeof gatewayOf(options, hostName(host)) !== 'string',
      isOpenToStrangers(host) {
        const running = behind(host);
        return running !== undefined && isOpen(running.data);
      },
      admitted: (host) => people(Object.values(behind(host)?.data.bindings ?? {}).flatMap(Object.keys)),
      signedIn(host) {
        const { now } = ports().clock;
        const tokens = Object.values(behind(host)?.data.tokens ?? {});
        return people(
          tokens.filter(({ expiresAt }) => (expiresAt ?? Infinity) > now()).map(({ subject }) => subject),
        );
      },
    },
    forget(key) {
      const table = tableOf(store);
      for (const row of [...table.keys()]) if (row.startsWith(`${key} `)) table.delete(row);
    },
  };
}

const PACHYDERM = 'pachyderm';

/** Nobody is asked who they are, everybody who signs in is bound, or others than Hub sign people in. */
const isOpen = ({ bindings, connectors }: PachdData): boolean => {
  const cluster = bindings['CLUSTER:'] ?? {};
  return (
    Object.keys(cluster).length === 0 ||
    Object.values(bindings).some(({ [EVERYBODY]: roles = [] }) => roles.length > 0) ||
    connectors.some(({ type }) => type !== 'oidc')
  );
};

function people(principals: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const principal of principals) {
    if (principal.startsWith('user:') && principal !== HUB_PRINCIPAL) found.add(principal.slice(5));
  }
  return found;
}

/** @returns the leaf behind that name, or why there is none */
function gatewayOf({ insides, addressOf }: MemoryApplicationsOptions, name: string): Inside | string {
  const address = addressOf(name);
  if (address === undefined) return `the name ${name} is not found`;
  for (const leaf of insides.all()) {
    const find = (apiVersion: string, kind: string, object: string): Fields | undefined =>
      leaf.find(apiVersion, kind, 'istio-ingress', object);
    const service = find('v1', 'Service', 'hub-gateway');
    if (service?.status?.loadBalancer?.ingress?.[0]?.ip !== address) continue;
    const gateway = find('networking.istio.io/v1', 'Gateway', 'hub');
    const server: Fields | undefined = gateway?.spec?.servers?.[0];
    if (!server?.hosts?.includes(name)) return 'connection refused';
    return find('v1', 'Secret', server.tls?.credentialName) ? leaf : 'there is no certificate';
  }
  return 'connection refused';
}

/** As `../ingress` finds out, of the one port behind which only gRPC is. */
function understandsGrpc(leaf: Inside): boolean {
  const service = leaf.find('v1', 'Service', PACHYDERM, 'pachd-proxy-backend');
  const ports: Fields[] = service?.spec?.ports ?? [];
  const rule = leaf.find(
    ...(['networking.istio.io/v1', 'DestinationRule', 'istio-ingress', 'hub-pachd-proxy-backend'] as const),
  );
  const port = ports.find((one) => one.port === GRPC_PORT);
  return port !== undefined && speaksHttp2(port, rule);
}

const GRPC_PORT = 1650;
/** Those behind which there are pages. */
const PAGE_PORTS: readonly number[] = [1657, 1658];

/** The same behind its gateway, which asks its policy and its routes about each call, as `../ingress` does. */
function gatewayBefore(running: Running, leaf: Inside, host: string): Running {
  const wayOfRequest = (path: string, contentType?: string): Destination | DirectResponse => {
    const method = contentType === undefined ? 'GET' : 'POST';
    const headers = contentType === undefined ? {} : { 'content-type': contentType };
    const request = { host, method, path, headers, remoteAddress: '' };
    const policy = leaf.find('security.istio.io/v1', 'AuthorizationPolicy', 'istio-ingress', 'hub');
    if (!isAllowedBy(policy ? [policy] : [], request)) return { status: 403, text: 'RBAC: access denied' };
    const routes = leaf.find('networking.istio.io/v1', 'VirtualService', 'istio-ingress', 'hub');
    return wayOf(routes?.spec ?? {}, 'istio-ingress', request) ?? { status: 404, text: '' };
  };
  return {
    ...running,
    channel: {
      async call(path, bytes, asked) {
        const way = wayOfRequest(path, 'application/grpc');
        if ('port' in way && way.port === GRPC_PORT) return running.channel.call(path, bytes, asked);
        const status = 'status' in way && way.status === 403 ? GRPC.PERMISSION_DENIED : GRPC.UNIMPLEMENTED;
        throw new GrpcRefusal(status, 'text' in way ? way.text : '');
      },
      close: () => running.channel.close(),
    },
    async visit(request) {
      const way = wayOfRequest(request.path.replace(/\?.*$/s, ''));
      if ('status' in way) return { status: way.status, location: undefined, cookies: [], text: way.text };
      // Of the others nothing is here to be seen, but that they are reached.
      if (PAGE_PORTS.includes(way.port)) return running.visit(request);
      return { status: 501, location: undefined, cookies: [], text: '' };
    },
  };
}

interface Running {
  startedAt: string;
  channel: GrpcChannel;
  data: PachdData;
  visit(request: Pick<WebRequest, 'path'>): Promise<WebReply>;
}

/** By what each keeps, so that nothing runs on whose data is gone. */
type Known = WeakMap<PachdData, Running>;

const tableOf = (store: Store): Table<PachdData> => store.table<PachdData>('pachd');

/** As behind the ports of a pod: it starts with the first call after its container did. */
function runningIn(
  leaf: Inside,
  namespace: string,
  known: Known,
  options: MemoryApplicationsOptions,
): Running | undefined {
  const container = leaf.pachdIn(namespace);
  if (!container) return undefined;
  const key = `${leaf.key} ${leaf.id} ${namespace}`;
  const kept = tableOf(options.store).get(key);
  const before = kept && known.get(kept);
  if (before?.startedAt === container.startedAt) return before;
  try {
    const running = start(leaf, namespace, key, container, options);
    known.set(running.data, running);
    return running;
  } catch {
    // As a container that ends at once: the next call tries again.
    return undefined;
  }
}

function start(
  leaf: Inside,
  namespace: string,
  key: string,
  { container, startedAt }: PachdContainer,
  options: MemoryApplicationsOptions,
): Running {
  const { clock, faults } = leaf.world;
  const table = tableOf(options.store);
  const before = table.get(key);
  const data = structuredClone(before) ?? emptyData(clock.now());
  let isKept = false;
  const save = (): void => {
    // Its successor's by now, or its cluster is gone.
    if (table.get(key) !== (isKept ? data : before)) return;
    isKept = true;
    table.set(key, data);
  };
  const environment = environmentFrom(
    (kind, name) => leaf.find('v1', kind, namespace, name)?.data,
    container,
  );
  const subject = `${leaf.name} ${namespace}`;
  if (faults.hit('unlocked', subject)) delete environment.ACTIVATE_AUTH;
  const version = /:([^:@/]+)(@|$)/.exec(String(container.image))?.[1] ?? '';
  const auth = new Auth(data, save, clock, options.random, faults.hit('open-project', subject));
  const needsLicense = asksForLicense(version);
  bootstrapAtOnce({ environment, data, auth, now: clock.now(), needsLicense });
  save();
  const { logins, visit } = memoryDex(data, options);
  const root = pachdProtos();
  const bound = services({ root, version, environment, data, save, auth, logins, clock, needsLicense });
  return { startedAt, data, visit, channel: channelTo(root, bound, options) };
}

/** Each message goes through its bytes, as over a wire. */
function channelTo(
  root: ReturnType<typeof pachdProtos>,
  bound: readonly GrpcService[],
  { ports, latencyMs }: MemoryApplicationsOptions,
): GrpcChannel {
  return {
    async call(path, bytes, { metadata = {}, onlyFirst }) {
      const { clock } = ports();
      await clock.sleepUntil(clock.after(latencyMs));
      const [, service = '', method = ''] = path.split('/');
      const { resolvedRequestType, resolvedResponseType } = root.lookupService(service).methods[method] ?? {};
      const name = method.charAt(0).toLowerCase() + method.slice(1);
      const handler = bound.find((one) => one.name === service)?.handlers[name];
      if (!resolvedRequestType || !resolvedResponseType || typeof handler !== 'function') {
        throw new GrpcRefusal(GRPC.UNIMPLEMENTED, `unknown method ${path}`);
      }
      const replies: Buffer[] = [];
      const first = Promise.withResolvers<undefined>();
      const write = (message: Message): void => {
        replies.push(
          Buffer.from(resolvedResponseType.encode(resolvedResponseType.fromObject(message)).finish()),
        );
        if (onlyFirst) first.resolve(undefined);
      };
      const context: CallContext = { write, header: (header) => metadata[header], cancelled: false };
      const request = resolvedRequestType.toObject(resolvedRequestType.decode(bytes), AS_SENT);
      try {
        const answer = new Promise<Message>((resolve) => resolve(handler(request, context)));
        const reply = await Promise.race([answer, first.promise]);
        if (!STREAMING.has(method)) write(reply);
      } catch (error) {
        if (error instanceof ServiceError) throw new GrpcRefusal(error.code, error.message);
        throw error;
      }
      return replies;
    },
    close: () => undefined,
  };
}

const AS_SENT: protobuf.IConversionOptions = { longs: Number, defaults: true, arrays: true, objects: true };
const STREAMING: ReadonlySet<string> = new Set(['ListProject', 'ListRepo', 'Listen']);

/** pachd's login and the dex beside it, without what they sign: whoever brings a code of Hub's is who that code says. */
function memoryDex(
  data: PachdData,
  { random, ports, latencyMs }: MemoryApplicationsOptions,
): { logins: Logins; visit: Running['visit'] } {
  const people = new Map<string, string>();
  const issuer = (): string => data.oidc?.issuer ?? data.identity?.issuer ?? '';
  const logins: Logins = {
    start() {
      if (!issuer()) throw plain('OIDC ID provider configuration not found');
      const state = random.base32(24);
      const url = new URL(`${issuer()}/auth?state=${state}`);
      moveTo(url, data.oidc?.userAccessibleIssuerHost ?? '');
      return { loginUrl: url.href, state };
    },
    async emailOf(state) {
      const email = people.get(state);
      if (email === undefined) throw plain('the state expired');
      people.delete(state);
      return email;
    },
    sessionFor: async () => {
      throw plain('ID tokens are not taken here');
    },
    web: async () => new Response(null, { status: 404 }),
  };
  const to = (location: string): WebReply => ({ status: 303, location, cookies: [], text: '' });
  const none = (status: number): WebReply => ({ status, location: undefined, cookies: [], text: '' });

  const begin = ({ searchParams }: URL): WebReply => {
    const asked = searchParams.get('connector_id');
    const known = data.connectors.filter(({ id }) => asked === null || id === asked);
    const [only] = known;
    if (!only) return none(400);
    // It asks which one.
    if (known.length > 1) return none(200);
    if (only.type !== 'oidc') return to(`${issuer()}/auth/${only.id}/login`);
    const upstream = new URL(`${String(only.config.issuer)}/authorize`);
    const parameters = {
      client_id: String(only.config.clientID),
      redirect_uri: String(only.config.redirectURI),
      response_type: 'code',
      scope: 'openid email profile',
      state: searchParams.get('state') ?? '',
    };
    for (const [name, value] of Object.entries(parameters)) upstream.searchParams.set(name, value);
    return to(String(upstream));
  };
  const end = async ({ searchParams }: URL): Promise<WebReply> => {
    const only = data.connectors.find(({ type }) => type === 'oidc');
    const state = searchParams.get('state') ?? '';
    const person = await redeemCode(ports() as Ports, {
      cluster: String(only?.config.clientID).replace(/^cluster-/, ''),
      code: searchParams.get('code') ?? undefined,
      redirectUri: String(only?.config.redirectURI),
      codeVerifier: undefined,
    }).catch(() => undefined);
    if (!person) return none(400);
    people.set(state, person.email);
    return to(`${new URL(issuer()).origin}/authorization-code/callback?state=${state}`);
  };
  return {
    logins,
    async visit({ path }) {
      const { clock } = ports();
      await clock.sleepUntil(clock.after(latencyMs));
      const url = new URL(path, 'https://dex.invalid');
      if (url.pathname.endsWith('/dex/auth')) return begin(url);
      if (url.pathname.endsWith('/dex/callback')) return end(url);
      return url.pathname === '/authorization-code/callback' ? none(200) : none(404);
    },
  };
}
