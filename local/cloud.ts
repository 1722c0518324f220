/**
 * The embedded cloud: the registry of its services. Each is given its own tables, chance and faults, and a port; what they say to each
 * other (audit entries, pushes, disks of a cluster) is tied together here and nowhere else.
 */
import { randomBytes } from 'node:crypto';
import type { Log } from '../functions/log.ts';
import { TOPICS } from '../shared/messages.ts';
import { createAcmeModel } from './acme/model.ts';
import { lookupOverWire } from './acme/names.ts';
import { type OperatorAccount, operatorAccount } from './acme/operator.ts';
import { type AcmeFace, serveAcme } from './acme/server.ts';
import { type AuthFace, serveAuth } from './auth/server.ts';
import { createServiceTokens, type ServiceTokens } from './auth/service-tokens.ts';
import { type LocalClock, realClock } from './clock.ts';
import { type ComputeModel, createComputeModel } from './compute/model.ts';
import { serveCompute } from './compute/server.ts';
import { type ContainerModel, createContainerModel } from './container/model.ts';
import { serveContainer } from './container/server.ts';
import { deployedIndexes } from './deployed.ts';
import { type DnsFace, serveDns } from './dns/server.ts';
import { createFaults, type Faults } from './faults.ts';
import { createFirestore, type FirestoreFace, serveFirestore } from './firestore/server.ts';
import { createIamModel } from './iam/model.ts';
import { type IamFace, serveIam } from './iam/server.ts';
import { subjectsOf } from './iam/subjects.ts';
import { sitesOf } from './ingress/gateways.ts';
import { serveIngress } from './ingress/server.ts';
import { createLeaves, type Leaves } from './kubernetes/leaves.ts';
import { serveKubernetesIndex } from './kubernetes/server.ts';
import { leafGlue } from './leaf-glue.ts';
import { pachdListener } from './pachd/listener.ts';
import { PORTS } from './ports.ts';
import type { PubsubModel } from './pubsub/model.ts';
import { servePubsub } from './pubsub/server.ts';
import { randomStream } from './random.ts';
import { chartAccountOf, chartSourceOf, createRegistry } from './registry/model.ts';
import { accessFromFile } from './rules-file.ts';
import { type OnSamePort, samePorts } from './same-ports.ts';
import type { SchedulerModel } from './scheduler/model.ts';
import { serveScheduler } from './scheduler/server.ts';
import { type OperatorSecrets, operatorSecrets } from './secrets.ts';
import type { Face, World } from './service.ts';
import { createStorageModel } from './storage/model.ts';
import { type StorageFace, serveStorage } from './storage/server.ts';
import { journaledStore, memoryStore, type Store } from './store.ts';

interface CloudOptions {
  /** Port of the first face; 0: any free one for each. */
  port: number;
  speed: number;
  faults: Parameters<typeof createFaults>[0];
  seed: number;
  /** Where the journals are; absent: memory. */
  dataPath?: string;
  /** Path of `firestore.rules`. */
  rulesFile: string;
  projectId: string;
  log: Log;
}

export interface EmbeddedCloud {
  readonly projectId: string;
  readonly clock: LocalClock;
  readonly faults: Faults;
  /** What every access token of a function is, in this run, but for that of `credentials`. */
  readonly accessToken: string;
  readonly credentialsToken: string;
  readonly tokens: ServiceTokens;
  readonly auth: AuthFace;
  readonly firestore: FirestoreFace;
  readonly pubsub: Face & { model: PubsubModel };
  readonly scheduler: Face & { model: SchedulerModel };
  readonly container: Face & { model: ContainerModel };
  readonly compute: Face & { model: ComputeModel };
  readonly storage: StorageFace;
  readonly kubernetes: Face & { leaves: Leaves };
  readonly dns: DnsFace;
  readonly secrets: OperatorSecrets;
  readonly acme: AcmeFace & { operator: OperatorAccount };
  readonly iam: IamFace;
  /** Where all that is exposed in leaves is reached. */
  readonly ingress: Face;
  /** For faces beside those of the cloud. */
  readonly onSamePort: OnSamePort;
  close(): Promise<void>;
}

/** As whom the function `credentials` runs: in leaves it may what their roles let it. */
export const credentialsAccount = (projectId: string): string =>
  `credentials@${projectId}.iam.gserviceaccount.com`;

export async function startCloud(options: CloudOptions): Promise<EmbeddedCloud> {
  const { projectId, seed, dataPath, log } = options;
  const clock = realClock(options.speed);
  const faults = createFaults(options.faults, randomStream(seed, 'faults'));
  const stores: Store[] = [];
  const faces: Face[] = [];

  const worldOf = (service: string): World => {
    const store = dataPath === undefined ? memoryStore() : journaledStore(dataPath, service);
    stores.push(store);
    return { projectId, clock, faults, log, store, random: randomStream(seed, service) };
  };
  const portOf = (face: keyof typeof PORTS): number => (options.port === 0 ? 0 : options.port + PORTS[face]);
  const open = async <T extends Face>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    faces.push(started);
    return started;
  };
  const undo: (() => void)[] = [];
  const close = async (): Promise<void> => {
    for (const one of undo) one();
    await Promise.all(faces.map((face) => face.close()));
    for (const store of stores) store.close();
  };

  try {
    const onSamePort = samePorts(worldOf('ports').store);
    const accessToken = newAccessToken();
    const credentialsToken = newAccessToken();
    const auth = await open(serveAuth(worldOf('auth'), { http: portOf('auth'), tls: portOf('authTls') }));
    const tokens = createServiceTokens(worldOf('service-tokens'));
    const access = accessFromFile(options.rulesFile, {
      verifyIdToken: auth.verifyIdToken,
      isServerToken: (token) => token === accessToken,
      log,
    });
    undo.push(access.close);
    const firestoreWorld = worldOf('firestore');
    const indexes = deployedIndexes();
    const model = createFirestore(firestoreWorld, { indexes });
    const { policies } = indexes;
    const firestore = await open(
      serveFirestore(firestoreWorld, portOf('firestore'), { model, access, policies }),
    );
    const pubsub = await open(
      servePubsub(worldOf('pubsub'), portOf('pubsub'), {
        mintToken: tokens.mint,
        // The functions are started after the cloud, and on other ports: `setUp` says on which.
        restsAtStart: true,
      }),
    );
    const publish = (topic: string, data: string): void => {
      pubsub.model.publish(`projects/${projectId}/topics/${topic}`, data);
    };
    const scheduler = await open(
      serveScheduler(worldOf('scheduler'), portOf('scheduler'), {
        publish: (topic, data, attributes) => void pubsub.model.publish(topic, data, attributes),
        mintToken: tokens.mint,
      }),
    );
    const computeWorld = worldOf('compute');
    const computeModel = createComputeModel(computeWorld);
    const compute = {
      ...(await open(serveCompute(computeWorld, portOf('compute'), computeModel))),
      model: computeModel,
    };
    const iamWorld = worldOf('iam');
    const iamModel = createIamModel(iamWorld);
    const storageWorld = worldOf('storage');
    const storage = await open(
      serveStorage(storageWorld, portOf('storage'), createStorageModel(storageWorld), {
        // `owner` is who looks in from outside, as in Firebase's emulators: people, tools and tests.
        identify: (token) => ([accessToken, 'owner'].includes(token) ? 'owner' : iamModel.identify(token)),
      }),
    );
    const dns = await open(serveDns(worldOf('dns'), { rest: portOf('dns'), names: portOf('dnsNames') }));
    const acmeWorld = worldOf('acme');
    const acmeModel = createAcmeModel(acmeWorld, { lookup: lookupOverWire(dns.namesPort) });
    const acme = {
      ...(await open(onSamePort('acme', portOf('acme'), (port) => serveAcme(acmeWorld, port, acmeModel)))),
      operator: operatorAccount(acmeWorld, acmeModel),
    };

    const glue = leafGlue();
    const kubernetesWorld = worldOf('kubernetes');
    const leaves = createLeaves(kubernetesWorld, {
      compute: glue.compute,
      publish,
      isAccessToken: (token) => token === accessToken,
      registry: createRegistry({
        source: chartSourceOf(projectId),
        reader: chartAccountOf(projectId),
        identify: iamModel.identify,
      }),
      accountOf: (token) => (token === credentialsToken ? credentialsAccount(projectId) : undefined),
      // From inside the leaves the world is reached as from outside.
      listener: pachdListener({ fetch: () => fetch, seed }),
    });
    const index = await open(serveKubernetesIndex(kubernetesWorld, portOf('kubernetes'), leaves));
    const containerWorld = worldOf('container');
    const containerModel = createContainerModel(containerWorld, {
      compute: computeModel,
      leaves: glue.leavesOf(leaves),
      onAudit: (entry) => publish(TOPICS.hint, JSON.stringify(entry)),
    });
    const container = {
      ...(await open(serveContainer(containerWorld, portOf('container'), containerModel))),
      model: containerModel,
    };
    await containerModel.resumed;
    const findLeaf = (name: string, location: string) => leaves.model.find(name, location);
    const iam = await open(
      serveIam(
        iamWorld,
        portOf('iam'),
        {
          ...subjectsOf(projectId, findLeaf),
          // Functions share a token here; which of them may is seen in test/security/12-permissions.test.ts.
          mayImpersonate: (token, email) => token === accessToken && email === chartAccountOf(projectId),
        },
        iamModel,
      ),
    );
    const siteOf = sitesOf(leaves.model, dns.model);
    const ingress = await open(
      onSamePort('ingress', portOf('ingress'), (port) => serveIngress(port, { siteOf })),
    );
    return {
      projectId,
      clock,
      faults,
      accessToken,
      credentialsToken,
      tokens,
      auth,
      firestore,
      pubsub,
      scheduler,
      container,
      compute,
      storage,
      kubernetes: { ...index, leaves },
      dns,
      secrets: operatorSecrets(worldOf('secrets').store),
      acme,
      iam,
      ingress,
      onSamePort,
      async close() {
        containerModel.close();
        await leaves.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const newAccessToken = (): string => `ya29.local-${randomBytes(24).toString('base64url')}`;
