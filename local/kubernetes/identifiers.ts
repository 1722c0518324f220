/** Names, uids and addresses that the cluster hands out. All from the seeded chance, so that a seed gives the same run. */
import type { Random } from '../../functions/cloud.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';

export function newUid(random: Random): string {
  const hex = [0, 1, 2, 3]
    .map(() =>
      Math.floor(random.fraction() * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Kubernetes' own alphabet for generated names: no vowels, nothing easily confused. */
const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789';

export const suffix = (random: Random, length = 5): string =>
  Array.from({ length }, () => SUFFIX[Math.floor(random.fraction() * SUFFIX.length)]).join('');

const below = (random: Random, limit: number): number => Math.floor(random.fraction() * limit);

/** GKE's range of Services: 34.118.224.0/20. https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips */
export function freeClusterIp(leaf: LeafCluster): string {
  const taken = new Set<string>();
  for (const service of leaf.objects.each(KINDS.Service)) taken.add(service.spec?.clusterIP);
  for (;;) {
    const ip = `34.118.${224 + below(leaf.world.random, 16)}.${1 + below(leaf.world.random, 254)}`;
    if (!taken.has(ip)) return ip;
  }
}

/** https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport */
export function freeNodePort(leaf: LeafCluster): number {
  const taken = new Set<number>();
  for (const service of leaf.objects.each(KINDS.Service)) {
    for (const port of service.spec?.ports ?? []) if (port.nodePort) taken.add(port.nodePort);
  }
  for (;;) {
    const port = 30000 + below(leaf.world.random, 2768);
    if (!taken.has(port)) return port;
  }
}

export const podIp = (random: Random): string =>
  `10.${64 + below(random, 64)}.${below(random, 256)}.${1 + below(random, 254)}`;

export const internalIp = (random: Random): string =>
  `10.128.${below(random, 256)}.${2 + below(random, 250)}`;

/**
 * The next one that no cluster of this cloud has had, so that a record of an old one leads nowhere: first from the block that
 * documentation may use (RFC 5737), then from that of benchmarks (RFC 2544). Nobody ever reaches a stranger by them.
 */
export function nextExternalIp({ world }: Pick<LeafCluster, 'world'>): string {
  const given = world.store.table<number>('external addresses');
  const n = given.get('given') ?? 0;
  given.set('given', n + 1);
  if (n < 254) return `203.0.113.${n + 1}`;
  const m = n - 254;
  return `198.${18 + ((m >> 16) & 1)}.${(m >> 8) & 255}.${m & 255}`;
}

/** In [0, 1), the same for the same text: a draw that needs no storing. FNV-1a with a final mix. */
export function drawOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
