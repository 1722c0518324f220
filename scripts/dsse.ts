/**
 * An envelope around a signed statement, as in-toto and cosign read it, with Ed25519:
 * https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { type CleanUpKey, parseCleanUpKeys } from '../functions/clean-up/keys.ts';

/** https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md */
const STATEMENT_TYPE = 'application/vnd.in-toto+json';

const envelope = z.object({
  payloadType: z.string(),
  payload: z.base64(),
  signatures: z.array(z.object({ keyid: z.string().optional(), sig: z.base64() })).min(1),
});
export type Envelope = z.infer<typeof envelope>;

/** An Ed25519 key as releases are checked with. */
export type PublicKey = Pick<CleanUpKey, 'kid' | 'publicJwk'>;

/** Who has the private half, and does not hand it out. */
export interface Signer extends PublicKey {
  sign(bytes: Buffer): Promise<Buffer>;
}

/**
 * @param text public Ed25519 keys, in PEM or as a JWK set
 * @throws Error saying what is wrong
 */
export function parsePublicKeys(text: string): readonly PublicKey[] {
  const keys = parseCleanUpKeys(text);
  if (keys.some(({ privateKey }) => privateKey))
    throw new Error('holds a private key; public halves will do');
  return keys;
}

/** What is signed: the type as well, so that nothing signed for another purpose passes for this. */
export const preAuthEncoding = (type: string, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);

/** @throws Error if the signer signs otherwise than its public half says */
export async function sealed(statement: object, signer: Signer): Promise<Envelope> {
  const payload = Buffer.from(JSON.stringify(statement));
  const bytes = preAuthEncoding(STATEMENT_TYPE, payload);
  const sig = await signer.sign(bytes);
  if (!isSignedBy(signer, bytes, sig)) throw new Error(`the key ${signer.kid} did not sign this`);
  return {
    payloadType: STATEMENT_TYPE,
    payload: payload.toString('base64'),
    signatures: [{ keyid: signer.kid, sig: sig.toString('base64') }],
  };
}

type Opened = { statement: unknown; kid: string } | { fault: string };

/** What one of the keys signed. The id of a key in an envelope is not signed, and so is not gone by. */
export function opened(file: unknown, keys: readonly PublicKey[]): Opened {
  const parsed = envelope.safeParse(file);
  if (!parsed.success) return { fault: 'it is no signed statement (a DSSE envelope)' };
  const { payloadType, payload: text, signatures } = parsed.data;
  if (payloadType !== STATEMENT_TYPE) return { fault: `it is signed as ${payloadType}` };
  const payload = Buffer.from(text, 'base64');
  const bytes = preAuthEncoding(payloadType, payload);
  const key = keys.find((one) =>
    signatures.some(({ sig }) => isSignedBy(one, bytes, Buffer.from(sig, 'base64'))),
  );
  if (!key) return { fault: 'none of the keys given has signed what it says' };
  try {
    return { statement: JSON.parse(payload.toString('utf8')), kid: key.kid };
  } catch {
    return { fault: 'what is signed is not JSON' };
  }
}

function isSignedBy({ publicJwk: { kty, crv, x } }: PublicKey, bytes: Buffer, signature: Buffer): boolean {
  const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  return verify(null, bytes, key, signature);
}
