/**
 * What Terraform makes in production: topics, push subscriptions to the functions, Scheduler jobs, and the documents of a fresh Hub.
 * Made with the official clients, and safe to repeat on a `HUB_DATA` that has them.
 */
import { Firestore } from '@google-cloud/firestore';
import { PubSub } from '@google-cloud/pubsub';
import { CloudSchedulerClient } from '@google-cloud/scheduler';
import { credentials } from '@grpc/grpc-js';
import { ALL_TOPICS, MANIFEST, MAX_DELIVERY_ATTEMPTS } from '../functions/manifest.ts';
import { resolveSpec } from '../shared/catalog/catalog.ts';
import { DOCUMENT_SCHEMA } from '../shared/documents/fields.ts';
import { poolPath } from '../shared/documents/pool.ts';
import { MESSAGE_SCHEMA, TOPICS } from '../shared/messages.ts';
import type { EmbeddedCloud } from './cloud.ts';
import { STATUS } from './service.ts';

const REGION = 'europe-west1';

/** Who pushes, and may invoke the functions of topics. */
export const pushIdentity = (projectId: string): string => `push@${projectId}.iam.gserviceaccount.com`;

/** @param functionPorts where each function listens in this run */
export async function setUp(cloud: EmbeddedCloud, functionPorts: Record<string, number>): Promise<void> {
  const local = (port: number) => ({
    servicePath: '127.0.0.1',
    port,
    sslCreds: credentials.createInsecure(),
  });
  const { projectId } = cloud;
  const pubsub = new PubSub({ projectId, ...local(cloud.pubsub.port) });
  const scheduler = new CloudSchedulerClient({ projectId, ...local(cloud.scheduler.port) });
  const firestore = new Firestore({ projectId, ...local(cloud.firestore.port), ssl: false });
  try {
    await Promise.all(ALL_TOPICS.map((topic) => unlessThere(pubsub.createTopic(topic))));
    await Promise.all([
      ...MANIFEST.map(({ name }) => subscribe(pubsub, cloud, name, functionPorts[name] ?? 0)),
      ...MANIFEST.map(({ name }) => schedule(scheduler, projectId, name)),
      firstDocuments(firestore),
    ]);
  } finally {
    await Promise.all([pubsub.close(), scheduler.close(), firestore.terminate()]);
  }
}

async function subscribe(pubsub: PubSub, cloud: EmbeddedCloud, name: string, port: number): Promise<void> {
  const spec = MANIFEST.find((one) => one.name === name);
  if (spec?.trigger.kind !== 'topic') return;
  const { projectId } = cloud;
  const { topic } = spec.trigger;
  const audience = `http://127.0.0.1:${port}`;
  const pushConfig = {
    // The framework reads the topic's name from this path.
    pushEndpoint: `${audience}/projects/${projectId}/topics/${topic}`,
    oidcToken: { serviceAccountEmail: pushIdentity(projectId), audience },
  };
  const there = await unlessThere(
    pubsub.topic(topic).createSubscription(`${topic}-push`, {
      ...pushConfig,
      ackDeadlineSeconds: Math.min(600, spec.timeoutSeconds + 10),
      retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 600 } },
      deadLetterPolicy: {
        deadLetterTopic: `projects/${projectId}/topics/${TOPICS.deadLetter}`,
        maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS,
      },
    }),
  );
  // Ports may differ from the last run.
  if (there) await pubsub.subscription(`${topic}-push`).modifyPushConfig(pushConfig);
}

async function schedule(client: CloudSchedulerClient, projectId: string, name: string): Promise<void> {
  const spec = MANIFEST.find((one) => one.name === name);
  if (spec?.trigger.kind !== 'topic' || !spec.trigger.schedule) return;
  const parent = client.locationPath(projectId, REGION);
  await unlessThere(
    client.createJob({
      parent,
      job: {
        name: `${parent}/jobs/${name}`,
        schedule: spec.trigger.schedule,
        timeZone: 'Etc/UTC',
        pubsubTarget: {
          topicName: `projects/${projectId}/topics/${spec.trigger.topic}`,
          data: Buffer.from(JSON.stringify({ schema: MESSAGE_SCHEMA })),
        },
      },
    }),
  );
}

async function firstDocuments(firestore: Firestore): Promise<void> {
  const pool = { schema: DOCUMENT_SCHEMA, spec: resolveSpec({}), wanted: 1 };
  await unlessThere(firestore.doc(poolPath('default')).create(pool));
}

/** @returns whether it was there already */
async function unlessThere(making: Promise<unknown>): Promise<boolean> {
  try {
    await making;
    return false;
  } catch (error) {
    if ((error as { code?: unknown }).code === STATUS.ALREADY_EXISTS) return true;
    throw error;
  }
}
