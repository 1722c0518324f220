/** What an application must say about itself to be offered by Hub. */

/**
 * Of the pods that make up the application and its gateway: where a node goes and there is not room for all, they are placed before the pods
 * that people's own work is made of, and in the place of these.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 */
export const PRIORITY_CLASS = 'hub-product';

export interface ProductVersion {
  /** The application's version, which is also that of its chart. */
  version: string;
  default?: true;
  /** Offered only by an operator who has a licence for it. */
  needsLicense?: true;
  /** Offered to nobody any more, as for a fault in it. It stays in the list: clusters that have it are looked after as before. */
  withdrawn?: true;
}

/** One of those that a cluster is made of. */
export interface Machine {
  cpus: number;
  memoryGiB: number;
}

/** What the values of a chart may depend on. No secret is among them: values are compared, and a Secret in the leaf may be named. */
interface ValuesInput {
  clusterId: string;
  version: string;
  bucket: string;
  /** The cluster's host, as in an address: with a port if it is not that of https. */
  host: string;
  machine: Machine;
  /** Where images of Docker Hub are had by the names they have there, e.g. `europe-docker.pkg.dev/p/images`; absent: from Docker Hub. */
  imageMirror?: string;
  /** Whether the version needs the operator's licence, which is then in a Secret in the product's namespace. */
  licensed: boolean;
  /** Sizes of the volumes that stand, by the StatefulSet that claims them, which Kubernetes lets nobody change. */
  volumes: Readonly<Record<string, string>>;
}

/** All that is said must fit. */
export interface Match {
  /** Of the path without its query: all of it, or how it begins. */
  path?: string;
  pathPrefix?: string;
  header?: { name: string; prefix: string };
}

/** Requests that go one way behind the cluster's gateway, or no way at all. */
export type Route = Passage | Refusal;

interface Choice {
  /** One of these must fit; none: everything does. */
  matches: readonly Match[];
}

interface Passage extends Choice {
  /** A Service in the product's namespace. */
  service: string;
  port: number;
  /** Of a port that takes HTTP/2 only, as gRPC does, and whose name does not say so; absent: what its name says. */
  protocol?: 'h2';
  /** Streams of gRPC may last; absent: the gateway's own limit. */
  timeoutS?: number;
}

/** What gets no further than the gateway, whatever comes after it. */
interface Refusal extends Choice {
  /** For whoever asks. */
  refusal: string;
}

export const isPassage = (route: Route): route is Passage => !('refusal' in route);

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Product {
  id: string;
  label: string;
  /** One sentence for the catalog. */
  description: string;
  /** Namespace and Helm release in the leaf. */
  namespace: string;
  release: string;
  /** Name of the chart in the operator's mirror. */
  chart: string;
  versions: readonly ProductVersion[];
  /** Values of the chart for one cluster. */
  values(input: ValuesInput): { [key: string]: Json };
  /** Workloads that it scales itself, from nothing and back: what of them is there says nothing of what should be. */
  scalesItself?: readonly string[];
  /** How strict its own images allow its namespace to be: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
  podSecurity: 'restricted' | 'baseline';
  /**
   * Who may come in: `pachyderm`, its members by Pachyderm's own sign-in, which Hub locks and proves; `public`, everybody, for what has
   * nothing to protect.
   */
  access: 'pachyderm' | 'public';
  /** In the order in which they are tried. */
  routes: readonly Route[];
  /** Addresses shown to the user, by name. */
  endpoints(host: string): Record<string, string>;
}

/** A version that is offered no more needs one as before. */
export const needsLicense = ({ versions }: Product, version: string): boolean =>
  versions.some((known) => known.version === version && known.needsLicense === true);
