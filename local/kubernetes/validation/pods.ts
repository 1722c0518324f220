/** Pods and the templates of pods. */
import type { Fault } from '../errors.ts';
import { denied, duplicate, invalidValue, missing, required } from '../faults.ts';
import type { Fields } from '../objects.ts';
import { quantityOf } from '../quantities.ts';
import { LABEL, nameFaults, PORT_NAME, SUBDOMAIN } from './names.ts';
import { amountFaults, atLeast, choiceFaults, PROTOCOLS, portFaults } from './values.ts';

/** @param claims volumes that a StatefulSet adds to each of its pods */
export function podSpecFaults(spec: Fields, path: string, claims: readonly Fields[] = []): Fault[] {
  const names = new Set<string>();
  const volumes = new Set<string>(claims.map((claim) => claim.metadata?.name));
  const faults: Fault[] = volumeFaults(spec.volumes ?? [], `${path}.volumes`, volumes);
  if (!spec.containers?.length) faults.push(required(`${path}.containers`));
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [i, container] of ((spec[list] ?? []) as Fields[]).entries()) {
      faults.push(
        ...containerFaults(container, `${path}.${list}[${i}]`, names, volumes, list === 'initContainers'),
      );
    }
  }
  return [
    ...faults,
    ...choiceFaults(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'Never', 'OnFailure']),
    ...choiceFaults(`${path}.dnsPolicy`, spec.dnsPolicy, [
      'ClusterFirst',
      'ClusterFirstWithHostNet',
      'Default',
      'None',
    ]),
    ...(spec.activeDeadlineSeconds === undefined
      ? []
      : atLeast(`${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 1)),
    ...atLeast(`${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds, 0),
    ...(spec.serviceAccountName
      ? nameFaults(`${path}.serviceAccountName`, spec.serviceAccountName, SUBDOMAIN)
      : []),
    ...(spec.hostname ? nameFaults(`${path}.hostname`, spec.hostname, LABEL) : []),
  ];
}

function volumeFaults(volumes: readonly Fields[], path: string, names: Set<string>): Fault[] {
  return volumes.flatMap(({ name, ...sources }, i) => {
    const at = `${path}[${i}]`;
    const faults = nameFaults(`${at}.name`, name, LABEL);
    if (names.has(name)) faults.push(duplicate(`${at}.name`, name));
    names.add(name);
    const given = Object.keys(sources).filter(
      (source) => sources[source] !== undefined && sources[source] !== null,
    );
    if (given.length === 0) faults.push(required(at, 'must specify a volume type'));
    for (const extra of given.slice(1))
      faults.push(denied(`${at}.${extra}`, 'may not specify more than 1 volume type'));
    if (sources.secret && !sources.secret.secretName) faults.push(required(`${at}.secret.secretName`));
    if (sources.configMap && !sources.configMap.name) faults.push(required(`${at}.configMap.name`));
    if (sources.hostPath && !sources.hostPath.path) faults.push(required(`${at}.hostPath.path`));
    if (sources.persistentVolumeClaim && !sources.persistentVolumeClaim.claimName) {
      faults.push(required(`${at}.persistentVolumeClaim.claimName`));
    }
    return faults;
  });
}

function containerFaults(
  container: Fields,
  at: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
  isInit: boolean,
): Fault[] {
  const { name, image, imagePullPolicy } = container;
  const faults = nameFaults(`${at}.name`, name, LABEL);
  if (names.has(name)) faults.push(duplicate(`${at}.name`, name));
  names.add(name);
  if (!image) faults.push(required(`${at}.image`));
  else if (String(image).trim() !== image) {
    faults.push(invalidValue(`${at}.image`, image, 'must not have leading or trailing whitespace'));
  }
  const sidecar = isInit && container.restartPolicy === 'Always';
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (!container[probe]) continue;
    if (isInit && !sidecar) {
      faults.push(
        denied(`${at}.${probe}`, 'may not be set for init containers without restartPolicy=Always'),
      );
    } else faults.push(...probeFaults(container[probe], `${at}.${probe}`, probe !== 'readinessProbe'));
  }
  return [
    ...faults,
    ...choiceFaults(`${at}.imagePullPolicy`, imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...containerPortFaults(container.ports ?? [], `${at}.ports`),
    ...envFaults(container, at),
    ...mountFaults(container.volumeMounts ?? [], `${at}.volumeMounts`, volumes),
    ...resourceFaults(container.resources ?? {}, `${at}.resources`),
  ];
}

function containerPortFaults(ports: readonly Fields[], path: string): Fault[] {
  const names = new Set<string>();
  return ports.flatMap(({ name, containerPort, protocol, hostPort }, i) => {
    const at = `${path}[${i}]`;
    const faults = name ? nameFaults(`${at}.name`, name, PORT_NAME) : [];
    if (name && names.has(name)) faults.push(duplicate(`${at}.name`, name));
    names.add(name);
    if (!containerPort) faults.push(required(`${at}.containerPort`));
    else faults.push(...portFaults(`${at}.containerPort`, containerPort));
    if (hostPort) faults.push(...portFaults(`${at}.hostPort`, hostPort));
    return [...faults, ...choiceFaults(`${at}.protocol`, protocol, PROTOCOLS)];
  });
}

/** Any printable ASCII but `=`. */
const ENV_NAME = /^[ -<>-~]+$/;
const ENV_RULE =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";
const ENV_SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];

function envFaults({ env, envFrom }: Fields, path: string): Fault[] {
  const single = ((env ?? []) as Fields[]).flatMap(({ name, value, valueFrom }, i) => {
    const at = `${path}.env[${i}]`;
    const faults: Fault[] = [];
    if (!name) faults.push(required(`${at}.name`));
    else if (!ENV_NAME.test(name)) faults.push(invalidValue(`${at}.name`, name, ENV_RULE));
    if (!valueFrom) return faults;
    const sources = ENV_SOURCES.filter((source) => valueFrom[source]);
    const from = `${at}.valueFrom`;
    if (value) faults.push(invalidValue(from, '', 'may not be specified when `value` is not empty'));
    if (sources.length === 0) {
      faults.push(invalidValue(from, '', `must specify one of: \`${ENV_SOURCES.slice(0, 4).join('`, `')}\``));
    }
    if (sources.length > 1)
      faults.push(invalidValue(from, '', 'may not have more than one field specified at a time'));
    for (const source of ['configMapKeyRef', 'secretKeyRef']) {
      if (!valueFrom[source]) continue;
      if (!valueFrom[source].name) faults.push(required(`${from}.${source}.name`));
      if (!valueFrom[source].key) faults.push(required(`${from}.${source}.key`));
    }
    return faults;
  });
  const many = ((envFrom ?? []) as Fields[]).flatMap(({ configMapRef, secretRef }, i) => {
    const at = `${path}.envFrom[${i}]`;
    if (!configMapRef && !secretRef) {
      return [invalidValue(at, '', 'must specify one of: `configMapRef` or `secretRef`')];
    }
    const field = configMapRef ? 'configMapRef' : 'secretRef';
    return (configMapRef ?? secretRef).name ? [] : [required(`${at}.${field}.name`)];
  });
  return [...single, ...many];
}

function mountFaults(mounts: readonly Fields[], path: string, volumes: ReadonlySet<string>): Fault[] {
  const places = new Set<string>();
  return mounts.flatMap(({ name, mountPath, subPath }, i) => {
    const at = `${path}[${i}]`;
    const faults: Fault[] = [];
    if (!name) faults.push(required(`${at}.name`));
    else if (!volumes.has(name)) faults.push(missing(`${at}.name`, name));
    if (!mountPath) faults.push(required(`${at}.mountPath`));
    else if (places.has(mountPath)) faults.push(invalidValue(`${at}.mountPath`, mountPath, 'must be unique'));
    places.add(mountPath);
    if (subPath && (subPath.startsWith('/') || subPath.split('/').includes('..'))) {
      const why = subPath.startsWith('/') ? 'must be a relative path' : "must not contain '..'";
      faults.push(invalidValue(`${at}.subPath`, subPath, why));
    }
    return faults;
  });
}

function resourceFaults({ requests, limits }: Fields, path: string): Fault[] {
  const faults = [...amountFaults(`${path}.limits`, limits), ...amountFaults(`${path}.requests`, requests)];
  for (const name in requests ?? {}) {
    const limit: unknown = limits?.[name];
    if (limit !== undefined && quantityOf(requests[name]) > quantityOf(limit)) {
      const why = `must be less than or equal to ${name} limit of ${limit}`;
      faults.push(invalidValue(`${path}.requests`, requests[name], why));
    }
  }
  return faults;
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];

/** @param once one success must be enough, as for all but readiness */
function probeFaults(probe: Fields, path: string, once: boolean): Fault[] {
  const given = HANDLERS.filter((handler) => probe[handler]);
  const faults: Fault[] = [];
  if (given.length === 0) faults.push(required(path, 'must specify a handler type'));
  for (const extra of given.slice(1)) {
    faults.push(denied(`${path}.${extra}`, 'may not specify more than 1 handler type'));
  }
  const port: unknown = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
  const [handler] = given;
  if (handler && handler !== 'exec') {
    const field = `${path}.${handler}.port`;
    faults.push(...(typeof port === 'string' ? nameFaults(field, port, PORT_NAME) : portFaults(field, port)));
  }
  if (probe.exec && !probe.exec.command?.length) faults.push(required(`${path}.exec.command`));
  for (const count of COUNTS) faults.push(...atLeast(`${path}.${count}`, probe[count], 0));
  if (once && (probe.successThreshold ?? 1) !== 1) {
    faults.push(invalidValue(`${path}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return faults;
}
