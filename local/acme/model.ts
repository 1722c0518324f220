/**
 * The state of the ACME stand-in (RFC 8555): accounts, orders, authorizations and certificates. Challenges are checked and
 * certificates issued some seconds of cloud time after they are asked for; certificates live 90 days of real time.
 */
import { randomBytes } from 'node:crypto';
import { days, seconds } from '../../shared/units.ts';
import { logNormal } from '../random.ts';
import type { World } from '../service.ts';
import { type Authority, createAuthority } from './authority.ts';
import { type AccountJwk, proofOf, thumbprintOf } from './jwk.ts';
import type { NameLookup } from './names.ts';
import { AcmeRefusal, type Problem, type ProblemType, problemOf } from './problem.ts';

export interface Account {
  id: string;
  jwk: AccountJwk;
  status: 'valid' | 'deactivated';
  contact: string[];
  createdAtMs: number;
  /** Of the external account binding. */
  eabKid?: string;
}

export interface Authorization {
  id: string;
  account: string;
  /** Without the wildcard. */
  name: string;
  wildcard: boolean;
  status: 'pending' | 'valid' | 'invalid' | 'deactivated' | 'expired';
  expiresAtMs: number;
  token: string;
  challenge: 'pending' | 'processing' | 'valid' | 'invalid';
  /** When the answer to the challenge is looked for. */
  checkAtMs?: number;
  validatedAtMs?: number;
  error?: Problem;
}

export interface Order {
  id: string;
  account: string;
  names: string[];
  authorizations: string[];
  expiresAtMs: number;
  /** Set once it is finalised: when the certificate is there, and for which key (DER, base64). */
  issueAtMs?: number;
  publicKey?: string;
  certificate?: string;
  error?: Problem;
}
type OrderStatus = 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';

interface Certificate {
  id: string;
  account: string;
  names: string[];
  chain: string;
  fingerprint: string;
  notAfterMs: number;
  revokedAtMs?: number;
}

/** A key by which an account is bound to a customer of the authority; good for one account, and for seven days. */
interface ExternalKey {
  kid: string;
  /** base64url */
  hmacKey: string;
  account?: string;
  /** Not in those of older stores, which last. */
  createdAtMs?: number;
}

/** All throw AcmeRefusal. */
export interface AcmeModel {
  readonly authority: Authority;
  readonly options: Readonly<Required<Pick<AcmeOptions, 'caaIdentity' | 'externalAccountRequired'>>>;
  /** What an operator makes once: https://cloud.google.com/certificate-manager/docs/public-ca-tutorial */
  createExternalKey(): ExternalKey;
  requireExternalKey(kid: string): ExternalKey;
  findAccount(jwk: AccountJwk): Account | undefined;
  createAccount(jwk: AccountJwk, contact: string[], eabKid?: string): Account;
  /** One that may still do things. */
  requireAccount(id: string): Account;
  updateAccount(id: string, change: { contact?: string[]; status?: 'deactivated' }): Account;
  changeKey(id: string, jwk: AccountJwk): Account;
  createOrder(account: string, names: readonly string[]): Order;
  requireOrder(account: string, id: string): Order;
  /** Whosesoever it is, for tests. */
  orderById(id: string): Order | undefined;
  ordersOf(account: string): Order[];
  statusOf(order: Order): OrderStatus;
  requireAuthorization(account: string, id: string): Authorization;
  deactivateAuthorization(account: string, id: string): Authorization;
  /** The client says that its answer can be looked for. */
  answerChallenge(account: string, id: string): Authorization;
  /** @param publicKey DER of a SubjectPublicKeyInfo, whose holder signed the request */
  finalize(account: string, id: string, names: readonly string[], publicKey: Buffer): Order;
  requireCertificate(account: string, id: string): Certificate;
  findCertificate(fingerprint: string): Certificate | undefined;
  revoke(id: string): void;
  /** Stops its timers; the state stays in the store. */
  close(): void;
}

export interface AcmeOptions {
  lookup: NameLookup;
  /** What a CAA record must name to let this authority issue. */
  caaIdentity?: string;
  /** As Google's public authority demands. */
  externalAccountRequired?: boolean;
  /** Refuses orders beyond this many in this much cloud time; off by default. */
  orderLimit?: { count: number; withinMs: number };
}

const ORDER_LIFE_MS = days(7);
/** https://cloud.google.com/certificate-manager/docs/public-ca-tutorial#request-key-hmac */
const EXTERNAL_KEY_LIFE_MS = days(7);
/** How long a proof is remembered, in real time. */
const AUTHORIZATION_LIFE_MS = days(30);
const CHECK = { median: seconds(3), p95: seconds(9) };
const ISSUE = { median: seconds(2), p95: seconds(5) };
const MAX_ORDER_NAMES = 100;
const HOST = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

export function createAcmeModel(world: World, options: AcmeOptions): AcmeModel {
  const { clock, random, store } = world;
  const { lookup, orderLimit, caaIdentity = 'pki.goog', externalAccountRequired = true } = options;
  const externalKeys = store.table<ExternalKey>('external keys');
  const accounts = store.table<Account>('accounts');
  const orders = store.table<Order>('orders');
  const authorizations = store.table<Authorization>('authorizations');
  const certificates = store.table<Certificate>('certificates');
  const authority = createAuthority(world);
  const timers = new Set<() => void>();
  let closed = false;
  const takeTurn = orderTurns(world, orderLimit);

  const at = (atMs: number, run: () => void): void => {
    const cancel = clock.schedule(atMs, () => {
      timers.delete(cancel);
      run();
    });
    timers.add(cancel);
  };
  const newId = (): string => randomBytes(12).toString('base64url');

  const requireOwn = <T extends { account: string }>(
    row: T | undefined,
    account: string,
    what: string,
  ): T => {
    if (!row) throw new AcmeRefusal('malformed', `No such ${what}`, { status: 404 });
    if (row.account !== account) {
      throw new AcmeRefusal('unauthorized', `The ${what} is of another account`);
    }
    return row;
  };

  const authorizationOf = (id: string): Authorization | undefined => {
    const row = authorizations.get(id);
    if (!row || row.expiresAtMs > clock.now()) return row;
    return row.status === 'pending' || row.status === 'valid' ? { ...row, status: 'expired' } : row;
  };

  const statusOf = (order: Order): OrderStatus => {
    if (order.certificate !== undefined) return 'valid';
    if (order.error) return 'invalid';
    if (order.issueAtMs !== undefined) return 'processing';
    if (order.expiresAtMs <= clock.now()) return 'invalid';
    const statuses = order.authorizations.map((id) => authorizationOf(id)?.status ?? 'invalid');
    if (statuses.every((status) => status === 'valid')) return 'ready';
    return statuses.every((status) => status === 'valid' || status === 'pending') ? 'pending' : 'invalid';
  };

  /** Looks for the answer to a challenge, and writes down what came of it. */
  const check = async (id: string): Promise<void> => {
    const row = authorizations.get(id);
    const account = row && accounts.get(row.account);
    if (!row || !account || row.challenge !== 'processing') return;
    const failure = await failureOf(lookup, caaIdentity, row, thumbprintOf(account.jwk));
    const { checkAtMs: _, ...rest } = row;
    // Somebody may have deactivated it meanwhile.
    if (authorizations.get(id)?.challenge !== 'processing' || closed) return;
    authorizations.set(
      id,
      failure
        ? { ...rest, status: 'invalid', challenge: 'invalid', error: problemOf(failure) }
        : {
            ...rest,
            status: 'valid',
            challenge: 'valid',
            validatedAtMs: clock.now(),
            expiresAtMs: clock.now() + AUTHORIZATION_LIFE_MS,
          },
    );
  };
  const scheduleCheck = (row: Authorization): void => {
    if (row.checkAtMs !== undefined) at(row.checkAtMs, () => void check(row.id));
  };

  const issue = (id: string): void => {
    const order = orders.get(id);
    if (order?.publicKey === undefined || order.certificate !== undefined) return;
    const made = authority.issue(order.names, Buffer.from(order.publicKey, 'base64'));
    const certificate = newId();
    store.batch(() => {
      certificates.set(certificate, { id: certificate, account: order.account, names: order.names, ...made });
      orders.set(id, { ...order, certificate });
    });
  };
  const scheduleIssue = (order: Order): void => {
    if (order.issueAtMs !== undefined && order.certificate === undefined) {
      at(order.issueAtMs, () => issue(order.id));
    }
  };
  for (const row of authorizations.values()) scheduleCheck(row);
  for (const order of orders.values()) scheduleIssue(order);

  /** A proof that still holds, or a new one to be given. */
  const authorize = (account: string, name: string): Authorization => {
    const bare = name.replace(/^\*\./, '');
    const wildcard = bare !== name;
    for (const { id } of authorizations.values()) {
      const row = authorizationOf(id);
      const same = row?.account === account && row.name === bare && row.wildcard === wildcard;
      if (row && same && row.status === 'valid') return row;
    }
    const row: Authorization = {
      id: newId(),
      account,
      name: bare,
      wildcard,
      status: 'pending',
      challenge: 'pending',
      token: randomBytes(32).toString('base64url'),
      expiresAtMs: clock.now() + ORDER_LIFE_MS,
    };
    authorizations.set(row.id, row);
    return row;
  };

  const requireAccount = (id: string): Account => {
    const account = accounts.get(id);
    if (!account) throw new AcmeRefusal('accountDoesNotExist', 'There is no such account');
    if (account.status !== 'valid') throw new AcmeRefusal('unauthorized', 'The account is deactivated');
    return account;
  };
  const findAccount = (jwk: AccountJwk): Account | undefined => {
    const thumbprint = thumbprintOf(jwk);
    return [...accounts.values()].find((account) => thumbprintOf(account.jwk) === thumbprint);
  };
  const requireExternalKey = (kid: string): ExternalKey => {
    const key = externalKeys.get(kid);
    const { createdAtMs = clock.now() } = key ?? {};
    if (!key || clock.now() > createdAtMs + EXTERNAL_KEY_LIFE_MS)
      throw new AcmeRefusal('unauthorized', 'Unknown external account binding (EAB) key');
    return key;
  };
  const requireAuthorization = (account: string, id: string): Authorization =>
    requireOwn(authorizationOf(id), account, 'authorization');
  const requireOrder = (account: string, id: string): Order => requireOwn(orders.get(id), account, 'order');

  return {
    authority,
    options: { caaIdentity, externalAccountRequired },
    createExternalKey() {
      const key: ExternalKey = {
        kid: randomBytes(16).toString('hex'),
        hmacKey: randomBytes(32).toString('base64url'),
        createdAtMs: clock.now(),
      };
      externalKeys.set(key.kid, key);
      return key;
    },
    requireExternalKey,
    findAccount,
    createAccount(jwk, contact, eabKid) {
      const id = newId();
      const account: Account = { id, jwk, contact, status: 'valid', createdAtMs: clock.now() };
      store.batch(() => {
        if (eabKid !== undefined) {
          const key = requireExternalKey(eabKid);
          if (key.account !== undefined) {
            throw new AcmeRefusal('unauthorized', 'The external account binding (EAB) key was used already');
          }
          externalKeys.set(eabKid, { ...key, account: id });
        }
        accounts.set(id, { ...account, ...(eabKid !== undefined && { eabKid }) });
      });
      return requireAccount(id);
    },
    requireAccount,
    updateAccount(id, { contact, status }) {
      const account = { ...requireAccount(id), ...(contact && { contact }), ...(status && { status }) };
      accounts.set(id, account);
      return account;
    },
    changeKey(id, jwk) {
      const account = { ...requireAccount(id), jwk };
      accounts.set(id, account);
      return account;
    },
    createOrder(account, names) {
      requireNames(names);
      takeTurn();
      const order: Order = {
        id: newId(),
        account,
        names: [...new Set(names)],
        authorizations: [],
        expiresAtMs: clock.now() + ORDER_LIFE_MS,
      };
      store.batch(() => {
        order.authorizations = order.names.map((name) => authorize(account, name).id);
        orders.set(order.id, order);
      });
      return order;
    },
    requireOrder,
    orderById: (id) => orders.get(id),
    ordersOf: (account) => [...orders.values()].filter((order) => order.account === account),
    statusOf,
    requireAuthorization,
    deactivateAuthorization(account, id) {
      const row = { ...requireAuthorization(account, id), status: 'deactivated' as const };
      authorizations.set(id, row);
      return row;
    },
    answerChallenge(account, id) {
      const row = requireAuthorization(account, id);
      // Asked again while it is looked into, or after: nothing new.
      if (row.status !== 'pending' || row.challenge !== 'pending') return row;
      const checkAtMs = clock.after(logNormal(random, CHECK.median, CHECK.p95));
      const processing: Authorization = { ...row, challenge: 'processing', checkAtMs };
      authorizations.set(id, processing);
      scheduleCheck(processing);
      return processing;
    },
    finalize(account, id, names, publicKey) {
      const order = requireOrder(account, id);
      const status = statusOf(order);
      if (status !== 'ready') {
        throw new AcmeRefusal(
          'orderNotReady',
          `Order's status ("${status}") is not acceptable for finalization`,
        );
      }
      const asked = new Set(names);
      if (asked.size !== order.names.length || !order.names.every((name) => asked.has(name))) {
        throw new AcmeRefusal('badCSR', 'CSR does not specify same identifiers as the order');
      }
      const issueAtMs = clock.after(logNormal(random, ISSUE.median, ISSUE.p95));
      const finalised = { ...order, issueAtMs, publicKey: publicKey.toString('base64') };
      orders.set(id, finalised);
      scheduleIssue(finalised);
      return finalised;
    },
    requireCertificate: (account, id) => requireOwn(certificates.get(id), account, 'certificate'),
    findCertificate: (fingerprint) =>
      [...certificates.values()].find((certificate) => certificate.fingerprint === fingerprint),
    revoke(id) {
      const certificate = certificates.get(id);
      if (!certificate) throw new AcmeRefusal('malformed', 'No such certificate', { status: 404 });
      if (certificate.revokedAtMs !== undefined) {
        throw new AcmeRefusal('alreadyRevoked', 'The certificate is revoked already');
      }
      certificates.set(id, { ...certificate, revokedAtMs: clock.now() });
    },
    close() {
      closed = true;
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}

function requireNames(names: readonly string[]): void {
  if (names.length === 0) throw new AcmeRefusal('malformed', 'The order names no identifiers');
  if (names.length > MAX_ORDER_NAMES) {
    throw new AcmeRefusal('malformed', `An order may name at most ${MAX_ORDER_NAMES} identifiers`);
  }
  for (const name of names) {
    if (!HOST.test(name.replace(/^\*\./, ''))) {
      throw new AcmeRefusal('rejectedIdentifier', `Cannot issue for "${name}": it is no public name`);
    }
  }
}

/** What stands in the way of this name, if anything. */
async function failureOf(
  lookup: NameLookup,
  caaIdentity: string,
  { name, wildcard, token }: Authorization,
  thumbprint: string,
): Promise<AcmeRefusal | undefined> {
  const refuse = (type: ProblemType, detail: string) => new AcmeRefusal(type, detail);
  const host = `_acme-challenge.${name}`;
  try {
    const texts = await lookup.txt(host);
    if (texts.length === 0) return refuse('unauthorized', `No TXT record found at ${host}`);
    if (!texts.includes(proofOf(token, thumbprint))) {
      const others = texts.length > 1 ? ` (and ${texts.length - 1} more)` : '';
      return refuse('unauthorized', `Incorrect TXT record "${texts[0]}"${others} found at ${host}`);
    }
    if (!(await allowsIssue(lookup, caaIdentity, name, wildcard))) {
      return refuse('caa', `CAA record for ${name} prevents issuance`);
    }
    return undefined;
  } catch (error) {
    return refuse('dns', `DNS problem: ${(error as Error).message} looking up ${host}`);
  }
}

/** The closest record set upwards counts: https://www.rfc-editor.org/rfc/rfc8659#section-3 */
async function allowsIssue(
  lookup: NameLookup,
  identity: string,
  name: string,
  wildcard: boolean,
): Promise<boolean> {
  for (let at = name; at.includes('.'); at = at.slice(at.indexOf('.') + 1)) {
    const records = await lookup.caa(at);
    if (records.length === 0) continue;
    const wild = wildcard ? records.filter(({ tag }) => tag === 'issuewild') : [];
    const relevant = wild.length > 0 ? wild : records.filter(({ tag }) => tag === 'issue');
    return relevant.length === 0 || relevant.some(({ value }) => value.split(';')[0]?.trim() === identity);
  }
  return true;
}

/** Turns that come back with cloud time; not kept over a restart. */
function orderTurns({ clock }: World, limit: AcmeOptions['orderLimit']): () => void {
  const taken: number[] = [];
  return () => {
    if (!limit) return;
    while (taken[0] !== undefined && clock.elapsed(taken[0]) >= limit.withinMs) taken.shift();
    const [oldest] = taken;
    if (taken.length >= limit.count && oldest !== undefined) {
      const waitMs = clock.after(limit.withinMs - clock.elapsed(oldest)) - clock.now();
      throw new AcmeRefusal('rateLimited', 'Error creating new order: too many new orders recently', {
        retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)),
      });
    }
    taken.push(clock.now());
  };
}
