/** Push delivery: one POST per message to the subscriber, a bounded number at a time, an answer of success being the ack. */
import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import type { Log } from '../../functions/log.ts';
import { minutes, seconds } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import type { Backlog, Consumer, Lease, LeaseEnd } from './backlog.ts';
import { type PushConfig, type Subscription, shortName } from './resources.ts';

export interface PushRequest {
  endpoint: string;
  /** Who signs it; absent: nobody. */
  oidc?: { serviceAccountEmail: string; audience: string };
  /** The wrapped message as JSON. */
  body: string;
}

/** Sends one request and gives the status of its answer. Rejects if there is none. */
export type SendPush = (request: PushRequest, signal: AbortSignal) => Promise<number>;

/** The statuses that are an ack: https://cloud.google.com/pubsub/docs/push#receive_push */
const ACKS: ReadonlySet<number> = new Set([102, 200, 201, 202, 204]);

/**
 * An ack deadline for push bounds a handler's real computing, which no cloud speed makes faster: below this it does not fall, in
 * real milliseconds.
 */
export const PUSH_FLOOR_MS = seconds(5);

/** The window of outstanding pushes opens at this width; the service says "small single-digit": https://cloud.google.com/pubsub/docs/push#delivery_rate */
const FIRST_WINDOW = 4;

interface PusherOptions {
  clock: LocalClock;
  backlog: Backlog;
  subscription: () => Subscription;
  send: SendPush;
  log: Log;
  /** The window never gets wider. */
  maxOutstanding: number;
}

/**
 * A consumer whose window of outstanding requests grows by one with each ack, which doubles it in every round, and halves with each
 * refusal.
 */
export function createPusher({
  clock,
  backlog,
  subscription,
  send,
  log,
  maxOutstanding,
}: PusherOptions): Consumer {
  const outstanding = new Map<Lease, AbortController>();
  let width = Math.min(FIRST_WINDOW, maxOutstanding);

  const push = async (lease: Lease, config: PushConfig, signal: AbortSignal): Promise<void> => {
    let acked = false;
    const resource = shortName(subscription().name);
    try {
      const audience = config.oidcToken?.audience || config.pushEndpoint;
      const status = await send(
        {
          endpoint: config.pushEndpoint,
          body: wrap(lease, subscription()),
          ...(config.oidcToken && { oidc: { ...config.oidcToken, audience } }),
        },
        signal,
      );
      acked = ACKS.has(status);
      if (!acked) log.info('push.refused', { resource, status, attempt: lease.attempt });
    } catch (error) {
      // Taken back: at its deadline, or because whoever subscribed or this whole Hub ends.
      if (signal.aborted) return;
      // Refused or reset: a nack like any other.
      log.info('push.failed', { resource, detail: String(error), attempt: lease.attempt });
    }
    if (signal.aborted) return;
    width = acked ? Math.min(maxOutstanding, width + 1) : Math.max(1, Math.floor(width / 2));
    if (acked) backlog.ack(lease.ackId);
    else backlog.nack(lease.ackId);
  };

  return {
    oneByOne: true,
    capacity: () => width - outstanding.size,
    leaseUntil: () => Math.max(clock.after(subscription().ackDeadlineMs), clock.now() + PUSH_FLOOR_MS),
    receive(leases) {
      for (const lease of leases) {
        const controller = new AbortController();
        outstanding.set(lease, controller);
        const { pushConfig } = subscription();
        if (pushConfig) void push(lease, pushConfig, controller.signal);
      }
    },
    ended(lease: Lease, how: LeaseEnd) {
      if (how === 'expired') width = Math.max(1, Math.floor(width / 2));
      if (how === 'expired' || how === 'gone') outstanding.get(lease)?.abort();
      outstanding.delete(lease);
    },
  };
}

/** https://cloud.google.com/pubsub/docs/payload-unwrapping#wrapped_message_for_push_subscriptions */
function wrap({ message, attempt }: Lease, subscription: Subscription): string {
  const publishTime = new Date(message.publishedAt).toISOString();
  return JSON.stringify({
    message: {
      data: message.data,
      attributes: message.attributes,
      messageId: message.messageId,
      message_id: message.messageId,
      publishTime,
      publish_time: publishTime,
      ...(message.orderingKey && { orderingKey: message.orderingKey }),
    },
    subscription: subscription.name,
    ...(subscription.deadLetterPolicy && { deliveryAttempt: attempt }),
  });
}

/** Signs as Google does: an ID token (JWT) for that audience. */
export type MintToken = (serviceAccountEmail: string, audience: string) => Promise<string>;

/** A token is used again for this long (real time, as all token lifetimes); Google's are up to an hour old. */
const TOKEN_REUSE_MS = minutes(5);

interface HttpPush {
  send: SendPush;
  /** Closes the connections it kept. */
  close(): void;
}

/** Pushes over HTTP/1.1 on connections that are kept. */
export function httpPush(mintToken: MintToken | undefined, clock: LocalClock): HttpPush {
  const plain = new Agent({ keepAlive: true });
  const tls = new TlsAgent({ keepAlive: true });
  const tokens = new Map<string, { token: Promise<string>; mintedAt: number }>();

  const tokenFor = ({ serviceAccountEmail, audience }: NonNullable<PushRequest['oidc']>): Promise<string> => {
    if (!mintToken) throw new Error('this Pub/Sub was started without a way to sign OIDC tokens');
    const key = `${serviceAccountEmail} ${audience}`;
    const known = tokens.get(key);
    if (known && clock.now() - known.mintedAt < TOKEN_REUSE_MS) return known.token;
    const token = mintToken(serviceAccountEmail, audience);
    tokens.set(key, { token, mintedAt: clock.now() });
    token.catch(() => tokens.delete(key));
    return token;
  };

  const post = (
    { endpoint, body }: PushRequest,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<number> =>
    new Promise((resolve, reject) => {
      const secure = endpoint.startsWith('https:');
      const request = (secure ? httpsRequest : httpRequest)(endpoint, {
        method: 'POST',
        agent: secure ? tls : plain,
        signal,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'CloudPubSub-Google',
          from: 'noreply@google.com',
          ...(token && { authorization: `Bearer ${token}` }),
        },
      });
      // 102 (Processing) comes as an interim answer and is enough.
      request.once('information', ({ statusCode }) => {
        if (statusCode !== 102) return;
        resolve(statusCode);
        request.destroy();
      });
      request.once('response', (response) => {
        response.resume();
        response.once('error', reject);
        response.once('end', () => resolve(response.statusCode ?? 0));
      });
      request.once('error', (error: NodeJS.ErrnoException) => {
        // The subscriber closed a kept connection while this request was on its way; most likely it saw nothing of it.
        if (request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted) {
          resolve(post({ endpoint, body }, token, signal));
        } else reject(error);
      });
      request.end(body);
    });

  return {
    async send(request, signal) {
      const token = request.oidc && (await tokenFor(request.oidc));
      const status = await post(request, token, signal);
      // The subscriber may have seen the signer's keys change.
      if (status === 401 || status === 403) tokens.clear();
      return status;
    },
    close() {
      plain.destroy();
      tls.destroy();
    },
  };
}
