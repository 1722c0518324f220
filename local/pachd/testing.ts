/** A pachd without a cluster around it, and an OpenID provider in front of it, for tests. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import type { Reach } from '../../functions/pachyderm/reach.ts';
import { type LocalClock, realClock } from '../clock.ts';
import { listen } from '../http.ts';
import { seededRandom } from '../random.ts';
import type { Face } from '../service.ts';
import { type AuthValues, authObjects, environmentOf } from './chart.ts';
import { type Database, memoryDatabase } from './data.ts';
import { CONSOLE_PORT, type Pachd, PORTS, startPachd } from './pachd.ts';
import type { Fetch } from './upstream.ts';

export const HOST = 'abcdefghijklmnop.hub.test';
export const ROOT_TOKEN = 'root-canary-7f3a9d';
const CONNECTOR_SECRET = 'connector-canary-51c2';

/** Hub's own principal in these tests. */
export const HUB = 'user:hub@hub.test';

export interface TestIssuer extends Face {
  url: string;
  /** Whoever signs in next; their e-mail address is verified unless told. */
  person: { email: string; verified?: boolean };
  /** What the issuer answers to a request for an authorization, as a browser would get it: the last redirect. */
  authorize(request: URL): Promise<URL>;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What is used of oidc-provider, which brings no types of its own. */
interface ProviderModule {
  Provider: new (
    issuer: string,
    configuration: object,
  ) => {
    callback(): Handle;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
  };
}

interface OidcContext {
  oidc: {
    client: { clientId: string };
    session: { accountId: string };
    provider: { Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<void> } };
  };
}

/** Not a literal: there is nothing for the compiler to look up. */
const OIDC_PROVIDER: string = 'oidc-provider';

/** A small provider that signs in whoever `person` is, without asking. */
export async function startIssuer(host = HOST): Promise<TestIssuer> {
  const server = createServer((request, response) => void handle(request, response));
  const face = await listen(server, 0);
  const url = `http://127.0.0.1:${face.port}`;
  const issuer: TestIssuer = { ...face, url, person: { email: 'ada@example.com' }, authorize };
  const { Provider } = (await import(OIDC_PROVIDER)) as ProviderModule;
  const provider = new Provider(url, {
    clients: [
      {
        client_id: 'cluster',
        client_secret: CONNECTOR_SECRET,
        redirect_uris: [`https://${host}/dex/callback`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    // In the ID token itself, where dex looks for them.
    conformIdTokenClaims: false,
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    pkce: { required: () => false },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context: OidcContext, id: string) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        name: id,
        email: issuer.person.email,
        email_verified: issuer.person.verified ?? true,
      }),
    }),
    interactions: {
      url: (_context: OidcContext, interaction: { uid: string }) => `/interaction/${interaction.uid}`,
    },
    async loadExistingGrant({ oidc: { client, session, provider } }: OidcContext) {
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const serve = provider.callback();
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.url?.startsWith('/interaction/')) return void serve(request, response);
    const accountId = issuer.person.email;
    await provider.interactionFinished(request, response, { login: { accountId, remember: false } });
  }
  async function authorize(request: URL): Promise<URL> {
    const cookies = new Map<string, string>();
    for (let at = request; ; ) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const reply = await fetch(at, { redirect: 'manual', headers: { cookie } });
      for (const line of reply.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = reply.headers.get('location');
      if (!location) throw new Error(`the issuer answers ${reply.status}: ${await reply.text()}`);
      at = new URL(location, at);
      if (at.origin !== url) return at;
    }
  }
  return issuer;
}

/** dex's one connector, to the provider of these tests. */
export const connectorFor = (issuer: string, host = HOST) => ({
  id: 'hub',
  name: 'Hub',
  type: 'oidc',
  config: {
    issuer,
    clientID: 'cluster',
    clientSecret: CONNECTOR_SECRET,
    redirectURI: `https://${host}/dex/callback`,
  },
});

/** The values with which Hub installs. */
export const lockedValues = (issuer: string, bindings: Record<string, string[]> = {}): AuthValues => ({
  pachd: { rootToken: ROOT_TOKEN, pachAuthClusterRoleBindings: { [HUB]: ['clusterAdmin'], ...bindings } },
  oidc: {
    mockIDP: false,
    requireVerifiedEmail: true,
    upstreamIDPs: [connectorFor(issuer)],
  },
  proxy: { enabled: true, host: HOST, tls: { enabled: true } },
});

interface TestPachdOptions {
  version?: string;
  database?: Database;
  clock?: LocalClock;
  fetch?: Fetch;
  environment?: Record<string, string>;
}

export function aPachd(values: AuthValues, options: TestPachdOptions = {}): Promise<Pachd> {
  const { version = '2.12.1', database = memoryDatabase(), clock = realClock() } = options;
  const random = seededRandom(7);
  const objects = authObjects(values, { version, randomText: () => random.base32(32) });
  return startPachd({
    version,
    environment: { ...environmentOf(objects), ...options.environment },
    database,
    clock,
    random,
    fetch: options.fetch ?? fetch,
  });
}

const DOORS = {
  grpc: PORTS.grpc,
  identity: PORTS.identity,
  callback: PORTS.callback,
  console: CONSOLE_PORT,
} as const;

/** Connects to it as a port-forward does. */
export function connectTo(pachd: Pachd, port: number): Duplex {
  const [near, far] = duplexPair();
  for (const [end, other] of [
    [near, far],
    [far, near],
  ] as const) {
    end.on('error', () => undefined);
    end.on('close', () => other.destroy());
  }
  if (!pachd.serve(port, far)) throw new Error(`nothing listens on ${port}`);
  return near;
}

export const reachOf = (pachd: Pachd, authority = HOST): Reach => ({
  authority,
  dial: async (door) => connectTo(pachd, DOORS[door]),
});
