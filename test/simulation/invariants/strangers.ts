/** Somebody else's, with names like ours: whatever Hub deletes, it deletes none of them (S5). */
import type { ClusterRow } from '../../../local/container/state.ts';
import type { World } from '../world.ts';

/** The id that their names seem to speak of. */
export const STRANGER = 'strangerstranger';

/** To be called before anybody looks on. */
export function plantStrangers({ hub, strangers }: World): void {
  const name = `hub-${STRANGER}-g1`;
  strangers.add(`europe-west1-b/${name}`);
  strangers.add(`europe-west1-b/pvc-of-${STRANGER}`);
  strangers.add(`europe-west1/${name}-address`);
  hub.container.createCluster('europe-west1-b', {
    name,
    initialNodeCount: 1,
    resourceLabels: { 'managed-by': 'somebody-else' },
  });
  hub.compute.create('disk', {
    name: `pvc-of-${STRANGER}`,
    location: 'europe-west1-b',
    madeBy: 'user',
    labels: { team: 'others' },
  });
  hub.compute.create('address', { name: `${name}-address`, location: 'europe-west1', madeBy: 'user' });
}

/** @param row of a cluster of theirs, as it is now; absent: it is gone */
export function checkUntouched({ violate }: World, key: string, row: ClusterRow | undefined): void {
  if (!row || row.status === 'STOPPING')
    violate('S5', `${key}, which is somebody else's, is ${row ? 'being deleted' : 'gone'}`);
}

export function checkAllThere({ hub, strangers, violate }: World): void {
  for (const key of strangers) {
    if (!hub.inventory().some(({ name, location }) => `${location}/${name}` === key))
      violate('S5', `${key}, which is somebody else's, is gone`);
  }
}
