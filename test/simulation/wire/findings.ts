/** What must hold of a Hub that has come to rest, looked at from outside. Each finding is a sentence; none means that all is well. */
import { request } from 'node:https';
import { type Allowance, accountPath, cellPath } from '../../../shared/documents/account.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { clustersIn, contentsOf } from '../../cloud-contents.ts';
import { firestoreAt } from '../../journeys/hub.ts';
import { PEOPLE, type WireHub } from './hub.ts';
import type { Done } from './people.ts';

const RESTING = new Set(['ready', 'warm', 'failed', 'deleted']);
const RUNNING = new Set(['ready', 'warm']);

export async function findingsAtRest(
  hub: WireHub,
  clusters: readonly Cluster[],
  { made }: Done,
): Promise<string[]> {
  const findings: string[] = [];
  for (const { id, state } of clusters) if (!RESTING.has(state)) findings.push(`${id} rests in ${state}`);
  for (const [key, ids] of made) {
    if (ids.size > 1) findings.push(`one create, ${key}, has made ${[...ids].join(' and ')}`);
  }
  const answered = new Set([...made.values()].flatMap((ids) => [...ids]));
  for (const { id, owner } of clusters) {
    if (owner !== undefined && !answered.has(id))
      findings.push(`nobody was ever told of ${id}, which ${owner} pays`);
  }
  const wanted = clusters
    .filter(({ state }) => RUNNING.has(state))
    .map(nameOf)
    .sort();
  const there = await clustersIn(hub.addresses);
  for (const name of wanted)
    if (!there.includes(name)) findings.push(`${name} is ready and not in the cloud`);
  for (const name of there) if (!wanted.includes(name)) findings.push(`${name} is in the cloud and nobody's`);
  return [...findings, ...(await miscounts(hub, clusters)), ...(await strangersIn(hub, clusters))];
}

/** Everything was deleted. */
export async function findingsAtEnd(hub: WireHub, clusters: readonly Cluster[]): Promise<string[]> {
  const left = await contentsOf(hub.addresses);
  return [
    ...clusters.filter(({ state }) => state !== 'deleted').map(({ id, state }) => `${id} is still ${state}`),
    ...left.map((name) => `left in the cloud: ${name}`),
    ...(await miscounts(hub, clusters)),
  ];
}

const nameOf = ({ id, generation }: Cluster): string => `hub-${id}-g${generation}`;

/** Counters of accounts and of the cell against a recount of what each cluster says it holds. */
async function miscounts({ addresses }: WireHub, clusters: readonly Cluster[]): Promise<string[]> {
  const firestore = firestoreAt(addresses.firestore ?? '');
  const compare = async (path: string, holders: readonly Cluster[]): Promise<string[]> => {
    const found = (await firestore.doc(path).get()).data() as Allowance | undefined;
    const counted = { clusters: found?.clusters ?? 0, hourlyMicros: found?.hourlyMicros ?? 0 };
    const truth = { clusters: 0, hourlyMicros: 0 };
    for (const { liability } of holders) {
      truth.clusters += liability?.clusters ?? 0;
      truth.hourlyMicros += liability?.hourlyMicros ?? 0;
    }
    const [says, is] = [JSON.stringify(counted), JSON.stringify(truth)];
    return says === is ? [] : [`${path} says ${says}, and its clusters hold ${is}`];
  };
  try {
    const owners = PEOPLE.map((uid) =>
      compare(
        accountPath(uid),
        clusters.filter(({ owner }) => owner === uid),
      ),
    );
    return (await Promise.all([...owners, compare(cellPath('default'), clusters)])).flat();
  } finally {
    await firestore.terminate();
  }
}

async function strangersIn(hub: WireHub, clusters: readonly Cluster[]): Promise<string[]> {
  const findings: string[] = [];
  for (const { id, owner, members, state } of clusters) {
    if (state === 'deleted' || owner === undefined) continue;
    const path = `/v1/clusters/${id}`;
    for (const name of ['ada', 'grace'] as const) {
      const member = Object.hasOwn(members, name);
      const seen = await hub.status(name, path);
      if (seen !== (member ? 200 : 404))
        findings.push(`${name}, ${member ? '' : 'no '}member of ${id}: ${seen}`);
      if (member) continue;
      const given = await hub.status(name, `${path}/credentials?kind=kubeconfig`);
      if (given < 400) findings.push(`${name}, no member of ${id}, gets credentials`);
    }
    if ((await hub.status('nobody', path)) !== 401) findings.push(`${id} is shown to who has not signed in`);
    const operator = await hub.status('operator', `${path}/credentials?kind=kubeconfig`);
    if (operator < 400) findings.push(`an operator gets credentials of ${id}`);
  }
  const leaves = await fetch(`http://${hub.addresses.kubernetes}/`);
  for (const { name, server } of (await leaves.json()) as { name: string; server: string }[]) {
    const seen = await anonymousStatus(`${server}/api/v1/secrets`);
    if (seen !== 401 && seen !== 403) findings.push(`the Kubernetes of ${name} answers anybody with ${seen}`);
  }
  return findings;
}

const anonymousStatus = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
