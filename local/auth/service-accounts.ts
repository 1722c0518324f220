/** What Google gives to service accounts: access tokens for assertions, and signatures in their name. */
import { decodeJwt } from 'jose';
import { invalid } from './model.ts';
import type { Operation } from './operation.ts';

/** A service account's signed assertion for an access token; the signature is not checked, there being no registered key. */
export const accessToken: Operation = (model, body) => {
  try {
    const { iss } = decodeJwt(String(body.assertion));
    if (iss) return { access_token: model.issueAccessToken(iss), expires_in: 3600, token_type: 'Bearer' };
  } catch {
    // Told below, as for an assertion of nobody.
  }
  throw invalid('invalid_grant');
};

export const signBlob: Operation = async (model, body) => {
  const { keyId, signature } = await model.tokens.signBlob(Buffer.from(String(body.payload), 'base64'));
  return { keyId, signedBlob: signature.toString('base64') };
};
