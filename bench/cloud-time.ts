/**
 * The part of a cluster's creation that is the cloud's own: the time in which something outside is under way that the creation needs. Two
 * such things at once count once, so what is left over is Hub's own: messages, commits, calls, and looks that come late.
 */
import type { MemoryHub } from '../local/memory/hub.ts';
import { TOPICS } from '../shared/messages.ts';

interface CloudTime {
  /**
   * ms of virtual time between two instants in which the cloud worked for the first generation of this cluster: on the cluster (from the
   * call that asked for it to the audit log's word that it is there), on the installation (from the Job to the leaf's call home), on its
   * records (from the change until it is served), on its certificate (its proof is looked for, it is issued).
   */
  busyMs(clusterId: string, fromMs: number, toMs: number): number;
  /** ms of the two things that no order of work can put side by side: the cluster, and what is installed into it. */
  leastMs(clusterId: string): number;
}

/** From and to, in ms. */
type Stretch = readonly [number, number];

/** Listens to what the cloud is asked and what it says. To be called before anything happens. */
export function watchCloud(hub: MemoryHub): CloudTime {
  const wordAbout = listenToHints(hub);
  const jobOf = watchJobs(hub);
  const certificateStretches = watchAuthority(hub);

  const created = (id: string): Stretch => {
    const name = nameOf(id);
    const operation = hub.container
      .listOperations('-')
      .find(
        ({ operationType, targetLink }) => operationType === 'CREATE_CLUSTER' && targetLink.endsWith(name),
      );
    if (!operation) throw new Error(`${name} was never made`);
    return [Date.parse(operation.startTime), wordAbout(name, 'CreateCluster', '"last":true')];
  };
  const installed = (id: string): Stretch => [jobOf(id), wordAbout(`"cluster":"${id}"`)];
  return {
    busyMs: (id, fromMs, toMs) =>
      lengthOf(
        [created(id), installed(id), ...recordStretches(hub, id), ...certificateStretches(id)],
        [fromMs, toMs],
      ),
    leastMs: (id) => [created(id), installed(id)].reduce((sum, [fromMs, toMs]) => sum + toMs - fromMs, 0),
  };
}

const nameOf = (id: string): string => `hub-${id}-g1`;

/** @returns when the cloud first spoke of all this */
function listenToHints({ clock, messages }: MemoryHub): (...parts: string[]) => number {
  const words: { atMs: number; text: string }[] = [];
  const { publish } = messages;
  messages.publish = (topic, body) => {
    if (topic === TOPICS.hint) words.push({ atMs: clock.now(), text: JSON.stringify(body) });
    return publish(topic, body);
  };
  return (...parts) => {
    const word = words.find(({ text }) => parts.every((part) => text.includes(part)));
    if (!word) throw new Error(`the cloud never spoke of ${parts.join(' ')}`);
    return word.atMs;
  };
}

/** @returns when the first Job of a cluster was made */
function watchJobs({ clock, ports }: MemoryHub): (id: string) => number {
  const jobs = new Map<string, number>();
  const { leaves } = ports;
  ports.leaves = {
    open(connection) {
      const leaf = leaves.open(connection);
      return {
        ...leaf,
        apply(object) {
          const name = /hub-[a-z2-7]+-g\d+/.exec(connection.server)?.[0] ?? '';
          if (object.kind === 'Job' && !jobs.has(name)) jobs.set(name, clock.now());
          return leaf.apply(object);
        },
      };
    },
  };
  return (id) => {
    const atMs = jobs.get(nameOf(id));
    if (atMs === undefined) throw new Error(`nothing was installed into ${nameOf(id)}`);
    return atMs;
  };
}

/** Removing a record is waited for by nobody. */
function recordStretches({ dns }: MemoryHub, id: string): Stretch[] {
  const [zone] = dns.zones();
  return dns
    .listChanges(zone?.name ?? '')
    .items.filter(({ additions }) => additions.some(({ name }) => name.includes(`${id}.`)))
    .map(({ startMs, doneAtMs }) => [startMs, doneAtMs]);
}

/** @returns what the certificate authority did for a cluster */
function watchAuthority({ clock, acme }: MemoryHub): (id: string) => Stretch[] {
  const done: { name: string; stretch: Stretch }[] = [];
  const note = (name: string, untilMs = clock.now()): void =>
    void done.push({ name, stretch: [clock.now(), untilMs] });
  const { answerChallenge, finalize } = acme;
  acme.answerChallenge = (...call) => {
    const authorization = answerChallenge(...call);
    note(authorization.name, authorization.checkAtMs);
    return authorization;
  };
  acme.finalize = (...call) => {
    const order = finalize(...call);
    note(order.names.join(), order.issueAtMs);
    return order;
  };
  return (id) => done.filter(({ name }) => name.startsWith(`${id}.`)).map(({ stretch }) => stretch);
}

/** How much of a stretch the others cover together. */
function lengthOf(stretches: readonly Stretch[], [startMs, endMs]: Stretch): number {
  let coveredMs = 0;
  let reachedMs = startMs;
  for (const [fromMs, toMs] of stretches.toSorted((a, b) => a[0] - b[0])) {
    const beginMs = Math.max(fromMs, reachedMs);
    const stopMs = Math.min(toMs, endMs);
    if (stopMs <= beginMs) continue;
    coveredMs += stopMs - beginMs;
    reachedMs = stopMs;
  }
  return coveredMs;
}
