/** The wire face of the local Pub/Sub: google.pubsub.v1 over gRPC, and push over HTTP. */
import { duplex, type Handlers, loadProtos, type Message, serveGrpc } from '../grpc.ts';
import type { Face, World } from '../service.ts';
import { ServiceError, STATUS } from '../service.ts';
import { createPubsub, type PubsubModel } from './model.ts';
import { modifyAckDeadlines, pull, requireAckIds, streamingPull } from './pull.ts';
import { httpPush, type MintToken } from './push.ts';
import { invalid, shortName, withDefaults } from './resources.ts';
import {
  fromDuration,
  fromMessage,
  fromPushConfig,
  fromSubscription,
  fromTopic,
  maskedSubscription,
  maskedTopic,
  toSubscription,
  toTopic,
} from './wire.ts';

export interface PubsubOptions {
  /** Signs the ID token of a push whose subscription asks for one. Without it such pushes fail, and are tried again. */
  mintToken?: MintToken;
  /** Outstanding pushes per subscription, at most (100). */
  maxOutstandingPushes?: number;
  /** What an earlier process left waits until somebody says where its subscribers are now: see `PubsubModel.resume`. */
  restsAtStart?: boolean;
}

/** @param port 0: any free one */
export async function servePubsub(
  world: World,
  port: number,
  options: PubsubOptions = {},
): Promise<Face & { model: PubsubModel }> {
  const transport = httpPush(options.mintToken, world.clock);
  const model = createPubsub(world, {
    send: transport.send,
    ...(options.maxOutstandingPushes && { maxOutstandingPushes: options.maxOutstandingPushes }),
    ...(options.restsAtStart && { restsAtStart: options.restsAtStart }),
  });
  const root = loadProtos('@google-cloud/pubsub', 'build/protos/protos.json');
  const face = await serveGrpc(
    [
      { root, name: 'google.pubsub.v1.Publisher', handlers: publisher(world, model) },
      { root, name: 'google.pubsub.v1.Subscriber', handlers: subscriber(world, model) },
    ],
    port,
  );
  return {
    model,
    port: face.port,
    async close() {
      await face.close();
      model.close();
      transport.close();
    },
  };
}

function publisher({ faults }: World, model: PubsubModel): Handlers {
  return {
    createTopic: (request) => toTopic(model.createTopic(fromTopic(request))),
    getTopic: (request) => toTopic(model.topic(request.topic)),
    updateTopic({ topic, updateMask }) {
      const wanted = fromTopic(topic ?? {});
      return toTopic(model.updateTopic(maskedTopic(model.topic(wanted.name), wanted, updateMask)));
    },
    listTopics(request) {
      const { page, nextPageToken } = paged(inProject(model.topics(), request.project), request);
      return { topics: page.map(toTopic), nextPageToken };
    },
    deleteTopic(request) {
      model.deleteTopic(request.topic);
      return {};
    },
    listTopicSubscriptions(request) {
      const { name } = model.topic(request.topic);
      const all = model.subscriptions().filter(({ topic }) => topic === name);
      const { page, nextPageToken } = paged(all, request);
      return { subscriptions: page.map((subscription) => subscription.name), nextPageToken };
    },
    publish(request) {
      if (faults.hit('unavailable', shortName(request.topic))) {
        throw new ServiceError(
          STATUS.UNAVAILABLE,
          'The service was unable to fulfill your request. Please try again.',
        );
      }
      return { messageIds: model.publishAll(request.topic, request.messages.map(fromMessage)) };
    },
  };
}

function subscriber({ clock }: World, model: PubsubModel): Handlers {
  return {
    createSubscription: (request) => toSubscription(model.createSubscription(fromSubscription(request))),
    getSubscription: (request) => toSubscription(model.subscription(request.subscription)),
    updateSubscription({ subscription, updateMask }) {
      const wanted = withDefaults(fromSubscription(subscription ?? {}));
      const changed = maskedSubscription(model.subscription(wanted.name), wanted, updateMask);
      return toSubscription(model.updateSubscription(changed));
    },
    listSubscriptions(request) {
      const { page, nextPageToken } = paged(inProject(model.subscriptions(), request.project), request);
      return { subscriptions: page.map(toSubscription), nextPageToken };
    },
    deleteSubscription(request) {
      model.deleteSubscription(request.subscription);
      return {};
    },
    modifyPushConfig(request) {
      model.modifyPushConfig(request.subscription, fromPushConfig(request.pushConfig ?? {}));
      return {};
    },
    pull: (request, context) => pull(model, clock, request, context),
    streamingPull: duplex((call) => streamingPull(model, clock, call)),
    acknowledge(request) {
      const backlog = model.backlog(request.subscription);
      for (const id of requireAckIds(request.ackIds)) backlog.ack(id);
      return {};
    },
    modifyAckDeadline(request) {
      const { subscription, ackIds, ackDeadlineSeconds } = request;
      const deadlines = ackIds.map(() => ackDeadlineSeconds);
      modifyAckDeadlines(model, clock, subscription, ackIds, deadlines);
      return {};
    },
    seek(request) {
      if (!request.time) throw new ServiceError(STATUS.UNIMPLEMENTED, 'The local Pub/Sub has no snapshots.');
      model.seek(request.subscription, fromDuration(request.time));
      return {};
    },
  };
}

const inProject = <T extends { name: string }>(all: T[], project: string): T[] =>
  all.filter(({ name }) => name.startsWith(`${project}/`));

/** For who names no size; the service documents no number of its own. */
const DEFAULT_PAGE = 100;

/** A page by name; the token is the last name of the page before. */
function paged<T extends { name: string }>(
  all: T[],
  { pageSize, pageToken }: Message,
): { page: T[]; nextPageToken: string } {
  if (pageSize < 0) throw invalid(`Invalid page size given (page_size=${pageSize}).`);
  const after = Buffer.from(pageToken, 'base64url').toString();
  const rest = all.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = rest.slice(0, pageSize || DEFAULT_PAGE);
  const last = page.at(-1)?.name ?? '';
  return { page, nextPageToken: rest.length > page.length ? Buffer.from(last).toString('base64url') : '' };
}
