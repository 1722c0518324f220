/**
 * What is inside of clusters: the whole model of the Kubernetes stand-in, or the sketch of it that costs a small part of the time. Both
 * behind the same face.
 */
import type { Leaves as LeavesPort } from '../../functions/leaf/leaf.ts';
import type { LeafEdges } from '../kubernetes/leaf-cluster.ts';
import { createLeaves, type Leaves } from '../kubernetes/leaves.ts';
import { verifyToken } from '../kubernetes/tokens.ts';
import type { World } from '../service.ts';
import { sketchInsides } from '../sketch/insides.ts';
import { sketchLeaves } from '../sketch/leaves.ts';
import { sketchPort } from '../sketch/port.ts';
import * as sketchTokens from '../sketch/tokens.ts';
import { type Insides, kubernetesInsides } from './insides.ts';
import { memoryLeaves } from './leaf.ts';

export type Interior = 'kubernetes' | 'sketch';

interface Interiors extends Insides {
  readonly port: LeavesPort;
  /** As the GKE stand-in starts and stops them. */
  readonly starter: Pick<Leaves, 'start' | 'resize' | 'setAway' | 'stop'>;
  /** Whose token of a service account it is, as long as that cluster takes it. */
  verifyToken(server: string, token: string): { namespace: string; name: string } | undefined;
}

export const interiors = (inside: Interior, world: World, edges: LeafEdges): Interiors =>
  inside === 'sketch' ? sketched(world, edges) : modelled(world, edges);

function modelled(world: World, edges: LeafEdges): Interiors {
  const leaves = createLeaves(world, { ...edges, isAccessToken: () => true, https: false });
  return {
    ...kubernetesInsides(leaves),
    port: memoryLeaves(leaves),
    starter: leaves,
    verifyToken(server, token) {
      const leaf = leaves.findByServer(server);
      return leaf && verifyToken(leaf, token);
    },
  };
}

function sketched(world: World, edges: LeafEdges): Interiors {
  const leaves = sketchLeaves(world, edges);
  return {
    ...sketchInsides(leaves),
    port: sketchPort(leaves),
    starter: leaves,
    verifyToken(server, token) {
      const leaf = leaves.findByServer(server);
      return leaf && sketchTokens.verifyToken(leaf, token);
    },
  };
}
