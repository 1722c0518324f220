/** Who calls, and under which rules: from the `authorization` header to a guard. */
import type { Log } from '../../functions/log.ts';
import { ServiceError, STATUS } from '../service.ts';
import { type Guard, guardOf, UNGUARDED } from './guard.ts';
import type { FirestoreModel } from './model.ts';
import { compileRules, type Rules } from './rules/rules.ts';

interface IdToken {
  sub: string;
  /** Seconds since the epoch. */
  exp?: number | undefined;
  [claim: string]: unknown;
}

export interface AccessOptions {
  /** Text of `firestore.rules`. */
  rules: string;
  /** Rejects for a token that is forged, of another project, or too old. */
  verifyIdToken(token: string): Promise<IdToken>;
  /** Whether it is an access token of a server, as functions have them. */
  isServerToken?(token: string): boolean;
  log: Log;
}

export interface Access {
  /** @param header gives request headers. @throws ServiceError UNAUTHENTICATED */
  guard(model: FirestoreModel, header: (name: string) => string | undefined): Guard | Promise<Guard>;
  /** Replaces the rules at once, for those who are listening too. @throws RulesError, and the old rules stay in force */
  load(rules: string): void;
  /** Called after the rules were replaced, until the returned function is called. */
  onLoad(listener: () => void): () => void;
}

/** What the official server clients send to an endpoint without TLS. */
const OWNER = 'owner';

export function createAccess({ rules: source, verifyIdToken, isServerToken, log }: AccessOptions): Access {
  let rules: Rules = compileRules(source);
  const listeners = new Set<() => void>();
  /** The rules in force at each decision, not those at the caller's coming. */
  const current: Rules = {
    get: (...args) => rules.get(...args),
    write: (...args) => rules.write(...args),
    list: (...args) => rules.list(...args),
  };
  const onDenied = (detail: string): void => log.info('firestore denied', { detail });

  async function userGuard(model: FirestoreModel, token: string): Promise<Guard> {
    const claims = await verifyIdToken(token).catch(() => {
      throw new ServiceError(STATUS.UNAUTHENTICATED, 'Missing or invalid authentication.');
    });
    const auth = { uid: claims.sub, token: claims };
    const untilMs = claims.exp === undefined ? {} : { untilMs: claims.exp * 1000 };
    return guardOf({ model, rules: current, auth, onDenied, ...untilMs });
  }

  return {
    guard(model, header) {
      const authorization = header('authorization');
      if (!authorization) return guardOf({ model, rules: current, auth: null, onDenied });
      const token = /^bearer\s+(\S+)$/i.exec(authorization)?.[1] ?? '';
      // Any page of any site may call this machine, and everybody knows that word: from a browser it counts for nothing.
      if (token === OWNER && header('origin') === undefined) return UNGUARDED;
      if (isServerToken?.(token)) return UNGUARDED;
      return userGuard(model, token);
    },
    load(text) {
      rules = compileRules(text);
      for (const listener of [...listeners]) listener();
    },
    onLoad(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
