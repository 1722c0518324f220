/** Why an installer failed, in words for people; scrubbed. */
import { scrub } from '../log.ts';
import { conditionOf } from './job.ts';
import type { KubeObject, Leaf } from './leaf.ts';
import { HUB_NAMESPACE } from './names.ts';
import type { InstallPlan } from './plan.ts';

const LOG_LINES = 10;

interface ContainerStatus {
  name: string;
  ready?: boolean;
  state?: {
    running?: object;
    terminated?: { exitCode: number; reason?: string };
    waiting?: { reason?: string; message?: string };
  };
}

/**
 * Why the Job failed: its own reason, what became of its last pod, and the last lines that one logged.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function reasonOf(leaf: Leaf, job: KubeObject): Promise<string> {
  const failed = conditionOf(job, 'Failed');
  const pods = await leaf.list({
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: HUB_NAMESPACE,
    labelSelector: `batch.kubernetes.io/job-name=${job.metadata.name}`,
  });
  const last = pods.sort((a, b) => bornAt(b) - bornAt(a))[0];
  const container = last && failedContainer(last);
  const log =
    last && container
      ? await leaf.logTail(
          { namespace: HUB_NAMESPACE, name: last.metadata.name, container: container.name },
          LOG_LINES,
        )
      : '';
  const parts = [
    `The installer failed: ${failed?.reason ?? 'no reason given'}.`,
    container ? `${container.name} ${endOf(container)}.` : (last?.status?.message ?? ''),
    scrub(log.trim()),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** What keeps a container from running, in words for people who never saw Kubernetes. */
const TROUBLES: Readonly<Record<string, string>> = {
  ImagePullBackOff: 'its image cannot be had',
  ErrImagePull: 'its image cannot be had',
  InvalidImageName: 'its image has no valid name',
  CrashLoopBackOff: 'it ends again and again',
  CreateContainerConfigError: 'something that it is configured with is missing',
};
const MAX_TROUBLES = 3;

/**
 * Of the parts that Helm waits for; Helm itself only says that its time was over.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function troublesOf(leaf: Leaf, { releases }: Pick<InstallPlan, 'releases'>): Promise<string[]> {
  const namespaces = [...new Set(releases.map(({ namespace }) => namespace))];
  const pods = await Promise.all(
    namespaces.map((namespace) => leaf.list({ apiVersion: 'v1', kind: 'Pod', namespace, pick: statusOnly })),
  );
  const told = pods.flat().flatMap(({ status }) => {
    const containers = (status?.containerStatuses ?? []) as ContainerStatus[];
    return containers.flatMap(({ name, state, ready }) => {
      if (state?.running && !ready) return [`${name} runs and does not become ready.`];
      const reason = state?.waiting?.reason ?? '';
      const words = TROUBLES[reason];
      return words === undefined ? [] : [`${name} does not run: ${words} (${reason}).`];
    });
  });
  return [...new Set(told)].slice(0, MAX_TROUBLES);
}

/** It is tried again and again, and told why in vain: https://github.com/kubernetes/cloud-provider/blob/master/controllers/service/controller.go */
const NOT_BALANCED = 'SyncLoadBalancerFailed';
/** The cloud's own words come first, then what it was asked for. */
const MAX_WORDS = 400;

/**
 * Why a Service of type LoadBalancer has no address, in the cloud's words: as a rule a quota, and which. Empty if it does not say.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function balancerTroubleOf(leaf: Leaf, { metadata }: KubeObject): Promise<string> {
  const { namespace, uid } = metadata;
  const events = await leaf.list({ apiVersion: 'v1', kind: 'Event', ...(namespace && { namespace }) });
  const told = events
    .filter(({ reason, involvedObject }) => reason === NOT_BALANCED && involvedObject?.uid === uid)
    .sort((a, b) => toldAt(b) - toldAt(a))[0];
  return typeof told?.message === 'string' ? scrub(told.message).slice(0, MAX_WORDS) : '';
}

const toldAt = ({ lastTimestamp }: KubeObject): number => Date.parse(lastTimestamp ?? '') || 0;

/** What runs there may be a member's, and as large as they like. */
const statusOnly = ({ apiVersion, kind, metadata: { name }, status }: KubeObject): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
  status: { containerStatuses: status?.containerStatuses },
});

const bornAt = (pod: KubeObject): number => Date.parse(pod.metadata.creationTimestamp ?? '') || 0;

function failedContainer(pod: KubeObject): ContainerStatus | undefined {
  const all: ContainerStatus[] = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  return (
    all.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0) ??
    all.find(({ state }) => state?.waiting && state.waiting.reason !== 'PodInitializing')
  );
}

function endOf({ state }: ContainerStatus): string {
  if (state?.terminated) {
    const { exitCode, reason = 'Error' } = state.terminated;
    return `ended with exit code ${exitCode} (${reason})`;
  }
  return `did not start (${state?.waiting?.reason ?? 'unknown'})`;
}
