/**
 * One chart behind the wire that real registries have (https://github.com/opencontainers/distribution-spec), with the tokens of Google's: who
 * pulls is sent to `/v2/token`, where the model of the embedded cloud says what becomes of what they bring. For the real Helm.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { listen } from '../../local/http.ts';
import type { Registry } from '../../local/registry/model.ts';
import type { Face } from '../../local/service.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

interface ServedChart {
  /** `<project>/<repository>/<chart>` */
  path: string;
  version: string;
  /** As `helm package` makes it. */
  archive: Buffer;
}

/** @param host by which the model knows the registry, which here is at a port of this machine */
export async function serveRegistry(registry: Registry, host: string, chart: ServedChart): Promise<Face> {
  const { path, version, archive } = chart;
  const config = Buffer.from(JSON.stringify({ apiVersion: 'v2', name: path.split('/').at(-1), version }));
  const layers = [{ mediaType: CHART, ...described(archive) }];
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, ...described(config) },
      layers,
    }),
  );
  const contents = new Map([
    [`manifests/${version}`, manifest],
    ...[manifest].map((one) => [`manifests/${digestOf(one)}`, one] as const),
    ...[config, archive].map((one) => [`blobs/${digestOf(one)}`, one] as const),
  ]);
  const pass = randomBytes(16).toString('hex');
  const server = createServer((request, response) => {
    const here = `127.0.0.1:${request.socket.localPort}`;
    const { pathname } = new URL(request.url ?? '/', `http://${here}`);
    const [, scheme, brought] = /^(\w+) (.*)$/.exec(request.headers.authorization ?? '') ?? [];
    if (pathname === '/v2/token') {
      const refusal = registry.refusal(host, path, scheme === 'Basic' ? brought : undefined);
      if (refusal) sendError(response, refusal);
      else send(response, 200, Buffer.from(JSON.stringify({ token: pass, expires_in: 3600 })));
      return;
    }
    if (scheme !== 'Bearer' || brought !== pass) {
      const challenge = `Bearer realm="http://${here}/v2/token",service="${here}",scope="repository:${path}:pull"`;
      response.setHeader('www-authenticate', challenge);
      sendError(response, { status: 401, code: 'UNAUTHORIZED', message: 'authentication required' });
      return;
    }
    const content = contents.get(pathname.slice(`/v2/${path}/`.length));
    if (!content) sendError(response, { status: 404, code: 'MANIFEST_UNKNOWN', message: 'not here' });
    else send(response, 200, content, content === manifest ? MANIFEST : 'application/octet-stream');
  });
  return listen(server, 0);
}

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const described = (content: Buffer) => ({ digest: digestOf(content), size: content.length });

function send(response: ServerResponse, status: number, content: Buffer, type = 'application/json'): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': content.length,
    'docker-content-digest': digestOf(content),
  });
  // Node itself leaves the body of an answer to HEAD out.
  response.end(content);
}

const sendError = (
  response: ServerResponse,
  { status, code, message }: { status: number; code: string; message: string },
): void => send(response, status, Buffer.from(JSON.stringify({ errors: [{ code, message }] })));
