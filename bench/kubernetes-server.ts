/** The process of the Kubernetes stand-in that `kubernetes.ts` measures: many leaf clusters, each with what Hub installs for Pachyderm. */
import { ensureInstalled } from '../functions/leaf/install.ts';
import type { KubeObject } from '../functions/leaf/leaf.ts';
import { planInstall } from '../functions/leaf/plan.ts';
import { aWorld } from '../local/a-world.ts';
import { virtualClock } from '../local/clock.ts';
import { createLeaves, type LeafEntry } from '../local/kubernetes/leaves.ts';
import { memoryLeaves } from '../local/memory/leaf.ts';
import { CONNECTORS_SECRET, pachyderm } from '../shared/catalog/pachyderm.ts';
import { seconds } from '../shared/units.ts';
import { clusterIdOf } from '../test/builders.ts';

export const TOKEN = 'ya29.bench';

export type Question = 'memory' | { applies: number };

/** The number makes an object that was applied before a change. */
export const changed = (object: KubeObject, n: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'bench/n': String(n) } },
});

/** What may be given another annotation by whoever has it as it is; a storage class is completed by the cluster, and then no more changed. */
export const changeable = (): readonly KubeObject[] =>
  planOf(0).guards.filter(({ kind }) => kind !== 'StorageClass');

const planOf = (n: number) =>
  planInstall({
    clusterId: clusterIdOf(n),
    cell: 'bench',
    generation: 1,
    product: pachyderm,
    version: pachyderm.versions.find((one) => one.default)?.version ?? '',
    bucket: `bucket-${n}`,
    host: `cluster-${n}.hub.example`,
    images: { helm: 'mirror/helm:4', callHome: 'mirror/google-cloud-cli:slim' },
    machine: { cpus: 4, memoryGiB: 16 },
    chartSource: 'oci://mirror/charts',
    projectId: 'hub-test',
    hintTopic: 'hint',
    credentialsAccount: 'credentials@hub-test.iam.gserviceaccount.com',
  });

const connectors: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: CONNECTORS_SECRET, namespace: pachyderm.namespace },
  type: 'Opaque',
  data: { 'upstream-idps': Buffer.from('[]').toString('base64') },
};

async function serve(count: number): Promise<void> {
  const clock = virtualClock();
  const leaves = createLeaves(aWorld({ clock }), {
    compute: { create: () => undefined, remove: () => undefined },
    publish: () => undefined,
    isAccessToken: (token) => token === TOKEN,
  });
  const inside = memoryLeaves(leaves);
  const entries: LeafEntry[] = [];
  for (let n = 0; n < count; n++) {
    const target = { location: 'europe-west1-b', nodeCount: 2, machineType: 'e2-standard-4' };
    entries.push(await leaves.start({ name: `hub-bench-${n}`, ...target }));
  }
  const isInstalled = async ({ server }: LeafEntry, n: number): Promise<boolean> => {
    const leaf = inside.open({ server });
    const { status, detail } = await ensureInstalled(leaf, planOf(n), async () => {
      await leaf.apply(connectors);
    });
    if (status === 'failed') throw new Error(detail);
    return status === 'done';
  };
  while (!(await Promise.all(entries.map(isInstalled))).every(Boolean)) await clock.runFor(seconds(20));

  /** One after the other, with all that the controllers do about it. @returns ms of each */
  const apply = async (times: number): Promise<number[]> => {
    const guards = changeable();
    const took: number[] = [];
    for (let n = 0; n < times; n++) {
      const leaf = inside.open({ server: entries[n % count]?.server ?? '' });
      const begun = performance.now();
      await leaf.apply(changed(guards[n % guards.length] as KubeObject, n));
      await null;
      took.push(performance.now() - begun);
    }
    return took;
  };
  process.on('message', async (question: Question) => {
    if (question === 'memory') {
      globalThis.gc?.();
      process.send?.(process.memoryUsage().rss);
    } else process.send?.(await apply(question.applies));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(entries);
}

// Also read by the process that measures, for what it has in common with this one.
if (process.send) await serve(Number(process.argv[2]));
