/** Pages of lists, and how fresh the client wants them. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
import { ApiError, badRequest, expired } from '../errors.ts';
import { KINDS, type Kind } from '../kinds.ts';
import { type Fields, keyOfObject, type Stored } from '../objects.ts';
import { type Matcher, parseFieldSelector, parseLabelSelector } from '../selectors.ts';

export interface Page {
  items: readonly Stored[];
  /** The list's own. */
  metadata: Fields;
}

/** @param all in the order of their keys @throws ApiError 400 */
export function pageOf(all: readonly Stored[], query: URLSearchParams, revision: number): Page {
  const after = readContinue(query.get('continue'));
  const rest = after === undefined ? all : all.filter((object) => keyOfObject(object) > after);
  const limit = Number(query.get('limit') ?? 0);
  const items = limit > 0 ? rest.slice(0, limit) : rest;
  const last = items.at(-1);
  const more = rest.length - items.length;
  // With a selector a real server cannot tell how many more there are.
  const counted = !query.get('labelSelector') && !query.get('fieldSelector');
  return {
    items,
    metadata: {
      resourceVersion: String(revision),
      ...(more > 0 &&
        last && { continue: writeContinue(last), ...(counted && { remainingItemCount: more }) }),
    },
  };
}

const writeContinue = (last: Stored): string =>
  Buffer.from(JSON.stringify({ after: keyOfObject(last) })).toString('base64url');

function readContinue(token: string | null): string | undefined {
  if (!token) return undefined;
  try {
    return String(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')).after);
  } catch {
    throw badRequest('continue key is not valid');
  }
}

const MATCHES = ['Exact', 'NotOlderThan'];

const forbiddenOption = (why: string): ApiError => {
  const field = 'resourceVersionMatch';
  const message = `Forbidden: ${why}`;
  return new ApiError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: [{ reason: 'FieldValueForbidden', message, field }],
  });
};

/**
 * Only the present state can be shown.
 * @throws ApiError 400, 410 for an exact earlier state, 422, 504 for one that is still to come
 */
export function requireRevision(query: URLSearchParams, revision: number): void {
  const match = query.get('resourceVersionMatch') ?? '';
  const text = query.get('resourceVersion') ?? '';
  if (match !== '' && text === '') {
    throw forbiddenOption('resourceVersionMatch is forbidden unless resourceVersion is provided');
  }
  if (match !== '' && !MATCHES.includes(match)) throw unsupportedMatch(match);
  if (text === '' || text === '0') return;
  const asked = revisionOf(text);
  if (asked > revision) throw tooLarge(asked, revision);
  if (match === 'Exact' && asked < revision) {
    throw expired('The resourceVersion for the provided list is too old.');
  }
}

function unsupportedMatch(match: string): ApiError {
  const supported = MATCHES.map((one) => JSON.stringify(one)).join(', ');
  return new ApiError(
    422,
    'Invalid',
    `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "${match}": supported values: ${supported}, ""`,
  );
}

export function revisionOf(text: string): number {
  const revision = Number(text);
  if (Number.isInteger(revision) && revision >= 0) return revision;
  throw badRequest(`Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`);
}

export function tooLarge(asked: number, revision: number): ApiError {
  const message = `Too large resource version: ${asked}, current: ${revision}`;
  return new ApiError(504, 'Timeout', message, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** What a watch may ask for. @throws ApiError 422 */
export function requireWatchOptions(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? '';
  if (query.get('sendInitialEvents') === null) {
    if (match !== '') {
      throw forbiddenOption(
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    }
  } else if (match !== 'NotOlderThan') {
    throw forbiddenOption('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
}

/** Which of the kind's objects are asked for. @throws ApiError 400 */
export function matcherOf(kind: Kind, query: URLSearchParams): Matcher {
  const labels = parseLabelSelector(query.get('labelSelector') ?? undefined);
  const text = query.get('fieldSelector') ?? undefined;
  for (const [, field = ''] of (text ?? '').matchAll(/(?:^|,)\s*([\w.]+)\s*[=!]/g)) {
    if (!isSelectable(kind, field)) throw badRequest(`field label not supported: ${field}`);
  }
  const fields = parseFieldSelector(text);
  return (object) => labels(object) && fields(object);
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/#list-of-supported-fields */
const SELECTABLE = new Map<Kind, readonly string[]>([
  [
    KINDS.Pod,
    [
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ],
  ],
  [
    KINDS.Event,
    [
      'involvedObject.kind',
      'involvedObject.namespace',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.apiVersion',
      'involvedObject.resourceVersion',
      'involvedObject.fieldPath',
      'reason',
      'reportingComponent',
      'source',
      'type',
    ],
  ],
  [KINDS.Secret, ['type']],
  [KINDS.Namespace, ['status.phase']],
  [KINDS.Node, ['spec.unschedulable']],
  [KINDS.ReplicaSet, ['status.replicas']],
  [KINDS.ReplicationController, ['status.replicas']],
  [KINDS.Job, ['status.successful']],
]);

const isSelectable = (kind: Kind, field: string): boolean =>
  field === 'metadata.name' ||
  field === 'metadata.namespace' ||
  SELECTABLE.get(kind)?.includes(field) === true ||
  kind.custom?.selectable?.includes(field) === true;
