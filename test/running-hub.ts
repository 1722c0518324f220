/** Clusters that the product itself made, on a virtual clock, and hands inside of them. */

import { signInAsHub } from '../functions/access/hub-principal.ts';
import { type Site, siteOf } from '../functions/access/site.ts';
import { hostName, hostOf } from '../functions/clusters/host.ts';
import { command, conceive, createClusters } from '../functions/dispatch/commands.ts';
import type { Leaf } from '../functions/leaf/leaf.ts';
import { withMember, withoutMember } from '../functions/members/membership.ts';
import type { Bindings } from '../functions/pachyderm/members.ts';
import type { Pachyderm } from '../functions/pachyderm/pachyderm.ts';
import { type MemoryHub, type MemoryHubOptions, memoryHub } from '../local/memory/hub.ts';
import type { Interior } from '../local/memory/interiors.ts';
import type { PachdData } from '../local/pachd/data.ts';
import { accountPath } from '../shared/documents/account.ts';
import { CLUSTERS, type Cluster, clusterPath, type Role, shapeOf } from '../shared/documents/cluster.ts';
import { eventsOf } from '../shared/documents/event.ts';
import { DOCUMENT_SCHEMA } from '../shared/documents/fields.ts';
import { poolPath } from '../shared/documents/pool.ts';
import type { State } from '../shared/lifecycle/table.ts';
import { TOPICS } from '../shared/messages.ts';
import { hours, minutes } from '../shared/units.ts';
import { aSpec, type OwnEvent } from './builders.ts';

/** What the inside of clusters is made of: all behave the same. */
export const INTERIORS: readonly Interior[] = ['kubernetes', 'sketch'];

export interface Wish {
  product?: 'hello' | 'pachyderm';
  version?: string;
  owner?: string;
  /** A spare of that pool, for nobody. */
  pool?: string;
}

export type RunningHub = ReturnType<typeof runHub>;

/** The Scheduler's jobs run until `hub.stop()`. */
export function runHub(options: MemoryHubOptions = {}) {
  const hub = memoryHub(options);
  const { ports } = hub;
  let stop = hub.startScheduler();

  const cluster = async (id: string): Promise<Cluster> => {
    const found = await hub.run(hub.documents.get<Cluster>(clusterPath(id)));
    return { ...(found?.data as Cluster), id };
  };
  const site = async (id: string): Promise<Site> => hub.run(siteOf(await cluster(id), ports));
  const name = (id: string): string => hostName(hostOf(id, ports.settings.zone));

  /** @returns its id; nothing has happened to it yet */
  const create = async ({ product = 'pachyderm', version, owner, pool }: Wish = {}): Promise<string> => {
    const spec = { ...productSpec(product), ...(version !== undefined && { version }) };
    const birth = conceive(ports, {
      name: pool ?? 'mine',
      spec,
      shape: shapeOf(spec),
      ...(pool === undefined ? ownedBy(owner ?? 'ada') : { pool }),
    });
    await hub.run(createClusters(ports, [birth], []));
    return birth.cluster.id;
  };
  const reach = (id: string, state: State, { limitMs = hours(4), stepMs = 1000 } = {}): Promise<void> =>
    hub.until(async () => (await cluster(id)).state === state, limitMs, stepMs);
  const created = async (wish: Wish = {}): Promise<string> => {
    const id = await create(wish);
    await reach(id, wish.pool === undefined ? 'ready' : 'warm');
    return id;
  };
  const events = async (id: string): Promise<OwnEvent[]> =>
    (await hub.documents.query<OwnEvent>({ collection: eventsOf(id), orderBy: [['epoch', 'asc']] })).map(
      ({ data }) => data,
    );

  return {
    ...hub,
    create,
    created,
    reach,
    cluster,
    site,
    name,
    events,
    messagesOf: async (id: string) => (await events(id)).map(({ message }) => message),
    leaf: async (id: string): Promise<Leaf> => (await site(id)).leaf,
    /** An operator allows her so many from now on; 0: what she asks for waits in the queue. */
    allow: (owner: string, maxClusters: number) =>
      hub.run(
        hub.documents.commit([
          {
            op: 'set',
            path: accountPath(owner),
            data: { schema: DOCUMENT_SCHEMA, clusters: 0, hourlyMicros: 0, maxClusters },
          },
        ]),
      ),
    delete: (id: string) => hub.run(command(ports, id, 'delete', 'ada')),
    retry: (id: string) => hub.run(command(ports, id, 'retry', 'ada')),
    /** Keeps so many spares from now on. */
    pool: (wanted: number, product: Wish['product'] = 'pachyderm') =>
      hub.run(
        hub.documents.commit([
          {
            op: 'set',
            path: poolPath('default'),
            data: { schema: DOCUMENT_SCHEMA, spec: productSpec(product), wanted },
          },
        ]),
      ),
    /** Waits until a spare is ready for an owner. */
    async spares(): Promise<string[]> {
      const found = () =>
        hub.documents.query({ collection: CLUSTERS, where: [['state', '==', 'warm']], limit: 10 });
      await hub.until(async () => (await found()).length > 0);
      return (await found()).map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
    },
    /** As the API does it; no role removes them. */
    async share(id: string, uid: string, role?: Role): Promise<Cluster> {
      const email = `${uid}@example.com`;
      const change = (read: Cluster) =>
        role === undefined ? withoutMember(read, email) : withMember(read, { uid, email, role });
      const shared = await hub.run(command(ports, id, 'share', 'ada', { change }));
      return shared;
    },
    /** Works in its Pachyderm as Hub does. */
    asHub: async <T>(id: string, work: (pachyderm: Pachyderm, admin: string) => Promise<T>): Promise<T> => {
      const { connection, host, product } = await site(id);
      const { namespace } = product;
      return hub.run(
        (async () => {
          const pachyderm = await ports.pachyderms.inside({ connection, namespace, host });
          const admin = await signInAsHub(ports, id, pachyderm);
          const result = await work(pachyderm, admin);
          await pachyderm.signOut(admin);
          return result;
        })(),
      );
    },
    bindings: async (id: string): Promise<Bindings> =>
      pachdIn(hub, await site(id)).bindings['CLUSTER:'] ?? {},
    /** All that its Pachyderm knows, behind its API; what is changed in it is so at once. */
    pachd: async (id: string): Promise<PachdData> => pachdIn(hub, await site(id)),
    /** What its next start would assert. */
    keptBindings: async (id: string): Promise<Bindings> => {
      const secret = await (await site(id)).leaf.find(AUTH_SECRET);
      return JSON.parse(Buffer.from(secret?.data?.['cluster-role-bindings'] ?? '', 'base64').toString());
    },
    /** What is served under its name, behind the API. */
    records: (id: string) =>
      hub.dns.listRecordSets('clusters').items.filter((record) => record.name.includes(id)),
    /** Deletes the pods of a part of its application, which start again under other names. */
    async restart(id: string, app: string): Promise<void> {
      const { leaf, product } = await site(id);
      const pods = { apiVersion: 'v1', kind: 'Pod', namespace: product.namespace };
      for (const { metadata } of await leaf.list({ ...pods, labelSelector: `app=${app}` })) {
        await leaf.delete({ ...pods, name: metadata.name });
      }
      await hub.clock.runFor(minutes(10));
    },
    /** One look of the drift sweep, with all that follows from it. */
    async look(id: string): Promise<void> {
      await hub.run(ports.messages.publish(TOPICS.drift, { schema: 1, id }));
      await hub.clock.runFor(2000);
    },
    /** A long time in which nobody looks: the Scheduler's jobs rest. */
    async sleep(forMs: number): Promise<void> {
      stop();
      await hub.clock.runFor(forMs);
      stop = hub.startScheduler();
    },
  };
}

const productSpec = (product: Wish['product'] = 'pachyderm') =>
  product === 'hello' ? aSpec({ product, version: '1.1.0' }) : aSpec();

const ownedBy = (owner: string) => ({ owner, emails: { [owner]: `${owner}@example.com` } });

const AUTH_SECRET = { apiVersion: 'v1', kind: 'Secret', name: 'pachyderm-auth', namespace: 'pachyderm' };

/** Straight from what its Postgres keeps. */
function pachdIn(hub: MemoryHub, { connection, product }: Site): PachdData {
  const leaf = hub.leaves.findByServer(connection.server);
  const key = `${leaf?.key} ${leaf?.id} ${product.namespace}`;
  const data = leaf?.world.store.table<PachdData>('pachd').get(key);
  if (!data) throw new Error(`no pachd was ever asked anything in cluster ${key}`);
  return data;
}
