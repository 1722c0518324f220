/** How GKE gets the Kubernetes API of its clusters: whoever serves it (the Kubernetes stand-in, a fake in tests) implements `Leaves`. */
import type { ComputeKind, ComputeSpec } from '../compute/model.ts';

/** A cluster as its Kubernetes API server knows it. */
export interface LeafRef {
  name: string;
  /** 64 hex digits; another one for the next cluster of the same name. */
  id: string;
  location: string;
}

/** A node; its instance and its boot disk have the same name. */
export interface LeafNode {
  name: string;
  pool: string;
  zone: string;
  machineType: string;
}

export interface LeafRequest extends LeafRef {
  /** In all zones together. */
  nodeCount: number;
  zones: readonly string[];
  machineType: string;
  nodes: readonly LeafNode[];
  /** Address of its API server inside the network. */
  controlPlane: string;
  /** Of GKE. */
  version: string;
  labels: Readonly<Record<string, string>>;
  /** What Kubernetes makes in Compute Engine for this cluster; it stays when the cluster goes, unless removed before. */
  resources: LeafResources;
}

export interface LeafResources {
  create(kind: ComputeKind, spec: Omit<ComputeSpec, 'cluster' | 'madeBy'>): void;
  remove(kind: ComputeKind, name: string, location: string): boolean;
}

interface LeafAddress {
  /** `https://host:port` or `host:port`. */
  server: string;
  /** PEM of the CA that signed the server's certificate. */
  ca: string;
}

/** Whoever runs the Kubernetes API of the clusters. */
export interface Leaves {
  /** Safe to repeat: a cluster that was started before (this or an earlier process) keeps its identity and its objects. */
  start(leaf: LeafRequest): Promise<LeafAddress>;
  /** Ends it and forgets it; safe to repeat. */
  stop(leaf: LeafRef): Promise<void>;
  /**
   * Brings its nodes to those wanted: new ones become ready, those beyond are drained and go. Safe to repeat; to be called again while
   * pending. Without it nodes come and go at once.
   */
  resize?(leaf: LeafRef, nodes: readonly LeafNode[]): Promise<'done' | 'pending'>;
  /** Its API does not answer from now on, or does again; what runs in it runs on. Safe to repeat. Without it the API is never away. */
  setAway?(leaf: LeafRef, away: boolean): void;
}
