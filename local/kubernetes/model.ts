/**
 * All leaf clusters of the embedded cloud and what happens inside them. Pure state: no network. `server.ts` puts an HTTPS API in
 * front of each; the simulation uses the model as it is.
 *
 *     api.ts ─▶ objects.ts ─▶ watch.ts            the API's verbs, the store, who watches
 *                   │
 *                   └─▶ controllers/ ─▶ tasks.ts   what the cluster does about it, at once or later, in cloud time
 *                            └─▶ containers.ts ─▶ programs/ ─▶ charts/
 */
import type { World } from '../service.ts';
import { create } from './api.ts';
import { delayContainers } from './containers.ts';
import { budgets } from './controllers/budgets.ts';
import { clusterRoles } from './controllers/clusterroles.ts';
import { cronJobs, cronJobTasks } from './controllers/cronjobs.ts';
import { daemonSets } from './controllers/daemonsets.ts';
import { definitions } from './controllers/definitions.ts';
import { deployments } from './controllers/deployments.ts';
import { endpoints, forgetEndpoints } from './controllers/endpoints.ts';
import { collectGarbage } from './controllers/garbage.ts';
import { jobs, jobTasks } from './controllers/jobs.ts';
import { namespaces } from './controllers/namespaces.ts';
import { forgetPod, pods, podTasks } from './controllers/pods.ts';
import { quotas } from './controllers/quotas.ts';
import { replicaSets, replicationControllers } from './controllers/replicasets.ts';
import { services, serviceTasks } from './controllers/services.ts';
import { statefulSets } from './controllers/statefulsets.ts';
import { claims, volumes, volumeTasks } from './controllers/volumes.ts';
import { addDefaultRoles } from './default-roles.ts';
import { KINDS } from './kinds.ts';
import {
  LeafCluster,
  type LeafEdges,
  type LeafNode,
  type LeafRecord,
  type LeafTarget,
  leafKey,
  type Machinery,
  type TaskHandler,
} from './leaf-cluster.ts';
import { addNode, fitNodes, namedNodes, nodeTasks } from './nodes.ts';
import { zonesOf } from './places.ts';
import { Tasks } from './tasks.ts';
import { forgetTokenKey } from './tokens.ts';
import { RECONCILE, reconcileSubject } from './workloads.ts';

const MACHINERY: Machinery = {
  controllers: [
    namespaces,
    clusterRoles,
    definitions,
    deployments,
    replicaSets,
    replicationControllers,
    statefulSets,
    daemonSets,
    jobs,
    pods,
    services,
    claims,
    volumes,
    endpoints,
    cronJobs,
    budgets,
    quotas,
  ],
  noticed(leaf, change) {
    collectGarbage(leaf, change);
    forgetPod(leaf, change);
    forgetEndpoints(leaf, change);
  },
};

const TASKS: Readonly<Record<string, TaskHandler>> = {
  ...cronJobTasks,
  ...jobTasks,
  ...nodeTasks,
  ...podTasks,
  ...serviceTasks,
  ...volumeTasks,
  [RECONCILE]: reconcileAgain,
};

function reconcileAgain(leaf: LeafCluster, subject: string): void {
  const [apiVersion = '', kindName = '', key = ''] = subject.split('|');
  const kind = leaf.kinds.byName(apiVersion, kindName);
  const object = kind && leaf.objects.find(kind, key);
  const controller = MACHINERY.controllers.find((one) => one.kind === kind);
  if (object && controller && reconcileSubject(object) === subject) controller.reconcile(leaf, object);
}

export interface Kubernetes {
  /**
   * Makes a leaf cluster with its nodes, or returns the one that is there. One of an earlier process goes on where it was, and rests
   * until this is called for it: what it does outside must find somebody there.
   */
  add(target: LeafTarget & { ca: string }): LeafCluster;
  /** Brings the nodes of one that runs to those wanted; call it again until it says true. */
  resize(name: string, location: string, nodes: readonly LeafNode[]): boolean;
  /** Ends and forgets it. What it made in the cloud stays there, as in reality. */
  remove(name: string, location: string): void;
  /** One that runs. */
  find(name: string, location: string): LeafCluster | undefined;
  /** Those that run. */
  all(): Iterable<LeafCluster>;
  /** Stops the timers; the state stays in the store. */
  close(): void;
}

export function createKubernetes(world: World, edges: LeafEdges): Kubernetes {
  const records = world.store.table<LeafRecord>('leaves');
  const leaves = new Map<string, LeafCluster>();
  const tasks = new Tasks(world.store, world.clock, (task) => {
    const leaf = leaves.get(task.leaf);
    const handler = TASKS[task.name];
    if (leaf && handler) leaf.guard(`${task.name} ${task.subject}`, () => handler(leaf, task.subject));
  });
  const open = (record: LeafRecord): LeafCluster => {
    const leaf = new LeafCluster(record, world, edges, tasks, MACHINERY);
    leaves.set(leaf.key, leaf);
    return leaf;
  };
  const remove = (name: string, location: string): void => {
    const key = leafKey(name, location);
    const record = records.get(key);
    const leaf = leaves.get(key) ?? (record && open(record));
    leaves.delete(key);
    records.delete(key);
    leaf?.stop();
    if (leaf) forgetTokenKey(leaf);
  };
  return {
    add(target) {
      const key = leafKey(target.name, target.location);
      const record = records.get(key);
      // A new cluster of the same name, if nobody said that the old one went.
      if (record && target.id !== undefined && record.id !== target.id) remove(target.name, target.location);
      const there = leaves.get(key);
      if (there) return there;
      const kept = records.get(key);
      if (kept) {
        const leaf = open(kept);
        delayContainers(leaf, tasks.resume(key));
        leaf.resync();
        return leaf;
      }
      // As one: nobody would furnish the rest of it.
      return world.store.batch(() => {
        const leaf = open(recordOf(target, world.clock.now()));
        records.set(key, leaf.record);
        furnish(leaf, target);
        return leaf;
      });
    },
    resize(name, location, nodes) {
      const leaf = leaves.get(leafKey(name, location));
      return leaf ? fitNodes(leaf, nodes) : true;
    },
    remove,
    find: (name, location) => leaves.get(leafKey(name, location)),
    all: () => leaves.values(),
    close: () => tasks.pause(),
  };
}

function recordOf(target: LeafTarget & { ca: string }, nowMs: number): LeafRecord {
  const { name, location, nodeCount, machineType, zones, id, clusterId, version, ca } = target;
  return {
    name,
    location,
    nodeCount,
    machineType,
    zones: [...(zones ?? zonesOf(location))],
    ...(id !== undefined && { id }),
    ...(clusterId !== undefined && { clusterId }),
    ...(version !== undefined && { version }),
    ca,
    revision: 1,
    createdAtMs: nowMs,
  };
}

/** What GKE puts into a new cluster, as far as anybody here looks at it. */
function furnish(leaf: LeafCluster, target: LeafTarget): void {
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    create(leaf, KINDS.Namespace, undefined, { metadata: { name } });
  }
  for (const node of target.nodes ?? namedNodes(leaf, target)) addNode(leaf, node);
  addStorageClasses(leaf);
  addPriorityClasses(leaf);
  addDefaultRoles(leaf);
  addOwnService(leaf, target.controlPlane ?? SOME_CONTROL_PLANE);
}

const SOME_CONTROL_PLANE = '10.127.0.2';

/** `default/kubernetes`, by which everything inside reaches the cluster's own API. Its endpoints are written by the API server itself. */
function addOwnService(leaf: LeafCluster, address: string): void {
  const name = 'kubernetes';
  const ports = [{ name: 'https', port: 443, protocol: 'TCP' }];
  create(leaf, KINDS.Service, 'default', {
    metadata: { name, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { ports: [{ ...ports[0], targetPort: 443 }], clusterIP: '34.118.224.1' },
  });
  create(leaf, KINDS.Endpoints, 'default', {
    metadata: { name, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports }],
  });
  create(leaf, KINDS.EndpointSlice, 'default', {
    metadata: { name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports,
  });
}

/** https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/ */
function addPriorityClasses(leaf: LeafCluster): void {
  const classes = [
    ['system-cluster-critical', 2_000_000_000, 'Used for system critical pods that must run in the cluster.'],
    [
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ],
  ] as const;
  for (const [name, value, description] of classes) {
    create(leaf, KINDS.PriorityClass, undefined, { metadata: { name }, value, description });
  }
}

const VOLUME_CLASSES = [
  ['standard-rwo', 'pd-balanced', true],
  ['premium-rwo', 'pd-ssd', false],
  ['dynamic-rwo', 'dynamic', false],
] as const;

function addStorageClasses(leaf: LeafCluster): void {
  for (const [name, type, isDefault] of VOLUME_CLASSES) {
    create(leaf, KINDS.StorageClass, undefined, {
      metadata: {
        name,
        annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) },
      },
      provisioner: 'pd.csi.storage.gke.io',
      parameters: { type },
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    });
  }
}
