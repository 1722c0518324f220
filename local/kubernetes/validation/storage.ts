/** ConfigMaps, Secrets, claims, quotas, limits: what keeps or bounds. */
import type { Fault } from '../errors.ts';
import { fault, invalidValue, required } from '../faults.ts';
import type { Fields, Stored } from '../objects.ts';
import { quantityOf } from '../quantities.ts';
import { CONFIG_KEY, nameFaults } from './names.ts';
import { amountFaults, choiceFaults, selectorFaults } from './values.ts';

/** https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size */
const MAX_DATA_BYTES = 1024 * 1024;

function dataFaults(data: Record<string, string>, path: string, sizeBytes: number): Fault[] {
  const faults = Object.keys(data).flatMap((key) => nameFaults(`${path}[${key}]`, key, CONFIG_KEY));
  if (sizeBytes > MAX_DATA_BYTES) {
    const why = `Too long: may not be more than ${MAX_DATA_BYTES} bytes`;
    faults.push(fault(path === 'data' ? '' : path, why, 'FieldValueTooLong'));
  }
  return faults;
}

export function configMapFaults({ data = {}, binaryData = {} }: Stored): Fault[] {
  const texts = Object.values(data ?? {}) as string[];
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(String(text)), 0);
  const both = Object.keys(data ?? {}).filter((key) => key in (binaryData ?? {}));
  return [
    ...dataFaults(data ?? {}, 'data', size),
    ...dataFaults(binaryData ?? {}, 'binaryData', 0),
    ...both.map((key) => invalidValue('data', key, `duplicate of key present in binaryData`)),
  ];
}

/** Keys without which a Secret of that type is of no use. https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
const NEEDED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};
const ACCOUNT = 'kubernetes.io/service-account.name';

export function secretFaults({ type, data, metadata }: Stored): Fault[] {
  const kept: Record<string, string> = data ?? {};
  const size = Object.values(kept).reduce((sum, text) => sum + Buffer.byteLength(String(text), 'base64'), 0);
  const faults = dataFaults(kept, 'data', size);
  for (const key of NEEDED_KEYS[type] ?? [])
    if (kept[key] === undefined) faults.push(required(`data[${key}]`));
  if (type === 'kubernetes.io/basic-auth' && kept.username === undefined && kept.password === undefined) {
    faults.push(required('data[username]'), required('data[password]'));
  }
  if (type === 'kubernetes.io/service-account-token' && !metadata.annotations?.[ACCOUNT]) {
    faults.push(required(`metadata.annotations[${ACCOUNT}]`));
  }
  for (const key of ['.dockerconfigjson', '.dockercfg']) {
    if (NEEDED_KEYS[type]?.includes(key) && kept[key] !== undefined && !isJson(kept[key])) {
      faults.push(
        invalidValue(
          `data[${key}]`,
          '<secret contents redacted>',
          'invalid character looking for beginning of value',
        ),
      );
    }
  }
  return faults;
}

function isJson(base64: string): boolean {
  try {
    JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function claimFaults(spec: Fields, path = 'spec'): Fault[] {
  const modes: unknown[] = spec.accessModes ?? [];
  const storage: unknown = spec.resources?.requests?.storage;
  const faults = [
    ...(modes.length > 0 ? [] : [required(`${path}.accessModes`, 'at least 1 access mode is required')]),
    ...modes.flatMap((mode) => choiceFaults(`${path}.accessModes`, mode, ACCESS_MODES)),
    ...selectorFaults(`${path}.selector`, spec.selector),
    ...choiceFaults(`${path}.volumeMode`, spec.volumeMode, ['Block', 'Filesystem']),
  ];
  const field = `${path}.resources[storage]`;
  if (storage === undefined) return [...faults, required(field)];
  const wrong = amountFaults(`${path}.resources`, { storage });
  if (wrong.length > 0) return [...faults, ...wrong];
  return quantityOf(storage) > 0n
    ? faults
    : [...faults, invalidValue(field, storage, 'must be greater than zero')];
}

const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];

export function quotaFaults({ hard, scopes = [], scopeSelector }: Fields): Fault[] {
  return [
    ...amountFaults('spec.hard', hard),
    ...(scopes as unknown[]).flatMap((scope) => choiceFaults('spec.scopes', scope, SCOPES)),
    ...((scopeSelector?.matchExpressions ?? []) as Fields[]).flatMap(({ scopeName }, i) =>
      choiceFaults(`spec.scopeSelector.matchExpressions[${i}].scopeName`, scopeName ?? '', SCOPES),
    ),
  ];
}

export function limitRangeFaults({ limits = [] }: Fields): Fault[] {
  const types = new Set<string>();
  return (limits as Fields[]).flatMap((limit, i) => {
    const at = `spec.limits[${i}]`;
    const faults: Fault[] = [];
    if (!limit.type) faults.push(required(`${at}.type`));
    else if (types.has(limit.type))
      faults.push(fault(`${at}.type`, `Duplicate value: "${limit.type}"`, 'FieldValueDuplicate'));
    types.add(limit.type);
    for (const field of ['max', 'min', 'default', 'defaultRequest'])
      faults.push(...amountFaults(`${at}.${field}`, limit[field]));
    return [...faults, ...orderFaults(limit, at)];
  });
}

/** min ≤ defaultRequest ≤ default ≤ max, as far as they are said. */
function orderFaults(limit: Fields, at: string): Fault[] {
  const pairs = [
    ['min', 'max', 'min value {} is greater than max value {}'],
    ['min', 'defaultRequest', 'min value {} is greater than default request value {}'],
    ['defaultRequest', 'max', 'default request value {} is greater than max value {}'],
    ['defaultRequest', 'default', 'default request value {} is greater than default limit value {}'],
    ['default', 'max', 'default value {} is greater than max value {}'],
  ] as const;
  return pairs.flatMap(([low, high, text]) =>
    Object.keys(limit[low] ?? {}).flatMap((name) => {
      const [small, large] = [limit[low][name], limit[high]?.[name]];
      if (large === undefined || quantityOf(small) <= quantityOf(large)) return [];
      const why = text.replace('{}', String(small)).replace('{}', String(large));
      return [invalidValue(`${at}.${low}[${name}]`, small, why)];
    }),
  );
}

export function storageClassFaults({ provisioner, reclaimPolicy, volumeBindingMode }: Stored): Fault[] {
  return [
    ...(provisioner ? [] : [required('provisioner')]),
    ...choiceFaults('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']),
    ...choiceFaults('volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
  ];
}

const HIGHEST_PRIORITY = 1_000_000_000;

export function priorityClassFaults({ metadata, value, preemptionPolicy }: Stored): Fault[] {
  const faults = choiceFaults('preemptionPolicy', preemptionPolicy, ['Never', 'PreemptLowerPriority']);
  const system = metadata.name.startsWith('system-');
  const born = metadata.name === 'system-cluster-critical' || metadata.name === 'system-node-critical';
  if (system && !born) {
    const why =
      "priority class names with 'system-' prefix are reserved for system use only. error: priority class name is not valid";
    return [...faults, fault('metadata.name', `Forbidden: ${why}`, 'FieldValueForbidden')];
  }
  if (!born && Number(value) > HIGHEST_PRIORITY) {
    faults.push(
      fault(
        'value',
        `Forbidden: maximum allowed value of a user defined priority is ${HIGHEST_PRIORITY}`,
        'FieldValueForbidden',
      ),
    );
  }
  return faults;
}

export function leaseFaults({ leaseDurationSeconds, leaseTransitions }: Fields): Fault[] {
  const faults: Fault[] = [];
  if (leaseDurationSeconds !== undefined && !(leaseDurationSeconds > 0)) {
    faults.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    faults.push(
      invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'),
    );
  }
  return faults;
}
