/**
 * What the API server fills in: defaults and allocated values. Only what is missing, so that filling in twice changes nothing.
 * https://kubernetes.io/docs/reference/kubernetes-api/ names the default of each field.
 */
import { definitionDefaults } from './custom-definitions.ts';
import { defaulted } from './custom-schema.ts';
import type { Kind } from './kinds.ts';
import type { Fields, Stored } from './objects.ts';
import { canonicalQuantity } from './quantities.ts';
import { qosOf } from './resources.ts';

interface Allocator {
  /** A free address of the Services' range. */
  clusterIp(): string;
  /** A free port of 30000–32767. */
  nodePort(): number;
}

export function withDefaults(kind: Kind, object: Stored, allocate: Allocator): Stored {
  if (kind.custom) return defaulted(kind.custom.schema, object) as Stored;
  const fill = FILL[kind.kind];
  return fill ? fill(object, allocate) : object;
}

/** `defaults` under `value`: what the value has wins. Shares the value if nothing is missing. */
function under<T extends Fields>(value: T | undefined, defaults: Fields): T {
  if (!value) return defaults as T;
  for (const field in defaults) if (value[field] === undefined) return { ...defaults, ...value };
  return value;
}

function mapped<T>(list: readonly T[] | undefined, change: (item: T) => T): T[] | undefined {
  if (!list) return undefined;
  const out = list.map(change);
  return out.every((item, i) => item === list[i]) ? (list as T[]) : out;
}

const withSpec = (object: Stored, spec: Fields): Stored =>
  spec === object.spec ? object : { ...object, spec };

const FILL: Readonly<Record<string, (object: Stored, allocate: Allocator) => Stored>> = {
  Namespace: (object) => {
    const name = object.metadata.name;
    const labelled =
      object.metadata.labels?.['kubernetes.io/metadata.name'] === name
        ? object
        : {
            ...object,
            metadata: {
              ...object.metadata,
              labels: { ...object.metadata.labels, 'kubernetes.io/metadata.name': name },
            },
          };
    return {
      ...withSpec(labelled, under(object.spec, { finalizers: ['kubernetes'] })),
      status: object.status ?? { phase: 'Active' },
    };
  },
  Secret: (object) => {
    const { stringData, ...rest } = object;
    const typed = under(rest as Stored, { type: 'Opaque' });
    if (!stringData) return typed;
    const encoded: Record<string, string> = {};
    for (const [key, text] of Object.entries(stringData as Record<string, string>)) {
      encoded[key] = Buffer.from(text, 'utf8').toString('base64');
    }
    return { ...typed, data: { ...typed.data, ...encoded } };
  },
  Service: (object, allocate) => withSpec(object, serviceSpec(object.spec ?? {}, allocate)),
  Pod: (object) => {
    const spec = under(podSpec(object.spec ?? {}), { enableServiceLinks: true });
    return under(withSpec(object, spec), { status: { phase: 'Pending', qosClass: qosOf(spec) } });
  },
  PersistentVolumeClaim: (object) => {
    const named = withSpec(object, claimSpec(object.spec ?? {}));
    return under(withFinalizer(named, 'kubernetes.io/pvc-protection'), { status: { phase: 'Pending' } });
  },
  PersistentVolume: (object) =>
    under(
      withFinalizer(
        withSpec(object, under(object.spec ?? {}, { volumeMode: 'Filesystem' })),
        'kubernetes.io/pv-protection',
      ),
      { status: { phase: 'Available' } },
    ),
  Deployment: (object) =>
    withSpec(
      object,
      workloadSpec(object.spec ?? {}, {
        replicas: 1,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      }),
    ),
  ReplicaSet: (object) => withSpec(object, workloadSpec(object.spec ?? {}, { replicas: 1 })),
  ReplicationController: (object) => {
    const selector = object.spec?.template?.metadata?.labels;
    const spec = workloadSpec(object.spec ?? {}, { replicas: 1, ...(selector && { selector }) });
    return withSpec(object, spec);
  },
  StatefulSet: (object) =>
    withSpec(
      object,
      workloadSpec(object.spec ?? {}, {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      }),
    ),
  DaemonSet: (object) =>
    withSpec(
      object,
      workloadSpec(object.spec ?? {}, {
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
        revisionHistoryLimit: 10,
      }),
    ),
  Job: jobDefaults,
  CronJob: (object) => withSpec(object, cronJobSpec(object.spec ?? {})),
  HorizontalPodAutoscaler: (object) => withSpec(object, under(object.spec ?? {}, { minReplicas: 1 })),
  NetworkPolicy: (object) => withSpec(object, networkPolicySpec(object.spec ?? {})),
  ResourceQuota: (object) => withSpec(object, within(object.spec ?? {}, 'hard', amounts)),
  LimitRange: (object) =>
    withSpec(
      object,
      within(object.spec ?? {}, 'limits', (all) => mapped(all, limit)),
    ),
  RoleBinding: bindingDefaults,
  ClusterRoleBinding: bindingDefaults,
  PriorityClass: (object) => under(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  StorageClass: (object) => under(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  CustomResourceDefinition: definitionDefaults,
};

/** The value with one of its fields changed, if it has it. */
function within<T extends Fields>(value: T, field: string, change: (inner: Fields[] & Fields) => unknown): T {
  const inner = value[field];
  if (inner === undefined || inner === null) return value;
  const next = change(inner);
  return next === inner ? value : { ...value, [field]: next };
}

/** Quantities as the API server writes them. */
function amounts(list: Fields): Fields {
  const out: Fields = {};
  let same = true;
  for (const name in list) {
    out[name] = canonicalQuantity(list[name]);
    same &&= out[name] === list[name];
  }
  return same ? list : out;
}

/** What is limited is also asked for, unless something else is said. */
function resources(spec: Fields): Fields {
  const exact = within(within(spec, 'limits', amounts), 'requests', amounts);
  if (!exact.limits) return exact;
  const requests = under(exact.requests as Fields | undefined, exact.limits);
  return requests === exact.requests ? exact : { ...exact, requests };
}

function limit(one: Fields): Fields {
  let out = one;
  for (const field of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio']) {
    out = within(out, field, amounts);
  }
  if (out.type !== 'Container') return out;
  const filled: Fields = { ...out };
  if (out.default || out.max) filled.default = under(out.default, out.max ?? {});
  if (out.defaultRequest || filled.default || out.min) {
    filled.defaultRequest = under(under(out.defaultRequest, filled.default ?? {}), out.min ?? {});
  }
  return filled.default === out.default && filled.defaultRequest === out.defaultRequest ? out : filled;
}

const claimSpec = (spec: Fields): Fields =>
  under(within(spec, 'resources', resources), { volumeMode: 'Filesystem' });

const RBAC = 'rbac.authorization.k8s.io';

function bindingDefaults(object: Stored): Stored {
  const named = within(object, 'roleRef', (role) => under(role, { apiGroup: RBAC }));
  return within(named, 'subjects', (all) =>
    mapped(all, (subject: Fields) =>
      subject.kind === 'ServiceAccount' ? subject : under(subject, { apiGroup: RBAC }),
    ),
  );
}

function networkPolicySpec(spec: Fields): Fields {
  const rules = (all: Fields[]): unknown =>
    mapped(all, (rule: Fields) =>
      within(rule ?? {}, 'ports', (ports) =>
        mapped(ports, (port: Fields) => under(port, { protocol: 'TCP' })),
      ),
    );
  return under(within(within(spec, 'ingress', rules), 'egress', rules), {
    policyTypes: spec.egress ? ['Ingress', 'Egress'] : ['Ingress'],
  });
}

function cronJobSpec(spec: Fields): Fields {
  const filled = under(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  return within(filled, 'jobTemplate', (job) =>
    within(job as Fields, 'spec', (inner) =>
      within(inner as Fields, 'template', (template) => podTemplate(template)),
    ),
  );
}

function withFinalizer(object: Stored, finalizer: string): Stored {
  const { finalizers, deletionTimestamp } = object.metadata;
  // Once it is being deleted, a finalizer that was taken off must stay off.
  if (deletionTimestamp !== undefined || finalizers?.includes(finalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...(finalizers ?? []), finalizer] } };
}

function serviceSpec(spec: Fields, allocate: Allocator): Fields {
  const type: string = spec.type ?? 'ClusterIP';
  if (type === 'ExternalName') return under(spec, { sessionAffinity: 'None', type });
  const exposed = type === 'LoadBalancer' || type === 'NodePort';
  const ports = mapped(spec.ports as Fields[] | undefined, (port) => {
    const filled = under(port, { protocol: 'TCP', targetPort: port.port });
    return exposed && filled.nodePort === undefined ? { ...filled, nodePort: allocate.nodePort() } : filled;
  });
  const clusterIP: string = spec.clusterIP ?? allocate.clusterIp();
  return under(ports && ports !== spec.ports ? { ...spec, ports } : spec, {
    type,
    clusterIP,
    clusterIPs: [clusterIP],
    sessionAffinity: 'None',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
    ...(exposed && { externalTrafficPolicy: 'Cluster' }),
    ...(type === 'LoadBalancer' && { allocateLoadBalancerNodePorts: true }),
  });
}

/** As the API server fills in the templates of a StatefulSet. */
const claimTemplate = (claim: Fields): Fields =>
  within(
    under(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } }),
    'spec',
    claimSpec,
  );

function workloadSpec(spec: Fields, defaults: Fields): Fields {
  const filled = within(under(spec, defaults), 'volumeClaimTemplates', (all) => mapped(all, claimTemplate));
  const template = podTemplate(filled.template);
  return template === filled.template ? filled : { ...filled, template };
}

function podTemplate(template: Fields | undefined): Fields | undefined {
  if (!template) return template;
  const spec = podSpec(template.spec ?? {});
  return spec === template.spec ? template : { ...template, spec };
}

function podSpec(spec: Fields): Fields {
  const filled = under(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  const named = filled.serviceAccountName
    ? under(filled, { serviceAccount: filled.serviceAccountName })
    : filled;
  const containers = mapped(named.containers as Fields[] | undefined, container);
  const initContainers = mapped(named.initContainers as Fields[] | undefined, container);
  const volumes = mapped(named.volumes as Fields[] | undefined, volume);
  if (
    containers === named.containers &&
    initContainers === named.initContainers &&
    volumes === named.volumes
  ) {
    return named;
  }
  return {
    ...named,
    ...(containers && { containers }),
    ...(initContainers && { initContainers }),
    ...(volumes && { volumes }),
  };
}

function container(spec: Fields): Fields {
  const untagged = !/:[^/]+$/.test(spec.image ?? '') || /:latest$/.test(spec.image ?? '');
  let out = within(spec, 'ports', (ports) =>
    mapped(ports, (port: Fields) => under(port, { protocol: 'TCP' })),
  );
  out = within(out, 'resources', resources);
  out = within(out, 'env', (env) => mapped(env, variable));
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) out = within(out, name, probe);
  return under(out, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: untagged ? 'Always' : 'IfNotPresent',
  });
}

const variable = (env: Fields): Fields =>
  within(env, 'valueFrom', (from) => within(from, 'fieldRef', (ref) => under(ref, { apiVersion: 'v1' })));

function probe(spec: Fields): Fields {
  const filled = under(spec, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return within(filled, 'httpGet', (http) => under(http, { path: '/', scheme: 'HTTP' }));
}

/** Sources of volumes whose files get a mode. */
const WITH_MODE = ['secret', 'configMap', 'projected', 'downwardAPI'];

function volume(spec: Fields): Fields {
  let out = spec;
  for (const source of WITH_MODE) out = within(out, source, (inner) => under(inner, { defaultMode: 420 }));
  return within(out, 'hostPath', (inner) => under(inner, { type: '' }));
}

function jobDefaults(object: Stored): Stored {
  const { name, uid } = object.metadata;
  const filled = workloadSpec(object.spec ?? {}, {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  });
  if (filled.selector) return withSpec(object, filled);
  const identity = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const template: Fields = filled.template ?? {};
  return withSpec(object, {
    ...filled,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    template: {
      ...template,
      metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...identity } },
    },
  });
}
