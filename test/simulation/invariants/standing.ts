/** Who is `ready` has a cluster that stands and is served (S7); in the end it has that one and no second (L2, L3). */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { World } from '../world.ts';
import type { Access } from './access.ts';
import { type Census, idOf, stands } from './census.ts';

export type Standing = ReturnType<typeof watchStanding>;

export function watchStanding(
  { hub, damaged, violate }: World,
  { ownCluster, isOurs, hostOf }: Census,
  { checkMembers }: Access,
) {
  function checkReady(now: Cluster): void {
    if (damaged.has(now.id)) return;
    if (!hub.doors.listens(hostOf(now.id)))
      violate('S7', `${now.id} is ready and nobody listens at its name`);
    const row = ownCluster(now);
    if (!stands(row)) violate('S7', `${now.id} is ready and its cluster is ${row?.status ?? 'not there'}`);
  }

  function checkStanding(now: Cluster): void {
    const rows = hub.cloudClusters().filter((one) => isOurs(one) && idOf(one.resource.name) === now.id);
    if (rows.length > 1)
      violate(
        'L2',
        `${now.id} is ${now.state} and has ${rows.length} clusters: ${rows.map(({ location, status }) => `${location} ${status}`).join(', ')}`,
      );
    const row = ownCluster(now);
    const isKnownGone = now.conditions.some(({ type, status }) => type === 'Exists' && !status);
    if (stands(row)) checkMembers(now);
    if (!stands(row) && !isKnownGone)
      violate('L3', `${now.id} is ${now.state} and its cluster is ${row?.status ?? 'not there'}`);
  }

  return { checkReady, checkStanding };
}
