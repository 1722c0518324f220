/** The name of a cluster on the internet: its id below Hub's zone, never a name that its user gave it. Pure. */

/** As in an address: with a port if it is not that of https, which only the embedded cloud has. */
export const hostOf = (clusterId: string, zone: string): string => `${clusterId}.${zone}`;

/** Without the port: what DNS and certificates know. */
export const hostName = (host: string): string => host.replace(/:\d+$/, '');
