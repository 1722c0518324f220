/**
 * The port to a Pachyderm in a leaf, as narrow as `securing`, `personalizing`, `sharing`, `exposing` and `credentials` need it.
 * `client.ts` is the real side; it works against a real pachd and against the stand-in in `local/pachd`.
 */
import type { LeafConnection } from '../providers/provider.ts';
import type { Bindings } from './members.ts';

interface PachydermVersion {
  /** `2.12.1`, or `2.12.0-rc.3`. */
  text: string;
}

/** A verdict of pachd's about who asks. */
export type Identity =
  | { known: true; username: string; expiresAt: number | undefined }
  /** `reason` is for operators. `unasked`: it asks nobody who they are, so whoever comes is let in. */
  | { known: false; reason: string; unasked?: true };

export interface TokenOrder {
  /** SHA-256 in lower-case hex of a token that pachd never sees. */
  hash: string;
  email: string;
  expiresAt: number;
}

/** What a locked Pachyderm must have shown; each is a line of the proof. */
export type LockCheck =
  | 'version'
  | 'anonymous is refused'
  | 'a false token is refused'
  | 'a stranger is refused'
  | 'nobody else is bound'
  | 'only Hub signs people in'
  | 'the mock login is refused'
  | 'the owner is accepted';

export interface LockProof {
  /** All of them, in this order; the last one only if there is an owner. */
  checks: readonly { check: LockCheck; ok: boolean; reason?: string }[];
  locked: boolean;
}

export interface LockClaim {
  /** As asked for, `2.12.1`. */
  version: string;
  /** E-mail address; a spare has none yet. */
  owner?: string;
  /** Who shall be bound to the cluster, and nobody else. */
  bindings: Bindings;
  /** Hub's OpenID provider, as the one connector names it. */
  issuer: string;
}

/** A Pachyderm as somebody sees it; `token` is theirs. */
export interface Pachyderm {
  /** @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED */
  version(): Promise<PachydermVersion>;
  /** @throws AppError LEAF_UNAVAILABLE if there is no verdict */
  whoAmI(token?: string): Promise<Identity>;
  /**
   * Looks from outside at whether it is locked; whoever asks must be cluster admin. That something does not answer proves nothing.
   * @throws AppError LEAF_UNAVAILABLE if there is no verdict, PRODUCT_REFUSED if Hub itself is refused
   */
  proveLocked(admin: string, claim: LockClaim): Promise<LockProof>;
  /**
   * From outside: what its gateway lets through to strangers that it must not; undefined if nothing. Nothing can be asked after it.
   * @throws AppError LEAF_UNAVAILABLE if there is no verdict
   */
  findLeak(): Promise<string | undefined>;
  /**
   * Brings the bindings of the cluster to exactly these, with nothing for everybody, and takes from everyone else what they hold in
   * projects and repositories. Safe to repeat.
   * @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED
   */
  setMembers(admin: string, bindings: Bindings): Promise<void>;
  /** Safe to repeat. @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED, BUG for a life of less than a minute or more than an hour */
  registerToken(admin: string, order: TokenOrder): Promise<void>;
  /** Ends every session of that person, the console's too. @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED */
  revoke(admin: string, email: string): Promise<void>;
  /**
   * Ends what somebody may have kept who could make keys for anybody: the sessions of all members, of robots and of Pachyderm itself, and what
   * anybody but these and pipelines holds in projects and repositories. Who asks is signed out by it. The root token it cannot end: pachd does,
   * at its next start. Safe to repeat.
   * @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED
   */
  disown(admin: string, bindings: Bindings): Promise<void>;
  /** Ends the session of that token, for its holder. Safe to repeat. @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED */
  signOut(token: string): Promise<void>;
  /**
   * Signs in as people do, by the code flow through dex, and returns the session's token.
   * @param authorize what the issuer answers to that request for an authorization: where it redirects to, with a code
   * @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED
   */
  signIn(authorize: (request: URL) => Promise<URL>): Promise<string>;
  close(): void;
}

/** Where a Pachyderm is. */
export interface Whereabouts {
  connection: LeafConnection;
  namespace: string;
  /** Its public host, as in an address: with a port if it is not that of https. */
  host: string;
}

export interface Pachyderms {
  /** Through the cluster's own API, before it is exposed and whatever became of the way in. @throws AppError LEAF_UNAVAILABLE */
  inside(where: Whereabouts): Promise<Pachyderm>;
  /** As its users do: by its name and a certificate that proves it. @throws AppError LEAF_UNAVAILABLE */
  outside(host: string): Promise<Pachyderm>;
}
