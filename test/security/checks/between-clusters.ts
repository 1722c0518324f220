/** What one cluster's network takes from another's, by the firewalls that there are once the product has made both. */
import { webhookRule } from '../../../functions/providers/gke/firewall.ts';
import { overlap } from '../../../local/container/ranges.ts';
import { hours } from '../../../shared/units.ts';
import { runHub } from '../../running-hub.ts';
import { findings } from './findings.ts';

/** 35: two tenants have a cluster each, every node in it is of a pool that is made for it alone, and says whose it is. */
export async function ownNodes(): Promise<string[]> {
  const wrong = findings();
  const hub = runHub();
  const people = ['ada', 'grace'];
  const ids = await Promise.all(people.map((owner) => hub.create({ product: 'hello', owner })));
  for (const id of ids) {
    const isOver = async () => ['ready', 'failed', 'stuck'].includes((await hub.cluster(id)).state);
    await hub.until(isOver, hours(4));
    if ((await hub.cluster(id)).state !== 'ready') wrong.push(`${id} has no cluster of its own`);
  }
  const rows = hub.cloudClusters();
  if (rows.length !== people.length) wrong.push(`${people.length} tenants have ${rows.length} clusters`);
  for (const { resource } of rows) {
    const pools = resource.nodePools ?? [];
    if (pools.length !== 1) wrong.push(`${resource.name} has ${pools.length} pools of nodes`);
    const whose = [resource.resourceLabels, ...pools.map(({ config }) => config?.resourceLabels)].map(
      (labels) => labels?.['hub-cluster'] ?? 'nobody',
    );
    for (const id of whose)
      if (!ids.includes(id) || !resource.name.includes(id))
        wrong.push(`${resource.name} has nodes that are ${id}’s`);
  }
  return wrong;
}

/** 32: no rule lets anything into the nodes of a cluster that comes from the nodes or the pods of another one. */
export async function betweenClusters(): Promise<string[]> {
  const wrong = findings();
  const hub = runHub();
  const ids = [await hub.created({ product: 'hello' }), await hub.created({ product: 'hello' })];
  const firewalls = hub.compute.all().filter(({ kind }) => kind === 'firewall');
  const rulesOf = (id: string) =>
    firewalls.filter(({ targetTags = [] }) => targetTags.some((tag) => tag.includes(id)));
  /** What GKE's own rules take for its nodes and its pods. */
  const addressesOf = (id: string): string[] =>
    rulesOf(id)
      .filter(({ name }) => /^gke-.*-(vms|all)$/.test(name))
      .flatMap(({ rule }) => rule?.sourceRanges ?? []);
  for (const id of ids) {
    if (addressesOf(id).length !== 2) wrong.push(`${id} has no rules for its nodes and pods`);
    const own = webhookRule({ id, generation: 1 });
    if (!firewalls.some(({ name }) => name === own)) wrong.push(`${id} has no rule of Hub's`);
  }
  for (const firewall of firewalls)
    if (!firewall.targetTags?.length) wrong.push(`${firewall.name} is for the nodes of everybody`);
  for (const [from, to] of [ids, ids.toReversed()] as [string, string][])
    for (const { name, rule } of rulesOf(to))
      for (const range of rule?.sourceRanges ?? [])
        if (addressesOf(from).some((own) => overlap(own, range)))
          wrong.push(`${name} lets in ${range}, which is of ${from}`);
  return wrong;
}
