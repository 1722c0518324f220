/**
 * Where a host is on the internet: as the system says, with public roots. In the embedded cloud its own name server says whether the name
 * is there, and its one ingress is behind every address.
 */
import { isIP } from 'node:net';
import { AppError } from '../../shared/errors.ts';
import { seconds } from '../../shared/units.ts';
import type { LocalCloud } from '../config.ts';
import type { TlsTarget } from '../net/tls.ts';
import { reasonOf } from '../net/unreachable.ts';
import { publicLookup } from './public-address.ts';

/** @param host as in an address: with a port if it is not that of https @throws AppError LEAF_UNAVAILABLE */
export type Outside = (host: string) => Promise<TlsTarget>;

const HANDSHAKE_MS = seconds(5);

/** By the system's resolver, when the connection is made, and never to an address inside. */
export const outsideWorld: Outside = async (host) => {
  const target = named(host);
  // An address in the place of a name would be asked of no resolver.
  if (isIP(target.host) !== 0)
    throw new AppError('LEAF_UNAVAILABLE', 'an address is not the name of a cluster');
  return { ...target, lookup: publicLookup() };
};

export function embeddedOutside({
  dnsNames,
  ingress,
  acmeRoot,
}: Pick<LocalCloud, 'dnsNames' | 'ingress' | 'acmeRoot'>): Outside {
  return async (host) => {
    const target = named(host);
    await requireName(dnsNames, target.host);
    const { host: address, port } = named(ingress);
    return { ...target, address, ca: acmeRoot, ...(port !== undefined && { port }) };
  };
}

function named(host: string): TlsTarget {
  const [, name = host, port] = /^(.*):(\d+)$/.exec(host) ?? [];
  return { host: name, timeoutMs: HANDSHAKE_MS, ...(port !== undefined && { port: Number(port) }) };
}

async function requireName(dnsNames: string, name: string): Promise<void> {
  // Not all functions look for names.
  const { Resolver } = await import('node:dns/promises');
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([dnsNames]);
  await resolver.resolve4(name).catch((error: unknown) => {
    throw new AppError('LEAF_UNAVAILABLE', `${name}: ${reasonOf(error)}`);
  });
}
