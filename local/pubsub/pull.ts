/** The two ways to pull: a Pull that waits for its first message, and a StreamingPull. */
import { seconds } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import { type CallContext, type Duplex, type Message, toStatus } from '../grpc.ts';
import { ServiceError, STATUS } from '../service.ts';
import type { Consumer, Lease } from './backlog.ts';
import type { PubsubModel } from './model.ts';
import { invalid, notFound, requireAckDeadline } from './resources.ts';
import { toReceived } from './wire.ts';

/** A Pull with nothing to give answers after this much cloud time. */
const PULL_WAIT_MS = seconds(20);

/** What a stream may have outstanding where its client names no limit. */
const DEFAULT_OUTSTANDING = 1000;

const ACK_ID = /^\d+-[01]-\d+$/;

/** @throws ServiceError INVALID_ARGUMENT */
export function requireAckIds(ackIds: readonly string[]): readonly string[] {
  for (const id of ackIds) {
    if (!ACK_ID.test(id)) throw invalid(`You have passed an invalid ack ID to the service (ack_id=${id}).`);
  }
  return ackIds;
}

function requirePullable(model: PubsubModel, name: string): void {
  if (!model.subscription(name).pushConfig) return;
  throw new ServiceError(
    STATUS.FAILED_PRECONDITION,
    'This method is not supported for this subscription type.',
  );
}

export function pull(
  model: PubsubModel,
  clock: LocalClock,
  request: Message,
  context: CallContext,
): Promise<Message> {
  const name: string = request.subscription;
  requirePullable(model, name);
  if (request.maxMessages <= 0) {
    throw invalid(
      'You have passed an invalid argument to the service (argument=max_messages must be positive).',
    );
  }
  const backlog = model.backlog(name);
  return new Promise((resolve, reject) => {
    let open = true;
    let stopWaiting = (): void => undefined;
    const finish = (answer: () => void): void => {
      open = false;
      stopWaiting();
      backlog.detach(consumer);
      answer();
    };
    const answer = (leases: readonly Lease[]): void => {
      const counted = model.subscription(name).deadLetterPolicy !== undefined;
      finish(() => resolve({ receivedMessages: leases.map((lease) => toReceived(lease, counted)) }));
    };
    const consumer: Consumer = {
      oneByOne: false,
      // Whoever has gone away takes nothing.
      capacity: () => (open && !context.cancelled ? request.maxMessages : 0),
      leaseUntil: () => clock.after(model.subscription(name).ackDeadlineMs),
      receive: answer,
      ended: () => undefined,
      deleted: () => finish(() => reject(notFound(name))),
    };
    backlog.attach(consumer);
    if (!open) return;
    if (request.returnImmediately) answer([]);
    else stopWaiting = clock.schedule(clock.after(PULL_WAIT_MS), () => answer([]));
  });
}

/** https://cloud.google.com/pubsub/docs/pull#streamingpull_api */
export function streamingPull(model: PubsubModel, clock: LocalClock, call: Duplex): void {
  let name = '';
  let consumer: Consumer | undefined;
  let ackDeadlineMs = 0;

  const leave = (): void => {
    if (consumer) model.backlog(name).detach(consumer);
    consumer = undefined;
  };
  const fail = (error: unknown): void => {
    leave();
    call.emit('error', toStatus(error));
  };

  const open = (request: Message): void => {
    name = request.subscription;
    requirePullable(model, name);
    requireAckDeadline(seconds(request.streamAckDeadlineSeconds), seconds(10));
    const maxMessages = Number(request.maxOutstandingMessages) || DEFAULT_OUTSTANDING;
    const maxBytes = Number(request.maxOutstandingBytes) || Number.POSITIVE_INFINITY;
    const outstanding = new Set<Lease>();
    let bytes = 0;
    const size = (lease: Lease): number => lease.message.data.length * 0.75;
    consumer = {
      oneByOne: false,
      capacity: () => (bytes >= maxBytes ? 0 : maxMessages - outstanding.size),
      leaseUntil: () => clock.after(ackDeadlineMs),
      receive(leases) {
        const counted = model.subscription(name).deadLetterPolicy !== undefined;
        for (const lease of leases) {
          outstanding.add(lease);
          bytes += size(lease);
        }
        call.write({ receivedMessages: leases.map((lease) => toReceived(lease, counted)) });
      },
      ended(lease) {
        if (outstanding.delete(lease)) bytes -= size(lease);
      },
      deleted() {
        consumer = undefined;
        fail(notFound(name));
      },
    };
    const { enableMessageOrdering } = model.subscription(name);
    call.write({
      subscriptionProperties: {
        exactlyOnceDeliveryEnabled: false,
        messageOrderingEnabled: enableMessageOrdering,
      },
    });
  };

  call.on('data', (request: Message) => {
    try {
      const first = !consumer;
      if (first) open(request);
      if (request.streamAckDeadlineSeconds) ackDeadlineMs = seconds(request.streamAckDeadlineSeconds);
      const backlog = model.backlog(name);
      if (first && consumer) backlog.attach(consumer);
      for (const id of requireAckIds(request.ackIds)) backlog.ack(id);
      modifyAckDeadlines(model, clock, name, request.modifyDeadlineAckIds, request.modifyDeadlineSeconds);
    } catch (error) {
      fail(error);
    }
  });
  call.on('cancelled', leave);
  call.on('error', leave);
  call.on('end', () => {
    leave();
    call.end();
  });
}

/** 0 is a nack. @throws ServiceError INVALID_ARGUMENT */
export function modifyAckDeadlines(
  model: PubsubModel,
  clock: LocalClock,
  name: string,
  ackIds: readonly string[],
  deadlines: readonly number[],
): void {
  const backlog = model.backlog(name);
  for (const deadline of deadlines) requireAckDeadline(seconds(deadline), 0);
  for (const [index, id] of requireAckIds(ackIds).entries()) {
    const deadline = seconds(deadlines[index] ?? 0);
    if (deadline === 0) backlog.nack(id);
    else backlog.extend(id, clock.after(deadline));
  }
}
