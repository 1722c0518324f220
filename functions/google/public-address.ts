/**
 * Hub asks a cluster for a page under its name, from outside. Where that name leads is said by the cluster, so Hub goes only where everybody
 * could: never to an address inside of its own network, and never to where machines ask for their credentials. What counts is the address
 * that is connected to, not one that was looked up before.
 */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that are nobody's on the internet. https://www.iana.org/assignments/iana-ipv4-special-registry (and ipv6) */
const INSIDE: readonly (readonly [net: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  // They hold an IPv4 address, which some network on the way may take out.
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const inside = new BlockList();
for (const [net, prefix, family] of INSIDE) inside.addSubnet(net, prefix, family);

/** Whether it is an IP address that anybody on the internet could reach. An IPv4 address in the clothes of IPv6 counts as itself. */
function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && !inside.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** As `dns.lookup`, which refuses a name that leads inside, even if it leads elsewhere too. */
export const publicLookup =
  (resolve: typeof lookup = lookup): LookupFunction =>
  (name, options, callback) => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublicAddress(address)))
        return callback(new Error(`${name} leads to an address that is not public`), '');
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
