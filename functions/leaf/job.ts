/** What a Kubernetes Job says of itself. Pure. */
import type { KubeObject } from './leaf.ts';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export const conditionOf = (object: KubeObject, type: string): Condition | undefined =>
  ((object.status?.conditions ?? []) as Condition[]).find(
    (condition) => condition.type === type && condition.status === 'True',
  );

export const hasCondition = (object: KubeObject, type: string): boolean =>
  conditionOf(object, type) !== undefined;

/** A try has failed and the next one has no pod yet: the Job waits 10 s and more in between, a Helm needs seconds to start. */
export const isBetweenTries = (job: KubeObject): boolean =>
  !isOver(job) && (job.status?.failed ?? 0) > 0 && !job.status?.active;

/**
 * Its pod is past Helm and calls home, or has just ended and is not counted yet: the word that it is done comes before the Job says so.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
 */
export const isEnding = ({ status }: KubeObject): boolean =>
  (status?.ready ?? 0) > 0 ||
  (status?.succeeded ?? 0) > 0 ||
  (status?.uncountedTerminatedPods?.succeeded ?? []).length > 0;

export const isOver = (job: KubeObject): boolean =>
  hasCondition(job, 'Complete') || hasCondition(job, 'Failed');
