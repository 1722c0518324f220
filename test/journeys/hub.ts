/** A running Hub for journeys: the embedded cloud and the functions' host as `npm start` makes them, on free ports, and people who use it. */

import { Firestore } from '@google-cloud/firestore';
import { credentials } from '@grpc/grpc-js';
import { systemClock, systemRandom } from '../../functions/google/clock.ts';
import { createDocuments } from '../../functions/google/documents.ts';
import { silentLog } from '../../functions/log.ts';
import { type ClientCredentials, ensureClient } from '../../functions/oidc/clients.ts';
import { parseSealKeys } from '../../functions/oidc/seal.ts';
import type { Settings } from '../../functions/ports.ts';
import { PROJECT, type RunningHub, startHub } from '../../local/hub.ts';
import type { LocalOptions } from '../../local/options.ts';
import { DNS_ZONE } from '../../local/setup.ts';
import type { ClusterReply } from '../../shared/api/clusters.ts';
import type { Problem } from '../../shared/api/problem.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import type { ClusterEvent } from '../../shared/documents/event.ts';
import type { Ledger } from '../../shared/documents/ledger.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { requestOf } from '../request.ts';

export interface Answer<T = ClusterReply & Problem> {
  status: number;
  headers: Headers;
  body: T;
}

export type Person = <T = ClusterReply & Problem>(
  method: string,
  path: string,
  body?: object,
  headers?: Record<string, string>,
) => Promise<Answer<T>>;

/** A cloud minute takes a tenth of a second: journeys wait for what happens, never for a time. */
const SPEED = 600;

/** @param env further variables of the functions @param heard is given each line that these log */
export async function aHub(
  options: Partial<LocalOptions> = {},
  env: Record<string, string> = {},
  heard?: (line: string) => void,
) {
  const roomy = {
    HUB_ACCOUNT_CLUSTERS: '500',
    HUB_ACCOUNT_CREATIONS_PER_HOUR: '100000',
    HUB_NEW_ACCOUNTS_PER_HOUR: '100000',
    HUB_ACCOUNT_REQUESTS_PER_MINUTE: '1000000',
    HUB_ADDRESS_REQUESTS_PER_MINUTE: '1000000',
    HUB_ACCOUNT_HOURLY_DOLLARS: '10000',
    HUB_CELL_CLUSTERS: '1000',
    HUB_CELL_HOURLY_DOLLARS: '10000',
  };
  const hub = await startHub(
    { port: 0, speed: SPEED, faults: {}, seed: 1, ...options },
    silentLog,
    { ...roomy, ...env },
    heard,
  );
  return driverOf(hub);
}

export type Driver = Awaited<ReturnType<typeof aHub>>;

/** The hands and eyes of a test on a running Hub. */
function driverOf(hub: RunningHub) {
  const firestore = firestoreAt(hub.addresses.firestore ?? '');
  const person = async (email: string): Promise<Person> =>
    personAt(hub.url, await signIn(hub.addresses.auth ?? '', email));

  const left = (): string[] => [
    ...hub.cloud.container.model.listClusters('-').map(({ name }) => `cluster ${name}`),
    ...hub.cloud.compute.model.all().map(({ kind, name }) => `${kind} ${name}`),
    ...hub.cloud.storage.model.listBuckets().items.map(({ name }) => `bucket ${name}`),
    ...recordsOf(hub),
  ];
  return {
    hub,
    firestore,
    person,
    until: (id: string, state: State | ((cluster: Cluster) => boolean)) => until(firestore, id, state),
    events: async (id: string): Promise<ClusterEvent[]> => {
      const found = await firestore.collection(`clusters/${id}/events`).orderBy('epoch').get();
      return found.docs.map((doc) => doc.data() as ClusterEvent);
    },
    /** Makes the application of a cluster a client of Hub's, as the step does that installs it. */
    register(id: string): Promise<ClientCredentials> {
      const sealKeys = parseSealKeys(hub.cloud.secrets.sealKey);
      const settings = { zone: 'clusters.localhost', oidc: { sealKeys } } as Settings;
      const documents = createDocuments(firestore);
      return ensureClient({ documents, settings, clock: systemClock(1), random: systemRandom }, id);
    },
    ledger: async (id: string): Promise<Ledger> =>
      (await firestore.doc(`ledgers/${id}`).get()).data() as Ledger,
    /** Everything that the embedded cloud still holds. */
    left,
    async close(): Promise<void> {
      await firestore.terminate();
      await hub.close();
    },
  };
}

/** All but what a zone has by itself. */
const recordsOf = ({ cloud }: RunningHub): string[] =>
  cloud.dns.model
    .listRecordSets(DNS_ZONE)
    .items.filter(({ type }) => type !== 'NS' && type !== 'SOA')
    .map(({ type, name }) => `record ${type} ${name}`);

export const firestoreAt = (address: string): Firestore => {
  const [host = '', port = ''] = address.split(':');
  return new Firestore({
    projectId: PROJECT,
    servicePath: host,
    port: Number(port),
    ssl: false,
    sslCreds: credentials.createInsecure(),
  });
};

export async function signIn(auth: string, email: string): Promise<string> {
  const url = `http://${auth}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=local`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'hub-local', returnSecureToken: true }),
  });
  const { idToken } = (await answer.json()) as { idToken?: string };
  if (!idToken) throw new Error(`${email} cannot sign in: ${answer.status}`);
  return idToken;
}

export const personAt =
  (url: string, token: string): Person =>
  async <T>(method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}${path}`, requestOf(method, token, { body, headers }));
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T };
  };

/** Listens until the cluster is as asked. A final state that is not the one asked for ends the wait with an error. */
export function until(
  firestore: Firestore,
  id: string,
  wanted: State | ((cluster: Cluster) => boolean),
): Promise<Cluster> {
  const holds = typeof wanted === 'string' ? (cluster: Cluster) => cluster.state === wanted : wanted;
  return new Promise((resolve, reject) => {
    const stop = firestore.doc(`clusters/${id}`).onSnapshot(
      (snapshot) => {
        const cluster = { ...(snapshot.data() as Cluster), id };
        if (!snapshot.exists) return;
        if (holds(cluster)) {
          stop();
          resolve(cluster);
        } else if (
          // Nothing comes after it, whatever is waited for.
          cluster.state === 'deleted' ||
          (typeof wanted === 'string' && ['failed', 'stuck'].includes(cluster.state))
        ) {
          stop();
          reject(new Error(`the cluster is ${cluster.state}: ${JSON.stringify(cluster.error)}`));
        }
      },
      (error) => reject(error),
    );
  });
}
