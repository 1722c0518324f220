import { batches, formerMiners, heirs, miners, money, rates, signUps, steadyMiners } from './checks/abuse.ts';
import { promise } from './promise.ts';

const ADMISSION = 'functions/accounts/admission.ts';
const CREATIONS = 'functions/accounts/creations.ts';
const RATES = 'functions/http/request-rates.ts';
const SIGNAL = 'functions/accounts/signal.ts';

promise('14', 'who asks too often is told to wait, and nobody else is', {
  check: rates,
  in: ['abuse.ts', 'rates'],
  broken: {
    'a bucket is never empty': {
      file: RATES,
      from: 'left: filled < 1 ? filled : filled - 1',
      to: 'left: filled',
      finds: /^the sixth is answered 200$/,
    },
    'a bucket is never filled': {
      file: RATES,
      from: '((now - atMs) * perMinute) / minutes(1)',
      to: '0',
      finds: /^a fifth of a minute later one does not pass$/,
    },
    'all share a bucket': {
      file: 'functions/http/auth.ts',
      from: '.uid}`, ports',
      to: '.uid.length && 1}`, ports',
      finds: /^somebody else is refused$/,
    },
    'an address is not looked at': {
      file: RATES,
      from: '  rates.take(`address',
      to: '  ((..._: unknown[]) => 0)(`address',
      finds: /^an address may guess tokens without end$/,
    },
    'who is signed in is counted for an address, too': {
      file: 'functions/api/endpoint.ts',
      from: '  if (isPublic(name)) takeForAddress',
      to: '  takeForAddress',
      finds: /^who is signed in is counted for an address$/,
    },
    'a guess is not counted': {
      file: 'functions/http/auth.ts',
      from: '    takeForAddress(rates, ports, headers);\n',
      to: '',
      finds: /^an address may guess tokens without end$/,
    },
    'what the caller claims is believed': {
      file: RATES,
      from: '?.slice(-MAX_WAY)',
      to: "?.split(',')[0]",
      finds: /^an address is shut out by who claims it$/,
    },
    'creations are not counted': {
      file: CREATIONS,
      from: '  if (isFullHour(ports, asked))',
      to: '  if (isFullHour(ports, 0 * asked))',
      finds: /^three within minutes pass$/,
    },
    'claims are not counted': {
      file: ADMISSION,
      from: '{ ...hour, made: hour.made + 1 }',
      to: 'hour',
      finds: /^with 3 spares, of three in an hour: 202,202,202$/,
    },
    'what waits is not counted at once': {
      file: 'functions/dispatch/commands.ts',
      from: 'asker ? [countAsked(ports, asker)] : []',
      to: 'asker ? [countAsked(ports, asker)].slice(1) : []',
      finds: /^of thirty at once, 1 of which have room: 30$/,
    },
    'what comes in between is not seen': {
      file: 'functions/steps/admit.ts',
      from: '    asker ?? (cluster.owner',
      to: '    (cluster.owner',
      finds: /^what comes in between is not seen$/,
    },
  },
});

promise('15', 'what costs more than it may waits', {
  check: money,
  in: ['abuse.ts', 'money'],
  broken: {
    'clusters are not counted': {
      file: ADMISSION,
      from: 'if (clusters > mostClusters',
      to: 'if (clusters > 1e9 + mostClusters',
      finds: /^an account has more than it may$/,
    },
    'money is not counted': {
      file: ADMISSION,
      from: 'if (sum > most)',
      to: 'if (sum > 1e15 + most)',
      finds: /^an account costs more than it may$/,
    },
    'what can never fit waits': {
      file: ADMISSION,
      from: 'if (hourlyMicros > most &&',
      to: 'if (hourlyMicros > 1e15 + most &&',
      finds: /^what no account may have waits for ever$/,
    },
    'a switch refuses': {
      file: ADMISSION,
      from: ' && !isOff) {',
      to: ' && [isOff]) {',
      finds: /^the switch does not hold$/,
    },
    'the cell is not asked': {
      file: ADMISSION,
      from: "    planAdmission(cell.now, cell.defaults, hourlyMicros, 'cell'),",
      to: '    undefined,',
      finds: /^the cell has more than it may$/,
    },
  },
});

const PLAN = 'functions/closing/plan.ts';
const TRANSFER = 'functions/api/transfer.ts';

promise('15', 'nobody comes to pay for a cluster who has not said so', {
  check: heirs,
  in: ['abuse.ts', 'heirs'],
  broken: {
    'another owner is its payer at once': {
      file: PLAN,
      from: 'patch: { handOverUntilAt: until, offeredTo: undefined },',
      to: "patch: { handOverUntilAt: until, owner: 'victim' },",
      finds: /^it counts for victim, who has not said so$/,
    },
    'nobody is asked': {
      file: PLAN,
      from: 'return isOffered && hasOther',
      to: 'return !isOffered && hasOther',
      finds: /^it counts for undefined, who has not said so$/,
    },
    'it waits for ever': {
      file: PLAN,
      from: 'return isOffered && hasOther',
      to: 'return hasOther',
      finds: /^afterwards they are ready,ready$/,
    },
    'their page does not say so': {
      file: PLAN,
      from: 'patch: { handOverUntilAt: until,',
      to: 'patch: {',
      finds: /^nobody is told on its page$/,
    },
    'nobody may take it over': {
      file: TRANSFER,
      from: 'read.offeredTo === uid || isPromised(',
      to: 'read.offeredTo === uid && isPromised(',
      finds: /^who says so is answered 409$/,
    },
    'who takes it over does not pay': {
      file: 'functions/accounts/charge.ts',
      from: 'take({ clusters: new Increment(clusters), hourlyMicros: new Increment(hourlyMicros) }),',
      to: 'take({}),',
      finds: /^who said so does not pay for just that one$/,
    },
  },
});

promise('17', 'whoever mines is throttled, then suspended, until an operator says otherwise', {
  check: miners,
  in: ['abuse.ts', 'miners'],
  broken: {
    'a message that comes twice counts twice': {
      file: SIGNAL,
      from: 'const APART_MS = minutes(30);',
      to: 'const APART_MS = 0;',
      finds: /^after another signal of the same time it is suspended, not throttled$/,
    },
    'nobody is suspended': {
      file: SIGNAL,
      from: "  return { state: 'suspended', reason: kind",
      to: "  return { state: 'throttled', reason: kind",
      finds: /^after it went on it is throttled, not suspended$/,
    },
    'a suspended account shares': {
      file: 'functions/api/members.ts',
      from: "    await requireGoodAccount(ports, principal().uid, 'use');\n",
      to: '',
      finds: /^a suspended account is answered undefined$/,
    },
    'members of its cluster are not asked whose it is': {
      file: 'functions/accounts/standing.ts',
      from: "if (refusal) throw new AppError(refusal === 'ACCOUNT_SUSPENDED'",
      to: "if (false) throw new AppError(refusal === 'ACCOUNT_SUSPENDED'",
      finds: /^members of its cluster get new credentials$/,
    },
    'a throttled account creates': {
      file: 'shared/standing.ts',
      from: "return standing && use === 'make' ?",
      to: 'return false ?',
      finds: /^a throttled account makes more$/,
    },
    'the word of an operator holds for no hour': {
      file: SIGNAL,
      from: 'clearedMs < CLEARED_MS ? undefined :',
      to: '0 * CLEARED_MS > clearedMs ? undefined :',
      finds: /^after what an operator has looked at goes on it is throttled, not good$/,
    },
    'the word of an operator holds for ever': {
      file: SIGNAL,
      from: 'const CLEARED_MS = days(7);',
      to: 'const CLEARED_MS = days(7000);',
      finds: /^after it went on for a week it is good, not throttled$/,
    },
    'a closed incident counts': {
      file: SIGNAL,
      from: "state: z.literal('open'),",
      to: 'state: z.string(),',
      finds: /^after what is none it is throttled, not good$/,
    },
  },
});

promise('17', 'whoever takes a cluster over is not doubted for what it did before', {
  check: formerMiners,
  in: ['abuse.ts', 'formerMiners'],
  broken: {
    'the owner of the moment is': {
      file: SIGNAL,
      from: 'const WINDOW_MS = minutes(30);',
      to: 'const WINDOW_MS = 0;',
      finds: /^the new owner is doubted for it$/,
    },
    'nobody ever is': {
      file: SIGNAL,
      from: 'const WINDOW_MS = minutes(30);',
      to: 'const WINDOW_MS = minutes(3000);',
      finds: /^nobody is doubted for what goes on$/,
    },
    'no operator is told of that': {
      file: SIGNAL,
      from: 'ports.log.warn(GOES_ON, { detail: `',
      to: 'ports.log.warn(GOES_ON.slice(1), { detail: `',
      finds: /^nobody is told$/,
    },
    'when it was is forgotten': {
      file: 'functions/api/transfer.ts',
      from: '      ownedSince: new Date(ports.clock.now()),\n',
      to: '',
      finds: /^the new owner is doubted for it$/,
    },
  },
});

promise('17', 'who just goes on is not one signal for ever, and a message that comes again is no reminder', {
  check: steadyMiners,
  in: ['abuse.ts', 'steadyMiners'],
  broken: {
    'a reminder is the same again': {
      file: SIGNAL,
      from: 'const turn = Math.floor(',
      to: 'const turn = 0 * Math.floor(',
      finds: /^by a reminder it is throttled$/,
    },
    'a message is as new as its delivery': {
      file: SIGNAL,
      from: 'publishedAt.getTime() / REMINDER_MS',
      to: '(ports.clock.now() + 0 * publishedAt.getTime()) / minutes(30)',
      finds: /^by one message that came twice it is suspended$/,
    },
  },
});

promise('17', 'who has been here for long is suspended by nobody but an operator', {
  check: batches,
  in: ['abuse.ts', 'batches'],
  broken: {
    'every account is young': {
      file: SIGNAL,
      from: 'const isYoung = ageMs < ports',
      to: 'const isYoung = ageMs < 1e12 * ports',
      finds: /: Hub itself suspends an old account$/,
    },
    'it is as old as its last deed': {
      file: SIGNAL,
      from: 'data.firstAt ?? createTime',
      to: 'new Date(data.clusters * 1e15)',
      finds: /: Hub itself suspends an old account$/,
    },
    'no operator is told': {
      file: SIGNAL,
      from: 'ports.log.warn(GOES_ON, { detail: kind,',
      to: 'ports.log.warn(GOES_ON.slice(1), { detail: kind,',
      finds: /: no operator is told that it goes on$/,
    },
    'what is sent is not heard of': {
      file: 'shared/documents/signal.ts',
      from: "export const CLUSTER_SIGNALS = ['busy', 'traffic'] as const;",
      to: "export const CLUSTER_SIGNALS = ['busy', 'sent'] as const;",
      finds: /^traffic: an old account is good$/,
    },
  },
});

promise('17', 'of very many new accounts those beyond wait for an operator', {
  check: signUps,
  in: ['abuse.ts', 'signUps'],
  broken: {
    'they are not counted': {
      file: CREATIONS,
      from: '  if (fresh <= ports',
      to: '  if (fresh <= 1e9 + ports',
      finds: /^five new ones: made,made,made,made,made$/,
    },
    'who only asks for more counts': {
      file: 'functions/api/me.ts',
      from: '...asked }, declined: undefined };',
      to: '...asked }, declined: undefined, firstAt: asked.at };',
      finds: /^who asks an operator first counts as new$/,
    },
    'who was counted is let in': {
      file: CREATIONS,
      from: '    await requireFewSignUps(ports, uid);\n    return account;',
      to: '    return account;',
      finds: /^five new ones: made,made,made,made,made$/,
    },
    'an operator’s word is not heard': {
      file: 'functions/api/admin.ts',
      from: "...(state === 'good' && !now?.hour && !now?.closing && { hour: welcome })",
      to: '...(now && welcome && {})',
      finds: /^an operator’s word does not let in$/,
    },
    'it is lifted by asking again': {
      file: CREATIONS,
      from: '  await doubt(ports, uid, {',
      to: '  void ({',
      finds: /^it is lifted by waiting$/,
    },
    'who takes a cluster over is not counted': {
      file: TRANSFER,
      from: 'await requireAccount(ports, to, account);',
      to: 'account ?? (await requireAccount(ports, to, account));',
      finds: /^who takes over never counts as new$/,
    },
  },
});
