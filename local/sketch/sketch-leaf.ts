/** One sketched cluster: its objects, what runs in it, and what is due. */
import type { KubeObject } from '../../functions/leaf/leaf.ts';
import { newUid } from '../kubernetes/identifiers.ts';
import { type LeafEdges, type LeafTarget, leafKey } from '../kubernetes/leaf-cluster.ts';
import type { World } from '../service.ts';
import type { JobRun } from './jobs.ts';
import type { Pod } from './pods.ts';
import { type Kept, ObjectTable } from './table.ts';

interface SketchRecord extends LeafTarget {
  ca: string;
}

/** A node, as far as pods need to know: which images it has, and since when. */
export interface SketchNode {
  name: string;
  zone: string;
  readyAtMs: number;
  images: Map<string, number>;
}

export class SketchLeaf {
  readonly key: string;
  readonly record: SketchRecord;
  readonly world: World;
  readonly edges: Omit<LeafEdges, 'listener'>;
  /** Its API answers nobody at present. */
  isAway = false;
  readonly objects = new ObjectTable();
  /** By key; also those that are going, until they are gone. */
  readonly pods = new Map<string, Pod>();
  /** By uid. */
  readonly jobs = new Map<string, JobRun>();
  readonly nodes = new Map<string, SketchNode>();
  /** What each manager last applied, where there is more than one; by uid. */
  readonly said = new Map<string, Map<string, KubeObject>>();
  /** When somebody last changed anything by applying it, by the same. */
  readonly changedAt = new Map<string, number>();
  /** What Helm made, by the name of its release's Secret. */
  readonly manifests = new Map<string, readonly KubeObject[]>();
  /** When an address is there, by uid of its Service; Infinity: never. */
  readonly addressesAtMs = new Map<string, number>();
  /** When the volume of a claim is there, by uid. */
  readonly boundAtMs = new Map<string, number>();
  readonly #timers = new Set<() => void>();
  #revision = 0;
  #second = -1;
  #timestamp = '';

  constructor(record: SketchRecord, world: World, edges: SketchLeaf['edges']) {
    this.record = record;
    this.world = world;
    this.edges = edges;
    this.key = leafKey(record.name, record.location);
  }

  get nowMs(): number {
    return this.world.clock.now();
  }

  /** Whole seconds, as Kubernetes writes them. */
  get now(): string {
    const second = Math.floor(this.nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#timestamp = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    }
    return this.#timestamp;
  }

  newUid(): string {
    return newUid(this.world.random);
  }

  nextRevision(): string {
    this.#revision++;
    return String(this.#revision);
  }

  /** Makes it as the API would. */
  make(object: KubeObject): Kept {
    return this.objects.put({
      ...object,
      metadata: {
        ...object.metadata,
        uid: this.newUid(),
        resourceVersion: this.nextRevision(),
        creationTimestamp: this.now,
        ...(object.spec !== undefined && { generation: 1 }),
      },
    });
  }

  /** Another version of what is there. */
  replace(object: Kept): Kept {
    return this.objects.put({
      ...object,
      metadata: { ...object.metadata, resourceVersion: this.nextRevision() },
    });
  }

  /** Nothing comes of it if the cluster is gone by then. Returns what cancels it. */
  at(atMs: number, run: () => void): () => void {
    const cancel = this.world.clock.schedule(atMs, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  after(durationMs: number, run: () => void): () => void {
    return this.at(this.world.clock.after(durationMs), run);
  }

  /** Nothing happens in it any more. What it made outside stays. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.objects.clear();
    this.pods.clear();
    this.jobs.clear();
  }
}
