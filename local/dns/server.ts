/** The REST face of Cloud DNS v1, as far as Hub and its Terraform call it, and beside it the name server of its zones. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, readBody, sendJson } from '../http.ts';
import { type Face, ServiceError, STATUS, type World } from '../service.ts';
import type { Change, DnsModel, ManagedZone, Page, PageOptions, RecordSetInput } from './model.ts';
import { createDnsModel } from './model.ts';
import type { RecordSet } from './records.ts';
import { serveNames } from './responder.ts';

export interface DnsFace extends Face {
  /** Of the name server, UDP and TCP. */
  readonly namesPort: number;
  readonly model: DnsModel;
}

export async function serveDns(
  world: World,
  ports: { rest: number; names: number },
  model: DnsModel = createDnsModel(world),
): Promise<DnsFace> {
  const server = createServer((request, response) => {
    answer(model, request, response).catch((error: unknown) => sendError(world, response, error));
  });
  const rest = await listen(server, ports.rest);
  try {
    const names = await serveNames(ports.names, model);
    return {
      port: rest.port,
      namesPort: names.port,
      model,
      async close() {
        model.close();
        await Promise.all([rest.close(), names.close()]);
      },
    };
  } catch (error) {
    await rest.close();
    throw error;
  }
}

/** Parsed JSON of a request, not trusted. */
type Json = Record<string, unknown>;

interface Call {
  zone: string;
  /** What follows the collection in the path: a change's id, or a record set's name and type. */
  rest: string[];
  query: URLSearchParams;
  body: Json;
}

interface Operation {
  /** As the API's discovery document names it; faults are limited by it. */
  id: string;
  run(model: DnsModel, call: Call): Json;
}

async function answer(model: DnsModel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://dns.local');
  const [dns, v1, projects, project, zones, zone = '', collection, ...rest] = url.pathname
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent);
  const raw = await readBody(request);
  const depth = collection === undefined ? (zone === '' ? 'zones' : 'zone') : `${collection}/${rest.length}`;
  const operation = OPERATIONS[`${request.method} ${depth}`];
  if (`${dns}/${v1}/${projects}/${zones}` !== 'dns/v1/projects/managedZones' || !operation) {
    throw new ServiceError(STATUS.NOT_FOUND, `The requested URL ${url.pathname} was not found`, 'notFound');
  }
  if (project !== model.projectId) {
    throw new ServiceError(STATUS.PERMISSION_DENIED, 'Forbidden', 'forbidden');
  }
  const body = parseBody(raw);
  sendJson(
    response,
    200,
    model.call(operation.id, () => operation.run(model, { zone, rest, query: url.searchParams, body })),
  );
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST zones': {
    id: 'dns.managedZones.create',
    run: (model, { body }) =>
      zoneResource(
        model.createZone({
          name: textOf(body.name),
          dnsName: textOf(body.dnsName),
          description: textOf(body.description),
          labels: Object.fromEntries(
            Object.entries(recordOf(body.labels)).map(([name, value]) => [name, String(value)]),
          ),
        }),
      ),
  },
  'GET zones': {
    id: 'dns.managedZones.list',
    run(model, { query }) {
      const dnsName = query.get('dnsName');
      const page = model.listZones({ ...pageOptions(query), ...(dnsName !== null && { dnsName }) });
      return listOf('dns#managedZonesListResponse', 'managedZones', page, zoneResource);
    },
  },
  'GET zone': { id: 'dns.managedZones.get', run: (model, { zone }) => zoneResource(model.getZone(zone)) },
  'DELETE zone': {
    id: 'dns.managedZones.delete',
    run(model, { zone }) {
      model.deleteZone(zone);
      return {};
    },
  },
  'GET rrsets/0': {
    id: 'dns.resourceRecordSets.list',
    run(model, { zone, query }) {
      const name = query.get('name');
      const type = query.get('type');
      const page = model.listRecordSets(zone, {
        ...pageOptions(query),
        ...(name !== null && { name }),
        ...(type !== null && { type }),
      });
      return listOf('dns#resourceRecordSetsListResponse', 'rrsets', page, setResource);
    },
  },
  'POST rrsets/0': {
    id: 'dns.resourceRecordSets.create',
    run: (model, { zone, body }) => setResource(model.createRecordSet(zone, body)),
  },
  'GET rrsets/2': {
    id: 'dns.resourceRecordSets.get',
    run: (model, { zone, rest: [name = '', type = ''] }) => setResource(model.getRecordSet(zone, name, type)),
  },
  'PATCH rrsets/2': {
    id: 'dns.resourceRecordSets.patch',
    run: (model, { zone, rest: [name = '', type = ''], body }) =>
      setResource(model.patchRecordSet(zone, name, type, body)),
  },
  'DELETE rrsets/2': {
    id: 'dns.resourceRecordSets.delete',
    run(model, { zone, rest: [name = '', type = ''] }) {
      model.deleteRecordSet(zone, name, type);
      return {};
    },
  },
  'POST changes/0': {
    id: 'dns.changes.create',
    run: (model, { zone, body }) =>
      changeResource(
        model.createChange(zone, {
          additions: setInputs(body.additions, 'additions'),
          deletions: setInputs(body.deletions, 'deletions'),
        }),
      ),
  },
  'GET changes/0': {
    id: 'dns.changes.list',
    run(model, { zone, query }) {
      const descending = query.get('sortOrder') === 'descending';
      const page = model.listChanges(zone, { ...pageOptions(query), descending });
      return listOf('dns#changesListResponse', 'changes', page, changeResource);
    },
  },
  'GET changes/1': {
    id: 'dns.changes.get',
    run: (model, { zone, rest: [id = ''] }) => changeResource(model.getChange(zone, id)),
  },
};

const zoneResource = (zone: ManagedZone): Json => ({
  kind: 'dns#managedZone',
  name: zone.name,
  dnsName: zone.dnsName,
  description: zone.description,
  id: zone.id,
  nameServers: zone.nameServers,
  creationTime: new Date(zone.createdAtMs).toISOString(),
  visibility: 'public',
  ...(Object.keys(zone.labels).length > 0 && { labels: zone.labels }),
});

const setResource = ({ name, type, ttl, rrdatas }: RecordSet): Json => ({
  kind: 'dns#resourceRecordSet',
  name,
  type,
  ttl,
  rrdatas,
});

const changeResource = ({ id, status, startMs, additions, deletions }: Change): Json => ({
  kind: 'dns#change',
  id,
  status,
  startTime: new Date(startMs).toISOString(),
  ...(additions.length > 0 && { additions: additions.map(setResource) }),
  ...(deletions.length > 0 && { deletions: deletions.map(setResource) }),
});

const listOf = <T>(kind: string, field: string, page: Page<T>, resource: (item: T) => Json): Json => ({
  kind,
  [field]: page.items.map(resource),
  ...(page.next !== undefined && { nextPageToken: Buffer.from(page.next).toString('base64url') }),
});

function pageOptions(query: URLSearchParams): PageOptions {
  const token = query.get('pageToken');
  const limit = Number(query.get('maxResults'));
  return {
    ...(token && { after: Buffer.from(token, 'base64url').toString() }),
    ...(limit > 0 && { limit }),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const recordOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

function setInputs(value: unknown, field: string): RecordSetInput[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    throw new ServiceError(STATUS.INVALID_ARGUMENT, `Invalid value for 'entity.change.${field}'`, 'invalid');
  }
  return value.map(recordOf);
}

function parseBody(raw: Buffer): Json {
  if (raw.length === 0) return {};
  return recordOf(JSON.parse(raw.toString('utf8')));
}

/** Two refusals of one canonical code may differ in status, so the reason decides. */
const HTTP_STATUS: Readonly<Record<string, number>> = {
  forbidden: 403,
  quotaExceeded: 403,
  notFound: 404,
  alreadyExists: 409,
  conditionNotMet: 412,
  backendError: 503,
};

function asRefusal(error: unknown): ServiceError | undefined {
  if (error instanceof ServiceError) return error;
  if (error instanceof SyntaxError || error instanceof URIError) {
    return new ServiceError(STATUS.INVALID_ARGUMENT, 'Parse Error', 'parseError');
  }
  if (error instanceof RangeError) {
    return new ServiceError(STATUS.INVALID_ARGUMENT, 'The request is too large.', 'invalid');
  }
  return undefined;
}

function sendError(world: World, response: ServerResponse, error: unknown): void {
  const refusal = asRefusal(error);
  if (!refusal) world.log.error('dns.request_failed', { service: 'dns', detail: String(error) });
  const reason = refusal ? (refusal.reason ?? 'invalid') : 'internalError';
  const status = refusal ? (HTTP_STATUS[reason] ?? 400) : 500;
  const message = refusal?.message ?? 'Internal error';
  sendJson(response, status, {
    error: { code: status, message, errors: [{ message, domain: 'global', reason }] },
  });
}
