/** The REST face of Compute Engine v1, as far as Hub calls it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, readBody, sendJson } from '../http.ts';
import { type Face, ServiceError, STATUS, type World } from '../service.ts';
import {
  COLLECTIONS,
  type ComputeKind,
  type ComputeModel,
  type ComputeRow,
  type FirewallRequest,
  GLOBAL,
  type ListOptions,
  linkOf,
  resourceOf,
  scopeOf,
} from './model.ts';

export function serveCompute(world: World, port: number, model: ComputeModel): Promise<Face> {
  const server = createServer(async (request, response) => {
    try {
      await answer(world, model, request, response);
    } catch (error) {
      sendError(response, error);
    }
  });
  return listen(server, port);
}

const KINDS = new Map(Object.entries(COLLECTIONS).map(([kind, name]) => [name, kind as ComputeKind]));

async function answer(
  world: World,
  model: ComputeModel,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://compute');
  const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const [api, version, projects, project, ...rest] = parts;
  if (api !== 'compute' || version !== 'v1' || projects !== 'projects' || !project) throw noSuchMethod(url);
  if (project !== world.projectId) {
    throw new ServiceError(
      STATUS.PERMISSION_DENIED,
      `Required permission for 'projects/${project}'`,
      'forbidden',
    );
  }
  const options = listOptions(url.searchParams);

  if (request.method === 'GET' && rest[0] === 'aggregated' && rest.length === 2) {
    const kind = KINDS.get(rest[1] ?? '');
    if (!kind || GLOBAL.has(kind)) throw noSuchMethod(url);
    sendJson(response, 200, aggregated(world, model, kind, options));
    return;
  }
  const [location, collection, name, ...more] =
    rest[0] === 'global' ? ['global', ...rest.slice(1)] : rest.slice(1);
  const kind = KINDS.get(collection ?? '');
  if (!kind || !location || more.length > 0 || !['global', 'zones', 'regions'].includes(rest[0] ?? '')) {
    throw noSuchMethod(url);
  }
  if (request.method === 'GET' && name === undefined) {
    const page = model.list(kind, { ...options, location });
    sendJson(response, 200, {
      kind: `compute#${COLLECTIONS[kind].replace(/(ss)es$|s$/, '$1')}List`,
      items: page.rows.map((row) => resourceOf(world.projectId, row)),
      ...(page.nextPageToken === undefined ? {} : { nextPageToken: page.nextPageToken }),
    });
  } else if (request.method === 'GET' && name !== undefined) {
    sendJson(response, 200, resourceOf(world.projectId, model.get(kind, location, name)));
  } else if (request.method === 'DELETE' && name !== undefined) {
    sendJson(response, 200, operation(world, 'delete', model.delete(kind, location, name)));
  } else if (request.method === 'POST' && kind === 'firewall' && name === undefined) {
    sendJson(response, 200, operation(world, 'insert', model.insertFirewall(await firewallIn(request))));
  } else {
    throw noSuchMethod(url);
  }
}

const operation = (world: World, operationType: 'insert' | 'delete', row: ComputeRow): object => ({
  kind: 'compute#operation',
  name: `operation-${world.clock.now()}-${row.id}`,
  operationType,
  status: 'RUNNING',
  progress: 0,
  targetLink: `https://www.googleapis.com/compute/v1/${linkOf(world.projectId, row)}`,
});

async function firewallIn(request: IncomingMessage): Promise<FirewallRequest> {
  const text = (await readBody(request)).toString('utf8');
  try {
    return JSON.parse(text) as FirewallRequest;
  } catch {
    throw new ServiceError(STATUS.INVALID_ARGUMENT, 'Parse Error', 'parseError');
  }
}

/** Every location has an entry: its resources, or a warning that it has none on this page. */
function aggregated(world: World, model: ComputeModel, kind: ComputeKind, options: ListOptions): object {
  const page = model.list(kind, options);
  const byScope = Map.groupBy(page.rows, (row) => scopeOf(kind, row.location));
  const items: Record<string, object> = {};
  for (const [scope, rows] of byScope) {
    items[scope] = { [COLLECTIONS[kind]]: rows.map((row) => resourceOf(world.projectId, row)) };
  }
  for (const scope of page.unreachable) {
    items[scope] = {
      warning: {
        code: 'UNREACHABLE',
        message: `The scope '${scope}' is unreachable.`,
        data: [{ key: 'scope', value: scope }],
      },
    };
  }
  if (!items.global) {
    items.global = {
      warning: {
        code: 'NO_RESULTS_ON_PAGE',
        message: "There are no results for scope 'global' on this page.",
        data: [{ key: 'scope', value: 'global' }],
      },
    };
  }
  return {
    kind: `compute#${COLLECTIONS[kind].replace(/(ss)es$|s$/, '$1')}AggregatedList`,
    items,
    ...(page.nextPageToken === undefined ? {} : { nextPageToken: page.nextPageToken }),
  };
}

function listOptions(query: URLSearchParams): ListOptions {
  const filter = query.get('filter');
  const maxResults = query.get('maxResults');
  const pageToken = query.get('pageToken');
  return {
    ...(filter === null ? {} : { filter }),
    returnPartialSuccess: query.get('returnPartialSuccess') === 'true',
    ...(maxResults === null ? {} : { maxResults: Number(maxResults) }),
    ...(pageToken === null ? {} : { pageToken }),
  };
}

const noSuchMethod = (url: URL): ServiceError =>
  new ServiceError(STATUS.NOT_FOUND, `The requested URL ${url.pathname} was not found`, 'notFound');

const HTTP: Record<number, number> = {
  [STATUS.INVALID_ARGUMENT]: 400,
  [STATUS.FAILED_PRECONDITION]: 400,
  [STATUS.PERMISSION_DENIED]: 403,
  [STATUS.NOT_FOUND]: 404,
  [STATUS.ALREADY_EXISTS]: 409,
  [STATUS.UNAVAILABLE]: 503,
};

function sendError(response: ServerResponse, error: unknown): void {
  const known = error instanceof ServiceError;
  if (!known) process.stderr.write(`stand-in: ${error instanceof Error ? error.stack : String(error)}\n`);
  const status = known ? (HTTP[error.code] ?? 500) : 500;
  const message = known ? error.message : 'internal error of the stand-in';
  // Compute Engine's own shape: a reason per error, no canonical status.
  sendJson(response, status, {
    error: {
      code: status,
      message,
      errors: [{ message, domain: 'global', reason: (known ? error.reason : undefined) ?? 'internalError' }],
    },
  });
}
