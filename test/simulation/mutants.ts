/**
 * Faults put into the product on purpose, one at a time: a simulation that does not find them would not find ours either. Each is a change
 * of one place in one file; `mutate.ts` makes it while the file is loaded.
 */

export interface Mutant {
  name: string;
  file: string;
  from: string;
  to: string;
  /** Why nobody could tell the difference; such a one need not be found. */
  equivalent?: string;
}

const ENGINE = 'functions/dispatch/engine.ts';
const COMMIT = 'functions/dispatch/commit.ts';
const COMMANDS = 'functions/dispatch/commands.ts';
const TABLE = 'shared/lifecycle/table.ts';
const TRANSITION = 'shared/lifecycle/transition.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no epoch check',
    file: ENGINE,
    from: 'read?.cluster.epoch === message.epoch && rowOf',
    to: 'read !== undefined && rowOf',
  },
  {
    name: 'commits without their condition',
    file: COMMIT,
    from: 'data: changes(before, next.fields), ifVersion: read.version }',
    to: 'data: changes(before, next.fields) }',
  },
  {
    name: 'no tombstone hold',
    file: TRANSITION,
    from: "'creates' in from && from.creates ? new Date(at.after(TOMBSTONE_HOLD_MS)) : cluster.holdUntilAt",
    to: 'cluster.holdUntilAt',
  },
  {
    name: 'a tombstone hold of seconds',
    file: TABLE,
    from: 'TOMBSTONE_HOLD_MS = minutes(10)',
    to: 'TOMBSTONE_HOLD_MS = seconds(10)',
  },
  {
    name: '409 taken for a failure',
    file: 'functions/providers/gke/provider.ts',
    from: "'ALREADY_EXISTS',\n          client.createCluster(",
    to: "'NOT_FOUND',\n          client.createCluster(",
  },
  {
    name: 'publishes before the commit',
    file: ENGINE,
    from: '    if (!next) return;\n',
    to: '    if (!next) return;\n    await announce(ports, read.cluster, next);\n',
  },
  {
    name: 'claims without a condition',
    file: COMMANDS,
    from: 'const writes = [...writesOf(read, next, {}, ports), ...also, ...writesOfEntry(entry)];',
    to: 'const writes = [...writesOf(read, next, {}, ports), ...also, ...writesOfEntry(entry)].map(({ ifVersion: _, ...write }: any) => write.op === "create" ? { ...write, op: "set" } : write);',
  },
  {
    name: 'takes the event of another for its own',
    file: COMMIT,
    from: 'if (there && there.data.nonce === event?.nonce) return true;',
    to: 'if (there) return true;',
  },
  {
    name: 'the sweep is off',
    file: 'functions/sweeps/overdue.ts',
    from: '  const endMs = ports.clock.after(EVERY_MS);',
    to: '  if (ports) return 0;\n  const endMs = ports.clock.after(EVERY_MS);',
  },
  {
    name: 'the sweep does not end lifetimes',
    file: 'functions/sweeps/overdue.ts',
    from: 'step === undefined ? () => expire(ports, id, epoch)',
    to: 'step === undefined ? async () => undefined',
  },
  {
    name: 'names at random',
    file: 'functions/names.ts',
    from: '`hub-${id}-g',
    to: '`hub-${id}${Math.floor(performance.now() % 7)}-g',
  },
  {
    name: 'undo is skipped',
    file: 'functions/steps/undo.ts',
    from: '  const entries = await readLedger(cluster, ports);\n',
    to: "  if (ports) return { kind: 'done' };\n  const entries = await readLedger(cluster, ports);\n",
  },
  {
    name: 'exposed before it is locked',
    file: TABLE,
    from: "success: 'securing',\n    failure: 'undoing',",
    to: "success: 'exposing',\n    failure: 'undoing',",
  },
  {
    name: 'quota released early',
    file: TABLE,
    from: "label: 'Shutting the application down',\n    closes: true,",
    to: "label: 'Shutting the application down',\n    releases: true,\n    closes: true,",
  },
  {
    name: 'quota never released',
    file: TABLE,
    from: "label: 'Deleted',\n    releases: true,",
    to: "label: 'Deleted',",
  },
  {
    name: 'quota of failed ones never released',
    file: TABLE,
    from: "label: 'Failed',\n    releases: true,",
    to: "label: 'Failed',",
  },
  {
    name: 'the epoch stays',
    file: TRANSITION,
    from: 'state: to,\n    epoch: cluster.epoch + 1,',
    to: 'state: to,\n    epoch: cluster.epoch,',
  },
  {
    name: 'nothing falls due on entry',
    file: TRANSITION,
    from: '? (heldUntilAt ?? new Date(at.afterWork(HANDLER_LIMIT_MS)))',
    to: '? heldUntilAt',
  },
  {
    name: 'deadlines do not count',
    file: TRANSITION,
    from: 'return past(deadlineOf(cluster, at), at)\n        ? timeout(cluster, at)\n        : wait(',
    to: 'return past(undefined, at)\n        ? timeout(cluster, at)\n        : wait(',
  },
  {
    name: 'the next zone has what time the last one left',
    file: TRANSITION,
    from: 'deadlineAt: outcome.patch?.deadlineAt ?? deadlineOf(cluster, at),',
    to: 'deadlineAt: deadlineOf(cluster, at),',
  },
  {
    name: 'no event on the timeline',
    file: COMMIT,
    from: 'if (next.event) writes.push(eventWrite(read.cluster.id, next.event));',
    to: '',
  },
  {
    name: 'what is busy counts as a failed try',
    file: TRANSITION,
    from: "const attempts = retry === 'free' ? cluster.attempts : cluster.attempts + 1;",
    to: 'const attempts = cluster.attempts + 1;',
  },
  {
    name: 'progress may go back',
    file: TRANSITION,
    from: 'progress: Math.max(cluster.progress, progressOf(',
    to: 'progress: Math.min(cluster.progress, progressOf(',
  },
  {
    name: 'a retry keeps its generation',
    file: TRANSITION,
    from: 'generation: cluster.generation + 1,',
    to: 'generation: cluster.generation,',
  },
  {
    name: 'admitted without a ledger',
    file: 'functions/steps/admit.ts',
    from: '{ guarded, also, ledger: { plan: planned(cluster, location, ports) } }',
    to: '{ guarded, also }',
  },
  {
    name: 'the next zone is not in the ledger',
    file: 'functions/steps/provision.ts',
    from: 'ledger: { plan: clusterEntries(cluster, location, ports) },',
    to: '',
  },
  {
    name: 'takes room without a condition',
    file: COMMIT,
    from: "{ op: 'create', path, data } : { op: 'update', path, data, ifVersion: version }",
    to: "{ op: 'create', path, data } : { op: 'update', path, data }",
  },
  {
    name: 'no cap',
    file: 'functions/accounts/admission.ts',
    from: 'const clusters = (now?.clusters ?? 0) + 1;\n  const sum = (now?.hourlyMicros ?? 0) + hourlyMicros;\n  if',
    to: 'const clusters = 0;\n  const sum = (now?.hourlyMicros ?? 0) + hourlyMicros;\n  if',
  },
  {
    name: 'a claim is not counted',
    file: 'functions/pool/claim.ts',
    from: 'const writes = [...also(read.cluster.id), counted];',
    to: 'const writes = [...also(read.cluster.id)];',
  },
  {
    name: 'keys are not remembered',
    file: 'functions/api/idempotency.ts',
    from: 'remember: (cluster) => [\n      found',
    to: 'remember: (cluster) => cluster ? [] : [\n      found',
  },
  {
    name: 'the proof does not list',
    file: 'functions/steps/prove.ts',
    from: 'if (left.names.length === 0 && found.length === 0)',
    to: 'if (left.names.length === 0)',
  },
  {
    name: 'the proof does not wait for the hold',
    file: 'functions/steps/prove.ts',
    from: 'untilHeld(cluster, ports) ?? withoutTimeline(',
    to: 'withoutTimeline(',
  },
  {
    name: 'takes what has its name',
    file: 'functions/providers/gke/provider.ts',
    from: 'if (label === id) return;\n  throw',
    to: 'if (id) return;\n  throw',
  },
  {
    name: 'asked for is taken for gone',
    file: 'functions/providers/gke/provider.ts',
    from: "(await isOvertaken())) return 'pending';",
    to: "(await isOvertaken())) return 'gone';",
  },
  {
    name: 'half-made clusters of other zones stay',
    file: 'functions/steps/provision.ts',
    from: '    cluster.exhausted.map((location) =>\n      ports.provider.ensureGone(',
    to: '    [].map((location) =>\n      ports.provider.ensureGone(',
  },
  {
    name: 'the pool forgets what it has',
    file: 'functions/pool/plan.ts',
    from: 'const missing = Math.max(0, wanted - fitting.length);',
    to: 'const missing = Math.max(0, wanted - (fitting.length - inTheMaking));',
  },
  {
    name: 'two top-ups may both commit',
    file: 'functions/pool/top-up.ts',
    from: '    ifVersion: version,\n',
    to: '',
  },
  {
    name: 'the pool plans on what it can read',
    file: 'functions/pool/top-up.ts',
    from: 'return readable.length < snapshots.length ? undefined : readable',
    to: 'return readable',
  },
  {
    name: 'the pool gives up what was claimed',
    file: 'functions/pool/top-up.ts',
    from: 'guard: (cluster) => cluster.pool === pool && cluster.owner === undefined,',
    to: 'guard: () => true,',
  },
  {
    name: 'handed over without its owner',
    file: 'functions/steps/personalize.ts',
    from: "if ((await applyMembers(await placeOf(cluster, ports))) === 'renewing')",
    to: 'if (!(await placeOf(cluster, ports)))',
  },
  {
    name: 'taken over before it is offered',
    file: 'functions/api/transfer.ts',
    from: 'if (to !== uid || !isOffered(read, uid, ports.clock.now())) throw',
    to: 'if (to !== uid) throw',
  },
  {
    name: 'a change of members is only written',
    file: 'functions/steps/share.ts',
    from: "if ((await applyMembers(await placeOf(cluster, ports))) === 'renewing')",
    to: 'if (!(await placeOf(cluster, ports)))',
  },
  {
    name: 'who leaves still reads the timeline',
    file: 'functions/members/membership.ts',
    from: 'readers: Object.keys(members),',
    to: 'readers: Object.keys({ ...cluster.members, ...members }),',
  },
  {
    name: 'who has left is not told of',
    file: 'functions/access/members.ts',
    from: 'await tell(place, {',
    to: 'if (addressesLeft(accounts, wanted).length === 0) await tell(place, {',
  },
  {
    name: 'members that came meanwhile are overlooked',
    file: 'functions/access/members.ts',
    from: 'const ROUNDS = 8;',
    to: 'const ROUNDS = 1;',
  },
  {
    name: 'nobody looks again after a removal',
    file: TRANSITION,
    from: 'if (!wanted) return undefined;',
    to: 'if (cluster) return undefined;',
  },
  {
    name: 'the look after a removal comes too early',
    file: TABLE,
    from: 'LOOK_AFTER_MS = TOMBSTONE_HOLD_MS',
    to: 'LOOK_AFTER_MS = seconds(1)',
  },
  {
    name: 'the look after a removal is not sent',
    file: 'functions/sweeps/looks.ts',
    from: 'await send(ports, fresh);',
    to: '',
  },
  {
    name: 'the lock is not proven',
    file: 'functions/access/pachyderm.ts',
    from: '    await admit(place, changes);\n    await verify(place);',
    to: '    await admit(place, changes);',
  },
  {
    name: 'no second commit after one that lost',
    file: ENGINE,
    from: 'const COMMIT_TRIES = 30;',
    to: 'const COMMIT_TRIES = 0;',
  },
  {
    name: 'a deletion may be refused',
    file: TABLE,
    from: "accepts: { share: 'provisioning', delete: 'deleting' },",
    to: "accepts: { share: 'provisioning', delete: 'provisioning' },",
  },
  {
    name: 'a lifetime does not end',
    file: TRANSITION,
    from: "'due' in row && row.due\n        ? expiresAt\n        : undefined",
    to: 'undefined',
  },
  {
    name: 'an extension does not move the end',
    file: TRANSITION,
    from: "    ...('due' in row && row.due && { dueAt: expiresAt }),\n",
    to: '',
  },
  {
    name: 'an extension says how long, and not until when',
    file: 'functions/api/extend.ts',
    from: 'patch: { expiresAt: endsAt, spec',
    to: 'patch: { spec',
  },
  {
    name: 'an extension has no epoch of its own',
    file: TRANSITION,
    from: '    epoch: cluster.epoch + 1,\n    deadlineAt: deadlineOf',
    to: "    epoch: cluster.epoch + (outcome.command === 'extend' ? 0 : 1),\n    deadlineAt: deadlineOf",
  },
  {
    name: 'a requeued one keeps its half-made cluster',
    file: 'functions/steps/provision.ts',
    from: "if (left.includes('pending')) return wait(LOOK_AGAIN_MS, GIVING_BACK);",
    to: '',
  },
  {
    name: 'a requeued one does not wait for the hold',
    file: 'functions/steps/provision.ts',
    from: 'return untilHeld(cluster, ports) ?? requeue(',
    to: 'return requeue(',
  },
  {
    name: 'an older version reads what it does not know',
    file: 'shared/documents/fields.ts',
    from: '.max(DOCUMENT_SCHEMA)',
    to: '.max(DOCUMENT_SCHEMA + 1)',
    equivalent: 'the simulated older version differs in nothing but the number',
  },
  {
    name: 'who is held makes more',
    file: 'functions/steps/admit.ts',
    from: "  if (ofAccount && refusalOf(ofAccount.data, 'make')) return { blocked: 'OWNER_HELD' };\n",
    to: '',
  },
  {
    name: 'who is held claims a spare',
    file: 'functions/accounts/creations.ts',
    from: "  if (account) requireStanding(account.data, 'make');\n",
    to: '',
  },
  {
    name: 'who is suspended gets credentials',
    file: 'functions/api/credentials.ts',
    from: "    await requireGoodAccounts(ports, principal().uid, cluster.owner, 'use');\n",
    to: '',
  },
];
