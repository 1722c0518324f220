/** Puts a pachd behind the ports of the pods that the chart makes: the model's `edges.listener`. */
import type { Duplex } from 'node:stream';
import { KINDS } from '../kubernetes/kinds.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import { type Fields, keyOf, type Stored } from '../kubernetes/objects.ts';
import type { Listener } from '../kubernetes/pod-ports.ts';
import { randomStream } from '../random.ts';
import type { PachdData } from './data.ts';
import { CONSOLE_PORT, type Pachd, PORTS, startPachd } from './pachd.ts';
import type { Fetch } from './upstream.ts';

interface ListenerOptions {
  /** From inside the leaf to the world outside. */
  fetch(leaf: LeafCluster): Fetch;
  seed: number;
}

interface Running {
  /** Of the container: another start is another process. */
  startedAt: string;
  pachd: Promise<Pachd>;
}

const IMAGES: Readonly<Record<string, readonly number[]>> = {
  pachd: Object.values(PORTS),
  haberdashery: [CONSOLE_PORT],
};

/**
 * A pachd starts with the first connection after its container did, from the environment of that moment: what its start does shows
 * only to whoever connects. One whose start fails refuses connections and tries again with the next, as its container would.
 */
export function pachdListener({ fetch, seed }: ListenerOptions): Listener {
  const running = new WeakMap<LeafCluster, Map<string, Running>>();
  const pachdOf = (leaf: LeafCluster, pod: Stored, container: Fields): Promise<Pachd> => {
    const pachds = running.get(leaf) ?? new Map<string, Running>();
    running.set(leaf, pachds);
    const namespace = pod.metadata.namespace ?? '';
    const startedAt = `${pod.metadata.uid} ${startOf(pod, container)}`;
    const known = pachds.get(namespace);
    if (known?.startedAt === startedAt) return known.pachd;
    known?.pachd.then((old) => old.close(), ignore);
    const pachd = start(leaf, namespace, container, fetch(leaf), seed);
    pachds.set(namespace, { startedAt, pachd });
    pachd.catch(() => pachds.delete(namespace));
    return pachd;
  };
  return ({ leaf, pod, containers, port }) => {
    for (const container of containers) {
      if (!IMAGES[imageName(container)]?.includes(port)) continue;
      const server = serverOf(leaf, pod, container);
      if (!server) return undefined;
      // Somebody connects and is hung up on, as while a pod comes and goes.
      if (leaf.world.faults.hit('unavailable', `${leaf.record.name} pachd:${port}`)) return hangUp;
      return (socket: Duplex) =>
        void pachdOf(leaf, server.pod, server.container).then(
          (pachd) => {
            if (!pachd.serve(port, socket)) hangUp(socket);
          },
          () => hangUp(socket),
        );
    }
    return undefined;
  };
}

const ignore = (): void => undefined;

/** An end that is seen at the other end, which a mere destruction is not. */
function hangUp(socket: Duplex): void {
  socket.resume();
  socket.end();
}

const imageName = ({ image }: Fields): string =>
  (
    String(image ?? '')
      .split('/')
      .at(-1) ?? ''
  ).replace(/[:@].*$/, '');

const startOf = (pod: Stored, container: Fields): string =>
  String(
    (pod.status?.containerStatuses ?? []).find((one: Fields) => one.name === container.name)?.state?.running
      ?.startedAt ?? '',
  );

/** The console speaks to the pachd beside it. */
function serverOf(
  leaf: LeafCluster,
  pod: Stored,
  container: Fields,
): { pod: Stored; container: Fields } | undefined {
  if (imageName(container) === 'pachd') return { pod, container };
  for (const [kind, other] of leaf.objects.all()) {
    if (kind !== KINDS.Pod || other.metadata.namespace !== pod.metadata.namespace) continue;
    const found = (other.spec?.containers ?? []).find(
      (one: Fields) => imageName(one) === 'pachd' && isFull(one) && startOf(other, one) !== '',
    );
    if (found) return { pod: other, container: found };
  }
  return undefined;
}

/** Storage workers run the same image in another mode. */
const isFull = ({ args, command }: Fields): boolean =>
  ![...(command ?? []), ...(args ?? [])].includes('pachw');

function start(
  leaf: LeafCluster,
  namespace: string,
  container: Fields,
  fetch: Fetch,
  seed: number,
): Promise<Pachd> {
  const table = leaf.world.store.table<PachdData>('pachd');
  const key = `${leaf.key} ${leaf.record.id ?? ''} ${namespace}`;
  const environment = environmentIn(leaf, namespace, container);
  const { faults } = leaf.world;
  const subject = `${leaf.record.name} ${namespace}`;
  if (faults.hit('unlocked', subject)) delete environment.ACTIVATE_AUTH;
  return startPachd({
    version: versionOf(container),
    environment,
    database: { load: () => structuredClone(table.get(key)), save: (data) => table.set(key, data) },
    clock: leaf.world.clock,
    random: randomStream(seed, `pachd ${key} ${leaf.world.clock.now()}`),
    fetch,
    keepsOpen: faults.hit('open-project', subject),
  });
}

/** Its tag; what is pinned by a digest has one too. */
const versionOf = ({ image }: Fields): string => /:([^:@/]+)(@|$)/.exec(String(image))?.[1] ?? '';

/** A container's variables, with what Secrets and ConfigMaps say now. */
export const environmentIn = (
  leaf: LeafCluster,
  namespace: string,
  container: Fields,
): Record<string, string> =>
  environmentFrom((kind, name) => leaf.objects.find(KINDS[kind], keyOf(namespace, name))?.data, container);

/** @param read the data of a Secret or ConfigMap beside it */
export function environmentFrom(
  read: (kind: 'Secret' | 'ConfigMap', name: string) => Record<string, string> | undefined,
  container: Fields,
): Record<string, string> {
  const secret = (name: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(read('Secret', name) ?? {}).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ]),
    );
  const configMap = (name: string): Record<string, string> => read('ConfigMap', name) ?? {};
  const found: Record<string, string> = {};
  for (const { secretRef, configMapRef } of (container.envFrom ?? []) as Fields[]) {
    Object.assign(found, secretRef && secret(secretRef.name), configMapRef && configMap(configMapRef.name));
  }
  for (const { name, value, valueFrom } of (container.env ?? []) as Fields[]) {
    const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
    const text = secretKeyRef
      ? secret(secretKeyRef.name)[secretKeyRef.key]
      : configMapKeyRef
        ? configMap(configMapKeyRef.name)[configMapKeyRef.key]
        : value;
    if (text !== undefined) found[name] = String(text);
  }
  return found;
}
