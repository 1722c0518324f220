/**
 * What the API server fills in: defaults and allocated values. Only what is missing, so that filling in twice changes nothing.
 * https://kubernetes.io/docs/reference/kubernetes-api/ names the default of each field.
 */
import type { Kind } from './kinds.ts';
import type { Fields, Stored } from './objects.ts';

export interface Allocator {
  /** A free address of the Services' range. */
  clusterIp(): string;
  /** A free port of 30000–32767. */
  nodePort(): number;
}

export function withDefaults(kind: Kind, object: Stored, allocate: Allocator): Stored {
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
  Pod: (object) =>
    under(withSpec(object, podSpec(object.spec ?? {})), {
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    }),
  PersistentVolumeClaim: (object) => {
    const named = withSpec(object, under(object.spec ?? {}, { volumeMode: 'Filesystem' }));
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
};

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

function workloadSpec(spec: Fields, defaults: Fields): Fields {
  const filled = under(spec, defaults);
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
  const ports = mapped(spec.ports as Fields[] | undefined, (port) => under(port, { protocol: 'TCP' }));
  return under(ports && ports !== spec.ports ? { ...spec, ports } : spec, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: untagged ? 'Always' : 'IfNotPresent',
  });
}

function volume(spec: Fields): Fields {
  for (const source of ['secret', 'configMap'] as const) {
    if (spec[source] && spec[source].defaultMode === undefined) {
      return { ...spec, [source]: { ...spec[source], defaultMode: 420 } };
    }
  }
  return spec;
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
