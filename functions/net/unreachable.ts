/** Why a host cannot be reached, in words that help whoever runs Hub: Node's own name its internals. */

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is not found',
  ENODATA: 'the name is not found',
  EREFUSED: 'the name is not found',
  EAI_AGAIN: 'the name servers do not answer',
  ETIMEOUT: 'the name servers do not answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was broken off',
  EPIPE: 'the connection was broken off',
  EHOSTUNREACH: 'there is no way to its address',
  ENETUNREACH: 'there is no way to its address',
  ETIMEDOUT: 'nobody answers',
  ABORT_ERR: 'nobody answers in time',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is not for this name',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  CERT_REVOKED: 'the certificate was revoked',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is not trusted',
};

/** What the other end says in TLS, which OpenSSL has in its message whatever the error's code is. */
const ALERTS: readonly (readonly [RegExp, string])[] = [
  [/unrecognized.name/i, 'nobody there has this name'],
  [/handshake.failure/i, 'there is no certificate there'],
];

/** @param error what Node's DNS, TLS or HTTP failed with */
export function reasonOf(error: unknown): string {
  const { code, name, message } = (error ?? {}) as { code?: unknown; name?: unknown; message?: unknown };
  const known = REASONS[String(code)];
  if (known !== undefined) return known;
  if (name === 'AbortError' || name === 'TimeoutError') return 'nobody answers in time';
  if (String(code).startsWith('HPE_')) return 'the answer is not HTTP';
  const alert = ALERTS.find(([pattern]) => pattern.test(String(message)));
  return alert?.[1] ?? String(message ?? error);
}
