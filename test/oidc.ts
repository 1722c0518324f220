/** The real OpenID provider on memory ports, a cluster with its client, and browsers that come from it. */
import { createHash } from 'node:crypto';
import { arrival } from '../functions/members/arrival.ts';
import { createOidc } from '../functions/oidc/app.ts';
import { type ClientCredentials, ensureClient } from '../functions/oidc/clients.ts';
import { newSigningKeyPem, parseSigningKeys, type SigningKey } from '../functions/oidc/keys.ts';
import type { SealKey } from '../functions/oidc/seal.ts';
import type { Ports } from '../functions/ports.ts';
import { MEMORY_SEAL_KEYS } from '../local/memory/seal-keys.ts';
import type { Problem } from '../shared/api/problem.ts';
import type { OidcClient } from '../shared/documents/oidc.ts';
import { type ApiOptions, type ApiUnderTest, apiUnderTest } from './api.ts';
import { aCluster, clusterIdOf, writeOf } from './builders.ts';

export const ISSUER = 'https://hub.example.com/oidc';
const ORIGIN = new URL(ISSUER).origin;

/** Making keys takes long, so all tests of a file share them. */
const keys = parseSigningKeys(newSigningKeyPem());

interface OidcOptions extends ApiOptions {
  pkce?: OidcClient['pkce'];
  signingKeys?: readonly SigningKey[];
  sealKeys?: readonly SealKey[];
}

export type OidcUnderTest = Awaited<ReturnType<typeof oidcUnderTest>>;

/** Cluster 1 is ada's, and grace is a viewer of it; cluster 2 is olga's. Each has a client. */
export function oidcUnderTest(options: OidcOptions = {}) {
  return oidcOver(apiUnderTest(options), options);
}

/** The same, of an API that is there, and its ports. */
export async function oidcOver(
  api: ApiUnderTest,
  {
    pkce = 'optional',
    signingKeys = keys,
    sealKeys = MEMORY_SEAL_KEYS,
  }: Omit<OidcOptions, keyof ApiOptions> = {},
) {
  const oidc = { issuer: ISSUER, signingKeys, sealKeys };
  const ports: Ports = { ...api.ports, settings: { ...api.ports.settings, oidc } };
  const app = createOidc(ports, arrival);
  const [mine, other] = [clusterIdOf(1), clusterIdOf(2)] as const;
  await ports.documents.commit([
    writeOf(aCluster({ id: mine, owner: 'ada', members: { ada: 'owner', grace: 'viewer' } })),
    writeOf(aCluster({ id: other, owner: 'olga' })),
  ]);
  const client = await ensureClient(ports, mine, { pkce });
  const otherClient = await ensureClient(ports, other);
  /** As a fetch over the wire would. */
  const fetchLike = async (url: string | URL, init: RequestInit = {}): Promise<Response> =>
    app.request(new URL(url, ORIGIN).href, init);
  return {
    ...api,
    ports,
    app,
    mine,
    other,
    client,
    otherClient,
    fetch: fetchLike,
    browser: () => createBrowser(fetchLike),
    /** What dex sends. */
    request: (more: Record<string, string> = {}, of: ClientCredentials = client): URLSearchParams =>
      new URLSearchParams({
        client_id: of.clientId,
        redirect_uri: of.redirectUri,
        response_type: 'code',
        scope: 'openid profile email',
        state: 'a-state',
        ...more,
      }),
    exchange: (code: string, more: Record<string, string> = {}, by: ClientCredentials = client) =>
      exchange(fetchLike, by, { code, redirect_uri: by.redirectUri, ...more }),
    removeMember: (uid: string, cluster = mine) => removeMember(api, cluster, uid),
  };
}

type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>;

interface Answered {
  status: number;
  body: Partial<Problem> & { redirectTo?: string };
  /** Where the browser goes next. */
  location: URL | undefined;
}

/** A browser, as far as a sign-in sees it: it keeps the cookie that it is given. */
export function createBrowser(fetchLike: FetchLike) {
  let cookie: string | undefined;
  const headers = (): Record<string, string> => (cookie === undefined ? {} : { cookie });
  const authorize = async (parameters: URLSearchParams | string): Promise<Response> => {
    const response = await fetchLike(`/oidc/authorize?${parameters}`, {
      headers: headers(),
      redirect: 'manual',
    });
    const [first] = response.headers.getSetCookie();
    if (first !== undefined) cookie = first.split(';')[0];
    return response;
  };
  const answer = async (
    id: string,
    token?: string,
    { decision = 'continue', ...more }: Record<string, string> = {},
  ): Promise<Answered> => {
    const response = await fetchLike(`/oidc/interactions/${id}`, {
      method: 'POST',
      headers: {
        ...headers(),
        'content-type': 'application/json',
        origin: ORIGIN,
        'sec-fetch-site': 'same-origin',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...more,
      },
      body: JSON.stringify({ decision }),
    });
    const body = (await response.json()) as Answered['body'];
    const { redirectTo } = body;
    return {
      status: response.status,
      body,
      location: redirectTo === undefined ? undefined : new URL(redirectTo),
    };
  };
  return {
    get cookie() {
      return cookie;
    },
    authorize,
    answer,
    /** Begins a sign-in. @returns its id */
    begin: async (parameters: URLSearchParams): Promise<string> => interactionOf(await authorize(parameters)),
    /** The whole way. @returns the address that dex is sent */
    async signIn(parameters: URLSearchParams, token: string): Promise<URL> {
      const { location } = await answer(interactionOf(await authorize(parameters)), token);
      if (!location) throw new Error('the sign-in was refused');
      return location;
    },
  };
}

export function interactionOf(response: Response): string {
  const id = new URL(response.headers.get('location') ?? '', ORIGIN).searchParams.get('interaction');
  if (id === null) throw new Error(`no interaction was begun: ${response.status}`);
  return id;
}

export const codeOf = (location: URL): string => location.searchParams.get('code') ?? '';

interface TokenAnswer {
  status: number;
  headers: Headers;
  body: { error?: string; error_description?: string; id_token?: string; access_token?: string };
}

export async function exchange(
  fetchLike: FetchLike,
  { clientId, clientSecret }: ClientCredentials,
  form: Record<string, string>,
): Promise<TokenAnswer> {
  const response = await fetchLike('/oidc/token', {
    method: 'POST',
    headers: { authorization: basic(clientId, clientSecret) },
    body: new URLSearchParams({ grant_type: 'authorization_code', ...form }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as TokenAnswer['body'],
  };
}

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

export const VERIFIER = 'v'.repeat(43);
export const challengeOf = (verifier: string): Record<string, string> => ({
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
});

/** As the state `sharing` would. */
async function removeMember({ documents }: ApiUnderTest, cluster: string, uid: string): Promise<void> {
  const path = `clusters/${cluster}`;
  const { data } = (await documents.get(path)) ?? {};
  const { [uid]: _, ...members } = (data?.members ?? {}) as Record<string, string>;
  await documents.commit([{ op: 'update', path, data: { members, readers: Object.keys(members) } }]);
}
