/**
 * What one subscription has not acknowledged yet: which messages may be delivered, which are out on a lease, which wait for their
 * back-off. Deliveries are at least once: a lease that ends in anything but an ack puts its message back.
 *
 * The journal holds a row per unacknowledged message: written when it is published, again after each failed attempt, removed by
 * its ack. Leases are not journaled, so after a restart whatever was out is delivered again.
 */
import { seconds } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import type { Table } from '../store.ts';
import type { NewMessage, Subscription } from './resources.ts';

/** A row of the table `messages`, by `<subscription>|<messageId>|<copy>`. */
export interface StoredMessage extends NewMessage {
  subscription: string;
  messageId: string;
  /** 0, or 1 for the second copy that the fault `duplicate` makes. */
  copy: number;
  publishedAt: number;
  /** Deliveries that ended without an ack. */
  attempts: number;
  /** The instant before which it is not delivered. */
  dueAt: number;
}

export const messageKey = (row: Pick<StoredMessage, 'subscription' | 'messageId' | 'copy'>): string =>
  `${row.subscription}|${row.messageId}|${row.copy}`;

/** One delivery of one message. */
export interface Lease {
  ackId: string;
  message: StoredMessage;
  /** 1 for the first delivery. */
  attempt: number;
}

export type LeaseEnd = 'ack' | 'nack' | 'expired' | 'gone';

/** Something that takes deliveries: the pusher, a StreamingPull or a waiting Pull. */
export interface Consumer {
  /** How many more messages it takes now. */
  capacity(): number;
  /** The instant at which a lease given now runs out. */
  leaseUntil(): number;
  /** Whether only one message of an ordering key may be out at a time; else they are streamed in order. */
  readonly oneByOne: boolean;
  receive(leases: readonly Lease[]): void;
  /** A lease it was given is over. */
  ended(lease: Lease, how: LeaseEnd): void;
  /** The subscription was deleted. */
  deleted?(): void;
}

interface Entry {
  readonly row: StoredMessage;
  readonly chain: Entry[] | undefined;
  lease?: OpenLease;
  /** Takes back the timer of a back-off. */
  stopWaiting?: () => void;
  /** Acknowledged, but an earlier message of its ordering key is not. */
  ackedEarly?: boolean;
}

interface OpenLease extends Lease {
  consumer: Consumer;
  cancel: () => void;
}

interface BacklogOptions {
  clock: LocalClock;
  /** The rows of all subscriptions. */
  table: Table<StoredMessage>;
  subscription: () => Subscription;
  /** Publishes to the dead-letter topic; false if there is no such topic. */
  deadLetter: (message: StoredMessage, attempts: number) => boolean;
}

/** Messages in one reply of a pull or stream. */
const MAX_BATCH = 100;

/** Without a retry policy a push subscriber that refuses is left alone for 100 ms to 60 s: https://cloud.google.com/pubsub/docs/push#push_backoff */
const PUSH_BACKOFF = { minimumBackoffMs: 100, maximumBackoffMs: seconds(60) } as const;

export class Backlog {
  readonly #options: BacklogOptions;
  /** In the order of publishing. */
  readonly #entries = new Map<string, Entry>();
  /** Deliverable now, unordered. */
  readonly #ready = new Set<Entry>();
  /** By ordering key, oldest first; a key is here as long as it has unacknowledged messages. */
  readonly #chains = new Map<string, Entry[]>();
  /** The first is asked first; whoever was given something goes to the end. */
  #consumers: Consumer[] = [];
  #pumping = false;
  #closed = false;
  /** Starts at the instant of the start, so that no ack id is given out twice, not even across a restart. */
  #leases: number;

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#leases = options.clock.now();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes in a row that is in the table already. Call `pump` afterwards. */
  add(row: StoredMessage): void {
    const ordered = this.#options.subscription().enableMessageOrdering && row.orderingKey;
    let chain: Entry[] | undefined;
    if (ordered) {
      chain = this.#chains.get(ordered) ?? [];
      this.#chains.set(ordered, chain);
    }
    const entry: Entry = { row, chain };
    chain?.push(entry);
    this.#entries.set(messageKey(row), entry);
    this.#wait(entry);
  }

  attach(consumer: Consumer): void {
    this.#consumers.push(consumer);
    this.pump();
  }

  /** The leases it holds run on. */
  detach(consumer: Consumer): void {
    this.#consumers = this.#consumers.filter((other) => other !== consumer);
  }

  /** Hands out what can be delivered to those who can take it. */
  pump(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    try {
      this.#dropExpired();
      for (let idle = 0; idle < this.#consumers.length; ) {
        const consumer = this.#consumers.shift();
        if (!consumer) break;
        this.#consumers.push(consumer);
        const leases = this.#take(consumer, Math.min(consumer.capacity(), MAX_BATCH));
        if (leases.length > 0) consumer.receive(leases);
        idle = leases.length > 0 ? 0 : idle + 1;
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** An ack that comes after its lease ran out still counts, as long as the message is here: best effort, as in the service. */
  ack(ackId: string): void {
    const entry = this.#find(ackId);
    if (!entry) return;
    const { chain } = entry;
    if (!chain) {
      this.#end(entry, 'ack');
      this.#remove(entry);
    } else if (entry.lease?.ackId === ackId) {
      // In order: a message is gone only when all before it are.
      entry.ackedEarly = true;
      entry.lease.cancel();
      for (let first = chain[0]; first?.ackedEarly; first = chain[0]) {
        this.#end(first, 'ack');
        this.#remove(first);
      }
    }
    this.pump();
  }

  /** Only the delivery that is out can be refused. */
  nack(ackId: string, how: 'nack' | 'expired' = 'nack'): void {
    const entry = this.#find(ackId);
    if (!entry || entry.lease?.ackId !== ackId) return;
    this.#end(entry, how);
    // What was streamed behind it must come again after it.
    const later = entry.chain?.slice(entry.chain.indexOf(entry) + 1) ?? [];
    for (const other of later) {
      this.#end(other, 'gone');
      delete other.ackedEarly;
    }
    const { row } = entry;
    row.attempts++;
    const { deadLetterPolicy } = this.#options.subscription();
    if (
      deadLetterPolicy &&
      row.attempts >= deadLetterPolicy.maxDeliveryAttempts &&
      this.#options.deadLetter(row, row.attempts)
    ) {
      this.#remove(entry);
    } else {
      row.dueAt = this.#options.clock.after(this.#backoffMs(row.attempts));
      this.#options.table.set(messageKey(row), row);
      this.#wait(entry);
    }
    this.pump();
  }

  /** Moves the deadline of a delivery that is out. */
  extend(ackId: string, untilMs: number): void {
    const entry = this.#find(ackId);
    if (entry?.lease?.ackId !== ackId || entry.ackedEarly) return;
    entry.lease.cancel();
    entry.lease.cancel = this.#expireAt(ackId, untilMs);
  }

  /** Forgets what was published before that instant. */
  seek(beforeMs: number): void {
    for (const entry of [...this.#entries.values()]) {
      if (entry.row.publishedAt < beforeMs) this.#drop(entry);
    }
    this.pump();
  }

  /** Forgets everything, also in the table, and sends the consumers away. */
  delete(): void {
    this.#closed = true;
    for (const entry of [...this.#entries.values()]) this.#drop(entry);
    for (const consumer of this.#consumers) consumer.deleted?.();
    this.#consumers = [];
  }

  /** Stops all timers; the rows stay. */
  close(): void {
    this.#closed = true;
    for (const entry of this.#entries.values()) {
      entry.stopWaiting?.();
      this.#end(entry, 'gone');
    }
  }

  #find(ackId: string): Entry | undefined {
    const [messageId = '', copy] = ackId.split('-');
    const subscription = this.#options.subscription().name;
    return this.#entries.get(messageKey({ subscription, messageId, copy: Number(copy) }));
  }

  #take(consumer: Consumer, max: number): OpenLease[] {
    const leases: OpenLease[] = [];
    if (max <= 0) return leases;
    for (const entry of this.#ready) {
      if (leases.length >= max) break;
      this.#ready.delete(entry);
      leases.push(this.#lease(entry, consumer));
    }
    for (const chain of this.#chains.values()) {
      for (const entry of chain) {
        if (leases.length >= max) return leases;
        if (entry.stopWaiting) break;
        // Behind what this consumer already has it may be streamed on; what another has blocks the key.
        if (entry.lease && entry.lease.consumer !== consumer) break;
        if (!entry.lease) leases.push(this.#lease(entry, consumer));
        if (consumer.oneByOne) break;
      }
    }
    return leases;
  }

  #lease(entry: Entry, consumer: Consumer): OpenLease {
    const { row } = entry;
    const ackId = `${row.messageId}-${row.copy}-${this.#leases++}`;
    const lease: OpenLease = {
      ackId,
      message: row,
      attempt: row.attempts + 1,
      consumer,
      cancel: this.#expireAt(ackId, consumer.leaseUntil()),
    };
    entry.lease = lease;
    return lease;
  }

  #expireAt(ackId: string, atMs: number): () => void {
    return this.#options.clock.schedule(atMs, () => this.nack(ackId, 'expired'));
  }

  #end(entry: Entry, how: LeaseEnd): void {
    const { lease } = entry;
    if (!lease) return;
    lease.cancel();
    delete entry.lease;
    lease.consumer.ended(lease, how);
  }

  /** Makes it deliverable at its instant; what comes after the end waits for the next start. */
  #wait(entry: Entry): void {
    const { clock } = this.#options;
    if (this.#closed) return;
    if (entry.row.dueAt > clock.now()) {
      entry.stopWaiting = clock.schedule(entry.row.dueAt, () => {
        delete entry.stopWaiting;
        if (!entry.chain) this.#ready.add(entry);
        this.pump();
      });
    } else if (!entry.chain) this.#ready.add(entry);
  }

  #drop(entry: Entry): void {
    this.#end(entry, 'gone');
    this.#remove(entry);
  }

  #remove(entry: Entry): void {
    const key = messageKey(entry.row);
    entry.stopWaiting?.();
    this.#entries.delete(key);
    this.#ready.delete(entry);
    this.#options.table.delete(key);
    const { chain } = entry;
    if (!chain) return;
    chain.splice(chain.indexOf(entry), 1);
    if (chain.length === 0) this.#chains.delete(entry.row.orderingKey ?? '');
  }

  /** Past the retention a message is dropped, delivered or not. Looked at whenever the subscription is touched. */
  #dropExpired(): void {
    const { messageRetentionMs } = this.#options.subscription();
    for (const entry of this.#entries.values()) {
      if (this.#options.clock.elapsed(entry.row.publishedAt) <= messageRetentionMs) return;
      this.#drop(entry);
    }
  }

  #backoffMs(attempts: number): number {
    const { retryPolicy, pushConfig } = this.#options.subscription();
    const policy = retryPolicy ?? (pushConfig && PUSH_BACKOFF);
    if (!policy) return 0;
    return Math.min(policy.maximumBackoffMs, policy.minimumBackoffMs * 2 ** (attempts - 1));
  }
}
