/**
 * Puts handlers on the functions framework. Everything heavy is imported and made at the first call, so that loading the bundle, and
 * with it a cold start, stays cheap. Within one process each function has ports of its own, made for its own identity.
 */
import { type CloudEvent, cloudEvent, type HttpFunction, http } from '@google-cloud/functions-framework';
import { AppError } from '../shared/errors.ts';
import { bodyOf } from '../shared/messages.ts';
import type { Delivered } from './cloud.ts';
import { entryPointOf } from './entry-point.ts';
import { guardNextServer } from './http/body-guard.ts';
import { lazyValue } from './lazy.ts';
import type { Ports } from './ports.ts';

/** Data of a `google.cloud.pubsub.topic.v1.messagePublished` event. */
interface MessagePublished {
  message?: {
    data?: string;
    messageId?: string;
    publishTime?: string;
    attributes?: Record<string, string>;
  };
}

/** The ports of one function, made for its identity from the environment's Config. */
const makePorts = async (name: string): Promise<Ports> => (await import('./real-ports.ts')).portsOf(name);

/**
 * A function that handles the messages of a topic, whatever they hold. A rejection is a nack: Pub/Sub delivers again.
 * @param handle is given ports of this invocation's own: its log and its messages carry the trace of the message
 */
export function onDelivery(name: string, handle: (ports: Ports, delivered: Delivered) => Promise<void>) {
  const ports = lazyValue(() => makePorts(name));
  const handler = async (event: CloudEvent<MessagePublished>): Promise<void> => {
    const { data = '', messageId = event.id, publishTime, attributes = {} } = event.data?.message ?? {};
    const [given, { handled, portsOfMessage }] = await Promise.all([ports(), import('./invocation.ts')]);
    const text = Buffer.from(data, 'base64').toString('utf8');
    const publishedAt = new Date(publishTime ?? event.time ?? given.clock.now());
    const own = portsOfMessage(given, bodyOf(text), attributes);
    await given.metrics.during(() =>
      handled(own, () => handle(own, { id: messageId, text, attributes, publishedAt })),
    );
  };
  cloudEvent<MessagePublished>(name, handler);
  // On a laptop by its name, in the cloud by its entry point.
  if (entryPointOf(name) !== name) cloudEvent<MessagePublished>(entryPointOf(name), handler);
  return handler;
}

/** The same for bodies of JSON. Delivering anything else again cannot mend it, but so it becomes a dead letter, which somebody sees. */
export const onMessage = (
  name: string,
  handle: (ports: Ports, body: unknown, delivered: Delivered) => Promise<void>,
) =>
  onDelivery(name, async (ports, delivered) => {
    const body = bodyOf(delivered.text);
    if (body === undefined) throw new AppError('INVALID_BODY', 'The message is not JSON.');
    await handle(ports, body, delivered);
  });

/** A function that answers HTTP. */
export function onRequest(name: string, make: (ports: Ports) => Promise<HttpFunction>): HttpFunction {
  const listener = lazyValue(async () => make(await makePorts(name)));
  // The framework makes its server right after loading this bundle; only then, and only for this function, is it ours to guard.
  if (process.env.FUNCTION_TARGET === entryPointOf(name)) guardNextServer();
  const handler: HttpFunction = async (request, response) => (await listener())(request, response);
  http(name, handler);
  return handler;
}
