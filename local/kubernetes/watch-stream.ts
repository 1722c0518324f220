/** Watches over HTTP: one JSON object a line, until the client leaves or its time is up. */
import type { ServerResponse } from 'node:http';
import * as api from './api.ts';
import { inVersion } from './custom-kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Stored } from './objects.ts';
import { type ApiRequest, presentationOf } from './requests.ts';
import type { WatchEvent } from './watch.ts';
import { matcherOf, requireWatchOptions, revisionOf, tooLarge } from './wire/lists.ts';
import { type Form, negotiate } from './wire/negotiation.ts';
import { partialOf, tableOf } from './wire/tables.ts';

/** How often an idle watch hears of the present revision, so that it need not start over after a break. Wall-clock time. */
const BOOKMARK_MS = 60_000;
/** A real server ends watches after 30 to 60 minutes. Wall-clock time, as the client's own is. */
const MAX_WATCH_MS = 45 * 60_000;

export const isWatch = ({ method, target, query }: ApiRequest): boolean =>
  method === 'GET' && target.subresource === undefined && ['true', '1'].includes(query.get('watch') ?? '');

const FORMS: readonly Form[] = ['object', 'table', 'metadata', 'metadata-list'];

/** @throws ApiError 400, 410, 422, 504 before anything is sent */
export function streamWatch(leaf: LeafCluster, request: ApiRequest, response: ServerResponse): void {
  const { target, query } = request;
  requireWatchOptions(query);
  const since = sinceOf(query, leaf.objects.revision);
  const selected = matcherOf(target.kind, query);
  const matches =
    target.name === undefined
      ? selected
      : (object: Stored): boolean => object.metadata.name === target.name && selected(object);
  const shown = formOf(leaf, request);
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
    write('BOOKMARK', shown.bookmark(String(leaf.objects.revision), annotations));
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  send = ({ type, object }) => write(type, shown.event(object));
  for (const event of early) send(event);
  if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });

  const bookmarks =
    query.get('allowWatchBookmarks') === 'true'
      ? setInterval(() => bookmark(), BOOKMARK_MS).unref()
      : undefined;
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const end = setTimeout(() => response.end(), seconds > 0 ? seconds * 1000 : MAX_WATCH_MS).unref();
  response.on('close', () => {
    stop();
    clearInterval(bookmarks);
    clearTimeout(end);
  });
}

interface Shown {
  event(object: Stored): object;
  bookmark(resourceVersion: string, annotations: Record<string, string> | undefined): object;
}

/** The form of the events: objects, their metadata, or tables of one row. */
function formOf(leaf: LeafCluster, request: ApiRequest): Shown {
  const { kind } = request.target;
  const accepted = negotiate(request.accept, FORMS);
  const { includeObject } = presentationOf(leaf, request, accepted);
  const { form, version } = accepted;
  let isFirst = true;
  const table = (objects: readonly Stored[], metadata: object): object => {
    const nowMs = leaf.world.clock.now();
    const made = tableOf({ kind, version, includeObject, nowMs }, objects, metadata, isFirst);
    isFirst = false;
    return made;
  };
  return {
    event(object) {
      if (form === 'object') return inVersion(kind, object);
      if (form !== 'table') return partialOf(object);
      return table([object], { resourceVersion: object.metadata.resourceVersion });
    },
    bookmark(resourceVersion, annotations) {
      const metadata = { resourceVersion, ...(annotations && { annotations }) };
      if (form === 'table') return table([], metadata);
      const { apiVersion } = kind;
      return form === 'object'
        ? { kind: kind.kind, apiVersion, metadata }
        : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
    },
  };
}

/** Where the watch begins; undefined: with the present state. */
function sinceOf(query: URLSearchParams, revision: number): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  const initial = query.get('sendInitialEvents');
  if (text === '' || text === '0') return initial === 'false' ? revision : undefined;
  const asked = revisionOf(text);
  if (asked > revision) throw tooLarge(asked, revision);
  return initial === 'true' ? undefined : asked;
}
