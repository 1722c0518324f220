/** The bus is Pub/Sub: a message is one small publish request, sent at once. */
import type { PublishOptions, PubSub, Topic } from '@google-cloud/pubsub';
import { AppError } from '../../shared/errors.ts';
import { seconds } from '../../shared/units.ts';
import type { Messages } from '../cloud.ts';

/**
 * A hop of a cluster's lifecycle waits for its message, and there is rarely a second one to share a request with: no batching.
 * A publish gives up after ten seconds instead of the client's ten minutes: a step ends within a minute, and the sweep sends again
 * whatever was not sent.
 */
const OPTIONS: PublishOptions = {
  batching: { maxMessages: 1, maxMilliseconds: 0 },
  gaxOpts: {
    retry: {
      backoffSettings: {
        initialRetryDelayMillis: 100,
        retryDelayMultiplier: 2,
        maxRetryDelayMillis: seconds(2),
        initialRpcTimeoutMillis: seconds(5),
        rpcTimeoutMultiplier: 1,
        maxRpcTimeoutMillis: seconds(5),
        totalTimeoutMillis: seconds(10),
      },
    },
  },
};

/** Bodies travel as JSON. @throws AppError UNAVAILABLE, also for a topic that is not there: it may be made yet */
export function createMessages(pubsub: PubSub): Messages {
  const topics = new Map<string, Topic>();
  const topicOf = (name: string): Topic => {
    const known = topics.get(name) ?? pubsub.topic(name, OPTIONS);
    topics.set(name, known);
    return known;
  };
  return {
    async publish(topic, body, attributes = {}) {
      try {
        await topicOf(topic).publishMessage({ data: Buffer.from(JSON.stringify(body)), attributes });
      } catch (cause) {
        throw new AppError('UNAVAILABLE', `publishing to ${topic} failed`, { cause });
      }
    },
  };
}
