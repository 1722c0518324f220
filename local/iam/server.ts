/**
 * The wire face of the Security Token Service: a service account token of a cluster for a Google access token. On a real node the
 * metadata server does this for a pod: https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token. Beside it, at other paths,
 * that of the IAM Credentials API: `credentials.ts`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, readBody, sendJson } from '../http.ts';
import type { Face, World } from '../service.ts';
import { CredentialsRefusal, generateAccessToken, type Impersonation } from './credentials.ts';
import { createIamModel, type IamModel } from './model.ts';
import { clusterUrl, poolName, type Workload } from './principals.ts';

export interface IamFace extends Face {
  readonly model: IamModel;
}

export interface IamOptions extends Impersonation {
  /**
   * Whose token it is, once the cluster that its issuer names is found to have signed it, for the project's pool as audience;
   * undefined if it is good for nothing.
   */
  verifySubject(token: string): Promise<Workload | undefined>;
}

export async function serveIam(
  world: World,
  port: number,
  options: IamOptions,
  model: IamModel = createIamModel(world),
): Promise<IamFace> {
  const server = createServer((request, response) => {
    answer(model, options, world, request, response).catch((error: unknown) => {
      if (error instanceof CredentialsRefusal) {
        sendJson(response, error.code, { error: error.body });
        return;
      }
      const refusal = error instanceof StsRefusal ? error : undefined;
      if (!refusal) world.log.error('iam.request_failed', { service: 'iam', detail: String(error) });
      sendJson(response, refusal?.status ?? 500, {
        error: refusal?.code ?? 'server_error',
        error_description: refusal?.message ?? 'Internal error',
      });
    });
  });
  return { ...(await listen(server, port)), model };
}

/** https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 */
class StsRefusal extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'StsRefusal';
    this.code = code;
    this.status = status;
  }
}

const LARGEST_BODY = 64 * 1024;
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

async function answer(
  model: IamModel,
  options: IamOptions,
  { clock }: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://sts.local');
  if (request.method === 'POST' && pathname.endsWith(':generateAccessToken')) {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    sendJson(response, 200, generateAccessToken(model, options, pathname, bearer, await body(request)), {
      'cache-control': 'no-store',
    });
    return;
  }
  if (request.method !== 'POST' || pathname !== '/v1/token') {
    throw new StsRefusal('not_found', `Not here: ${request.method} ${pathname}`, 404);
  }
  const asked = parse(await body(request), request.headers['content-type'] ?? '');
  if (asked.grantType !== TOKEN_EXCHANGE) {
    throw new StsRefusal('unsupported_grant_type', 'The grant type must be a token exchange.');
  }
  if (asked.subjectTokenType !== JWT || asked.requestedTokenType !== ACCESS_TOKEN) {
    throw new StsRefusal('invalid_request', 'A JWT is exchanged for an access token, and nothing else.');
  }
  const workload = await options.verifySubject(asked.subjectToken);
  if (!workload) throw new StsRefusal('invalid_grant', 'The subject token is not valid.');
  if (workload.projectId !== model.projectId || asked.audience !== audienceOf(workload)) {
    throw new StsRefusal('invalid_target', 'The audience is not the pool and cluster of the subject token.');
  }
  const { accessToken, expiresAtMs } = model.mint(workload);
  sendJson(
    response,
    200,
    {
      access_token: accessToken,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: Math.floor((expiresAtMs - clock.now()) / 1000),
    },
    { 'cache-control': 'no-store' },
  );
}

async function body(request: IncomingMessage): Promise<string> {
  try {
    return (await readBody(request, LARGEST_BODY)).toString();
  } catch (error) {
    throw error instanceof RangeError ? new StsRefusal('invalid_request', error.message, 413) : error;
  }
}

/** What a client names when it asks for a token of a workload: the pool, and the cluster that vouches for it. */
export const audienceOf = (workload: Workload): string =>
  `identitynamespace:${poolName(workload.projectId)}:${clusterUrl(workload)}`;

const FIELDS = ['grantType', 'audience', 'requestedTokenType', 'subjectTokenType', 'subjectToken'] as const;
type Asked = Record<(typeof FIELDS)[number], string>;

/** As a form, as OAuth has it, or in JSON, as Google's own clients do. */
function parse(text: string, contentType: string): Asked {
  const snake = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const given = contentType.includes('json')
    ? parseJson(text)
    : Object.fromEntries(new URLSearchParams(text));
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
  return Object.fromEntries(
    FIELDS.map((field) => [field, textOf(given[field]) || textOf(given[snake(field)])]),
  ) as Asked;
}

function parseJson(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw new StsRefusal('invalid_request', 'The body is not JSON.');
  }
}
