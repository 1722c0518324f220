/** A door before each call that a handler makes to the outside. */
import type { Documents } from '../../functions/cloud.ts';
import { byOneTime } from '../../functions/one-time.ts';
import type { Pachyderm } from '../../functions/pachyderm/pachyderm.ts';
import type { Ports } from '../../functions/ports.ts';
import type { GkeClient } from '../../functions/providers/gke/client.ts';
import { createGkeProvider, type GkeSettings } from '../../functions/providers/gke/provider.ts';
import { versioned } from '../../functions/versioned.ts';

/**
 * Stands between a handler and each call it makes to the outside: where a simulation lets the call be late, fail or never come back.
 * @param site `<port>.<method>`
 * @param args what it is called with
 */
export type Door = <T>(site: string, call: () => Promise<T>, args?: readonly unknown[]) => Promise<T>;

/** What lies under the ports of the database and of the provider, and has the door before it. */
export interface Grounds {
  documents: Documents;
  gke: GkeClient;
  gkeSettings: GkeSettings;
}

export const documentsThrough = (door: Door, documents: Documents): Documents =>
  behind<Documents>(door, 'documents', documents);

/** The same ports with a door before each call. @param own what is this invocation's alone */
export const portsThrough = (
  door: Door,
  ports: Ports,
  { documents, gke, gkeSettings }: Grounds,
  own: Partial<Pick<Ports, 'clock' | 'log'>>,
): Ports =>
  byOneTime({
    ...ports,
    documents: versioned(documentsThrough(door, documents)),
    messages: behind(door, 'messages', ports.messages),
    provider: createGkeProvider(behind(door, 'gke', gke), gkeSettings),
    leaves: { open: (connection) => behind(door, 'leaf', ports.leaves.open(connection)) },
    buckets: behind(door, 'buckets', ports.buckets),
    dns: behind(door, 'dns', ports.dns),
    certificates: behind(door, 'certificates', ports.certificates),
    charts: behind(door, 'charts', ports.charts),
    pachyderms: {
      inside: (where) => door('pachyderm.inside', () => ports.pachyderms.inside(where)).then(doored(door)),
      outside: (host) => door('pachyderm.outside', () => ports.pachyderms.outside(host)).then(doored(door)),
    },
    web: behind(door, 'web', ports.web),
    people: behind(door, 'people', ports.people),
    ...own,
  });

/**
 * A port whose calls all go through the door, but for those of its `own`. Each of its methods returns a promise. Every invocation has doors
 * of its own and uses few of them: a method is made when it is asked for.
 */
function behind<T extends object>(door: Door, name: string, port: T, own: Partial<T> = {}): T {
  const doored = new (doorsOf(name, port as Methods))(door, port as Methods);
  for (const [method, value] of Object.entries(own)) Object.defineProperty(doored, method, { value });
  return doored as T;
}

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;
type Doors = new (door: Door, port: Methods) => object;

/** No methods of the port's. */
const DOOR = Symbol('door');
const PORT = Symbol('port');

const doorsByPort = new WeakMap<object, Doors>();
/** Of a port that is opened each time anew: by its name and methods. */
const doorsByMethods = new Map<string, Doors>();

function doorsOf(name: string, port: Methods): Doors {
  const known = doorsByPort.get(port);
  if (known) return known;
  const methods: string[] = [];
  // With those of a prototype, for there may be a door behind the door.
  for (const method in port) if (typeof port[method] === 'function') methods.push(method);
  const key = `${name} ${methods.join()}`;
  const doors = doorsByMethods.get(key) ?? makeDoors(name, methods);
  doorsByMethods.set(key, doors);
  doorsByPort.set(port, doors);
  return doors;
}

function makeDoors(name: string, methods: readonly string[]): Doors {
  class Behind {
    readonly [DOOR]: Door;
    readonly [PORT]: Methods;
    constructor(door: Door, port: Methods) {
      this[DOOR] = door;
      this[PORT] = port;
    }
  }
  for (const method of methods) {
    const site = `${name}.${method}`;
    Object.defineProperty(Behind.prototype, method, {
      enumerable: true,
      get(this: Behind) {
        const { [DOOR]: door, [PORT]: port } = this;
        return (...args: unknown[]) => door(site, () => (port[method] as Methods[string])(...args), args);
      },
    });
  }
  return Behind;
}

/** A Pachyderm is closed at once, by whoever opened it. */
const doored =
  (door: Door) =>
  (pachyderm: Pachyderm): Pachyderm =>
    behind(door, 'pachyderm', pachyderm, { close: () => pachyderm.close() });
