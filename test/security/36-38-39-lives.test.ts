/** Whole lives of clusters, with the cheap inside. How every fault strikes them is the simulation's (test/simulation). */
import { deletion, handOver, lockFirst } from './checks/life.ts';
import { promise } from './promise.ts';

promise('36', 'nobody is let in before the lock was tried and held', {
  check: lockFirst,
  in: ['life.ts', 'lockFirst'],
  broken: {
    'the lock is not tried': {
      file: 'functions/steps/secure.ts',
      from: '  await applyMembers(place, (at, left) => accessOf(at).secure(at, left));\n',
      to: '',
    },
    'an installed application is exposed at once': {
      file: 'shared/lifecycle/table.ts',
      from: "success: 'securing'",
      to: "success: 'exposing'",
    },
  },
});

promise('38', 'of a deleted cluster nothing is left, and what names people has a date on which it goes', {
  check: deletion,
  in: ['life.ts', 'deletion'],
  broken: {
    'the timeline stays': {
      file: 'functions/steps/prove.ts',
      from: '  return { ...result, also: [...(result.also ?? []), ...purge] };',
      to: '  return purge.length > 0 ? result : result;',
    },
    'the document stays': {
      file: 'shared/lifecycle/transition.ts',
      from: 'purgeAt: isFinal(to) ? new Date(at.now + KEEP_DELETED_MS) : undefined',
      to: 'purgeAt: undefined',
    },
    'addresses are audited': {
      file: 'functions/dispatch/commands.ts',
      from: 'const deed = { actor, action: cause, ',
      to: "const deed = { actor: actor + '@example.com', action: cause, ",
    },
    'nothing is signed': {
      file: 'functions/dispatch/commit.ts',
      from: 'const isEnd = isFinal(fields.state);',
      to: 'const isEnd = false;',
    },
  },
});

promise('16, 39', 'a spare goes to one, and knows of nobody before', {
  check: handOver,
  in: ['life.ts', 'handOver'],
  broken: {
    'the installer keeps its rights': {
      file: 'functions/leaf/install.ts',
      from: '  if (ended) await revoke(leaf, plan);\n',
      to: '',
    },
    'a claim has no condition': {
      file: 'functions/dispatch/commands.ts',
      from: '  const writes = [...writesOf(read, next, {}, ports), ...also, ...writesOfEntry(entry)];\n',
      to: '  const writes = [...writesOf(read, next, {}, ports), ...also].map(({ ifVersion: _, ...write }: any) => (write.op === "create" ? { ...write, op: "set" } : write));\n',
    },
    'who made it stays a member': {
      file: 'functions/pool/claim.ts',
      from: '  readers: [owner],\n',
      to: "  readers: [owner, 'pool'],\n",
    },
  },
});
