/** Whether a node has room for a pod and would take it, and why not in the scheduler's words. */
import type { Fields, Stored } from './objects.ts';
import { quantityOf } from './quantities.ts';
import { type Amounts, podAmounts } from './resources.ts';
import { isOver } from './workloads.ts';

interface Load {
  amounts: Amounts;
  pods: number;
}

/** What the pods of each node ask for. */
export function loadOf(pods: Iterable<Stored>): Map<string, Load> {
  const loads = new Map<string, Load>();
  for (const pod of pods) {
    const name: string | undefined = pod.spec?.nodeName;
    if (!name || isOver(pod)) continue;
    const load = loads.get(name) ?? { amounts: {}, pods: 0 };
    const asks = requestsOf(pod);
    for (const resource in asks) {
      load.amounts[resource] = (load.amounts[resource] ?? 0n) + (asks[resource] ?? 0n);
    }
    load.pods++;
    loads.set(name, load);
  }
  return loads;
}

/** Specs never change in place, so each is added up once. */
const known = new WeakMap<Fields, Amounts>();

function requestsOf(pod: Stored): Amounts {
  const spec = pod.spec ?? {};
  const found = known.get(spec);
  if (found) return found;
  const amounts = podAmounts(spec, 'requests');
  known.set(spec, amounts);
  return amounts;
}

/** Why the pod cannot be on the node; empty if it can. */
export function obstacles(pod: Stored, node: Stored, load: Load | undefined): string[] {
  if (node.spec?.unschedulable) return ['node(s) were unschedulable'];
  const spec = pod.spec ?? {};
  if (!tolerates(spec.tolerations ?? [], node.spec?.taints ?? []))
    return ['node(s) had untolerated taint(s)'];
  if (!chooses(spec, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  return shortages(requestsOf(pod), node, load);
}

function shortages(asks: Amounts, node: Stored, load: Load | undefined): string[] {
  const has: Fields | undefined = node.status?.allocatable;
  if (!has) return [];
  const short: string[] = [];
  if (has.pods !== undefined && (load?.pods ?? 0) >= Number(has.pods)) short.push('Too many pods');
  for (const resource in asks) {
    const asked = asks[resource] ?? 0n;
    if (asked > 0n && asked + (load?.amounts[resource] ?? 0n) > quantityOf(has[resource])) {
      short.push(`Insufficient ${resource}`);
    }
  }
  return short;
}

function tolerates(tolerations: readonly Fields[], taints: readonly Fields[]): boolean {
  return taints
    .filter((taint) => taint.effect !== 'PreferNoSchedule')
    .every((taint) =>
      tolerations.some(
        (one) =>
          (!one.effect || one.effect === taint.effect) &&
          (one.operator === 'Exists'
            ? !one.key || one.key === taint.key
            : one.key === taint.key && (one.value ?? '') === (taint.value ?? '')),
      ),
    );
}

function chooses(spec: Fields, node: Stored): boolean {
  const labels = node.metadata.labels ?? {};
  const selector: Record<string, string> = spec.nodeSelector ?? {};
  if (!Object.entries(selector).every(([key, value]) => labels[key] === value)) return false;
  const terms: Fields[] | undefined =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return !terms || terms.some((term) => termHolds(term, node));
}

/** A term of a node selector, as pods and volumes have them. */
export function termHolds(term: Fields, node: Stored): boolean {
  const labels = node.metadata.labels ?? {};
  const expressions: Fields[] = term.matchExpressions ?? [];
  const fields: Fields[] = term.matchFields ?? [];
  return (
    expressions.every((one) => requirementHolds(one, labels[one.key])) &&
    fields.every((one) => requirementHolds(one, one.key === 'metadata.name' ? node.metadata.name : undefined))
  );
}

function requirementHolds({ operator, values = [] }: Fields, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    default:
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

/** `0/3 nodes are available: 2 Insufficient cpu, 1 Too many pods.` and that nobody can be pushed aside for it. */
export function unschedulableText(reasons: readonly string[], nodes: number): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const list = [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
  // Only a shortage could be helped by pushing others aside, and nobody here has a higher priority.
  const short = reasons.filter((reason) => /^(Insufficient|Too many)/.test(reason)).length;
  const aside = Math.min(short, nodes);
  const others = nodes - aside;
  const preemption = [
    ...(aside > 0 ? [`${aside} No preemption victims found for incoming pod`] : []),
    ...(others > 0 ? [`${others} Preemption is not helpful for scheduling`] : []),
  ].join(', ');
  return `0/${nodes} nodes are available: ${list}. preemption: 0/${nodes} nodes are available: ${preemption}.`;
}
