/** The ports that a Hub needs, and whether they are free, told in one line before anything is started. */
import { createServer } from 'node:net';
import { MANIFEST } from '../functions/manifest.ts';
import { Unusable } from './command.ts';

/** Offsets from `HUB_PORT`, fixed so that an address is the same on every machine. The gap is for a face to come. */
export const PORTS = {
  hosting: 0,
  /** gRPC, and a browser's WebChannel and REST. */
  firestore: 1,
  pubsub: 3,
  auth: 4,
  scheduler: 5,
  container: 6,
  kubernetes: 7,
  ingress: 8,
  authTls: 9,
  compute: 10,
  storage: 11,
  dns: 12,
  /** The name server, UDP and TCP. */
  dnsNames: 13,
  acme: 14,
  iam: 15,
  /** The functions, one after the other. */
  functions: 20,
} as const;

/** Every port of a Hub whose first is given. */
export function portsFrom(first: number): Record<string, number> {
  const { functions, ...faces } = PORTS;
  const ofFace = Object.entries(faces).map(([face, offset]) => [face, first + offset] as const);
  const ofFunction = MANIFEST.map(
    ({ name }, index) => [`function ${name}`, first + functions + index] as const,
  );
  return Object.fromEntries([...ofFace, ...ofFunction]);
}

/** The highest first port that leaves room for all. */
export const highestFirstPort = (): number => 65_535 - Math.max(...Object.values(portsFrom(0)));

/** The functions' host of a Hub that was killed a moment ago still has its ports for as long as it takes to notice. */
const ATTEMPTS = 20;
const PAUSE_MS = 100;

/** @throws Unusable for the first that stays in use */
export async function requireFreePorts(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [face, port] of Object.entries(ports)) {
    if (!(await becomesFree(port))) {
      throw new Unusable(
        `port ${port} (${face}) is in use: stop what listens there, or set HUB_PORT to another first port (0: any free ones)`,
      );
    }
  }
}

async function becomesFree(port: number): Promise<boolean> {
  for (let attempt = 1; !(await isFree(port)); attempt++) {
    if (attempt === ATTEMPTS) return false;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return true;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
