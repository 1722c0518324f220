/**
 * Pod Security admission: what the labels `pod-security.kubernetes.io/enforce` of a namespace refuse.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import type { Fields } from './objects.ts';

export const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce';

/** What of the pod breaks the level, each as the API server words it; nothing if it may run. */
export function violations(level: string | undefined, spec: Fields): string[] {
  if (level !== 'baseline' && level !== 'restricted') return [];
  const containers: Fields[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const baseline = baselineViolations(spec, containers);
  return level === 'restricted' ? [...baseline, ...restrictedViolations(spec, containers)] : baseline;
}

const those = (containers: Fields[], broken: (container: Fields) => boolean): string[] =>
  containers.filter(broken).map((container) => `"${container.name}"`);

const naming = (names: string[]): string =>
  `${names.length > 1 ? 'containers' : 'container'} ${names.join(', ')}`;

function baselineViolations(spec: Fields, containers: Fields[]): string[] {
  const found: string[] = [];
  const hosts = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  if (hosts.length > 0) found.push(`host namespaces (${hosts.map((host) => `${host}=true`).join(', ')})`);
  const privileged = those(containers, (container) => container.securityContext?.privileged === true);
  if (privileged.length > 0) {
    found.push(`privileged (${naming(privileged)} must not set securityContext.privileged=true)`);
  }
  const paths = (spec.volumes ?? []).filter((volume: Fields) => volume.hostPath);
  if (paths.length > 0) {
    found.push(`hostPath volumes (${paths.map((volume: Fields) => `volume "${volume.name}"`).join(', ')})`);
  }
  const extra = those(containers, (container) =>
    (container.securityContext?.capabilities?.add ?? []).some(
      (name: string) => !BASELINE_CAPABILITIES.has(name),
    ),
  );
  if (extra.length > 0) found.push(`non-default capabilities (${naming(extra)})`);
  return found;
}

const BASELINE_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

function restrictedViolations(spec: Fields, containers: Fields[]): string[] {
  const pod: Fields = spec.securityContext ?? {};
  const rules: Array<[string, string, (security: Fields) => boolean]> = [
    [
      'allowPrivilegeEscalation != false',
      'must set securityContext.allowPrivilegeEscalation=false',
      (security) => security.allowPrivilegeEscalation === false,
    ],
    [
      'unrestricted capabilities',
      'must set securityContext.capabilities.drop=["ALL"]',
      (security) => (security.capabilities?.drop ?? []).includes('ALL'),
    ],
    [
      'runAsNonRoot != true',
      'must set securityContext.runAsNonRoot=true',
      (security) => (security.runAsNonRoot ?? pod.runAsNonRoot) === true,
    ],
    ['runAsUser=0', 'must not set runAsUser=0', (security) => (security.runAsUser ?? pod.runAsUser) !== 0],
    [
      'seccompProfile',
      'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"',
      (security) =>
        ['RuntimeDefault', 'Localhost'].includes((security.seccompProfile ?? pod.seccompProfile)?.type),
    ],
  ];
  return rules.flatMap(([title, remedy, holds]) => {
    const names = those(containers, (container) => !holds(container.securityContext ?? {}));
    return names.length > 0 ? [`${title} (${naming(names)} ${remedy})`] : [];
  });
}
