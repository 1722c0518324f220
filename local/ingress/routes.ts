/** VirtualServices: which way a request goes. https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Fields } from '../kubernetes/objects.ts';
import type { AskedRequest } from './server.ts';
import { objectsOf } from './standing.ts';

/** A port of a Service. */
export interface Destination {
  namespace: string;
  service: string;
  port: number;
}

/** What the gateway answers itself. */
export interface DirectResponse {
  status: number;
  text: string;
}

/** Of the gateway's routes for that host, the first that fits; undefined: none does. */
export function findRoute(
  leaf: LeafCluster,
  gateway: { name: string; namespace: string },
  request: AskedRequest,
): Destination | DirectResponse | undefined {
  const host = request.host.replace(/:\d+$/, '');
  for (const { metadata, spec } of objectsOf(leaf, 'networking.istio.io/v1', 'VirtualService')) {
    const { namespace = '' } = metadata;
    const hosts: string[] = spec?.hosts ?? [];
    const gateways: string[] = spec?.gateways ?? [];
    const wanted = `${gateway.namespace}/${gateway.name}`;
    const isOurs = gateways.some((one) => (one.includes('/') ? one : `${namespace}/${one}`) === wanted);
    if (!isOurs || !hosts.some((one) => one === host || one === '*')) continue;
    return wayOf(spec ?? {}, namespace, request);
  }
  return undefined;
}

/** Of one VirtualService. @param namespace its own */
export function wayOf(
  { http }: Fields,
  namespace: string,
  request: AskedRequest,
): Destination | DirectResponse | undefined {
  const found = ((http ?? []) as Fields[]).find(({ match }) => fits(match, request));
  if (!found) return undefined;
  const { route, directResponse } = found;
  if (directResponse) {
    const { status, body } = directResponse as Fields;
    return { status: Number(status), text: String(body?.string ?? '') };
  }
  return destinationOf(route?.[0]?.destination, namespace);
}

/** One of them must fit, if there are any. */
const fits = (matches: Fields[] | undefined, request: AskedRequest): boolean =>
  !matches?.length || matches.some((match) => fitsWhole(match, request));

/** All of its parts; those that the stand-in does not know fit nothing. */
const fitsWhole = (match: Fields, { path, method, headers }: AskedRequest): boolean =>
  Object.entries(match).every(([part, condition]) => {
    switch (part) {
      case 'name':
        return true;
      case 'uri':
        return fitsText(condition, path);
      case 'method':
        return fitsText(condition, method);
      case 'headers':
        return Object.entries(condition as Fields).every(([name, one]) => {
          const value = headers[name.toLowerCase()];
          return value !== undefined && fitsText(one, String(value));
        });
      default:
        return false;
    }
  });

function fitsText({ exact, prefix, regex }: Fields, text: string): boolean {
  if (exact !== undefined) return text === exact;
  if (prefix !== undefined) return text.startsWith(prefix);
  return regex === undefined || new RegExp(`^(?:${regex})$`).test(text);
}

/** `service`, or `service.namespace` and what may follow it. */
function destinationOf(destination: Fields | undefined, namespace: string): Destination | undefined {
  if (!destination) return undefined;
  const [service = '', named = namespace] = String(destination.host).split('.');
  return { service, namespace: named, port: Number(destination.port?.number) };
}
