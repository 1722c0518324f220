/** How an ACME server refuses: https://www.rfc-editor.org/rfc/rfc8555#section-6.7 */

/** Error types, with the HTTP status that each is answered with. */
const PROBLEMS = {
  accountDoesNotExist: 400,
  alreadyRevoked: 400,
  badCSR: 400,
  badNonce: 400,
  badPublicKey: 400,
  badSignatureAlgorithm: 400,
  badRevocationReason: 400,
  caa: 403,
  dns: 400,
  externalAccountRequired: 403,
  incorrectResponse: 403,
  malformed: 400,
  orderNotReady: 403,
  rateLimited: 429,
  rejectedIdentifier: 400,
  serverInternal: 500,
  unauthorized: 403,
  unsupportedIdentifier: 400,
  userActionRequired: 403,
} as const;
export type ProblemType = keyof typeof PROBLEMS;

/** As it is told, and as it is kept in a challenge or an order. */
export interface Problem {
  type: string;
  detail: string;
  status: number;
}

export class AcmeRefusal extends Error {
  readonly type: ProblemType;
  readonly status: number;
  /** Members beside type, detail and status. */
  readonly more: Readonly<Record<string, unknown>>;
  readonly retryAfterS: number | undefined;
  constructor(
    type: ProblemType,
    detail: string,
    options: { status?: number; retryAfterS?: number; more?: Record<string, unknown> } = {},
  ) {
    super(detail);
    this.name = 'AcmeRefusal';
    this.type = type;
    this.status = options.status ?? PROBLEMS[type];
    this.retryAfterS = options.retryAfterS;
    this.more = options.more ?? {};
  }
}

export const problemOf = ({ type, message, status, more }: AcmeRefusal): Problem => ({
  type: `urn:ietf:params:acme:error:${type}`,
  detail: message,
  status,
  ...more,
});
