/** Cloud Monitoring says that a cluster does what makes Hub doubt its owner. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { CLUSTER_SIGNALS } from '../../../shared/documents/signal.ts';
import { TOPICS } from '../../../shared/messages.ts';
import { nameOf } from '../invariants/census.ts';
import type { World } from '../world.ts';

/** @param incident its number: one that is told again is the same */
export async function tellBusy(
  { hub }: World,
  cluster: Cluster,
  kind: (typeof CLUSTER_SIGNALS)[number],
  incident: number,
): Promise<void> {
  const body = {
    incident_id: `0.${incident}`,
    state: 'open',
    policy_user_labels: { hub_signal: kind },
    resource: { labels: { cluster_name: nameOf(cluster) } },
  };
  await hub.ports.messages.publish(TOPICS.signal, { incident: body }).catch(() => undefined);
}
