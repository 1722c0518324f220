/** Services, NetworkPolicies, Ingresses. */
import { isIP } from 'node:net';
import type { Fault } from '../errors.ts';
import { denied, duplicate, invalidValue, required } from '../faults.ts';
import type { Fields } from '../objects.ts';
import { LABEL, labelFaults, nameFaults, PORT_NAME } from './names.ts';
import { choiceFaults, isCidr, PROTOCOLS, portFaults, selectorFaults } from './values.ts';

const NODE_PORTS = { least: 30_000, most: 32_767 };

export function serviceFaults(spec: Fields): Fault[] {
  const ports: Fields[] = spec.ports ?? [];
  const faults = [
    ...choiceFaults('spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
    ...choiceFaults('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']),
    ...labelFaults('spec.selector', spec.selector),
  ];
  if (spec.type === 'ExternalName') {
    if (!spec.externalName) faults.push(required('spec.externalName'));
    if (spec.clusterIP) faults.push(denied('spec.clusterIPs[0]', 'may not be set when type is ExternalName'));
    return faults;
  }
  const headless = spec.clusterIP === 'None';
  if (!headless && spec.clusterIP && isIP(spec.clusterIP) === 0) {
    faults.push(
      invalidValue(
        'spec.clusterIPs[0]',
        spec.clusterIP,
        'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ),
    );
  }
  if (headless && spec.type === 'LoadBalancer') {
    faults.push(
      invalidValue('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services"),
    );
  }
  if (ports.length === 0 && !headless) faults.push(required('spec.ports'));
  return [...faults, ...servicePortFaults(spec, ports)];
}

function servicePortFaults(spec: Fields, ports: readonly Fields[]): Fault[] {
  const names = new Set<string>();
  const numbers = new Set<string>();
  return ports.flatMap((port, i) => {
    const at = `spec.ports[${i}]`;
    const faults: Fault[] = [];
    if (ports.length > 1 && !port.name) faults.push(required(`${at}.name`));
    else if (port.name) {
      faults.push(...nameFaults(`${at}.name`, port.name, LABEL));
      if (names.has(port.name)) faults.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    faults.push(...portFaults(`${at}.port`, port.port ?? 0));
    faults.push(...choiceFaults(`${at}.protocol`, port.protocol, PROTOCOLS));
    const { targetPort } = port;
    if (typeof targetPort === 'string') faults.push(...nameFaults(`${at}.targetPort`, targetPort, PORT_NAME));
    else if (targetPort) faults.push(...portFaults(`${at}.targetPort`, targetPort));
    const number = `${port.protocol ?? 'TCP'}/${port.port}`;
    if (numbers.has(number))
      faults.push(duplicate(at, { port: port.port, protocol: port.protocol ?? 'TCP' }));
    numbers.add(number);
    return [...faults, ...nodePortFaults(spec, port, at)];
  });
}

function nodePortFaults({ type }: Fields, { nodePort }: Fields, at: string): Fault[] {
  if (!nodePort) return [];
  if (type !== 'NodePort' && type !== 'LoadBalancer') {
    return [denied(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'")];
  }
  if (nodePort >= NODE_PORTS.least && nodePort <= NODE_PORTS.most) return [];
  const range = `The range of valid ports is ${NODE_PORTS.least}-${NODE_PORTS.most}`;
  return [invalidValue(`${at}.nodePort`, nodePort, `provided port is not in the valid range. ${range}`)];
}

export function networkPolicyFaults(spec: Fields): Fault[] {
  const directions = [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const;
  return [
    ...selectorFaults('spec.podSelector', spec.podSelector),
    ...((spec.policyTypes ?? []) as unknown[]).flatMap((type, i) =>
      choiceFaults(`spec.policyTypes[${i}]`, type, ['Egress', 'Ingress']),
    ),
    ...directions.flatMap(([direction, peers]) =>
      ((spec[direction] ?? []) as Fields[]).flatMap((rule, i) => [
        ...((rule?.[peers] ?? []) as Fields[]).flatMap((peer, j) =>
          peerFaults(peer, `spec.${direction}[${i}].${peers}[${j}]`),
        ),
        ...((rule?.ports ?? []) as Fields[]).flatMap((port, j) =>
          policyPortFaults(port, `spec.${direction}[${i}].ports[${j}]`),
        ),
      ]),
    ),
  ];
}

function peerFaults(peer: Fields, at: string): Fault[] {
  const { podSelector, namespaceSelector, ipBlock } = peer ?? {};
  if (!podSelector && !namespaceSelector && !ipBlock) return [required(at, 'must specify a peer')];
  if (ipBlock && (podSelector || namespaceSelector)) {
    return [denied(at, 'may not specify both ipBlock and another peer')];
  }
  if (!ipBlock) {
    return [
      ...selectorFaults(`${at}.podSelector`, podSelector),
      ...selectorFaults(`${at}.namespaceSelector`, namespaceSelector),
    ];
  }
  if (!ipBlock.cidr) return [required(`${at}.ipBlock.cidr`)];
  const why = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  const faults = isCidr(ipBlock.cidr) ? [] : [invalidValue(`${at}.ipBlock.cidr`, ipBlock.cidr, why)];
  for (const [i, one] of ((ipBlock.except ?? []) as unknown[]).entries()) {
    if (!isCidr(one)) faults.push(invalidValue(`${at}.ipBlock.except[${i}]`, one, why));
  }
  return faults;
}

function policyPortFaults({ port, endPort, protocol }: Fields, at: string): Fault[] {
  const faults = choiceFaults(`${at}.protocol`, protocol, PROTOCOLS);
  if (typeof port === 'string') faults.push(...nameFaults(`${at}.port`, port, PORT_NAME));
  else if (port !== undefined) faults.push(...portFaults(`${at}.port`, port));
  if (endPort === undefined) return faults;
  if (typeof port !== 'number')
    return [...faults, required(`${at}.port`, 'must be specified when endPort is defined')];
  if (endPort < port) {
    faults.push(invalidValue(`${at}.endPort`, endPort, 'must be greater than or equal to `port`'));
  }
  return faults;
}

export function ingressFaults({ rules = [], defaultBackend }: Fields): Fault[] {
  if (rules.length === 0 && !defaultBackend) {
    return [invalidValue('spec', {}, 'either `defaultBackend` or `rules` must be specified')];
  }
  return (rules as Fields[]).flatMap((rule, i) =>
    ((rule.http?.paths ?? []) as Fields[]).flatMap(({ path, pathType, backend }, j) => {
      const at = `spec.rules[${i}].http.paths[${j}]`;
      const faults = pathType
        ? choiceFaults(`${at}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix'])
        : [required(`${at}.pathType`, 'pathType must be specified')];
      if (pathType !== 'ImplementationSpecific' && !String(path ?? '').startsWith('/')) {
        faults.push(invalidValue(`${at}.path`, path ?? '', 'must be an absolute path'));
      }
      if (!backend?.service && !backend?.resource) faults.push(required(`${at}.backend`));
      return faults;
    }),
  );
}
