/** The `Certificates` port directly on the ACME stand-in's model: for tests and the simulation, without a wire in between. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import type {
  Certificates,
  IssuedCertificate,
  OrderFailed,
  OrderProgress,
} from '../../functions/certificates.ts';
import { challengeName } from '../../functions/dns.ts';
import { AppError } from '../../shared/errors.ts';
import { seconds } from '../../shared/units.ts';
import { type AccountJwk, proofOf, thumbprintOf } from '../acme/jwk.ts';
import type { Account, AcmeModel, Order } from '../acme/model.ts';
import { AcmeRefusal } from '../acme/problem.ts';
import type { World } from '../service.ts';

const ISSUE_MS = seconds(25);
const ASK_EVERY_MS = seconds(1);

type Finalized = IssuedCertificate | { status: 'pending' } | OrderFailed;

export function memoryCertificates(
  { clock, faults }: Pick<World, 'clock' | 'faults'>,
  model: AcmeModel,
): Certificates {
  let account: Account | undefined;
  /** The account was made when nobody looked; there is no key to sign with, so none is needed but for its thumbprint. */
  const own = (): Account => {
    account ??= model.createAccount(newJwk(), []);
    return account;
  };

  /** One call of the wire, by the name of its route. */
  const call = <T>(name: string, run: () => T): T => {
    if (faults.hit('unavailable', `acme.${name}`)) throw away();
    const answer = run();
    if (faults.hit('reply-lost', `acme.${name}`)) throw away();
    return answer;
  };

  const findOrder = (id: string): Order | undefined =>
    call('order', () => {
      try {
        return model.requireOrder(own().id, id);
      } catch (error) {
        if (error instanceof AcmeRefusal && error.status === 404) return undefined;
        throw error;
      }
    });

  const reasonsOf = ({ authorizations }: Order): OrderFailed => {
    const details = authorizations.flatMap(
      (id) => model.requireAuthorization(own().id, id).error?.detail ?? [],
    );
    return failure(
      details.length > 0 ? details.join('; ') : 'the authority gave the order up, or it expired',
    );
  };

  const check = (id: string): OrderProgress => {
    const order = findOrder(id);
    if (!order) return FORGOTTEN;
    const status = model.statusOf(order);
    if (status === 'invalid') return reasonsOf(order);
    if (status !== 'pending') return { status: 'ready' };
    for (const one of order.authorizations) {
      const { status: asked, challenge } = model.requireAuthorization(own().id, one);
      if (asked === 'pending' && challenge === 'pending') {
        call('challenge', () => model.answerChallenge(own().id, one));
      }
    }
    return { status: 'pending' };
  };

  const finalize = async (id: string, host: string): Promise<Finalized> => {
    const order = findOrder(id);
    if (!order) return FORGOTTEN;
    const status = model.statusOf(order);
    if (status === 'pending') return { status };
    if (status === 'invalid') return reasonsOf(order);
    if (status !== 'ready') return SPENT;
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    try {
      const der = publicKey.export({ type: 'spki', format: 'der' });
      call('finalize', () => model.finalize(own().id, id, [host], der));
    } catch (error) {
      const overtaken = error instanceof AcmeRefusal && error.type === 'orderNotReady';
      if (!isAway(error) && !overtaken) throw error;
    }
    for (const untilMs = clock.afterWork(ISSUE_MS); ; ) {
      const chain = findChain(id, clock.now() >= untilMs);
      if (chain !== undefined) {
        const certificate = new X509Certificate(chain);
        if (!certificate.checkPrivateKey(privateKey)) return SPENT;
        const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
        return { status: 'issued', certificatePem: chain, privateKeyPem, notAfter: certificate.validToDate };
      }
      if (clock.now() >= untilMs) return failure('the authority took too long to issue the certificate');
      await clock.sleepUntil(clock.after(ASK_EVERY_MS));
    }
  };

  const findChain = (id: string, last: boolean): string | undefined => {
    try {
      const order = findOrder(id);
      if (!order || model.statusOf(order) === 'ready') throw lost();
      const { certificate } = order;
      if (certificate === undefined) return undefined;
      return call('certificate', () => model.requireCertificate(own().id, certificate).chain);
    } catch (error) {
      if (last || !isAway(error)) throw error;
      return undefined;
    }
  };

  return {
    begin: (host) =>
      translated(() => {
        const order = call('newOrder', () => model.createOrder(own().id, [host]));
        const { token } = model.requireAuthorization(own().id, order.authorizations[0] ?? '');
        const value = proofOf(token, thumbprintOf(own().jwk));
        return { order: order.id, record: { name: challengeName(host), value } };
      }),
    check: (order) => translated(() => check(order)),
    finalize: (order, host) => translated(() => finalize(order, host)),
  };
}

const failure = (reason: string): OrderFailed => ({ status: 'failed', reason });
const FORGOTTEN = failure('the authority does not know the order any more');
const SPENT = failure('the order was finalised by another call, which alone has the key');

const away = (): AcmeRefusal => new AcmeRefusal('serverInternal', 'The service is down', { status: 503 });
const lost = (): AppError =>
  new AppError('CERTIFICATE_AUTHORITY_UNAVAILABLE', 'the request to finalise was lost');
const isAway = (error: unknown): boolean => error instanceof AcmeRefusal && error.status >= 500;

function newJwk(): AccountJwk {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return publicKey.export({ format: 'jwk' }) as AccountJwk;
}

/** The model's refusals as the port words them. */
async function translated<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AcmeRefusal)) throw error;
    if (isAway(error)) throw new AppError('CERTIFICATE_AUTHORITY_UNAVAILABLE', error.message);
    const code = error.type === 'rateLimited' ? 'CERTIFICATE_LIMIT' : 'CERTIFICATE_REFUSED';
    throw new AppError(code, `${error.type}: ${error.message}`);
  }
}
