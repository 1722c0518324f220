/** What must be true when an answer comes: whoever is told something may count on it. */
import type { EndpointName } from '../../../functions/api/policy.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { commandEdge, ENDING } from '../../../shared/lifecycle/derive.ts';
import type { Command, State } from '../../../shared/lifecycle/table.ts';
import { hours, minutes, seconds } from '../../../shared/units.ts';
import { watchHeld } from '../invariants/held.ts';
import type { Findings } from '../invariants.ts';
import type { World } from '../world.ts';
import type { Answer, Ask } from './client.ts';
import type { User } from './users.ts';

export interface Answers {
  /** To be called when it is asked. @returns what is to be told of the answer, in the moment in which it comes */
  expect(request: Ask): (answer: Answer) => void;
}

/** The way out, and where an operator must help. */
const LEAVING: ReadonlySet<State> = new Set<State>([...ENDING, 'stuck']);

/** What the endpoints ask of a cluster; of the others an event always tells. */
const COMMANDS: Partial<Record<EndpointName, Command>> = {
  'DELETE /v1/clusters/{id}': 'delete',
  'POST /v1/clusters/{id}:retry': 'retry',
};

export function watchAnswers(world: World, findings: Findings): Answers {
  const { clock, markers, violate } = world;
  const held = watchHeld(world);
  /** By idempotency key: the clusters that were answered. */
  const madeByKey = new Map<string, Set<string>>();
  const clusterNow = (id: string): Cluster | undefined =>
    findings.clusters().find((cluster) => cluster.id === id);

  function expect({ as, name, id = '', body, key }: Ask): (answer: Answer) => void {
    const askedAtMs = clock.now();
    if (name === 'DELETE /v1/clusters/{id}') findings.noteDeletionAsked(as, id);
    const before = clusterNow(id);
    // Whoever declines comes by nothing, whatever is held against who offers.
    const isDeclined = (body as { action?: string } | undefined)?.action === 'decline';
    const refusals: ReturnType<typeof held.refusalsOf> = isDeclined
      ? new Map()
      : held.refusalsOf(as, name, before);
    const there = new Set(refusals.size > 0 ? findings.clusters().map((cluster) => cluster.id) : []);
    return (answer) => {
      const { status } = answer;
      const { id: toldId, code = '' } = answer.body;
      if (status >= 500 && status !== 503) violate('S16', `${name} answers ${status} ${answer.body.code}`);
      if (key !== undefined && status === 202 && toldId !== undefined) checkKey(key, toldId);
      if (name === 'POST /v1/clusters' && status === 202) checkMine(as, toldId ?? '');
      if (name === 'DELETE /v1/clusters/{id}' && status < 300) checkEnding(id);
      if (name === 'POST /v1/clusters/{id}:extend')
        noteExtension(id, before, answer, askedAtMs + hours(ttlHoursOf(body)));
      if (before && status < 300) noteUnchanged(before, COMMANDS[name]);
      // Who asks with the key of what was carried out before is told of that.
      const isRepeat = key !== undefined && there.has(toldId ?? '');
      if (status < 300 && !isRepeat)
        held.checkRefused(`${name} of ${as}`, refusals, held.refusalsOf(as, name, before));
      else if (/_SUSPENDED$|_THROTTLED$/.test(code)) markers.add('held and refused');
    };
  }

  /** One key, one cluster. */
  function checkKey(key: string, id: string): void {
    const made = madeByKey.get(key) ?? new Set();
    madeByKey.set(key, made.add(id));
    if (made.size > 1) violate('S10', `the key ${key} made ${[...made].join(' and ')}`);
  }

  /** Who is told that they have a cluster has it. */
  function checkMine(as: User, id: string): void {
    const found = clusterNow(id);
    if (found?.owner !== as && found?.members[as] === undefined)
      violate('S1', `${as} is told of ${id}, which is ${found?.owner ?? 'nobody'}'s`);
  }

  /** What is said to be deleted is on its way out, or needs an operator. */
  function checkEnding(id: string): void {
    const state = clusterNow(id)?.state;
    if (state === undefined || !LEAVING.has(state))
      violate('S18', `the deletion of ${id} is accepted, and it is ${state}`);
  }

  /** Who is told when it ends may count on that. @param askedMs until when it was asked for */
  function noteExtension(
    id: string,
    before: Cluster | undefined,
    { status, body }: Answer,
    askedMs: number,
  ): void {
    const isClose = Math.abs((before?.expiresAt?.getTime() ?? 0) - clock.now()) < seconds(5);
    if (body.code === 'LIFETIME_OVER' && isClose) markers.add('too late to be extended');
    if (status !== 202 || body.expiresAt === undefined) return;
    if (isClose) markers.add('extended at its end');
    if (Date.parse(body.expiresAt) < askedMs - minutes(2))
      violate('S20', `${id} is extended, and ends sooner than was asked for`);
    findings.noteExtended(id, Date.parse(body.expiresAt));
  }

  /** It was in that state all the while, so the command met it there. */
  function noteUnchanged({ id, state, epoch }: Cluster, command: Command | undefined): void {
    if (command && clusterNow(id)?.epoch === epoch && commandEdge(state, command) === state)
      findings.noteAnswered(state, command);
  }

  return { expect };
}

const ttlHoursOf = (body: Ask['body']): number => (body as { ttlHours?: number }).ttlHours ?? 0;
