/**
 * The ports to applications and their pages straight on the models, for the simulation: Hub's own client and all its checks, over a channel
 * that hands each message to the stand-in's services, and over pages that say what dex would say. Nothing is signed, so there is nothing
 * that a virtual clock could not wait for.
 */
import type protobuf from 'protobufjs';
import { hostName } from '../../functions/access/host.ts';
import type { Random } from '../../functions/cloud.ts';
import { redeemCode } from '../../functions/oidc/codes.ts';
import { pachydermOver } from '../../functions/pachyderm/client.ts';
import { GRPC, type GrpcChannel, GrpcRefusal } from '../../functions/pachyderm/grpc.ts';
import type { Pachyderms } from '../../functions/pachyderm/pachyderm.ts';
import { pachydermProtos } from '../../functions/pachyderm/protos.ts';
import type { Reach } from '../../functions/pachyderm/reach.ts';
import type { WebReply, WebRequest } from '../../functions/pachyderm/web.ts';
import type { Ports } from '../../functions/ports.ts';
import type { Web } from '../../functions/web.ts';
import { AppError } from '../../shared/errors.ts';
import type { CallContext, GrpcService, Message } from '../grpc.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Leaves } from '../kubernetes/leaves.ts';
import type { Fields, Stored } from '../kubernetes/objects.ts';
import { Auth } from '../pachd/auth.ts';
import { bootstrap } from '../pachd/bootstrap.ts';
import { emptyData, type PachdData } from '../pachd/data.ts';
import { environmentIn } from '../pachd/listener.ts';
import type { Logins } from '../pachd/logins.ts';
import { plain } from '../pachd/refusals.ts';
import { services } from '../pachd/services.ts';
import { asksForLicense } from '../pachd/versions.ts';
import { ServiceError } from '../service.ts';

export interface MemoryApplicationsOptions {
  leaves: Leaves;
  /** What is served under a name at present: the address of a gateway. */
  addressOf(name: string): string | undefined;
  random: Random;
  /** Modelled: one call into a leaf. */
  latencyMs: number;
  /** Taken when a call is made: these ports are among them. */
  ports(): Pick<Ports, 'documents' | 'clock' | 'random' | 'log'>;
}

export function memoryApplications(options: MemoryApplicationsOptions): { pachyderms: Pachyderms; web: Web } {
  const { leaves, random, ports } = options;
  const known = new Map<string, Running>();
  const exposed = (host: string): LeafCluster => {
    const found = gatewayOf(options, hostName(host));
    if (typeof found === 'string') throw new AppError('LEAF_UNAVAILABLE', found);
    return found;
  };
  const open = async (leaf: LeafCluster | undefined, namespace: string, host: string) => {
    const running = leaf && (await runningIn(leaf, namespace, known, options));
    if (!running) throw new AppError('LEAF_UNAVAILABLE', 'nothing listens there');
    const reach: Reach = {
      authority: host,
      dial: () => Promise.reject(new Error('there are no wires')),
      visit: (_door, request) => running.visit(request),
    };
    return pachydermOver(running.channel, reach, ports().clock, random);
  };
  return {
    pachyderms: {
      inside: ({ connection, namespace, host }) =>
        open(leaves.findByServer(connection.server), namespace, host),
      outside: async (host) => open(exposed(host), 'pachyderm', host),
    },
    web: {
      async page(host) {
        await ports().clock.sleepUntil(ports().clock.after(options.latencyMs));
        exposed(host);
        return { status: 200, text: '<html></html>' };
      },
    },
  };
}

/** @returns the leaf behind that name, or why there is none */
function gatewayOf({ leaves, addressOf }: MemoryApplicationsOptions, name: string): LeafCluster | string {
  const address = addressOf(name);
  if (address === undefined) return `the name ${name} is not found`;
  for (const leaf of leaves.model.all()) {
    const find = (apiVersion: string, kind: string, object: string): Stored | undefined => {
      const known = leaf.kinds.byName(apiVersion, kind);
      return known && leaf.objects.get(known, 'istio-ingress', object);
    };
    const service = find('v1', 'Service', 'hub-gateway');
    if (service?.status?.loadBalancer?.ingress?.[0]?.ip !== address) continue;
    const gateway = find('networking.istio.io/v1', 'Gateway', 'hub');
    const server: Fields | undefined = gateway?.spec?.servers?.[0];
    if (!server?.hosts?.includes(name)) return 'connection refused';
    return find('v1', 'Secret', server.tls?.credentialName) ? leaf : 'there is no certificate';
  }
  return 'connection refused';
}

interface Running {
  startedAt: string;
  channel: GrpcChannel;
  visit(request: Pick<WebRequest, 'path'>): Promise<WebReply>;
}

/** As behind the ports of a pod: it starts with the first call after its container did. */
async function runningIn(
  leaf: LeafCluster,
  namespace: string,
  known: Map<string, Running>,
  options: MemoryApplicationsOptions,
): Promise<Running | undefined> {
  const container = pachdOf(leaf, namespace);
  if (!container) return undefined;
  const key = `${leaf.key} ${leaf.record.id ?? ''} ${namespace}`;
  const before = known.get(key);
  if (before?.startedAt === container.startedAt) return before;
  const running = await start(leaf, namespace, key, container, options).catch(() => undefined);
  if (running) known.set(key, running);
  return running;
}

interface PachdContainer {
  container: Fields;
  startedAt: string;
}

function pachdOf(leaf: LeafCluster, namespace: string): PachdContainer | undefined {
  for (const [kind, pod] of leaf.objects.all()) {
    if (kind !== KINDS.Pod || pod.metadata.namespace !== namespace || pod.metadata.labels?.app !== 'pachd')
      continue;
    const [container] = (pod.spec?.containers ?? []) as Fields[];
    const status: Fields | undefined = pod.status?.containerStatuses?.[0];
    const startedAt: unknown = status?.state?.running?.startedAt;
    if (container && typeof startedAt === 'string') {
      return { container, startedAt: `${pod.metadata.uid} ${startedAt}` };
    }
  }
  return undefined;
}

async function start(
  leaf: LeafCluster,
  namespace: string,
  key: string,
  { container, startedAt }: PachdContainer,
  options: MemoryApplicationsOptions,
): Promise<Running> {
  const { clock, store, faults } = leaf.world;
  const table = store.table<PachdData>('pachd');
  const data = structuredClone(table.get(key)) ?? emptyData(clock.now());
  const save = (): void => void table.set(key, data);
  const environment = environmentIn(leaf, namespace, container);
  if (faults.hit('unlocked', `${leaf.record.name} ${namespace}`)) delete environment.ACTIVATE_AUTH;
  const version = /:([^:@/]+)(@|$)/.exec(String(container.image))?.[1] ?? '';
  const auth = new Auth(data, save, clock, options.random);
  const needsLicense = asksForLicense(version);
  const openIdentity = async (): Promise<void> => undefined;
  await bootstrap({ environment, data, auth, now: clock.now(), needsLicense, openIdentity });
  save();
  const { logins, visit } = memoryDex(data, options);
  const root = pachydermProtos();
  const bound = services({ root, version, environment, data, save, auth, logins, clock, needsLicense });
  return { startedAt, visit, channel: channelTo(root, bound, options) };
}

/** Each message goes through its bytes, as over a wire. */
function channelTo(
  root: ReturnType<typeof pachydermProtos>,
  bound: readonly GrpcService[],
  { ports, latencyMs }: MemoryApplicationsOptions,
): GrpcChannel {
  return {
    async call(path, bytes, { metadata = {} }) {
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
      const write = (message: Message): void =>
        void replies.push(
          Buffer.from(resolvedResponseType.encode(resolvedResponseType.fromObject(message)).finish()),
        );
      const context: CallContext = { write, header: (header) => metadata[header], cancelled: false };
      const request = resolvedRequestType.toObject(resolvedRequestType.decode(bytes), AS_SENT);
      try {
        const reply: Message = await handler(request, context);
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
const STREAMING: ReadonlySet<string> = new Set(['ListProject', 'ListRepo']);

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
      return { loginUrl: `${issuer()}/auth?state=${state}`, state };
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
