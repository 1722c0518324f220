/** The texts in the cells of `kubectl get`, where a field as it is would not do. */
import type { Fields, Stored } from '../objects.ts';
import { humanDuration } from './durations.ts';

export type Cell = string | number | boolean | null;

export const NONE = '<none>';
export const UNSET = '<unset>';
const UNKNOWN = '<unknown>';

export const ageOf = (timestamp: string | null | undefined, nowMs: number): string =>
  timestamp ? humanDuration(nowMs - Date.parse(timestamp)) : UNKNOWN;

export const templateContainers = (object: Stored): Fields[] =>
  (object.spec?.jobTemplate?.spec ?? object.spec)?.template?.spec?.containers ?? [];

export const joined = (texts: readonly unknown[], by = ','): string => texts.join(by);

export function labelsText(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length > 0 ? pairs.map(([key, value]) => `${key}=${value}`).join(',') : NONE;
}

/** A LabelSelector as one line. */
export function selectorText(selector: Fields | undefined): string {
  if (!selector) return NONE;
  const terms = (selector.matchExpressions ?? []).map((term: Fields) => {
    const values = `(${[...(term.values ?? [])].sort().join(',')})`;
    if (term.operator === 'In') return `${term.key} in ${values}`;
    if (term.operator === 'NotIn') return `${term.key} notin ${values}`;
    return term.operator === 'Exists' ? term.key : `!${term.key}`;
  });
  const pairs = labelsText(selector.matchLabels);
  const all = [...(pairs === NONE ? [] : [pairs]), ...terms];
  return all.length > 0 ? all.join(',') : NONE;
}

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
export const accessModes = (modes: readonly string[] | undefined): string =>
  joined((modes ?? []).map((mode) => ACCESS_MODES[mode] ?? mode));

export const sizeOf = (map: object | undefined): number => Object.keys(map ?? {}).length;

const hasCondition = (object: Stored, type: string): boolean =>
  (object.status?.conditions ?? []).some((one: Fields) => one.type === type && one.status === 'True');

export function externalIp({ spec = {}, status }: Stored): string {
  const external: string[] = spec.externalIPs ?? [];
  if (spec.type === 'ExternalName') return spec.externalName;
  if (spec.type !== 'LoadBalancer') return external.length > 0 ? external.join(',') : NONE;
  const ingress: string[] = (status?.loadBalancer?.ingress ?? []).map(
    (one: Fields) => one.ip || one.hostname,
  );
  const all = [...ingress, ...external];
  return all.length > 0 ? all.join(',') : '<pending>';
}

export function portsText(ports: Fields[] | undefined): string {
  if (!ports?.length) return NONE;
  return ports
    .map(({ port, nodePort, protocol = 'TCP' }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
    .join(',');
}

export function nodeStatus(node: Stored): string {
  const ready = (node.status?.conditions ?? []).find((one: Fields) => one.type === 'Ready');
  const text = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return node.spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

const ROLE_LABEL = 'node-role.kubernetes.io/';
export function nodeRoles(node: Stored): string {
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) =>
    key.startsWith(ROLE_LABEL) && key.length > ROLE_LABEL.length
      ? [key.slice(ROLE_LABEL.length)]
      : key === 'kubernetes.io/role' && value !== ''
        ? [value]
        : [],
  );
  return roles.length > 0 ? [...new Set(roles)].sort().join(',') : NONE;
}

export const nodeAddress = (type: string) => (node: Stored) =>
  (node.status?.addresses ?? []).find((one: Fields) => one.type === type)?.address ?? NONE;

export const nodeInfo =
  (field: string) =>
  (node: Stored): Cell =>
    node.status?.nodeInfo?.[field] || UNKNOWN;

export function jobStatus(job: Stored): string {
  if (hasCondition(job, 'Complete')) return 'Complete';
  if (hasCondition(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  if (hasCondition(job, 'Suspended')) return 'Suspended';
  if (hasCondition(job, 'FailureTarget')) return 'FailureTarget';
  if (hasCondition(job, 'SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

export function jobCompletions({ spec = {}, status = {} }: Stored): string {
  const done = status.succeeded ?? 0;
  if (spec.completions !== undefined && spec.completions !== null) return `${done}/${spec.completions}`;
  return (spec.parallelism ?? 0) > 1 ? `${done}/1 of ${spec.parallelism}` : `${done}/1`;
}

export function jobDuration({ status = {} }: Stored, nowMs: number): string {
  if (!status.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : nowMs;
  return humanDuration(end - Date.parse(status.startTime));
}

/** Addresses with ports, three at most. */
export function endpointsText(all: readonly string[]): string {
  if (all.length === 0) return NONE;
  const first = all.slice(0, 3).join(',');
  return all.length > 3 ? `${first} + ${all.length - 3} more...` : first;
}

export const subsetEndpoints = (endpoints: Stored): string[] =>
  (endpoints.subsets ?? []).flatMap((subset: Fields) =>
    (subset.ports ?? [{}]).flatMap(({ port }: Fields) =>
      (subset.addresses ?? []).map(({ ip }: Fields) => (port === undefined ? ip : `${ip}:${port}`)),
    ),
  );

export function claimText(volume: Stored): string {
  const claim = volume.spec?.claimRef;
  return claim ? `${claim.namespace}/${claim.name}` : '';
}

export const className = ({ metadata, spec }: Stored): string =>
  metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';

/** Requests and limits of a quota: `pods: 1/5, requests.cpu: 0/4`. */
export function quotaText(quota: Stored, isLimit: boolean): string {
  const hard: Record<string, string> = quota.status?.hard ?? {};
  const names = Object.keys(hard)
    .sort()
    .filter((name) => name.startsWith('limits') === isLimit);
  return names.map((name) => `${name}: ${quota.status?.used?.[name] ?? '0'}/${hard[name]}`).join(', ');
}

export const subjectsText =
  (kind: string) =>
  (binding: Stored): string =>
    (binding.subjects ?? [])
      .filter((subject: Fields) => subject.kind === kind)
      .map((subject: Fields) =>
        kind === 'ServiceAccount' ? `${subject.namespace}/${subject.name}` : subject.name,
      )
      .join(', ');

export const eventTime = (event: Stored): string | undefined =>
  event.series?.lastObservedTime ?? event.lastTimestamp ?? event.firstTimestamp ?? event.eventTime;

export function eventSource({
  source = {},
  reportingComponent = '',
  reportingInstance = '',
}: Stored): string {
  const parts = [source.component || reportingComponent, source.host || reportingInstance];
  return parts.filter((part) => part).join(', ');
}

export function ingressHosts(rules: Fields[] | undefined): string {
  const hosts = (rules ?? []).flatMap(({ host }) => (host ? [host] : []));
  if (hosts.length === 0) return '*';
  return hosts.length > 3 ? `${hosts.slice(0, 3).join(',')} + ${hosts.length - 3} more...` : hosts.join(',');
}

export const loadBalancerText = ({ status }: Stored): string =>
  joined((status?.loadBalancer?.ingress ?? []).map((one: Fields) => one.ip || one.hostname));

export function metricsText({ spec = {}, status = {} }: Stored): string {
  const texts = (spec.metrics ?? []).map(({ type, resource }: Fields, i: number) => {
    if (type !== 'Resource') return `<${type}>`;
    const current = status.currentMetrics?.[i]?.resource?.current;
    const wanted = resource?.target ?? {};
    return wanted.averageValue
      ? `${resource.name}: ${current?.averageValue ?? UNKNOWN}/${wanted.averageValue}`
      : `${resource.name}: ${current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`}/${wanted.averageUtilization}%`;
  });
  return texts.length > 0 ? texts.join(', ') : NONE;
}

export const flag = (value: unknown): string => (value === true ? 'True' : 'False');

export const IS_DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

export function readinessGates({ spec, status }: Stored): string {
  const gates: Fields[] = spec?.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const isTrue = ({ conditionType }: Fields): boolean =>
    (status?.conditions ?? []).some((one: Fields) => one.type === conditionType && one.status === 'True');
  return `${gates.filter(isTrue).length}/${gates.length}`;
}

export function slicePorts(ports: Fields[] | undefined): string {
  if (!ports?.length) return UNSET;
  return endpointsText(ports.map(({ port }) => (port === undefined ? '*' : String(port))));
}

export function sliceEndpoints(endpoints: Fields[] | undefined): string {
  const addresses = (endpoints ?? []).flatMap((one) => one.addresses ?? []);
  return addresses.length > 0 ? endpointsText(addresses) : UNSET;
}

export function controllerText({ metadata }: Stored): string {
  const owner = (metadata.ownerReferences ?? []).find((one) => one.controller);
  if (!owner) return NONE;
  const [, group = ''] = owner.apiVersion.split('/').reverse();
  return `${owner.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${owner.name}`;
}
