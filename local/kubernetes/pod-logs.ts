/** What `kubectl logs` reads: all of a container's log, its end, what came since, and what is still to come. */
import type { ServerResponse } from 'node:http';
import * as api from './api.ts';
import { type LogLine, logLinesOf } from './containers.ts';
import { ApiError, badRequest, invalid } from './errors.ts';
import { fault } from './faults.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';
import { keyOfObject } from './objects.ts';

/** Which pod, as a path names it. */
interface LogTarget {
  namespace: string | undefined;
  name?: string | undefined;
}

interface LogOptions {
  container: string;
  previous: boolean;
  timestamps: boolean;
  /** Epoch milliseconds. */
  sinceMs: number | undefined;
  tailLines: number | undefined;
  limitBytes: number | undefined;
}

/** How often a log that is followed is looked at. Wall-clock time. */
const FOLLOW_MS = 100;

export const isFollowed = (query: URLSearchParams): boolean => query.get('follow') === 'true';

/** @throws ApiError 400 if no container is named and there is more than one, or if it has not started; 404, 422 */
export function podLog(leaf: LeafCluster, target: LogTarget, query: URLSearchParams): string {
  const pod = api.get(leaf, KINDS.Pod, target.namespace, target.name ?? '');
  const options = optionsOf(leaf, pod, query);
  return textOf(chosen(requireLines(leaf, pod, options), options), options);
}

/** The same, then what is logged until the container ends or the client leaves. @throws ApiError before anything is sent */
export function followLog(
  leaf: LeafCluster,
  target: LogTarget,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const pod = api.get(leaf, KINDS.Pod, target.namespace, target.name ?? '');
  const options = optionsOf(leaf, pod, query);
  let seen = requireLines(leaf, pod, options);
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  response.write(textOf(chosen(seen, options), options));
  const look = (): void => {
    const live = leaf.objects.find(KINDS.Pod, keyOfObject(pod));
    const lines =
      live?.metadata.uid === pod.metadata.uid ? logLinesOf(leaf, live, options.container) : undefined;
    if (lines) {
      response.write(textOf(newLines(seen, lines), options));
      seen = lines;
    }
    if (!live || !lines || isOver(live, options.container)) response.end();
  };
  const timer = setInterval(look, FOLLOW_MS);
  response.on('close', () => clearInterval(timer));
}

/** Of a log whose beginning may have been cut off since. */
function newLines(seen: readonly LogLine[], lines: readonly LogLine[]): readonly LogLine[] {
  const last = seen.at(-1);
  if (!last) return lines;
  if (lines[seen.length - 1]?.text === last.text) return lines.slice(seen.length);
  const at = lines.findLastIndex(({ time, text }) => time === last.time && text === last.text);
  return lines.slice(at + 1);
}

function isOver(pod: Stored, container: string): boolean {
  const status = statusesOf(pod).find((one) => one.name === container);
  return status?.state?.terminated !== undefined || status?.state?.waiting?.reason === 'CrashLoopBackOff';
}

const statusesOf = ({ status }: Stored): Fields[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

function requireLines(leaf: LeafCluster, pod: Stored, { container, previous }: LogOptions): LogLine[] {
  const lines = logLinesOf(leaf, pod, container, previous);
  if (lines) return lines;
  const { name } = pod.metadata;
  if (previous) {
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  }
  const reason =
    statusesOf(pod).find((one) => one.name === container)?.state?.waiting?.reason ?? 'ContainerCreating';
  throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${reason}`);
}

function chosen(
  lines: readonly LogLine[],
  { sinceMs, tailLines }: Pick<LogOptions, 'sinceMs' | 'tailLines'>,
): readonly LogLine[] {
  const since = sinceMs === undefined ? lines : lines.filter(({ time }) => Date.parse(time) >= sinceMs);
  return tailLines === undefined ? since : since.slice(Math.max(0, since.length - tailLines));
}

function textOf(lines: readonly LogLine[], { timestamps, limitBytes }: LogOptions): string {
  const text = lines.map((line) => `${timestamps ? `${line.time} ` : ''}${line.text}\n`).join('');
  return limitBytes === undefined ? text : Buffer.from(text).subarray(0, limitBytes).toString('utf8');
}

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod */
function optionsOf(leaf: LeafCluster, pod: Stored, query: URLSearchParams): LogOptions {
  const number = (name: string, least: number): number | undefined => {
    const text = query.get(name);
    if (!text) return undefined;
    const value = Number(text);
    if (!Number.isInteger(value)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
    if (value >= least) return value;
    const why = `Invalid value: ${value}: must be greater than or equal to ${least}`;
    throw invalid({ ...KINDS.Pod, kind: 'PodLogOptions' }, pod.metadata.name, [fault(name, why)]);
  };
  const sinceSeconds = number('sinceSeconds', 1);
  const sinceTime = query.get('sinceTime');
  return {
    container: containerFor(pod, query.get('container')),
    previous: query.get('previous') === 'true',
    timestamps: query.get('timestamps') === 'true',
    sinceMs:
      sinceSeconds !== undefined
        ? leaf.world.clock.now() - sinceSeconds * 1000
        : sinceTime
          ? Date.parse(sinceTime)
          : undefined,
    tailLines: number('tailLines', 0),
    limitBytes: number('limitBytes', 1),
  };
}

/** The container that is meant if none is named. @throws ApiError 400 */
function containerFor(pod: Stored, asked: string | null): string {
  const names = (list: Fields[] | undefined): string[] => (list ?? []).map((one) => one.name);
  const containers = names(pod.spec?.containers);
  const inits = names(pod.spec?.initContainers);
  if (asked) {
    if (containers.includes(asked) || inits.includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  const [only = ''] = containers;
  if (containers.length <= 1) return only;
  const choices = `choose one of: [${containers.join(' ')}]${inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : ''}`;
  throw new ApiError(
    400,
    'BadRequest',
    `a container name must be specified for pod ${pod.metadata.name}, ${choices}`,
  );
}
