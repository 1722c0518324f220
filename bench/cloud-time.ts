/** The part of a cluster's creation that is the cloud's own: what no control plane can be faster than. */
import type { MemoryHub } from '../local/memory/hub.ts';

/**
 * From the moment in which the cloud was asked for the cluster to its last notice, and the same for the installation in the leaf.
 * @returns ms of virtual time
 */
export function cloudChainMs(hub: MemoryHub, id: string): number {
  const name = `hub-${id}-g1`;
  const operation = hub.container
    .listOperations('-')
    .find((one) => one.operationType === 'CREATE_CLUSTER' && one.targetLink.includes(name));
  if (!operation?.endTime) throw new Error(`no finished creation of ${name}`);
  const created = Date.parse(operation.endTime) - Date.parse(operation.startTime);
  return created + installMs(hub, name);
}

function installMs(_hub: MemoryHub, name: string): number {
  throw new Error(`not known yet for ${name}`);
}
