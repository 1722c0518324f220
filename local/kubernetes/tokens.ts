/**
 * Tokens of service accounts: JSON Web Tokens signed by the cluster's own key, good until they expire or what they are bound to is gone.
 * Their lifetimes are real time: a faster cloud does not age them. Synchronous, so that the model needs no other thread.
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { ApiError, detailsOf, forbidden, invalid, notFound } from './errors.ts';
import { invalidValue, notSupported } from './faults.ts';
import { newUid } from './identifiers.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';

interface KeyRecord {
  kid: string;
  privatePem: string;
}

interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const keys = new WeakMap<LeafCluster, SigningKey>();

/** Made when it is first needed: most clusters never give a token. */
function signingKey(leaf: LeafCluster): SigningKey {
  const known = keys.get(leaf);
  if (known) return known;
  const table = leaf.world.store.table<KeyRecord>('token-keys');
  const record = table.get(leaf.key) ?? newKey();
  table.set(leaf.key, record);
  const privateKey = createPrivateKey(record.privatePem);
  const key = { kid: record.kid, privateKey, publicKey: createPublicKey(privateKey) };
  keys.set(leaf, key);
  return key;
}

function newKey(): KeyRecord {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    kid: Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString('base64url'),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The key goes with its cluster. */
export function forgetTokenKey(leaf: LeafCluster): void {
  leaf.world.store.table<KeyRecord>('token-keys').delete(leaf.key);
}

/** https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity */
export const issuerOf = ({ record, world }: LeafCluster): string =>
  `https://container.googleapis.com/v1/projects/${world.projectId}/locations/${record.location}/clusters/${record.name}`;

/** How others verify this cluster's tokens; undefined if the path is another. */
export function issuerDocument(leaf: LeafCluster, path: string): object | undefined {
  if (path === '/.well-known/openid-configuration') return issuerConfiguration(leaf);
  return path === '/openid/v1/jwks' ? publicKeys(leaf) : undefined;
}

const issuerConfiguration = (leaf: LeafCluster): object => ({
  issuer: issuerOf(leaf),
  jwks_uri: `${issuerOf(leaf)}/jwks`,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
});

function publicKeys(leaf: LeafCluster): object {
  const { kid, publicKey } = signingKey(leaf);
  return { keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', kid, alg: 'RS256' }] };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');

function mint(leaf: LeafCluster, claims: object): string {
  const { kid, privateKey } = signingKey(leaf);
  const text = `${encoded({ alg: 'RS256', kid })}.${encoded(claims)}`;
  return `${text}.${signBytes('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
}

const DEFAULT_LIFE_S = 3600;
const MIN_LIFE_S = 600;
const MAX_LIFE_S = 2 ** 32;

/** Answers a TokenRequest. @throws ApiError 403, 404, 409, 422 */
export function requestToken(leaf: LeafCluster, namespace: string, name: string, request: Fields): object {
  const account = leaf.objects.get(KINDS.ServiceAccount, namespace, name);
  if (!account) throw notFound(KINDS.ServiceAccount, name);
  const { expirationSeconds = DEFAULT_LIFE_S, boundObjectRef } = (request.spec ?? {}) as Fields;
  requireLife(expirationSeconds);
  const asked: string[] = request.spec?.audiences ?? [];
  const audiences = asked.length > 0 ? asked : [issuerOf(leaf)];
  const nowS = Math.floor(leaf.world.clock.now() / 1000);
  const expiresAtS = nowS + expirationSeconds;
  const bound = boundObjectRef && boundObject(leaf, account, boundObjectRef);
  const token = mint(leaf, {
    aud: audiences,
    exp: expiresAtS,
    iat: nowS,
    iss: issuerOf(leaf),
    jti: newUid(leaf.world.random),
    'kubernetes.io': {
      namespace,
      ...bound,
      serviceaccount: { name, uid: account.metadata.uid },
    },
    nbf: nowS,
    sub: `system:serviceaccount:${namespace}:${name}`,
  });
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: leaf.now },
    spec: { audiences, expirationSeconds, boundObjectRef: boundObjectRef ?? null },
    status: { token, expirationTimestamp: new Date(expiresAtS * 1000).toISOString().replace('.000Z', 'Z') },
  };
}

const TOKEN_REQUEST = { group: 'authentication.k8s.io', kind: 'TokenRequest', plural: 'tokenrequests' };

function requireLife(seconds: unknown): void {
  const field = 'spec.expirationSeconds';
  const wrong = (why: string): ApiError => invalid(TOKEN_REQUEST, '', [invalidValue(field, seconds, why)]);
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) throw wrong('must be a whole number');
  if (seconds < MIN_LIFE_S) throw wrong('may not specify a duration less than 10 minutes');
  if (seconds > MAX_LIFE_S) throw wrong('may not specify a duration larger than 2^32 seconds');
}

const BINDABLE = { Pod: KINDS.Pod, Secret: KINDS.Secret, Node: KINDS.Node } as const;

function boundObject(leaf: LeafCluster, account: Stored, reference: Fields): Fields {
  const kind = BINDABLE[reference.kind as keyof typeof BINDABLE];
  if (!kind) {
    throw invalid(TOKEN_REQUEST, '', [
      notSupported('spec.boundObjectRef.kind', reference.kind, Object.keys(BINDABLE)),
    ]);
  }
  const { namespace, name } = account.metadata;
  const object = leaf.objects.get(kind, namespace, reference.name);
  if (!object) throw notFound(kind, reference.name);
  if (reference.uid && reference.uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw new ApiError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${kind.resource} "${reference.name}": ${why}`,
      detailsOf(kind, reference.name),
    );
  }
  if (kind === KINDS.Pod && object.spec?.serviceAccountName !== name) {
    const why = `cannot bind token for serviceaccount "${name}" to pod running with different serviceaccount name.`;
    throw forbidden(KINDS.ServiceAccount, name, why);
  }
  return { [reference.kind.toLowerCase()]: { name: object.metadata.name, uid: object.metadata.uid } };
}

interface VerifiedToken {
  namespace: string;
  name: string;
  uid: string;
  audiences: string[];
  extra: Record<string, string[]>;
}

/** @param audiences one of which it must be for; the API's own if absent. Returns undefined for a token that is not good. */
export function verifyToken(
  leaf: LeafCluster,
  token: string,
  audiences: readonly string[] = [issuerOf(leaf)],
): VerifiedToken | undefined {
  const claims = signedClaims(leaf, token);
  if (!claims) return undefined;
  const nowS = leaf.world.clock.now() / 1000;
  if (claims.iss !== issuerOf(leaf) || !(claims.exp > nowS) || claims.nbf > nowS + 1) return undefined;
  const shared = (claims.aud as string[]).filter((audience) => audiences.includes(audience));
  if (shared.length === 0) return undefined;
  const { namespace, serviceaccount, ...bound } = claims['kubernetes.io'] as Fields;
  const account = leaf.objects.get(KINDS.ServiceAccount, namespace, serviceaccount.name);
  if (account?.metadata.uid !== serviceaccount.uid) return undefined;
  for (const [kindName, { name, uid }] of Object.entries(bound as Record<string, Fields>)) {
    const kind = Object.values(BINDABLE).find((one) => one.kind.toLowerCase() === kindName);
    if (kind && leaf.objects.get(kind, namespace, name)?.metadata.uid !== uid) return undefined;
  }
  const extra: Record<string, string[]> = {
    'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
  };
  if (bound.pod) {
    extra['authentication.kubernetes.io/pod-name'] = [bound.pod.name];
    extra['authentication.kubernetes.io/pod-uid'] = [bound.pod.uid];
  }
  return { namespace, name: serviceaccount.name, uid: serviceaccount.uid, audiences: shared, extra };
}

/** What the token says, if this cluster signed it. */
function signedClaims(leaf: LeafCluster, token: string): Fields | undefined {
  const parts = token.split('.');
  const [head = '', body = '', signature = ''] = parts;
  // A cluster that never made a key never signed a token.
  if (parts.length !== 3 || !leaf.world.store.table<KeyRecord>('token-keys').has(leaf.key)) return undefined;
  const { kid, publicKey } = signingKey(leaf);
  try {
    const header = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as Fields;
    if (header.alg !== 'RS256' || header.kid !== kid) return undefined;
    const bytes = Buffer.from(`${head}.${body}`);
    if (!verifyBytes('RSA-SHA256', bytes, publicKey, Buffer.from(signature, 'base64url'))) return undefined;
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Fields;
  } catch {
    return undefined;
  }
}
