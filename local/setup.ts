/**
 * What Terraform makes in production: topics, push subscriptions to the functions, Scheduler jobs, the zone of the clusters' names, and the
 * documents of a fresh Hub.
 * Safe to repeat on a `HUB_DATA` that has them. Made on the models, not with the official clients: those would stay loaded, and take
 * more memory than everything they set up.
 */
import {
  ALL_TOPICS,
  type FunctionSpec,
  isGivenUp,
  MANIFEST,
  MAX_DELIVERY_ATTEMPTS,
} from '../functions/manifest.ts';
import { resolveSpec } from '../shared/catalog/catalog.ts';
import { DOCUMENT_SCHEMA } from '../shared/documents/fields.ts';
import { poolPath } from '../shared/documents/pool.ts';
import { MESSAGE_SCHEMA, pushSubscription, TOPICS } from '../shared/messages.ts';
import { minutes, seconds } from '../shared/units.ts';
import type { EmbeddedCloud } from './cloud.ts';
import { fromData } from './memory/documents.ts';
import { ServiceError, STATUS } from './service.ts';

const REGION = 'europe-west1';

/** Every name below `localhost` is this machine: https://www.rfc-editor.org/rfc/rfc6761#section-6.3 */
export const CLUSTERS_DOMAIN = 'clusters.localhost';
/** The managed zone of it. */
export const DNS_ZONE = 'clusters';

/** Who pushes, and may invoke the functions of topics. */
export const pushIdentity = (projectId: string): string => `push@${projectId}.iam.gserviceaccount.com`;

/**
 * @param functionPorts where each function listens in this run
 * @param speed cloud seconds per second
 */
export function setUp(
  cloud: EmbeddedCloud,
  functionPorts: Record<string, number>,
  speed: number,
  spares = 1,
): void {
  for (const topic of ALL_TOPICS) cloud.pubsub.model.ensureTopic(topic);
  for (const spec of MANIFEST) {
    if (spec.trigger.kind !== 'topic') continue;
    subscribe(cloud, spec, spec.trigger.topic, functionPorts[spec.name] ?? 0);
    const { topic, schedule: cron } = spec.trigger;
    if (cron) schedule(cloud, spec.name, topic, topic === TOPICS.status ? leisurely(speed) : cron);
  }
  // Whoever else subscribed on this `HUB_DATA` has not moved.
  cloud.pubsub.model.resume();
  ensureZone(cloud);
  firstDocuments(cloud, spares);
}

export function ensureZone({ dns: { model } }: Pick<EmbeddedCloud, 'dns'>): void {
  const dnsName = `${CLUSTERS_DOMAIN}.`;
  if (model.listZones({ dnsName }).items.length === 0) model.createZone({ name: DNS_ZONE, dnsName });
}

function subscribe(
  { projectId, pubsub }: EmbeddedCloud,
  spec: FunctionSpec,
  topic: string,
  port: number,
): void {
  const audience = `http://127.0.0.1:${port}`;
  pubsub.model.ensureSubscription({
    name: `projects/${projectId}/subscriptions/${pushSubscription(topic)}`,
    topic: `projects/${projectId}/topics/${topic}`,
    pushConfig: {
      // The framework reads the topic's name from this path.
      pushEndpoint: `${audience}/projects/${projectId}/topics/${topic}`,
      oidcToken: { serviceAccountEmail: pushIdentity(projectId), audience },
      attributes: {},
    },
    ackDeadlineMs: seconds(Math.min(600, spec.timeoutSeconds + 10)),
    retryPolicy: { minimumBackoffMs: seconds(10), maximumBackoffMs: minutes(10) },
    ...(isGivenUp(topic) && {
      deadLetterPolicy: {
        deadLetterTopic: `projects/${projectId}/topics/${TOPICS.deadLetter}`,
        maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS,
      },
    }),
  });
}

/** So often in real time, and no oftener than every minute of the cloud's. */
const STATUS_EVERY_S = 4;

/**
 * How Hub is takes a dozen questions, and a laptop's processor is not the faster for a cloud that runs fast: asked every minute of a cloud in
 * which that takes a second, an idle Hub would do little else.
 */
function leisurely(speed: number): string {
  const everyMinutes = Math.ceil((STATUS_EVERY_S * speed) / 60);
  return everyMinutes <= 1 ? '* * * * *' : everyMinutes < 60 ? `*/${everyMinutes} * * * *` : '0 * * * *';
}

function schedule({ projectId, scheduler }: EmbeddedCloud, name: string, topic: string, cron: string): void {
  const data = Buffer.from(JSON.stringify({ schema: MESSAGE_SCHEMA })).toString('base64');
  scheduler.model.ensureJob({
    name: `projects/${projectId}/locations/${REGION}/jobs/${name}`,
    schedule: cron,
    timeZone: 'Etc/UTC',
    target: { kind: 'pubsub', topicName: `projects/${projectId}/topics/${topic}`, data, attributes: {} },
  });
}

function firstDocuments({ projectId, firestore }: EmbeddedCloud, wanted: number): void {
  const pool = { schema: DOCUMENT_SCHEMA, spec: resolveSpec({}), wanted };
  try {
    firestore.model.commitNow([
      {
        name: `projects/${projectId}/databases/(default)/documents/${poolPath('default')}`,
        op: 'update',
        fields: fromData(pool),
        mask: undefined,
        transforms: [],
        precondition: { exists: false },
      },
    ]);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== STATUS.ALREADY_EXISTS) throw error;
  }
}
