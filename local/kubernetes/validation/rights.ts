/** Roles and bindings. */
import type { Fault } from '../errors.ts';
import { denied, invalidValue, notSupported, required } from '../faults.ts';
import type { Fields, Stored } from '../objects.ts';
import { selectorFaults } from './values.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** @param inNamespace whether it is a Role */
export function roleFaults(role: Stored, inNamespace: boolean): Fault[] {
  const selectors: Fields[] = role.aggregationRule?.clusterRoleSelectors ?? [];
  const faults = selectors.flatMap((selector, i) =>
    selectorFaults(`aggregationRule.clusterRoleSelectors[${i}]`, selector),
  );
  if (role.aggregationRule && selectors.length === 0) {
    faults.push(
      required(
        'aggregationRule.clusterRoleSelectors',
        'at least one clusterRoleSelector required if aggregationRule is non-nil',
      ),
    );
  }
  return [
    ...faults,
    ...((role.rules ?? []) as Fields[]).flatMap((rule, i) => ruleFaults(rule, `rules[${i}]`, inNamespace)),
  ];
}

function ruleFaults(rule: Fields, at: string, inNamespace: boolean): Fault[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const faults: Fault[] = [];
  if (verbs.length === 0) faults.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    if (inNamespace) {
      faults.push(
        invalidValue(
          `${at}.nonResourceURLs`,
          nonResourceURLs,
          'namespaced rules cannot apply to non-resource URLs',
        ),
      );
    }
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      faults.push(
        invalidValue(
          `${at}.nonResourceURLs`,
          nonResourceURLs,
          'rules cannot apply to both regular resources and non-resource URLs',
        ),
      );
    }
    return faults;
  }
  if (apiGroups.length === 0) {
    faults.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    faults.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
  }
  return faults;
}

export function bindingFaults(binding: Stored, inNamespace: boolean): Fault[] {
  const role: Fields = binding.roleRef ?? {};
  const kinds = inNamespace ? ['ClusterRole', 'Role'] : ['ClusterRole'];
  const faults: Fault[] = [];
  if (role.apiGroup !== GROUP) faults.push(notSupported('roleRef.apiGroup', role.apiGroup ?? '', [GROUP]));
  if (!kinds.includes(role.kind)) faults.push(notSupported('roleRef.kind', role.kind ?? '', kinds));
  if (!role.name) faults.push(required('roleRef.name'));
  return [
    ...faults,
    ...((binding.subjects ?? []) as Fields[]).flatMap((subject, i) =>
      subjectFaults(subject, `subjects[${i}]`, inNamespace),
    ),
  ];
}

function subjectFaults(
  { kind, name, namespace, apiGroup }: Fields,
  at: string,
  inNamespace: boolean,
): Fault[] {
  const faults: Fault[] = name ? [] : [required(`${at}.name`)];
  switch (kind) {
    case 'ServiceAccount':
      if (apiGroup) faults.push(notSupported(`${at}.apiGroup`, apiGroup, ['']));
      if (!inNamespace && !namespace) faults.push(required(`${at}.namespace`));
      return faults;
    case 'User':
    case 'Group':
      if (apiGroup !== GROUP) faults.push(notSupported(`${at}.apiGroup`, apiGroup, [GROUP]));
      if (namespace) faults.push(denied(`${at}.namespace`, 'may not be set for users and groups'));
      return faults;
    default:
      return [...faults, notSupported(`${at}.kind`, kind ?? '', ['Group', 'ServiceAccount', 'User'])];
  }
}
