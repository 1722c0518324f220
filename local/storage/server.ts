/** The wire face of the Storage stand-in: the part of the JSON API that the official client uses for buckets and objects. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { MIB } from '../../shared/units.ts';
import { listen, readBody, sendJson } from '../http.ts';
import { type Face, ServiceError, STATUS, type World } from '../service.ts';
import { type Allow, allowOf, type StorageAccess } from './access.ts';
import { createStorageModel, type StorageModel, type StoredObject } from './model.ts';
import {
  bucketResource,
  bucketSettings,
  type Json,
  listResource,
  objectChange,
  objectResource,
  objectSettings,
  parseJson,
  parseMultipart,
  parsePageToken,
  policyInput,
  policyResource,
} from './wire.ts';

export interface StorageFace extends Face {
  model: StorageModel;
}

/** Objects are kept in memory and in the journal; the real limit is 5 TiB. */
const LARGEST_BODY = 64 * MIB;

export async function serveStorage(
  world: World,
  port: number,
  model: StorageModel = createStorageModel(world),
  access?: StorageAccess,
): Promise<StorageFace> {
  const uploads: Uploads = new Map();
  const server = createServer((request, response) => {
    respond(model, access, uploads, request, response).catch((error: unknown) => {
      const refusal = asRefusal(error);
      if (refusal.code === STATUS.INTERNAL) {
        world.log.error('storage.request_failed', { service: 'storage', detail: String(error) });
      }
      sendError(response, refusal);
    });
  });
  return { ...(await listen(server, port)), model };
}

/**
 * Resumable uploads under way, by id. They end with the process; the client then begins anew. Whoever has the address may go on with
 * one, in the name of who began it.
 */
type Uploads = Map<
  string,
  { bucket: string; query: URLSearchParams; settings: Json; content: Buffer; allow: Allow }
>;

interface Call {
  method: string;
  bucket: string;
  object: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  raw: Buffer;
  allow: Allow;
}

/** `…/b`, `…/b/{bucket}`, `…/b/{bucket}/iam`, `…/b/{bucket}/o`, `…/b/{bucket}/o/{object}`, the first part being absent for short addresses. */
const ADDRESS = /^(\/upload|\/download)?(?:\/storage\/v1)?\/b(?:\/([^/]+)(\/iam|\/o(?:\/([^/]+))?)?)?$/;

async function respond(
  model: StorageModel,
  access: StorageAccess | undefined,
  uploads: Uploads,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://storage.local');
  const [matched, face, bucket = '', below, object = ''] = ADDRESS.exec(url.pathname) ?? [];
  const call: Call = {
    method: request.method ?? 'GET',
    bucket: decodeURIComponent(bucket),
    object: decodeURIComponent(object),
    query: url.searchParams,
    headers: request.headers,
    raw: await readBody(request, LARGEST_BODY),
    allow: allowOf(model, access, request.headers),
  };
  if (matched === undefined) throw notHere(call, url.pathname);
  if (face === '/upload') return upload(model, uploads, call, response);
  if (object && call.method === 'GET' && (face === '/download' || call.query.get('alt') === 'media')) {
    return download(model, call, response);
  }
  const operations =
    below === '/iam' ? POLICY : object ? OBJECT : below ? OBJECTS : bucket ? BUCKET : BUCKETS;
  const operation = operations[call.method];
  if (!operation) throw notHere(call, url.pathname);
  call.allow(operation.permission ?? operation.id, call.bucket, call.object);
  const answer = model.call(operation.id, () => operation.run(model, call));
  if (answer) sendJson(response, 200, answer);
  else response.writeHead(204).end();
}

interface Operation {
  /** As the API's discovery document names it; faults are limited by it. */
  id: string;
  /** What the caller needs, if it is not called as the method is. */
  permission?: string;
  /** Nothing is answered with 204. */
  run(model: StorageModel, call: Call): Json | undefined;
}
type Operations = Readonly<Record<string, Operation>>;

const BUCKETS: Operations = {
  POST: {
    id: 'storage.buckets.insert',
    permission: 'storage.buckets.create',
    run(model, { query, raw }) {
      requireProject(model, query);
      const body = parseJson(raw);
      return bucketResource(model.insertBucket(String(body.name ?? ''), bucketSettings(body)));
    },
  },
  GET: {
    id: 'storage.buckets.list',
    run(model, { query }) {
      requireProject(model, query);
      const page = model.listBuckets(pageOptions(query));
      const unreachable = page.unreachable.map((name) => `projects/_/buckets/${name}`);
      return {
        ...listResource('storage#buckets', page, bucketResource),
        ...(query.get('returnPartialSuccess') === 'true' && unreachable.length > 0 && { unreachable }),
      };
    },
  },
};

const BUCKET: Operations = {
  GET: {
    id: 'storage.buckets.get',
    run(model, { bucket, query }) {
      const found = model.requireBucket(bucket);
      const wanted = query.get('ifMetagenerationMatch');
      if (wanted !== null && wanted !== String(found.metageneration)) {
        throw new ServiceError(STATUS.FAILED_PRECONDITION, 'The metageneration differs.', 'conditionNotMet');
      }
      return bucketResource(found);
    },
  },
  PATCH: {
    id: 'storage.buckets.patch',
    permission: 'storage.buckets.update',
    run: (model, { bucket, query, raw }) =>
      bucketResource(
        model.patchBucket(
          bucket,
          bucketSettings(parseJson(raw)),
          query.get('ifMetagenerationMatch') ?? undefined,
        ),
      ),
  },
  DELETE: {
    id: 'storage.buckets.delete',
    run(model, { bucket, query }) {
      model.deleteBucket(bucket, query.get('ifMetagenerationMatch') ?? undefined);
      return undefined;
    },
  },
};

const POLICY: Operations = {
  GET: {
    id: 'storage.buckets.getIamPolicy',
    run: (model, { bucket }) => policyResource(bucket, model.getPolicy(bucket)),
  },
  PUT: {
    id: 'storage.buckets.setIamPolicy',
    run: (model, { bucket, raw }) =>
      policyResource(bucket, model.setPolicy(bucket, policyInput(parseJson(raw)))),
  },
};

const OBJECTS: Operations = {
  GET: {
    id: 'storage.objects.list',
    run: (model, { bucket, query }) =>
      listResource('storage#objects', model.listObjects(bucket, pageOptions(query)), objectResource),
  },
};

const OBJECT: Operations = {
  GET: {
    id: 'storage.objects.get',
    run: (model, { bucket, object, query }) =>
      objectResource(model.requireObject(bucket, object, query.get('generation') ?? undefined)),
  },
  PATCH: {
    id: 'storage.objects.patch',
    permission: 'storage.objects.update',
    run(model, { bucket, object, query, raw }) {
      const generation = query.get('generation');
      const ifMetageneration = query.get('ifMetagenerationMatch');
      return objectResource(
        model.patchObject(bucket, object, objectChange(parseJson(raw)), {
          ...(generation && { generation }),
          ...(ifMetageneration && { ifMetageneration }),
        }),
      );
    },
  },
  DELETE: {
    id: 'storage.objects.delete',
    run(model, { bucket, object, query }) {
      const generation = query.get('generation');
      const ifGeneration = query.get('ifGenerationMatch');
      model.deleteObject(bucket, object, {
        ...(generation && { generation }),
        ...(ifGeneration && { ifGeneration }),
      });
      return undefined;
    },
  },
};

function pageOptions(query: URLSearchParams): {
  prefix: string;
  after?: string;
  limit?: number;
  softDeleted: boolean;
} {
  const token = query.get('pageToken');
  const limit = Number(query.get('maxResults'));
  return {
    prefix: query.get('prefix') ?? '',
    softDeleted: query.get('softDeleted') === 'true',
    ...(token && { after: parsePageToken(token) }),
    ...(limit > 0 && { limit }),
  };
}

/** @throws ServiceError if the caller names no project, or one that is not theirs */
function requireProject(model: StorageModel, query: URLSearchParams): void {
  const project = query.get('project');
  if (!project) throw new ServiceError(STATUS.INVALID_ARGUMENT, 'Required parameter: project', 'required');
  if (project !== model.projectId) {
    throw new ServiceError(
      STATUS.PERMISSION_DENIED,
      'The caller has no access to this project.',
      'forbidden',
    );
  }
}

function download(
  model: StorageModel,
  { bucket, object, query, allow }: Call,
  response: ServerResponse,
): void {
  allow('storage.objects.get', bucket, object);
  const found = model.call('storage.objects.get', () =>
    model.requireObject(bucket, object, query.get('generation') ?? undefined),
  );
  const content = Buffer.from(found.content, 'base64');
  response.writeHead(200, {
    'content-type': found.contentType,
    'content-length': content.length,
    'x-goog-generation': found.generation,
    'x-goog-hash': `crc32c=${found.crc32c},md5=${found.md5Hash}`,
    'x-goog-stored-content-encoding': 'identity',
  });
  response.end(content);
}

/** All three ways to upload: https://cloud.google.com/storage/docs/uploads-downloads#uploads */
function upload(model: StorageModel, uploads: Uploads, call: Call, response: ServerResponse): void {
  const { bucket, query, headers, raw } = call;
  const id = query.get('upload_id');
  if (id) {
    continueUpload(model, uploads, id, call, response);
    return;
  }
  call.allow('storage.objects.create', bucket);
  switch (query.get('uploadType')) {
    case 'media':
      sendJson(response, 200, put(model, call, query, {}, raw, headers['content-type']));
      return;
    case 'multipart': {
      const { settings, type, content } = parseMultipart(raw, headers['content-type'] ?? '');
      sendJson(response, 200, put(model, call, query, settings, content, type));
      return;
    }
    case 'resumable': {
      model.call('storage.objects.insert', () => model.requireBucket(bucket));
      const type = headers['x-upload-content-type'];
      const settings = { ...(type && { contentType: type }), ...parseJson(raw) };
      const uploadId = randomUUID();
      uploads.set(uploadId, { bucket, query, settings, content: Buffer.alloc(0), allow: call.allow });
      const location = `http://${headers.host}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${uploadId}`;
      response.writeHead(200, { location, 'content-length': 0 }).end();
      return;
    }
    default:
      throw new ServiceError(STATUS.INVALID_ARGUMENT, 'Unknown uploadType.', 'invalid');
  }
}

/** A chunk whose Content-Range names no total is not the last; the range of what has come answers it. */
function continueUpload(
  model: StorageModel,
  uploads: Uploads,
  id: string,
  call: Call,
  response: ServerResponse,
): void {
  const { raw, headers, bucket } = call;
  const session = uploads.get(id);
  if (!session || session.bucket !== bucket)
    throw new ServiceError(STATUS.NOT_FOUND, 'There is no such upload.', 'notFound');
  const [, first, last, total] =
    /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  if (first !== undefined) session.content = Buffer.concat([session.content.subarray(0, Number(first)), raw]);
  // "bytes 0-*/*" sends all there is in one request.
  const complete =
    last === '*' || headers['content-range'] === undefined || Number(total) === session.content.length;
  if (!complete) {
    const { length } = session.content;
    response
      .writeHead(308, { ...(length > 0 && { range: `bytes=0-${length - 1}` }), 'content-length': 0 })
      .end();
    return;
  }
  const content = headers['content-range'] === undefined ? raw : session.content;
  const answer = put(model, session, session.query, session.settings, content);
  uploads.delete(id);
  sendJson(response, 200, answer);
}

function put(
  model: StorageModel,
  { bucket, allow }: Pick<Call, 'bucket' | 'allow'>,
  query: URLSearchParams,
  settings: Json,
  content: Buffer,
  contentType?: string,
): Json {
  const name = query.get('name') ?? String(settings.name ?? '');
  const ifGeneration = query.get('ifGenerationMatch');
  // Who may only create may not replace.
  if (model.hasObject(bucket, name)) allow('storage.objects.delete', bucket, name);
  const object: StoredObject = model.call('storage.objects.insert', () =>
    model.putObject(bucket, name, content, {
      ...(contentType && { contentType }),
      ...objectSettings(settings),
      ...(ifGeneration && { ifGeneration }),
    }),
  );
  return objectResource(object);
}

const notHere = (call: Call, path: string): ServiceError =>
  new ServiceError(STATUS.NOT_FOUND, `Not here: ${call.method} ${path}`, 'notFound');

function asRefusal(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof SyntaxError || error instanceof URIError) {
    return new ServiceError(STATUS.INVALID_ARGUMENT, 'Parse Error', 'parseError');
  }
  if (error instanceof RangeError) {
    return new ServiceError(
      STATUS.INVALID_ARGUMENT,
      `More than ${LARGEST_BODY / MIB} MiB.`,
      'uploadTooLarge',
    );
  }
  return new ServiceError(STATUS.INTERNAL, 'Internal error', 'backendError');
}

/** Two refusals of one canonical code may differ in status, so the reason decides. */
const HTTP_STATUS: Readonly<Record<string, number>> = {
  authError: 401,
  loginRequired: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  conditionNotMet: 412,
  uploadTooLarge: 413,
  rateLimitExceeded: 429,
};

function sendError(response: ServerResponse, { code, message, reason = 'invalid' }: ServiceError): void {
  const fallback = code === STATUS.UNAVAILABLE ? 503 : code === STATUS.INTERNAL ? 500 : 400;
  const status = HTTP_STATUS[reason] ?? fallback;
  sendJson(response, status, {
    error: { code: status, message, errors: [{ message, domain: 'global', reason }] },
  });
}
