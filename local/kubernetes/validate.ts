/** What the API server refuses with 422: names, required fields, selectors, fields that never change. */
import { type Fault, invalid } from './errors.ts';
import { equal } from './json.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { Fields, Stored } from './objects.ts';
import { selects } from './selectors.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SERVICE_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
/** RBAC names may hold anything that is safe in a path: `system:node`. */
const PATH_SEGMENT = /^(?!\.\.?$)[^/%]+$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** @throws ApiError 422 */
export function validate(kind: Kind, object: Stored, before: Stored | undefined): void {
  const faults = [
    ...nameFaults(kind, object.metadata.name),
    ...labelFaults(object.metadata.labels),
    ...contentFaults(kind, object),
    ...(before ? changeFaults(kind, before, object) : []),
  ];
  if (faults.length > 0) throw invalid(kind, object.metadata.name, faults);
}

const fault = (field: string, message: string, reason: Fault['reason'] = 'FieldValueInvalid'): Fault => ({
  field,
  message,
  reason,
});
const required = (field: string): Fault => fault(field, 'Required value', 'FieldValueRequired');
const immutable = (field: string): Fault => fault(field, 'Invalid value: field is immutable');

function nameFaults(kind: Kind, name: string): Fault[] {
  if (name === '') return [required('metadata.name')];
  const [pattern, longest, rule] =
    kind.group === 'rbac.authorization.k8s.io'
      ? ([PATH_SEGMENT, 253, 'may not contain "/" or "%"'] as const)
      : kind === KINDS.Namespace
        ? ([
            LABEL,
            63,
            'a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "-"',
          ] as const)
        : kind === KINDS.Service
          ? ([
              SERVICE_LABEL,
              63,
              'a DNS-1035 label must start with a letter and consist of lower case alphanumeric characters or "-"',
            ] as const)
          : ([
              SUBDOMAIN,
              253,
              'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "-" or "."',
            ] as const);
  if (name.length <= longest && pattern.test(name)) return [];
  return [
    fault('metadata.name', `Invalid value: "${name}": ${rule}, and be no more than ${longest} characters`),
  ];
}

function labelFaults(labels: Record<string, string> | undefined): Fault[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => {
    if (typeof value === 'string' && value.length <= 63 && LABEL_VALUE.test(value)) return [];
    return [fault('metadata.labels', `Invalid value: "${value}": not a valid label value for "${key}"`)];
  });
}

function contentFaults(kind: Kind, object: Stored): Fault[] {
  const spec: Fields = object.spec ?? {};
  switch (kind) {
    case KINDS.Pod:
      return podFaults(spec, 'spec');
    case KINDS.Deployment:
    case KINDS.ReplicaSet:
    case KINDS.StatefulSet:
    case KINDS.DaemonSet:
      return workloadFaults(spec);
    case KINDS.Job:
      return jobFaults(spec);
    case KINDS.Service:
      return serviceFaults(spec);
    case KINDS.PersistentVolumeClaim:
      return [
        ...(spec.accessModes?.length ? [] : [required('spec.accessModes')]),
        ...(spec.resources?.requests?.storage ? [] : [required('spec.resources[storage]')]),
      ];
    case KINDS.RoleBinding:
    case KINDS.ClusterRoleBinding:
      return object.roleRef?.name ? [] : [required('roleRef.name')];
    default:
      return [];
  }
}

/** @param claims volumes that a StatefulSet adds to each of its pods */
function podFaults(spec: Fields, path: string, claims: readonly Fields[] = []): Fault[] {
  const lists = [
    ['initContainers', spec.initContainers ?? []],
    ['containers', spec.containers ?? []],
  ] as const;
  const faults = spec.containers?.length ? [] : [required(`${path}.containers`)];
  const names = new Set<string>();
  const volumes = new Set<string>([
    ...(spec.volumes ?? []).map((volume: Fields) => volume.name),
    ...claims.map((claim) => claim.metadata?.name),
  ]);
  for (const [list, containers] of lists) {
    for (const [i, container] of (containers as Fields[]).entries()) {
      const at = `${path}.${list}[${i}]`;
      if (!container.name) faults.push(required(`${at}.name`));
      else if (!LABEL.test(container.name))
        faults.push(fault(`${at}.name`, `Invalid value: "${container.name}"`));
      else if (names.has(container.name))
        faults.push(fault(`${at}.name`, `Duplicate value: "${container.name}"`));
      if (!container.image) faults.push(required(`${at}.image`));
      names.add(container.name);
      for (const [j, mount] of (container.volumeMounts ?? []).entries()) {
        if (!volumes.has(mount.name)) {
          faults.push(fault(`${at}.volumeMounts[${j}].name`, `Not found: "${mount.name}"`));
        }
      }
    }
  }
  return faults;
}

function workloadFaults(spec: Fields): Fault[] {
  if (!spec.selector) return [required('spec.selector')];
  const labels = spec.template?.metadata?.labels;
  const faults = podFaults(spec.template?.spec ?? {}, 'spec.template.spec', spec.volumeClaimTemplates);
  if (!selects(spec.selector, labels)) {
    const text = JSON.stringify(labels ?? {});
    faults.push(
      fault(
        'spec.template.metadata.labels',
        `Invalid value: ${text}: \`selector\` does not match template \`labels\``,
      ),
    );
  }
  return faults;
}

function jobFaults(spec: Fields): Fault[] {
  const faults = podFaults(spec.template?.spec ?? {}, 'spec.template.spec');
  const policy = spec.template?.spec?.restartPolicy;
  if (policy !== 'Never' && policy !== 'OnFailure') {
    faults.push(
      fault(
        'spec.template.spec.restartPolicy',
        `Unsupported value: "${policy}": supported values: "OnFailure", "Never"`,
        'FieldValueNotSupported',
      ),
    );
  }
  return faults;
}

function serviceFaults(spec: Fields): Fault[] {
  if (spec.type !== 'ExternalName' && spec.clusterIP !== 'None' && !spec.ports?.length) {
    return [required('spec.ports')];
  }
  return (spec.ports ?? []).flatMap((port: Fields, i: number) => {
    if (spec.ports.length > 1 && !port.name) return [required(`spec.ports[${i}].name`)];
    return Number.isInteger(port.port) && port.port > 0 && port.port < 65536
      ? []
      : [
          fault(
            `spec.ports[${i}].port`,
            `Invalid value: ${port.port}: must be between 1 and 65535, inclusive`,
          ),
        ];
  });
}

/** Fields of the spec that may change; all others of that kind are fixed from the start. */
const STATEFULSET_MAY_CHANGE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function changeFaults(kind: Kind, before: Stored, after: Stored): Fault[] {
  const was: Fields = before.spec ?? {};
  const is: Fields = after.spec ?? {};
  const fixed = (...fields: string[]): Fault[] =>
    fields.flatMap((field) => (equal(was[field], is[field]) ? [] : [immutable(`spec.${field}`)]));
  switch (kind) {
    case KINDS.Deployment:
    case KINDS.ReplicaSet:
    case KINDS.DaemonSet:
      return fixed('selector');
    case KINDS.StatefulSet: {
      const others = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
        (field) => !STATEFULSET_MAY_CHANGE.includes(field),
      );
      if (others.every((field) => equal(was[field], is[field]))) return [];
      return [
        fault(
          'spec',
          `Forbidden: updates to statefulset spec for fields other than '${STATEFULSET_MAY_CHANGE.join("', '")}' are forbidden`,
          'FieldValueForbidden',
        ),
      ];
    }
    case KINDS.Job:
      return fixed('selector', 'template', 'completionMode');
    case KINDS.Service:
      return was.type !== 'ExternalName' && is.type !== 'ExternalName' ? fixed('clusterIP') : [];
    case KINDS.PersistentVolumeClaim:
      return fixed('accessModes', 'selector', ...(was.storageClassName ? ['storageClassName'] : [])).concat(
        was.volumeName ? fixed('volumeName') : [],
      );
    case KINDS.Pod:
      return fixed('nodeName', 'volumes', 'restartPolicy', 'serviceAccountName').filter(
        ({ field }) => field !== 'spec.nodeName' || was.nodeName !== undefined,
      );
    case KINDS.Secret:
      return [
        ...(equal(before.type, after.type) ? [] : [immutable('type')]),
        ...(before.immutable && !equal(before.data, after.data) ? [immutable('data')] : []),
      ];
    case KINDS.RoleBinding:
    case KINDS.ClusterRoleBinding:
      return equal(before.roleRef, after.roleRef)
        ? []
        : [fault('roleRef', 'Invalid value: cannot change roleRef')];
    default:
      return [];
  }
}
