/** Fields that never change once an object is there, or only in one direction. */
import type { Fault } from '../errors.ts';
import { denied, fault, immutable, invalidValue } from '../faults.ts';
import { equal } from '../json.ts';
import { KINDS, type Kind } from '../kinds.ts';
import type { Fields, Stored } from '../objects.ts';
import { quantityOf } from '../quantities.ts';

export function changeFaults(kind: Kind, before: Stored, after: Stored): Fault[] {
  const was: Fields = before.spec ?? {};
  const is: Fields = after.spec ?? {};
  const fixed = (...fields: string[]): Fault[] =>
    fields.flatMap((field) => (equal(was[field], is[field]) ? [] : [immutable(`spec.${field}`, is[field])]));
  switch (kind) {
    case KINDS.Deployment:
    case KINDS.ReplicaSet:
    case KINDS.DaemonSet:
      return fixed('selector');
    case KINDS.StatefulSet:
      return statefulSetFaults(was, is);
    case KINDS.Job:
      return [
        ...fixed('selector', 'completionMode', 'template'),
        ...(was.completionMode === 'Indexed' ? [] : fixed('completions')),
      ];
    case KINDS.Service:
      return serviceFaults(was, is);
    case KINDS.PersistentVolumeClaim:
      return claimFaults(before, was, is);
    case KINDS.Pod:
      return podFaults(was, is);
    case KINDS.Secret:
    case KINDS.ConfigMap:
      return keptFaults(kind, before, after);
    case KINDS.RoleBinding:
    case KINDS.ClusterRoleBinding:
      return equal(before.roleRef, after.roleRef)
        ? []
        : [invalidValue('roleRef', after.roleRef, 'cannot change roleRef')];
    case KINDS.StorageClass:
      return ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'].flatMap((field) =>
        equal(before[field], after[field]) ? [] : [denied(field, `updates to ${field} are forbidden.`)],
      );
    case KINDS.PriorityClass:
      return before.value === after.value ? [] : [denied('value', 'may not be changed in an update.')];
    case KINDS.CustomResourceDefinition:
      return [
        ...fixed('group', 'scope'),
        ...['kind', 'plural'].flatMap((field) =>
          was.names?.[field] === is.names?.[field]
            ? []
            : [immutable(`spec.names.${field}`, is.names?.[field])],
        ),
      ];
    default:
      return [];
  }
}

const STATEFULSET_MAY_CHANGE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function statefulSetFaults(was: Fields, is: Fields): Fault[] {
  const others = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (field) => !STATEFULSET_MAY_CHANGE.includes(field),
  );
  if (others.every((field) => equal(was[field], is[field]))) return [];
  const names = STATEFULSET_MAY_CHANGE.map((field) => `'${field}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return [denied('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)];
}

function serviceFaults(was: Fields, is: Fields): Fault[] {
  const had = was.type !== 'ExternalName' && was.clusterIP;
  if (!had || is.type === 'ExternalName' || was.clusterIP === is.clusterIP) return [];
  return [invalidValue('spec.clusterIPs[0]', is.clusterIPs ?? [is.clusterIP], 'may not change once set')];
}

function claimFaults(before: Stored, was: Fields, is: Fields): Fault[] {
  const faults: Fault[] = [];
  const { resources: asked, ...others } = was;
  const { resources: asks, ...rest } = is;
  // The binder fills these in: what was empty may be set once.
  const settled = { ...rest };
  for (const field of ['volumeName', 'storageClassName']) if (!others[field]) delete settled[field];
  const kept = { ...others };
  for (const field of ['volumeName', 'storageClassName']) if (!others[field]) delete kept[field];
  if (!equal(kept, settled)) {
    faults.push(
      denied(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  }
  const [old, now] = [quantityOf(asked?.requests?.storage), quantityOf(asks?.requests?.storage)];
  if (now === old) return faults;
  if (before.status?.phase !== 'Bound') {
    faults.push(
      denied(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  } else if (now < old) {
    faults.push(denied('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  return faults;
}

const POD_MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function podFaults(was: Fields, is: Fields): Fault[] {
  const fixedPart = (spec: Fields): Fields => {
    const { containers, initContainers, activeDeadlineSeconds: _, tolerations: __, ...rest } = spec;
    const bare = (list: Fields[] = []): Fields[] => list.map(({ image: ___, ...container }) => container);
    return { ...rest, containers: bare(containers), initContainers: bare(initContainers) };
  };
  return equal(fixedPart(was), fixedPart(is)) ? [] : [denied('spec', POD_MAY_CHANGE)];
}

function keptFaults(kind: Kind, before: Stored, after: Stored): Fault[] {
  const faults: Fault[] = [];
  if (kind === KINDS.Secret && before.type !== after.type) faults.push(immutable('type', after.type));
  if (!before.immutable) return faults;
  const why = 'Forbidden: field is immutable when `immutable` is set';
  for (const field of ['immutable', 'data', 'binaryData']) {
    if (!equal(before[field], after[field])) faults.push(fault(field, why, 'FieldValueForbidden'));
  }
  return faults;
}
