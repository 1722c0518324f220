/** Watches over HTTP: one JSON object a line, until the client leaves or its time is up. */
import type { ServerResponse } from 'node:http';
import * as api from './api.ts';
import { badRequest } from './errors.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { ApiRequest } from './requests.ts';
import { matcherOf } from './requests.ts';
import type { WatchEvent } from './watch.ts';

/** How often an idle watch hears of the present revision, so that it need not start over after a break. Wall-clock time. */
const BOOKMARK_MS = 60_000;
/** A real server ends watches after 30 to 60 minutes. Wall-clock time, as the client's own is. */
const LONGEST_WATCH_MS = 45 * 60_000;

export const isWatch = ({ method, target, query }: ApiRequest): boolean =>
  method === 'GET' && target.name === undefined && ['true', '1'].includes(query.get('watch') ?? '');

/** @throws ApiError 400, 410 before anything is sent */
export function streamWatch(leaf: LeafCluster, request: ApiRequest, response: ServerResponse): void {
  const { target, query } = request;
  const since = sinceOf(query);
  const matches = matcherOf(query);
  const present = api.list(leaf, target.kind, target.namespace, () => true);
  const early: WatchEvent[] = [];
  let send = (event: WatchEvent): void => void early.push(event);
  const stop = leaf.watches.watch(
    { kind: target.kind, namespace: target.namespace, matches, since },
    present,
    (event) => send(event),
  );
  const write = (type: string, object: object): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const bookmark = (annotations?: Record<string, string>): void =>
    write('BOOKMARK', {
      kind: target.kind.kind,
      apiVersion: target.kind.apiVersion,
      metadata: { resourceVersion: String(leaf.objects.revision), ...(annotations && { annotations }) },
    });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  send = ({ type, object }) => write(type, object);
  for (const event of early) send(event);
  if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });

  const bookmarks =
    query.get('allowWatchBookmarks') === 'true' ? setInterval(bookmark, BOOKMARK_MS).unref() : undefined;
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const end = setTimeout(() => response.end(), seconds > 0 ? seconds * 1000 : LONGEST_WATCH_MS).unref();
  response.on('close', () => {
    stop();
    clearInterval(bookmarks);
    clearTimeout(end);
  });
}

function sinceOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion');
  if (!text || text === '0' || query.get('sendInitialEvents') === 'true') return undefined;
  const revision = Number(text);
  if (!Number.isInteger(revision)) throw badRequest(`invalid resource version "${text}"`);
  return revision;
}
