import { batches, heirs, miners, money, rates, signUps } from './checks/abuse.ts';
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
    },
    'a bucket is never filled': { file: RATES, from: '((now - atMs) * perMinute) / minutes(1)', to: '0' },
    'all share a bucket': {
      file: 'functions/http/auth.ts',
      from: '.uid}`, ports',
      to: '.uid.length && 1}`, ports',
    },
    'an address is not looked at': {
      file: RATES,
      from: '  buckets.take(`address',
      to: '  ((..._: unknown[]) => 0)(`address',
    },
    'who is signed in is counted for an address, too': {
      file: 'functions/api/endpoint.ts',
      from: '  if (isPublic(name)) takeForAddress',
      to: '  takeForAddress',
    },
    'a guess is not counted': {
      file: 'functions/http/auth.ts',
      from: '    takeForAddress(buckets, ports, headers);\n',
      to: '',
    },
    'what the caller claims is believed': {
      file: RATES,
      from: '?.slice(-LONGEST_WAY)',
      to: "?.split(',')[0]",
    },
    'creations are not counted': {
      file: CREATIONS,
      from: '  requireRate(ports, asked);',
      to: '  requireRate(ports, 0 * asked);',
    },
    'claims are not counted': {
      file: ADMISSION,
      from: '{ ...hour, made: hour.made + 1 }',
      to: 'hour',
    },
    'what waits is not counted at once': {
      file: 'functions/dispatch/commands.ts',
      from: 'asker ? [countAsked(ports, asker)] : []',
      to: 'asker ? [countAsked(ports, asker)].slice(1) : []',
    },
    'what comes in between is not seen': {
      file: 'functions/steps/admit.ts',
      from: '    asker ?? (cluster.owner',
      to: '    (cluster.owner',
    },
  },
});

promise('15', 'what costs more than it may waits', {
  check: money,
  in: ['abuse.ts', 'money'],
  broken: {
    'clusters are not counted': {
      file: ADMISSION,
      from: 'if (clusters > (now',
      to: 'if (clusters > 1e9 + (now',
    },
    'money is not counted': {
      file: ADMISSION,
      from: 'if (sum > most)',
      to: 'if (sum > 1e15 + most)',
    },
    'what can never fit waits': {
      file: ADMISSION,
      from: 'if (hourlyMicros > most &&',
      to: 'if (hourlyMicros > 1e15 + most &&',
    },
    'a switch refuses': {
      file: ADMISSION,
      from: ' && !isOff) {',
      to: ' && [isOff]) {',
    },
    'the cell is not asked': {
      file: 'functions/steps/admit.ts',
      from: "    planAdmission(ofCell?.data, cellLimits(ports), price, 'cell'),",
      to: '    cellLimits && undefined,',
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
    },
    'nobody is asked': {
      file: PLAN,
      from: 'return isOffering && hasOther',
      to: 'return !isOffering && hasOther',
    },
    'it waits for ever': { file: PLAN, from: 'return isOffering && hasOther', to: 'return hasOther' },
    'their page does not say so': {
      file: PLAN,
      from: 'patch: { handOverUntilAt: until,',
      to: 'patch: {',
    },
    'nobody may take it over': {
      file: TRANSFER,
      from: 'offeredTo === uid || (handOverUntilAt !== undefined &&',
      to: 'offeredTo === uid || (handOverUntilAt === undefined &&',
    },
    'who takes it over does not pay': {
      file: 'functions/accounts/hand-over.ts',
      from: 'take({ clusters: new Increment(clusters), hourlyMicros: new Increment(hourlyMicros) }),',
      to: 'take({}),',
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
    },
    'nobody is suspended': {
      file: SIGNAL,
      from: "  return { state: 'suspended', reason: kind",
      to: "  return { state: 'throttled', reason: kind",
    },
    'a suspended account shares': {
      file: 'functions/api/members.ts',
      from: "    await requireGoodAccount(ports, principal().uid, 'use');\n",
      to: '',
    },
    'members of its cluster are not asked whose it is': {
      file: 'functions/accounts/standing.ts',
      from: "if (refusal) throw new AppError(refusal === 'ACCOUNT_SUSPENDED'",
      to: "if (false) throw new AppError(refusal === 'ACCOUNT_SUSPENDED'",
    },
    'a throttled account creates': {
      file: 'shared/standing.ts',
      from: "return standing && use === 'make' ?",
      to: 'return false ?',
    },
    'a closed incident counts': { file: SIGNAL, from: "state: z.literal('open'),", to: 'state: z.string(),' },
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
    },
    'it is as old as its last deed': {
      file: SIGNAL,
      from: 'data.firstAt ?? createTime',
      to: 'new Date(data.clusters * 1e15)',
    },
    'no operator is told': {
      file: SIGNAL,
      from: 'ports.log.warn(GOES_ON,',
      to: 'ports.log.warn(GOES_ON.slice(1),',
    },
    'what is sent is not heard of': {
      file: 'shared/documents/signal.ts',
      from: "export const CLUSTER_SIGNALS = ['busy', 'traffic'] as const;",
      to: "export const CLUSTER_SIGNALS = ['busy', 'sent'] as const;",
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
    },
    'who only asks for more counts': {
      file: 'functions/api/me.ts',
      from: '() => ({ request, declined: undefined }));',
      to: '() => ({ request, declined: undefined, firstAt: request.at }));',
    },
    'who was counted is let in': {
      file: CREATIONS,
      from: '    await requireFewSignUps(ports, uid);\n    return account;',
      to: '    return account;',
    },
    'an operator’s word is not heard': {
      file: 'functions/api/admin.ts',
      from: "...(state === 'good' && !now?.hour && { hour: welcome })",
      to: '...(now && welcome && {})',
    },
    'who takes a cluster over is not counted': {
      file: TRANSFER,
      from: 'await requireAccount(ports, to, account);',
      to: 'account ?? (await requireAccount(ports, to, account));',
    },
    'it is lifted by asking again': { file: CREATIONS, from: '  await doubt(ports, uid, {', to: '  void ({' },
  },
});
