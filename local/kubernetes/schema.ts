/**
 * How lists and maps merge: which lists are maps by some key, which are sets, which maps are taken as a whole. The rest of the
 * structure needs no schema: maps merge field by field, all other lists and scalars are replaced.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
import { isMap } from './json.ts';

const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  hostAliases: ['ip'],
  podIPs: ['ip'],
  addresses: ['type'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};
const CONTAINER_PORT_KEYS = ['containerPort', 'protocol'] as const;
const SERVICE_PORT_KEYS = ['port', 'protocol'] as const;

const SETS = new Set(['finalizers']);

const ATOMIC_MAPS = new Set([
  'selector',
  'labelSelector',
  'podSelector',
  'namespaceSelector',
  'nodeSelector',
  'roleRef',
  'fieldRef',
  'resourceFieldRef',
  'secretKeyRef',
  'configMapKeyRef',
  'claimRef',
]);

/** The default of a key that may be left out. */
const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };

export type Shape =
  | { type: 'map' }
  | { type: 'list-map'; keys: readonly string[] }
  | { type: 'set' }
  | { type: 'atomic' };

/** How the value of the field of that name merges. */
export function shapeOf(field: string, value: unknown): Shape {
  if (isMap(value)) return ATOMIC_MAPS.has(field) ? { type: 'atomic' } : { type: 'map' };
  if (!Array.isArray(value)) return { type: 'atomic' };
  if (SETS.has(field)) return { type: 'set' };
  const keys = field === 'ports' ? portKeys(value[0]) : LIST_KEYS[field];
  return keys && value.every(isMap) ? { type: 'list-map', keys } : { type: 'atomic' };
}

function portKeys(sample: unknown): readonly string[] | undefined {
  if (!isMap(sample)) return undefined;
  if ('containerPort' in sample) return CONTAINER_PORT_KEYS;
  return typeof sample.port === 'number' ? SERVICE_PORT_KEYS : undefined;
}

/** The item's key as `managedFields` writes it: `k:{"name":"pachd"}`. */
export function itemStep(item: Record<string, unknown>, keys: readonly string[]): string {
  const key: Record<string, unknown> = {};
  for (const name of [...keys].sort()) key[name] = item[name] ?? KEY_DEFAULTS[name];
  return `k:${JSON.stringify(key)}`;
}

export const setStep = (item: unknown): string => `v:${JSON.stringify(item)}`;
