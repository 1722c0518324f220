/** The addresses that GKE chooses for a cluster. Pure. */

/** In CIDR notation. */
export interface Ranges {
  nodes: string;
  pods: string;
}

/**
 * Where it looks for room, as its own refusals name it; the other half is that of networks in automatic mode. In which order it looks is not
 * known.
 */
export const PRIVATE_SPACE = '10.0.0.0/9';

/** Of whatever subnetwork is only named, and was not made here: that of a region in automatic mode. */
export const SHARED_NODES = '10.132.0.0/20';

/** https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#defaults_limits */
const DEFAULT = { nodes: '/20', pods: '/14' };

/**
 * @param wanted as in an ipAllocationPolicy: a range, or how large one is to be
 * @param taken by others in the same network
 * @returns which one has no room or is taken, if it is so
 */
export function chooseRanges(
  wanted: {
    createSubnetwork?: boolean | undefined;
    nodeIpv4CidrBlock?: string | undefined;
    clusterIpv4CidrBlock?: string | undefined;
  },
  taken: readonly string[],
): Ranges | { missing: string; for: keyof Ranges } {
  const nodeBlock = wanted.nodeIpv4CidrBlock || DEFAULT.nodes;
  const nodes = wanted.createSubnetwork ? choose(nodeBlock, taken) : SHARED_NODES;
  if (nodes === undefined) return { missing: nodeBlock, for: 'nodes' };
  const podBlock = wanted.clusterIpv4CidrBlock || DEFAULT.pods;
  const pods = choose(podBlock, [...taken, nodes]);
  return pods === undefined ? { missing: podBlock, for: 'pods' } : { nodes, pods };
}

function choose(block: string, taken: readonly string[]): string | undefined {
  if (block.startsWith('/')) return freeRange(Number(block.slice(1)), taken);
  return taken.some((range) => overlap(range, block)) ? undefined : block;
}

interface Span {
  first: number;
  last: number;
}

export function spanOf(cidr: string): Span {
  const [address = '', bits = '32'] = cidr.split('/');
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { first, last: first + 2 ** (32 - Number(bits)) - 1 };
}

const textOf = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

/** @param at from the first address on */
export const addressIn = (cidr: string, at: number): string => textOf(spanOf(cidr).first + at);

export function overlap(one: string, other: string): boolean {
  const [a, b] = [spanOf(one), spanOf(other)];
  return a.first <= b.last && b.first <= a.last;
}

/** @returns the first that is free, or undefined if there is no room */
function freeRange(bits: number, taken: readonly string[]): string | undefined {
  const space = spanOf(PRIVATE_SPACE);
  const size = 2 ** (32 - bits);
  let first = space.first;
  for (const span of taken.map(spanOf).sort((a, b) => a.first - b.first)) {
    if (span.first >= first + size) break;
    if (span.last >= first) first = Math.ceil((span.last + 1) / size) * size;
  }
  return first + size - 1 <= space.last ? `${textOf(first)}/${bits}` : undefined;
}
