/** A Hub in the embedded cloud whose functions are listened to, and what the cloud, people and chance do to its clusters. */
import { createApi } from '../../../functions/api/app.ts';
import { CREDENTIALS_ENDPOINTS } from '../../../functions/api/credentials.ts';
import { OBJECTS_AT_A_TIME } from '../../../functions/buckets.ts';
import { targetOf } from '../../../functions/clusters/target.ts';
import { command } from '../../../functions/dispatch/commands.ts';
import { handled } from '../../../functions/invocation.ts';
import type { KubeRef } from '../../../functions/leaf/leaf.ts';
import { arrival } from '../../../functions/members/arrival.ts';
import { withMember, withoutMember } from '../../../functions/members/membership.ts';
import { createOidc } from '../../../functions/oidc/app.ts';
import { newSigningKeyPem, parseSigningKeys } from '../../../functions/oidc/keys.ts';
import { clusterBody } from '../../../functions/providers/gke/request.ts';
import type { Interior } from '../../../local/memory/interiors.ts';
import { accountPath } from '../../../shared/documents/account.ts';
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import { minutes } from '../../../shared/units.ts';
import { requestOf, type Sending, servedBy } from '../../request.ts';
import { runHub } from '../../running-hub.ts';
import { type Heard, listenTo } from './calls.ts';

export type Living = ReturnType<typeof living>;

export function living(heard: Heard, inside: Interior) {
  const interruptions = new Map<string, { act: () => Promise<unknown>; left: number }>();
  const hub = runHub({
    inside,
    invoke: (name, work) => {
      const ports = portsOf(name);
      return handled(ports, () => work(ports));
    },
  });
  const portsOf = listenTo(hub, heard, async (name, site) => {
    const due = interruptions.get(`${name} ${site}`);
    if (due && due.left-- > 0) await due.act();
  });
  const changeMembers = (id: string, uid: string, role?: Role): Promise<unknown> => {
    const email = `${uid}@example.com`;
    return command(hub.ports, id, 'share', 'ada', {
      change: (read) => (role ? withMember(read, { uid, email, role }) : withoutMember(read, email)),
    });
  };
  const tokenOf = (uid: string, email = `${uid}@example.com`): string =>
    hub.tokens.issue({
      uid,
      email,
      emailVerified: true,
      operator: false,
      signedInAt: new Date(hub.clock.now()),
    });
  /** @throws Error if it is refused */
  const ask = async (
    token: string,
    method: string,
    path: string,
    sending: Sending = {},
  ): Promise<Response> => {
    const served = servedBy(path);
    const app = createApi(portsOf(served), ...(served === 'api' ? [] : [CREDENTIALS_ENDPOINTS]));
    const answer = await hub.run(Promise.resolve(app.request(path, requestOf(method, token, sending))));
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  return {
    ...hub,
    /** Just before that function makes that call the next times; if it throws, that is what becomes of the call. */
    before: (name: string, site: string, act: () => Promise<unknown>, times = 1): void =>
      void interruptions.set(`${name} ${site}`, { act, left: times }),
    /** These two take no time of their own, for use in `before`. */
    join: (id: string, uid: string, role: Role = 'owner') => changeMembers(id, uid, role),
    leave: (id: string, uid: string) => changeMembers(id, uid),
    tokenOf,
    ask,
    /** As somebody does who has just signed in and seen what goes. */
    async deleteAccount(uid: string): Promise<void> {
      const path = '/v1/account';
      const seen = await ask(tokenOf(uid), 'GET', path);
      await ask(tokenOf(uid), 'DELETE', path, { headers: { 'if-match': seen.headers.get('etag') ?? '' } });
      await hub.until(async () => (await hub.documents.get(accountPath(uid))) === undefined);
    },
    /** Hub's OpenID provider, as a fetch over the wire would reach it. */
    signIns() {
      const ports = portsOf('oidc');
      const oidc = { ...ports.settings.oidc, signingKeys: parseSigningKeys(newSigningKeyPem()) };
      const app = createOidc({ ...ports, settings: { ...ports.settings, oidc } }, arrival);
      return (url: string | URL, init?: RequestInit): Promise<Response> =>
        hub.run(Promise.resolve(app.request(new URL(url, oidc.issuer).href, init)));
    },
  };
}

export const bucketOf = ({ id }: Pick<Cluster, 'id'>): string => `hub-${id}-g1`;

/** Somebody works with it, keeps more than can be deleted in one go, and wants some of it to be deleted by nobody. */
export function putFile(hub: Living, cluster: Pick<Cluster, 'id'>): void {
  for (let n = 0; n <= OBJECTS_AT_A_TIME; n++)
    hub.storage.putObject(bucketOf(cluster), `kept ${n}`, new Uint8Array([1]), { temporaryHold: n === 0 });
}

/** Its name, leading to somebody else. */
export const elsewhere = (hub: Living, id: string) =>
  ({ name: hub.name(id), type: 'A', ttlS: 60, values: ['198.51.100.1'] }) as const;

/** A handler long given up asks the cloud for its cluster all the same. */
export function makeLate(hub: Living, cluster: Cluster, location = cluster.location ?? ''): void {
  const settings = { projectId: 'hub-memory', cell: 'default', network: 'n', zones: {} };
  const body = clusterBody(targetOf(cluster), { ...settings, nodeServiceAccount: 'nodes@x' });
  hub.container.createCluster(location, JSON.parse(JSON.stringify(body)));
}

/** The same of its bucket, in which something is written at once, and of its name. */
export async function storeLate(hub: Living, cluster: Cluster): Promise<void> {
  const bucket = { name: bucketOf(cluster), region: cluster.spec.region, clusterId: cluster.id };
  await hub.run(hub.ports.buckets.ensureBucket(bucket));
  putFile(hub, cluster);
  await hub.run(hub.ports.dns.ensureRecord(elsewhere(hub, cluster.id)));
}

/** The rule for its webhooks is for a source that it had once. */
export const openElsewhere = (hub: Living, { id }: Pick<Cluster, 'id'>): void =>
  hub.compute.create('firewall', {
    name: `hub-${id}-g1-webhooks`,
    location: 'global',
    rule: { sourceRanges: ['10.9.9.0/26'] },
  });

/** Of each kind of what a cloud may leave of a cluster in Compute Engine one, in a region and in none. */
export function leaveBehind(hub: Living, { id }: Pick<Cluster, 'id'>): void {
  const name = `hub-${id}-g1`;
  const labels = { 'goog-k8s-cluster-name': name };
  const targetTags = [`gke-${name}-0a1b2c3d-node`];
  hub.compute.create('disk', { name: `gke-${name}-disk`, location: 'europe-west1-b', labels });
  hub.compute.create('firewall', { name: `gke-${name}-all`, location: 'global', targetTags });
  const balancer = `a${id.replace(/[^a-f]/g, '0')}${'0'.repeat(15)}`;
  hub.compute.create('firewall', { name: `k8s-fw-${balancer}`, location: 'global', targetTags });
  hub.compute.create('target-pool', { name: balancer, location: 'europe-west1' });
  hub.compute.create('health-check', { name: balancer, location: 'global' });
  const backend = `k8s2-${id.slice(0, 8)}-istio-ingress-hub-gateway-0a1b2c3d`;
  const region = 'europe-west1';
  hub.compute.create('firewall', { name: backend, location: 'global', targetTags });
  hub.compute.create('backend-service', { name: backend, location: region });
  hub.compute.create('network-endpoint-group', { name: backend, location: `${region}-b` });
  hub.compute.create('region-health-check', { name: backend, location: region });
  const description = `auto-created subnetwork for cluster "${name}"`;
  hub.compute.create('subnetwork', { name: `${name}-b`, location: 'europe-west1', description });
  for (const location of ['europe-west1', 'global']) {
    hub.compute.create('forwarding-rule', { name: `rule-${id}`, location, labels });
    hub.compute.create('address', { name: `address-${id}`, location, labels });
  }
}

const NAMESPACE = 'pachyderm';
/** What pachd is told at each start of who may do what. */
export const AUTH_SECRET = { apiVersion: 'v1', kind: 'Secret', name: 'pachyderm-auth', namespace: NAMESPACE };
export const deployment = (name: string): KubeRef => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name,
  namespace: NAMESPACE,
});

const POD = {
  containers: [{ name: 'main', image: 'busybox' }],
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'theirs' } }],
};
const LABELS = { app: 'theirs' };
const PODS = { selector: { matchLabels: LABELS }, template: { metadata: { labels: LABELS }, spec: POD } };

/** People run something that keeps files, by each kind of Kubernetes that can. */
export async function populate(hub: Living, id: string): Promise<void> {
  const leaf = await hub.leaf(id);
  const storage = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const job = { template: { spec: { ...POD, restartPolicy: 'Never' } } };
  for (const [apiVersion, kind, spec] of [
    ['v1', 'PersistentVolumeClaim', storage],
    ['apps/v1', 'Deployment', { replicas: 1, ...PODS }],
    ['apps/v1', 'DaemonSet', PODS],
    ['apps/v1', 'ReplicaSet', { replicas: 1, ...PODS }],
    ['v1', 'ReplicationController', { replicas: 1, template: PODS.template }],
    ['batch/v1', 'Job', job],
    ['batch/v1', 'CronJob', { schedule: '* * * * *', jobTemplate: { spec: job } }],
    ['v1', 'Pod', POD],
  ] as const)
    await leaf.apply({ apiVersion, kind, metadata: { name: 'theirs', namespace: NAMESPACE }, spec });
  await hub.clock.runFor(minutes(1));
}

/** Kinds of what Hub puts into a cluster by itself, and not by Helm. */
const GUARDS = [
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['v1', 'ServiceAccount'],
  ['v1', 'LimitRange'],
  ['v1', 'ResourceQuota'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['scheduling.k8s.io/v1', 'PriorityClass'],
  ['storage.k8s.io/v1', 'StorageClass'],
  ['v1', 'Namespace'],
] as const;

/** Somebody with all rights in a cluster takes Hub's own things away there. */
export async function strip(hub: Living, id: string): Promise<void> {
  const leaf = await hub.leaf(id);
  for (const [apiVersion, kind] of GUARDS) {
    for (const { metadata } of await leaf.list({ apiVersion, kind })) {
      const { name, namespace } = metadata;
      if (/^(hub|member)\b/.test(name) || namespace?.startsWith('hub-'))
        await leaf.delete({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) });
    }
  }
}
