/**
 * The `Certificates` port by ACME with DNS-01, against Google's public authority or any other: https://www.rfc-editor.org/rfc/rfc8555
 * Nothing is kept here between calls but the account's address; everything else is read from the authority again.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import acme from 'acme-client';
import { AppError } from '../../shared/errors.ts';
import { seconds } from '../../shared/units.ts';
import type {
  CertificateOrder,
  Certificates,
  IssuedCertificate,
  OrderFailed,
  OrderProgress,
} from '../certificates.ts';
import type { Clock } from '../cloud.ts';
import { challengeName } from '../dns.ts';
import { lazyValue } from '../lazy.ts';
import { scrub } from '../log.ts';
import { type AcmeAccount, ensureAccount } from './acme-account.ts';
import { AcmeProblem, isAway, prepareHttp } from './acme-http.ts';

interface CertificateOptions extends AcmeAccount {
  clock: Pick<Clock, 'now' | 'after' | 'afterWork' | 'sleepUntil'>;
  /** PEM of the CA that the authority's own address is signed by, if the system does not know it. Holds for the process. */
  ca?: string;
}

/** How long `finalize` waits for the certificate, and how often it asks; public authorities take a few seconds. */
const ISSUE_MS = seconds(25);
const ASK_EVERY_MS = seconds(1);

export function createCertificates(options: CertificateOptions): Certificates {
  const { clock } = options;
  prepareHttp(options.ca === undefined ? undefined : new Agent({ ca: options.ca }));
  const account = lazyValue(() => ensureAccount(options));

  /** With the account's client; what goes wrong comes out as the port words it. */
  const withClient = async <T>(run: (client: acme.Client) => Promise<T>): Promise<T> => {
    try {
      return await run(await account());
    } catch (error) {
      if (error instanceof AcmeProblem && error.type === 'accountDoesNotExist') account.forget();
      throw translate(error);
    }
  };

  return {
    begin: (host) => withClient((client) => begin(client, host)),
    check: (url) => withClient((client) => check(client, url)),
    finalize: (url, host) => withClient((client) => finalize(client, clock, url, host)),
  };
}

async function begin(client: acme.Client, host: string): Promise<CertificateOrder> {
  const order = await client.createOrder({ identifiers: [{ type: 'dns', value: host }] });
  const [authorization] = await client.getAuthorizations(order);
  const challenge = authorization && dnsChallenge(authorization);
  if (!challenge) throw new AppError('CERTIFICATE_REFUSED', 'the authority takes no proof by DNS');
  const value = await client.getChallengeKeyAuthorization(challenge);
  return { order: order.url, record: { name: challengeName(host), value } };
}

const dnsChallenge = ({ challenges }: acme.Authorization) => challenges.find(({ type }) => type === 'dns-01');

async function check(client: acme.Client, url: string): Promise<OrderProgress> {
  const order = await findOrder(client, url);
  if (!order) return FORGOTTEN;
  if (order.status === 'invalid') return failure(await reasonsOf(client, order));
  if (order.status !== 'pending') return { status: 'ready' };
  for (const authorization of await client.getAuthorizations(order)) {
    const challenge = dnsChallenge(authorization);
    // Asked for once: what is `processing` goes on by itself.
    if (authorization.status === 'pending' && challenge?.status === 'pending') {
      await client.completeChallenge(challenge);
    }
  }
  return { status: 'pending' };
}

async function finalize(
  client: acme.Client,
  clock: CertificateOptions['clock'],
  url: string,
  host: string,
): Promise<IssuedCertificate | { status: 'pending' } | OrderFailed> {
  const order = await findOrder(client, url);
  if (!order) return FORGOTTEN;
  if (order.status === 'pending') return { status: 'pending' };
  if (order.status === 'invalid') return failure(await reasonsOf(client, order));
  if (order.status !== 'ready') return SPENT;
  const privateKey = await acme.crypto.createPrivateEcdsaKey();
  const [, csr] = await acme.crypto.createCsr({ altNames: [host] }, privateKey);
  const answered = await client.finalizeOrder(order, csr).then(
    () => true,
    (error: unknown) => {
      // Its answer may have been lost, or another call was first: the order tells.
      if (!isAway(error) && !isOvertaken(error)) throw error;
      return false;
    },
  );
  const untilAtMs = clock.afterWork(ISSUE_MS);
  for (;;) {
    const seen = await findCertificate(client, url, { answered, last: clock.now() >= untilAtMs });
    if (typeof seen === 'string') return issued(seen, privateKey.toString(), host);
    if (seen?.status === 'failed') return seen;
    if (clock.now() >= untilAtMs) return failure('the authority took too long to issue the certificate');
    await clock.sleepUntil(clock.after(ASK_EVERY_MS));
  }
}

/**
 * The certificate's PEM, or nothing while it is not there yet. An authority that does not answer is asked again, because the key would
 * be lost, unless it is the last time.
 */
async function findCertificate(
  client: acme.Client,
  url: string,
  { answered, last }: { answered: boolean; last: boolean },
): Promise<string | OrderFailed | undefined> {
  try {
    const order = await findOrder(client, url);
    if (!order) return FORGOTTEN;
    if (order.status === 'invalid') return failure(await reasonsOf(client, order));
    if (order.status === 'ready' && !answered) {
      throw new AppError('CERTIFICATE_AUTHORITY_UNAVAILABLE', 'the request to finalise was lost');
    }
    return order.status === 'valid' ? await client.getCertificate(order) : undefined;
  } catch (error) {
    if (last || !isAway(error)) throw error;
    return undefined;
  }
}

/** A certificate for another key is that of a call at the same time, which has the key to it. */
function issued(
  certificatePem: string,
  privateKeyPem: string,
  host: string,
): IssuedCertificate | OrderFailed {
  const certificate = new X509Certificate(certificatePem);
  if (!certificate.checkPrivateKey(createPrivateKey(privateKeyPem))) return SPENT;
  if (certificate.checkHost(host) === undefined) {
    throw new AppError('CERTIFICATE_REFUSED', `the certificate is not for ${host}`);
  }
  return { status: 'issued', certificatePem, privateKeyPem, notAfter: certificate.validToDate };
}

async function findOrder(client: acme.Client, url: string): Promise<acme.Order | undefined> {
  try {
    // Only its address is read.
    return await client.getOrder({ url } as acme.Order);
  } catch (error) {
    // Another account's is none of ours: the operator has changed the account since it was made. RFC 8555 leaves open how that is told.
    if (error instanceof AcmeProblem && FOREIGN.includes(error.status)) return undefined;
    throw error;
  }
}

const FOREIGN: readonly number[] = [401, 403, 404];

const failure = (reason: string): OrderFailed => ({ status: 'failed', reason });
const FORGOTTEN = failure('the authority does not know the order any more');
const SPENT = failure('the order was finalised by another call, which alone has the key');

/** What the authority has against the names of the order. */
async function reasonsOf(client: acme.Client, order: acme.Order): Promise<string> {
  const authorizations = await client.getAuthorizations(order);
  const errors = [
    order.error,
    ...authorizations.flatMap(({ challenges }) => challenges.map(({ error }) => error)),
  ];
  const details = errors.flatMap((error) => (error as { detail?: string } | undefined)?.detail ?? []);
  return details.length > 0 ? scrub(details.join('; ')) : 'the authority gave the order up, or it expired';
}

const isOvertaken = (error: unknown): boolean =>
  error instanceof AcmeProblem && error.type === 'orderNotReady';

function translate(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (isAway(error)) {
    return new AppError('CERTIFICATE_AUTHORITY_UNAVAILABLE', scrub((error as Error).message));
  }
  if (!(error instanceof AcmeProblem)) return error;
  const code = error.type === 'rateLimited' ? 'CERTIFICATE_LIMIT' : 'CERTIFICATE_REFUSED';
  return new AppError(code, scrub(`${error.type}: ${error.message}`));
}
