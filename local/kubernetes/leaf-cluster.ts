/** One leaf cluster: its objects, who watches them, what is due, and the queue that its controllers work off. */
import type { Registry } from '../registry/model.ts';
import type { World } from '../service.ts';
import type { Table } from '../store.ts';
import type { ComputePort } from './compute-port.ts';
import { kindsOf } from './custom-kinds.ts';
import { KindRegistry } from './kind-registry.ts';
import { KINDS, type Kind } from './kinds.ts';
import { type Change, keyOfObject, ObjectStore, type Stored } from './objects.ts';
import type { Listener } from './pod-ports.ts';
import type { Tasks } from './tasks.ts';
import { Watches } from './watch.ts';

/** A node as GKE makes it. */
export interface LeafNode {
  /** Of the instance, too. */
  name: string;
  pool: string;
  zone: string;
  machineType: string;
}

/** What a leaf cluster is made with. */
export interface LeafTarget {
  name: string;
  /** Zone, or region for a regional cluster. */
  location: string;
  /** In all zones together. */
  nodeCount: number;
  machineType: string;
  /** Where the nodes are, if not in the zones that the location's name tells. */
  zones?: readonly string[];
  /** The nodes that it has at first, in place of such as the three fields before tell. */
  nodes?: readonly LeafNode[];
  /** Address of its API server inside the network. */
  controlPlane?: string;
  /** Of GKE. */
  version?: string;
  /** GKE's own id: another one for the next cluster of the same name. */
  id?: string;
  /** Hub's id of the cluster, for people who look at the index. */
  clusterId?: string;
}

/** The outside world as the inside of a leaf cluster reaches it. */
export interface LeafEdges {
  compute: ComputePort;
  /** Publishes to Pub/Sub. */
  publish(topic: string, data: string): void;
  /** Who may pull charts; absent: everybody may. */
  registry?: Registry;
  /** What listens at the ports of pods, beside the few pages that the stand-in serves itself. */
  listener?: Listener;
}

export interface LeafRecord extends LeafTarget {
  zones: readonly string[];
  /** PEM of the CA that its API server's certificate is signed by. */
  ca: string;
  /** Revisions are reserved up to here. */
  revision: number;
  createdAtMs: number;
}

export const leafKey = (name: string, location: string): string => `${location}/${name}`;

/** Watches objects of one kind and brings them into the state they ask for. */
export interface Controller {
  readonly kind: Kind;
  /** Other kinds whose changes concern one of its objects, and the keys of those objects. */
  readonly follows?: ReadonlyArray<readonly [Kind, (leaf: LeafCluster, changed: Stored) => Iterable<string>]>;
  /** The same for changes of every kind, those defined at run time among them. */
  followsAll?(leaf: LeafCluster, kind: Kind, changed: Stored): Iterable<string>;
  /** Looks at the object (gone: not called) and does what is missing. Safe to repeat. */
  reconcile(leaf: LeafCluster, object: Stored): void;
}

/** What works in every leaf cluster. */
export interface Machinery {
  controllers: readonly Controller[];
  /** What to do at once, within a change. */
  noticed(leaf: LeafCluster, change: Change): void;
}

/** What to do when a task falls due. */
export type TaskHandler = (leaf: LeafCluster, subject: string) => void;

/** What does not show in the API but must survive a restart: logs, progress of a program, faults that struck for good. */
export type Memory = { [field: string]: string | number | boolean | undefined };

/** Controllers that never come to rest are a bug of the stand-in; this many steps at one instant are no accident. */
const MAX_STEPS = 20_000;

export class LeafCluster {
  readonly record: LeafRecord;
  readonly world: World;
  readonly edges: LeafEdges;
  /** What it serves. */
  readonly kinds = new KindRegistry();
  readonly objects: ObjectStore;
  readonly watches: Watches;
  readonly memory: Table<Memory>;
  /** Its API answers nobody at present. */
  isAway = false;
  readonly #tasks: Tasks;
  readonly #machinery: Machinery;
  readonly #queue = new Set<string>();
  #second = -1;
  #timestamp = '';
  #draining = false;
  #stopped = false;

  constructor(record: LeafRecord, world: World, edges: LeafEdges, tasks: Tasks, machinery: Machinery) {
    this.record = record;
    this.world = world;
    this.edges = edges;
    this.#tasks = tasks;
    this.#machinery = machinery;
    const records = world.store.table<LeafRecord>('leaves');
    this.objects = new ObjectStore(
      this.kinds,
      world.store.table<Stored>(`objects ${this.key}`),
      {
        reserved: () => record.revision,
        reserve: (upTo) => {
          record.revision = upTo;
          records.set(this.key, record);
        },
      },
      (change) => this.#changed(change),
    );
    this.memory = world.store.table<Memory>(`memory ${this.key}`);
    this.watches = new Watches(this.objects.revision);
  }

  get key(): string {
    return leafKey(this.record.name, this.record.location);
  }

  get certificateAuthority(): string {
    return this.record.ca;
  }

  /** A timestamp as Kubernetes writes it: whole seconds. */
  get now(): string {
    const second = Math.floor(this.world.clock.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#timestamp = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    }
    return this.#timestamp;
  }

  /** @param durationMs cloud time */
  after(task: string, subject: string, durationMs: number): void {
    if (!this.#stopped) this.#tasks.schedule(this.key, task, subject, durationMs);
  }

  isDue(task: string, subject: string): boolean {
    return this.#tasks.has(this.key, task, subject);
  }

  cancel(task: string, subject: string): void {
    this.#tasks.cancel(this.key, task, subject);
  }

  /** Has the controllers look at everything: after a restart nobody knows what they had seen. */
  resync(): void {
    for (const [kind, object] of this.objects.all()) this.#enqueue(kind, object);
  }

  /** The cluster is gone: nothing happens in it any more. What it made outside stays. */
  stop(): void {
    this.#stopped = true;
    this.#queue.clear();
    this.#tasks.cancelAll(this.key);
    this.objects.clear();
    for (const key of [...this.memory.keys()]) this.memory.delete(key);
  }

  #changed(change: Change): void {
    if (change.kind === KINDS.CustomResourceDefinition) {
      this.kinds.define(change.object.metadata.name, change.type === 'DELETED' ? [] : kindsOf(change.object));
    }
    this.watches.record(change);
    this.#enqueue(change.kind, change.object);
    this.#machinery.noticed(this, change);
  }

  #enqueue(kind: Kind, object: Stored): void {
    for (const [index, controller] of this.#machinery.controllers.entries()) {
      if (controller.kind === kind) this.#queue.add(`${index}|${keyOfObject(object)}`);
      for (const [followed, concerns] of controller.follows ?? []) {
        if (followed !== kind) continue;
        for (const key of concerns(this, object)) this.#queue.add(`${index}|${key}`);
      }
      for (const key of controller.followsAll?.(this, kind, object) ?? []) this.#queue.add(`${index}|${key}`);
    }
    if (this.#draining || this.#queue.size === 0) return;
    this.#draining = true;
    // After the present call, as controllers hear of a change after whoever made it.
    queueMicrotask(() => this.world.store.batch(() => this.#drain()));
  }

  #drain(): void {
    let steps = 0;
    for (const entry of this.#queue) {
      this.#queue.delete(entry);
      const bar = entry.indexOf('|');
      const controller = this.#machinery.controllers[Number(entry.slice(0, bar))];
      const object = controller && this.objects.find(controller.kind, entry.slice(bar + 1));
      if (controller && object && !this.#stopped) this.guard(entry, () => controller.reconcile(this, object));
      if (++steps > MAX_STEPS) {
        this.world.log.error('kubernetes-controllers-never-rest', { resource: entry, cluster: this.key });
        this.#queue.clear();
      }
    }
    this.#draining = false;
  }

  /** Runs what nobody waits for: an error there is a bug of the stand-in, told and survived. */
  guard(what: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.world.log.error('kubernetes-controller-failed', { resource: what, cluster: this.key, detail });
    }
  }
}
