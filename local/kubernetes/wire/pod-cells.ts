/** The three columns of a pod that take some working out: how many containers are ready, the one word for its state, its restarts. */
import type { Fields, Stored } from '../objects.ts';
import { humanDuration } from './durations.ts';

interface PodCells {
  /** `1/2` */
  ready: string;
  /** `Running`, `Init:0/1`, `CrashLoopBackOff`, `Terminating`. */
  status: string;
  /** `3 (10m ago)` */
  restarts: string;
}

interface Count {
  restarts: number;
  /** When one of them last ended, epoch milliseconds. */
  lastMs: number;
}

export function podCells({ metadata, spec = {}, status = {} }: Stored, nowMs: number): PodCells {
  const inits: Fields[] = status.initContainerStatuses ?? [];
  const mains: Fields[] = status.containerStatuses ?? [];
  const sidecars = new Set<string>(
    (spec.initContainers ?? []).flatMap((one: Fields) => (one.restartPolicy === 'Always' ? [one.name] : [])),
  );
  const beside = inits.filter(({ name }) => sidecars.has(name));
  const initializing = initReason(spec, inits, sidecars);
  const counted = initializing === undefined ? [...beside, ...mains] : inits;
  let text = status.reason || status.phase || 'Unknown';
  if (initializing !== undefined) text = initializing;
  else text = mainReason(text, status, mains);
  if (metadata.deletionTimestamp) text = status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  const runs = (one: Fields): boolean => one.ready === true && one.state?.running !== undefined;
  const ready = mains.filter(runs).length + beside.filter((one) => one.started && runs(one)).length;
  return {
    ready: `${initializing === undefined ? ready : beside.filter((one) => one.started && runs(one)).length}/${(spec.containers ?? []).length + sidecars.size}`,
    status: text,
    restarts: restartsText(countOf(counted), nowMs),
  };
}

function countOf(statuses: readonly Fields[]): Count {
  const count: Count = { restarts: 0, lastMs: 0 };
  for (const { restartCount = 0, lastState } of statuses) {
    count.restarts += restartCount;
    const finishedAt = lastState?.terminated?.finishedAt;
    if (finishedAt) count.lastMs = Math.max(count.lastMs, Date.parse(finishedAt));
  }
  return count;
}

const restartsText = ({ restarts, lastMs }: Count, nowMs: number): string =>
  restarts > 0 && lastMs > 0 ? `${restarts} (${humanDuration(nowMs - lastMs)} ago)` : String(restarts);

/** What holds the init containers up; undefined if they are done. */
function initReason(
  spec: Fields,
  statuses: readonly Fields[],
  sidecars: ReadonlySet<string>,
): string | undefined {
  for (const [i, { name, state = {}, started }] of statuses.entries()) {
    const { terminated, waiting } = state;
    if (terminated?.exitCode === 0 || (sidecars.has(name) && started)) continue;
    if (terminated) return `Init:${endReason(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${i}/${(spec.initContainers ?? []).length}`;
  }
  return undefined;
}

const endReason = ({ reason, signal, exitCode }: Fields): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

function mainReason(before: string, status: Fields, statuses: readonly Fields[]): string {
  let text = before;
  let running = false;
  for (const { state = {}, ready } of [...statuses].reverse()) {
    if (state.waiting?.reason) text = state.waiting.reason;
    else if (state.terminated) text = endReason(state.terminated);
    else if (ready && state.running) running = true;
  }
  if (text !== 'Completed' || !running) return text;
  const isReady = (status.conditions ?? []).some(
    (one: Fields) => one.type === 'Ready' && one.status === 'True',
  );
  return isReady ? 'Running' : 'NotReady';
}
