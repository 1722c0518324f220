/** Charts in a leaf on a virtual clock, installed by the stand-in's Helm as Hub's Jobs have it done; for tests. */
import { meshReleases } from '../../../functions/leaf/mesh.ts';
import { apply, create } from '../api.ts';
import { logOf } from '../containers.ts';
import { KINDS } from '../kinds.ts';
import type { LeafCluster } from '../leaf-cluster.ts';
import type { Fields } from '../objects.ts';
import { hasCondition, type TestLeaf } from '../testing.ts';

/** Lets cloud time pass. */
type Clockwork = Pick<TestLeaf, 'until'>;

interface TestRelease {
  chart: string;
  release?: string;
  namespace: string;
  version: string;
  values?: Fields;
  /** Level that the namespace enforces. */
  podSecurity?: string;
  /** Further arguments of `helm upgrade`. */
  more?: readonly string[];
}

let jobs = 0;

/** Resolves once everything is ready. @throws Error with Helm's log */
export async function installed(
  here: Clockwork,
  leaf: LeafCluster,
  {
    chart,
    release = chart,
    namespace,
    version,
    values = {},
    podSecurity = 'restricted',
    more = [],
  }: TestRelease,
): Promise<void> {
  if (!leaf.objects.get(KINDS.Namespace, undefined, namespace)) {
    const labels = { 'pod-security.kubernetes.io/enforce': podSecurity };
    create(leaf, KINDS.Namespace, undefined, { metadata: { name: namespace, labels } });
  }
  apply(leaf, KINDS.ClusterRoleBinding, undefined, 'installer', BINDING, { manager: 'test', force: true });
  const name = `install-${++jobs}`;
  create(leaf, KINDS.Secret, 'default', {
    metadata: { name },
    stringData: { values: JSON.stringify(values) },
  });
  const args = ['upgrade', '--install', release, `oci://mirror/charts/${chart}`, '--namespace', namespace];
  const helm = {
    name: 'helm',
    image: 'mirror/helm:4.1.4',
    // The machine may be slow, and the cloud's minutes are short here.
    args: [...args, '--version', version, '--values', '/values/values', '--wait', '--timeout', '5h', ...more],
    volumeMounts: [{ name: 'values', mountPath: '/values' }],
  };
  const volumes = [{ name: 'values', secret: { secretName: name } }];
  create(leaf, KINDS.Job, 'default', {
    metadata: { name },
    spec: {
      backoffLimit: 0,
      template: { spec: { restartPolicy: 'Never', containers: [helm], volumes } },
    },
  });
  const job = () => leaf.objects.get(KINDS.Job, 'default', name);
  const ended = (type: string): boolean => hasCondition(job() ?? ({} as never), type);
  await here.until(() => ended('Complete') || ended('Failed'));
  if (ended('Complete')) return;
  const found = job();
  const [pod] = found ? leaf.objects.controlledBy(found, KINDS.Pod) : [];
  throw new Error((pod && logOf(leaf, pod, 'helm')) ?? 'helm did not start');
}

const BINDING = {
  metadata: { name: 'installer' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
};

/** What comes before every product, with Hub's own values. */
export async function withIstio(here: Clockwork, leaf: LeafCluster, version?: string): Promise<void> {
  for (const { name, timeout: _, ...release } of meshReleases()) {
    await installed(here, leaf, { ...release, release: name, ...(version !== undefined && { version }) });
  }
}
