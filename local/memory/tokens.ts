/** Verifies the tokens that it issued itself: the port for tests and the simulation, with nothing signed and nothing to wait for. */
import type { Principal, TokenVerifier } from '../../functions/tokens.ts';
import { AppError } from '../../shared/errors.ts';

export interface MemoryTokens extends TokenVerifier {
  /** `local:<uid>:<n>`, or `local:<uid>:operator:<n>` */
  issue(principal: Principal): string;
  /** That token is refused as expired from now on. */
  expire(token: string): void;
  /** Tokens issued to this user so far are refused as revoked; later ones are good. */
  revoke(uid: string): void;
  /** All tokens of this user are refused as revoked, also later ones. */
  disable(uid: string): void;
  /** The user is deleted: the same, until one of that uid is issued a token anew. */
  remove(uid: string): void;
  /** Everybody who was issued a token and is there yet, as their last one says. */
  accounts(): Principal[];
}

interface Issued {
  principal: Principal;
  expired: boolean;
  revoked: boolean;
  /** The user is there no more. */
  removed: boolean;
}

/** @param realm begins each token; one of another realm is not valid here */
export function memoryTokens(realm = 'local'): MemoryTokens {
  const issued = new Map<string, Issued>();
  const disabled = new Set<string>();
  return {
    issue(principal) {
      const role = principal.operator ? ':operator' : '';
      const token = `${realm}:${principal.uid}${role}:${issued.size + 1}`;
      issued.set(token, { principal: { ...principal }, expired: false, revoked: false, removed: false });
      return token;
    },
    expire(token) {
      const found = issued.get(token);
      if (found) found.expired = true;
    },
    revoke(uid) {
      for (const token of issued.values()) if (token.principal.uid === uid) token.revoked = true;
    },
    disable: (uid) => void disabled.add(uid),
    remove(uid) {
      for (const token of issued.values()) if (token.principal.uid === uid) token.removed = true;
    },
    accounts() {
      const there = [...issued.values()].filter(({ removed }) => !removed);
      return [...new Map(there.map(({ principal }) => [principal.uid, principal])).values()];
    },
    async verify(idToken) {
      const token = issued.get(idToken);
      if (!token) throw new AppError('TOKEN_INVALID', 'not issued here');
      if (token.expired) throw new AppError('TOKEN_EXPIRED');
      if (token.revoked || token.removed || disabled.has(token.principal.uid))
        throw new AppError('TOKEN_REVOKED');
      return { ...token.principal };
    },
  };
}
