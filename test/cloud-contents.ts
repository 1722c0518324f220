/** What the embedded cloud holds, asked from outside as anybody would who looks for what was left behind. */
import { ClusterManagerClient } from '@google-cloud/container';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { DNS_ZONE } from '../local/setup.ts';

/** What `local.json` says. */
type Addresses = Record<string, string>;

/** Everything, as `<kind> <name>`. */
export async function contentsOf(addresses: Addresses): Promise<string[]> {
  const kinds = {
    cluster: await clustersIn(addresses),
    leaf: await leavesIn(addresses),
    compute: await computeIn(addresses),
    bucket: await bucketsIn(addresses),
    record: await recordsIn(addresses),
  };
  return Object.entries(kinds).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`));
}

/** Names of the clusters that GKE's own stand-in runs, from the index of leaves. */
export async function leavesIn(addresses: Addresses): Promise<string[]> {
  const leaves = await json<{ name: string }[]>(`http://${addresses.kubernetes}/`);
  return leaves.map(({ name }) => name).sort();
}

export async function bucketsIn(addresses: Addresses): Promise<string[]> {
  const url = `http://${addresses.storage}/storage/v1/b?project=${addresses.projectId}`;
  const { items = [] } = await json<{ items?: { name: string }[] }>(url);
  return items.map(({ name }) => name);
}

/** Names of the clusters that GKE lists, asked with its official client. */
export async function clustersIn(addresses: Addresses): Promise<string[]> {
  const [apiEndpoint = '', port = ''] = (addresses.container ?? '').split(':');
  const client = new ClusterManagerClient({
    projectId: addresses.projectId ?? '',
    apiEndpoint,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    authClient: new PassThroughClient(),
  });
  const [answer] = await client.listClusters({ parent: `projects/${addresses.projectId}/locations/-` });
  await client.close();
  return (answer.clusters ?? []).map(({ name }) => name ?? '').sort();
}

/** Names of what Compute Engine lists in all its zones and regions. */
export async function computeIn(addresses: Addresses): Promise<string[]> {
  const base = `http://${addresses.compute}/compute/v1/projects/${addresses.projectId}`;
  const kinds = ['disks', 'addresses', 'forwardingRules', 'targetPools'];
  const paths = [...kinds.map((kind) => `aggregated/${kind}`), 'global/firewalls', 'global/httpHealthChecks'];
  const found = await Promise.all(paths.map((path) => json(`${base}/${path}`)));
  return found.flatMap(namesIn);
}

/** All but what a zone has by itself. */
async function recordsIn(addresses: Addresses): Promise<string[]> {
  const url = `http://${addresses.dns}/dns/v1/projects/${addresses.projectId}/managedZones/${DNS_ZONE}/rrsets`;
  const { rrsets = [] } = await json<{ rrsets?: { name: string; type: string }[] }>(url);
  return rrsets
    .filter(({ type }) => type !== 'NS' && type !== 'SOA')
    .map(({ type, name }) => `${type} ${name}`);
}

const namesIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'name' in value && typeof value.name === 'string' ? [value.name] : [];
  return [...own, ...Object.values(value).flatMap(namesIn)];
};

async function json<T>(url: string): Promise<T> {
  const answer = await fetch(url, { headers: { authorization: 'Bearer owner' } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
