/** ClusterRoles made of others: the rules of all that carry the labels, whenever one of them changes. */
import { equal } from '../json.ts';
import { KINDS } from '../kinds.ts';
import type { Controller } from '../leaf-cluster.ts';
import { type Fields, keyOfObject } from '../objects.ts';
import { selects } from '../selectors.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles */
export const clusterRoles: Controller = {
  kind: KINDS.ClusterRole,
  follows: [
    [
      KINDS.ClusterRole,
      (leaf) =>
        [...leaf.objects.each(KINDS.ClusterRole)].filter((role) => role.aggregationRule).map(keyOfObject),
    ],
  ],
  reconcile(leaf, role) {
    const selectors: Fields[] | undefined = role.aggregationRule?.clusterRoleSelectors;
    if (!selectors) return;
    const rules: Fields[] = [];
    const others = [...leaf.objects.each(KINDS.ClusterRole)].sort((a, b) =>
      a.metadata.name < b.metadata.name ? -1 : 1,
    );
    for (const other of others) {
      const belongs =
        other !== role && selectors.some((selector) => selects(selector, other.metadata.labels));
      if (!belongs) continue;
      for (const rule of (other.rules ?? []) as Fields[]) {
        if (!rules.some((known) => equal(known, rule))) rules.push(rule);
      }
    }
    if (!equal(role.rules, rules)) leaf.objects.put(KINDS.ClusterRole, { ...role, rules });
  },
};
