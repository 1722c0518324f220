/** Clusters: ask for one, look, wait, delete. */
import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { ClusterReply, EventPage, EventReply } from '../../shared/api/clusters.ts';
import { durationInWords } from '../../shared/duration.ts';
import { ENDING, isFinal } from '../../shared/lifecycle/derive.ts';
import { rowOf, STATES, type State } from '../../shared/lifecycle/table.ts';
import { MAX_PAGE_SIZE } from '../../shared/limits.ts';
import { inDollars } from '../../shared/money.ts';
import { pagesOf } from '../../shared/pages.ts';
import type { Api } from '../api.ts';
import { type Commands, type CommonOptions, type Context, command, contextOf } from '../context.ts';
import { Failed, Late, Stopped, UNDELETED, WrongUsage } from '../failure.ts';
import { findCluster, listClusters, listDeleted } from '../find-cluster.ts';
import { createProgress } from '../progress.ts';
import { remedyInCommands } from '../remedies.ts';
import { facts, table } from '../table.ts';
import { watchCluster } from '../watch.ts';
import { idempotencyKey, lifetimeHours, timeoutMs } from './arguments.ts';
import { endOf, flawInWords, handOverInWords, offerInWords, payerInWords, stateOf } from './remarks.ts';
import { type ShapeOptions, shapeOf, shapeOptions } from './shape.ts';

interface Timed extends CommonOptions {
  timeout?: string;
}

interface Waiting extends Timed {
  wait?: true;
}

const timeoutOption = (of: Command, option: string): Command =>
  of.option('--timeout <time>', `with ${option}: for how long at most, as 90s, 20m or 2h`);

const waitOption = (of: Command, until: string): Command =>
  timeoutOption(of.option('--wait', `come back when it is ${until}`), '--wait');

/**
 * For how long is waited at most; undefined: for ever.
 * @param isWaiting whether anything is waited for
 * @throws WrongUsage before anything is done
 */
function patienceMs({ timeout }: Timed, isWaiting: boolean, option: string): number | undefined {
  if (timeout === undefined) return undefined;
  if (!isWaiting) throw new WrongUsage(`--timeout says how long to wait: say ${option} with it`);
  return timeoutMs(timeout);
}

const patienceOf = (options: Waiting): number | undefined =>
  patienceMs(options, options.wait === true, '--wait');

interface CreateOptions extends Waiting, ShapeOptions {
  lifetime?: string;
  idempotencyKey?: string;
}

export const clusterCommands: Commands = (program, io) => {
  waitOption(shapeOptions(command(program, 'create <name>', 'ask for a cluster')), 'ready')
    .option('--lifetime <time>', 'after which it is deleted: 8h, 3d')
    .option(
      '--idempotency-key <key>',
      'for scripts: run again with the same one within a day, it is one cluster',
    )
    .action(async (name: string, options: CreateOptions) => {
      const context = contextOf(io, options);
      const patience = patienceOf(options);
      const ttlHours = options.lifetime === undefined ? undefined : lifetimeHours(options.lifetime);
      const body = { name, ...shapeOf(options), ttlHours };
      // The same for each try of this one creation: should an answer be lost, there is one cluster, and not two.
      const key =
        options.idempotencyKey === undefined ? randomUUID() : idempotencyKey(options.idempotencyKey);
      const headers = { 'idempotency-key': key };
      const { body: made } = await context.api.ask<ClusterReply>('POST /v1/clusters', { body, headers });
      if (options.wait) return showEnd(context, made, 'ready', options, patience);
      context.print(made, () => `${made.name} (${made.id}): ${made.label}.\nFollow it: hub watch ${made.id}`);
    });

  command(program, 'list', 'your clusters, newest first')
    .alias('ls')
    .addOption(new Option('--state <state>', 'only those in this state').choices(STATES))
    .option('--all', 'deleted ones, too')
    .action(async (options: CommonOptions & { state?: State; all?: true }) => {
      const { api, print } = contextOf(io, options);
      const { state } = options;
      const there = await listClusters(api, state);
      const shown = options.all && !state ? [...there, ...(await listDeleted(api))] : there;
      print({ clusters: shown }, () => listInWords(shown));
    });

  command(program, 'show <cluster>', 'all about a cluster').action(
    async (called: string, options: CommonOptions) => {
      const { api, print, session } = contextOf(io, options);
      const cluster = await findCluster(api, called, 'all');
      print(cluster, () => clusterInWords(cluster, session.uid));
    },
  );

  timeoutOption(
    command(
      program,
      'watch <cluster>',
      'show what happens to a cluster, until it is gone or you press Ctrl-C',
    ).addOption(new Option('--until <state>', 'come back when it is in this state').choices(STATES)),
    '--until',
  ).action(async (called: string, options: Timed & { until?: State }) => {
    const context = contextOf(io, options);
    const { until } = options;
    const patience = patienceMs(options, until !== undefined, '--until');
    const { id } = await findCluster(context.api, called, 'all');
    await follow(context, id, until, options.json ? 'json' : 'out', patience);
  });

  waitOption(
    command(program, 'delete <cluster>', 'delete a cluster and all that is in it, for good'),
    'proven gone',
  )
    .option('--yes', 'do not ask')
    .action(async (called: string, options: Waiting & { yes?: true }) => {
      const context = contextOf(io, options);
      const { api, say, print } = context;
      const patience = patienceOf(options);
      const cluster = await findCluster(api, called);
      if (!options.yes) {
        if (!io.isInteractive) throw new WrongUsage('Nobody can be asked here; say --yes.');
        say(
          `${cluster.name} (${cluster.id}), its data and its address are removed for good, for all its members.`,
        );
        if ((await io.ask(`Type ${cluster.name} to delete it: `, UNDELETED)).trim() !== cluster.name)
          throw new Failed(UNDELETED);
      }
      const { id } = cluster;
      const { body } = await api.ask<ClusterReply>('DELETE /v1/clusters/{id}', { id });
      if (options.wait) return showEnd(context, body, 'deleted', options, patience);
      print(
        body,
        () => `${body.name} (${id}): ${body.label}.\nAfterwards there is a certificate: hub cleanup ${id}`,
      );
    });

  waitOption(
    command(program, 'retry <cluster>', 'try again where a cluster has failed'),
    'ready, or gone',
  ).action(async (called: string, options: Waiting) => {
    const context = contextOf(io, options);
    const patience = patienceOf(options);
    const { id } = await findCluster(context.api, called);
    // Asked twice, it would be refused the second time: it is not in that state any more.
    const { body } = await context.api.ask<ClusterReply>('POST /v1/clusters/{id}:retry', { id, once: true });
    const until = ENDING.has(body.state) ? 'deleted' : 'ready';
    if (options.wait) return showEnd(context, body, until, options, patience);
    context.print(body, () => `${body.name} (${id}): ${body.label}.`);
  });

  command(program, 'extend <cluster> <lifetime>', 'let a cluster live this long from now: 8h, 3d').action(
    async (called: string, lifetime: string, options: CommonOptions) => {
      const { api, print } = contextOf(io, options);
      const ttlHours = lifetimeHours(lifetime);
      const { id } = await findCluster(api, called);
      const { body } = await api.ask<ClusterReply>('POST /v1/clusters/{id}:extend', {
        id,
        body: { ttlHours },
      });
      print(body, () => `${body.name} ends at ${body.expiresAt ?? 'no time that is set'}.`);
    },
  );

  command(program, 'events <cluster>', 'what has happened to a cluster, newest last').action(
    async (called: string, options: CommonOptions) => {
      const { api, print } = contextOf(io, options);
      const { id } = await findCluster(api, called, 'all');
      const events = await listEvents(api, id);
      print({ events }, () => eventsInWords(events));
    },
  );
};

/** Waits, showing how far it is, and then shows what it has become. */
async function showEnd(
  context: Context,
  { id }: ClusterReply,
  until: State,
  { json }: CommonOptions,
  patience: number | undefined,
): Promise<void> {
  const end = await follow(context, id, until, 'err', patience);
  context.print(end, () => (json ? '' : clusterInWords(end, context.session.uid)));
}

/**
 * @param where what is shown goes: beside what was asked for, as it, or as one reply of the API a line
 * @param patience in ms; undefined: for ever
 * @returns the cluster when it is there
 * @throws Failed if it will not be; Late; Stopped
 */
function follow(
  context: Context,
  id: string,
  until: State | undefined,
  where: 'out' | 'err' | 'json',
  patience: number | undefined,
): Promise<ClusterReply> {
  const { io, hub, session, api } = context;
  const farewell = `Stopped watching. The cluster goes on without you: hub watch ${id}`;
  const progress = where === 'json' ? undefined : createProgress(io[where]);
  const late = new AbortController();
  const tooLate = new Late(`The cluster is not ${until} yet.`, {
    remedy: `It goes on without you: hub watch ${id}`,
  });
  const timer = patience === undefined ? undefined : setTimeout(() => late.abort(tooLate), patience);
  return io
    .untilStopped(farewell, async (stop) => {
      const signal = AbortSignal.any([stop, late.signal]);
      for await (const cluster of watchCluster({ address: hub, session, api }, id, signal)) {
        if (progress) progress.show(cluster);
        else io.out.write(`${JSON.stringify(cluster)}\n`);
        if (hasCome(cluster, until)) return cluster;
      }
      throw signal.reason;
    })
    .catch((error: unknown) => {
      // What is broken off says so in words of its own.
      throw late.signal.aborted && !(error instanceof Stopped) ? tooLate : error;
    })
    .finally(() => {
      clearTimeout(timer);
      progress?.end();
    });
}

/** @throws Failed if it cannot come any more without somebody */
function hasCome({ name, id, state, label, error }: ClusterReply, until: State | undefined): boolean {
  if (state === until || (until === undefined && isFinal(state))) return true;
  if (until === undefined || !STATES.includes(state)) return false;
  const isAtRest = rowOf(state).step === undefined;
  const isOnItsWayOut = ENDING.has(state) && !ENDING.has(until);
  // A cluster that is ready may go anywhere from there.
  if (!isOnItsWayOut && (!isAtRest || rowOf(state).usable)) return false;
  const why = error ? ` ${error.message}` : '';
  throw new Failed(`${name} (${id}) is not ${until}: ${label.toLowerCase()}.${why}`, {
    ...(error && { code: error.code }),
    remedy: error ? remedyInCommands(error.remedy, id) : `hub show ${id} tells more.`,
  });
}

const orDash = (text: string | undefined): string => text ?? '–';

const listInWords = (clusters: readonly ClusterReply[]): string =>
  clusters.length === 0
    ? 'You have no clusters. Ask for one: hub create <name>'
    : table([
        ['NAME', 'ID', 'STATE', 'SIZE', 'REGION', 'PER HOUR', 'ENDS'],
        ...clusters.map((cluster) => [
          cluster.name,
          cluster.id,
          stateOf(cluster),
          cluster.size,
          cluster.region,
          cluster.cost.hourly === null ? '–' : inDollars(cluster.cost.hourly),
          orDash(endOf(cluster)),
        ]),
      ]);

/** @param uid of who reads it */
function clusterInWords(cluster: ClusterReply, uid: string): string {
  const { error, parked, endpoints, cost, etaAt, members } = cluster;
  return facts({
    Name: cluster.name,
    Id: cluster.id,
    State: `${cluster.state}: ${[cluster.label, cluster.detail].filter(Boolean).join(', ')}`,
    Attention: flawInWords(cluster),
    Expected: etaAt ?? undefined,
    Error:
      error === null
        ? undefined
        : `${error.message} ${remedyInCommands(error.remedy, cluster.id)} (${error.code})`,
    Parked: parked && `since ${parked.at}: ${parked.reason}`,
    What: `${cluster.product} ${cluster.version}, ${cluster.size}, ${cluster.availability} in ${cluster.region}`,
    Cost: `${inDollars(cost.soFar)} so far${cost.hourly === null ? '' : `, ${inDollars(cost.hourly)} per hour`}`,
    ...Object.fromEntries(
      Object.entries(endpoints).map(([name, address]) => [`Address of ${name}`, address]),
    ),
    Members: String(Object.keys(members).length),
    'Paid by': payerInWords(cluster, uid),
    Offered: offerInWords(cluster, uid),
    Created: cluster.createTime,
    Ends: endOf(cluster),
    Leaving: handOverInWords(cluster, uid),
  });
}

async function listEvents(api: Api, id: string): Promise<EventReply[]> {
  const events: EventReply[] = [];
  const ask = async (pageToken: string | undefined): Promise<EventPage> => {
    const query = { pageSize: MAX_PAGE_SIZE, pageToken };
    return (await api.ask<EventPage>('GET /v1/clusters/{id}/events', { id, query })).body;
  };
  for await (const page of pagesOf(ask)) events.push(...page.events);
  return events;
}

const eventsInWords = (events: readonly EventReply[]): string =>
  table([
    ['AT', 'FROM', 'TO', 'AFTER', 'WHAT'],
    ...events.map(({ at, from, to, durationMs, message, error }) => [
      at,
      orDash(from),
      to,
      from === undefined ? '–' : durationInWords(durationMs),
      error ? `${message} (${error.code})` : message,
    ]),
  ]);
