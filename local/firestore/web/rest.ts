/** Firestore's REST API: https://firebase.google.com/docs/firestore/reference/rest */
import type { IncomingMessage, ServerResponse } from 'node:http';
import protobuf from 'protobufjs';
import { type CallContext, type Message, toStatus, type UnaryHandler } from '../../grpc.ts';
import { sendJson } from '../../http.ts';
import { ServiceError, STATUS } from '../../service.ts';
import type { BodyReader } from './body.ts';
import { lastOf } from './channels.ts';
import { camel, fieldNamed, fromJson, isObject, type Json, parseJson, put, toJson } from './json.ts';
import { noMessage, unknownName } from './refusals.ts';
import { findRoute, type Match, routesOf } from './routes.ts';
import { errorJson } from './status.ts';

interface RestOptions {
  service: protobuf.Service;
  /** By lowerCamelCase name. */
  unary: Readonly<Record<string, UnaryHandler>>;
  readBody: BodyReader;
}

interface Rest {
  /** @throws BodyTooLarge, BodyCutOff */
  handle(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

type JsonObject = { [name: string]: Json };

export function createRest({ service, unary, readBody }: RestOptions): Rest {
  const routes = routesOf(service);

  const answer = async (
    match: Match,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ) => {
    const { method, body } = match.route;
    const requestType = method.resolvedRequestType as protobuf.Type;
    const responseType = method.resolvedResponseType as protobuf.Type;
    const json = body === undefined ? {} : within(body, bodyJson(await readBody(request)));
    addQuery(requestType, json, query);
    for (const [path, value] of match.fields) setAt(json, camel(path).split('.'), value);
    const handler = unary[(method.name[0] ?? '').toLowerCase() + method.name.slice(1)];
    if (!handler) {
      throw new ServiceError(STATUS.UNIMPLEMENTED, `${method.name} is not served over REST.`);
    }
    const written: Json[] = [];
    const context: CallContext = {
      write: (message) => void written.push(toJson(responseType, message)),
      header: (name) => lastOf(request.headers[name.toLowerCase()]),
      get cancelled() {
        return response.destroyed;
      },
    };
    const last: Message = await handler(fromJson(requestType, json), context);
    return method.responseStream ? written : toJson(responseType, last ?? {});
  };

  return {
    async handle(url, request, response) {
      const match = routeFor(url, request);
      try {
        if (!match) throw new ServiceError(STATUS.NOT_FOUND, 'Method not found.');
        sendJson(response, 200, await answer(match, url.searchParams, request, response));
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        const refusal = errorJson(toStatus(error));
        sendJson(response, refusal.error.code, match?.route.method.responseStream ? [refusal] : refusal);
      }
    },
  };

  function routeFor(url: URL, request: IncomingMessage): Match | undefined {
    try {
      return findRoute(routes, request.method ?? '', url.pathname);
    } catch {
      // Badly encoded: no such path.
      return undefined;
    }
  }
}

/** An empty body is an empty message. */
function bodyJson(text: string): unknown {
  return text.trim() === '' ? {} : parseJson(text);
}

/** The request as JSON, of which the body is all or one field. */
function within(body: string, json: unknown): JsonObject {
  if (body !== '*') return { [body]: json as Json };
  if (isObject(json)) return json;
  throw noMessage();
}

/** Sets what the path says, over whatever the body says. */
function setAt(json: JsonObject, [name = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    put(json, name, value);
    return;
  }
  const inner = json[name];
  if (inner === undefined || inner === null) json[name] = {};
  // A body that is no object is refused later, as what it is.
  const next = json[name];
  if (isObject(next)) setAt(next, rest, value);
}

// Query parameters: `mask.fieldPaths=a&mask.fieldPaths=b&pageSize=3`.

/** Parameters of every Google API, which are no fields: https://cloud.google.com/apis/docs/system-parameters */
const SYSTEM_PARAMETERS = new Set(
  'access_token alt callback fields key oauth_token prettyPrint quotaUser upload_protocol uploadType'.split(
    ' ',
  ),
);

/** @throws ServiceError INVALID_ARGUMENT */
function addQuery(type: protobuf.Type, json: JsonObject, query: URLSearchParams): void {
  for (const [name, text] of query) {
    if (name.startsWith('$') || SYSTEM_PARAMETERS.has(name)) continue;
    addParameter(type, json, name, name.split('.'), text);
  }
}

function addParameter(
  type: protobuf.Type,
  json: JsonObject,
  whole: string,
  [first = '', ...rest]: readonly string[],
  text: string,
): void {
  const field = fieldNamed(type, first);
  const inner = field?.resolvedType instanceof protobuf.Type ? field.resolvedType : undefined;
  if (!field || field instanceof protobuf.MapField || (rest.length > 0 && (!inner || field.repeated))) {
    const reason = `Cannot bind query parameter. Field '${whole}' could not be found in request message.`;
    throw unknownName(whole, undefined, reason);
  }
  const { name } = field;
  if (rest.length > 0 && inner) {
    if (!isObject(json[name])) json[name] = {};
    addParameter(inner, json[name] as JsonObject, whole, rest, text);
  } else if (field.repeated) {
    json[name] = [...(Array.isArray(json[name]) ? json[name] : []), text];
  } else {
    json[name] = field.type === 'bool' && (text === 'true' || text === 'false') ? text === 'true' : text;
  }
}
