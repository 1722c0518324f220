/** What one cluster's network takes from another's, by the firewalls that there are once the product has made both. */
import { webhookRule } from '../../../functions/providers/gke/firewall.ts';
import { overlap } from '../../../local/container/ranges.ts';
import { standing } from '../../standing.ts';
import { findings } from './findings.ts';

/** 32: no rule lets anything into the nodes of a cluster that comes from the nodes or the pods of another one. */
export async function betweenClusters(): Promise<string[]> {
  const wrong = findings();
  const hub = standing();
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
