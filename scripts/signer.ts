/** Keys that sign releases: one of Cloud KMS, which nobody ever sees, or one that the environment holds for the time of a job. */
import { sign } from 'node:crypto';
import { parseCleanUpKeys } from '../functions/clean-up/keys.ts';
import { Unusable } from '../local/command.ts';
import { parsePublicKeys, type Signer } from './dsse.ts';
import { type Google, refusalIn } from './google.ts';

const KEY_VERSION =
  /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+\/cryptoKeyVersions\/\d+$/;
/** https://cloud.google.com/kms/docs/algorithms#elliptic_curve_signing_algorithms */
const ALGORITHM = 'EC_SIGN_ED25519';

/** @param text a private Ed25519 key, in PEM or as a JWK set; the first one signs @throws Unusable, without anything of the text */
export function signerOf(text: string): Signer {
  let key: ReturnType<typeof parseCleanUpKeys>[number] | undefined;
  try {
    [key] = parseCleanUpKeys(text);
  } catch (error) {
    throw new Unusable(`HUB_RELEASE_KEY: ${(error as Error).message}`);
  }
  const { privateKey, kid = '', publicJwk } = key ?? {};
  if (!privateKey || !publicJwk) throw new Unusable('HUB_RELEASE_KEY: must be a private Ed25519 key');
  return { kid, publicJwk, sign: async (bytes) => sign(null, bytes, privateKey) };
}

/**
 * https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys.cryptoKeyVersions/asymmetricSign
 * @param name of a version of the key
 * @throws Unusable if it is no such key, or may not be used
 */
export async function kmsSigner(google: Google, name: string): Promise<Signer> {
  if (!KEY_VERSION.test(name))
    throw new Unusable('--kms: must be the whole name of a version: projects/…/cryptoKeyVersions/1');
  const address = `https://cloudkms.googleapis.com/v1/${name}`;
  const told = await google.call('GET', `${address}/publicKey`);
  if (told.status !== 200) throw new Unusable(`${name} does not tell its public key: ${refusalIn(told)}`);
  if (told.body.algorithm !== ALGORITHM)
    throw new Unusable(`${name} is of ${told.body.algorithm}; it must be of ${ALGORITHM}`);
  const [key] = parsePublicKeys(String(told.body.pem));
  if (!key) throw new Unusable(`${name} tells no public key`);
  return {
    ...key,
    async sign(bytes) {
      const answer = await google.call('POST', `${address}:asymmetricSign`, {
        data: bytes.toString('base64'),
      });
      if (answer.status !== 200) throw new Unusable(`${name} signs nothing: ${refusalIn(answer)}`);
      return Buffer.from(String(answer.body.signature), 'base64');
    },
  };
}
