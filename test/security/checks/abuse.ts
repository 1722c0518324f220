/** Who asks too often, for too much, or for nothing but our machines. */
import { afterSignal, GOES_ON, recordIncident } from '../../../functions/accounts/signal.ts';
import { createApi } from '../../../functions/api/app.ts';
import type { Problem } from '../../../shared/api/problem.ts';
import { type Allowance, accountPath, cellPath } from '../../../shared/documents/account.ts';
import { AUDIT } from '../../../shared/documents/audit.ts';
import { SIGNALS } from '../../../shared/documents/signal.ts';
import { microsOf } from '../../../shared/money.ts';
import { days, hours, minutes, seconds } from '../../../shared/units.ts';
import { type ApiUnderTest, apiUnderTest } from '../../api.ts';
import { aCluster, clusterIdOf } from '../../builders.ts';
import { requestOf, type Sending } from '../../request.ts';
import { runHub } from '../../running-hub.ts';
import { findings } from './findings.ts';

const create = (api: ApiUnderTest, uid: string, name = 'mine', size = 'small') =>
  api.create(api.as(uid), { name, size });

/** 14: each limit lets so many pass and no more, says when to come back, concerns nobody else, and is over when its time is. */
export async function rates(): Promise<string[]> {
  const wrong = findings();
  const many = apiUnderTest({ limits: { accountRequestsPerMinute: 5, addressRequestsPerMinute: 1e6 } });
  const me = (uid: string, headers: Record<string, string> = {}) =>
    many.send<Problem>('GET', '/v1/me', many.as(uid), { headers });
  for (let n = 0; n < 5; n++)
    if ((await me('ada')).status !== 200) wrong.push(`request ${n} of 5 is refused`);
  const sixth = await me('ada');
  if (sixth.status !== 429 || sixth.body.code !== 'TOO_MANY_REQUESTS')
    wrong.push(`the sixth is answered ${sixth.status}`);
  if (!(Number(sixth.headers.get('retry-after')) > 0)) wrong.push('nobody says when to come back');
  if ((await me('grace')).status !== 200) wrong.push('somebody else is refused');
  await many.clock.runFor(seconds(12));
  if ((await me('ada')).status !== 200) wrong.push('a fifth of a minute later one does not pass');
  if ((await me('ada')).status !== 429) wrong.push('a fifth of a minute later two pass');

  const one = apiUnderTest({ limits: { addressRequestsPerMinute: 3 } });
  const from = (address: string, path = '/v1/health', token?: string, by = '10.0.0.1') =>
    one.send('GET', path, token, { headers: { 'x-forwarded-for': `${address}, ${by}` } });
  for (let n = 0; n < 4; n++)
    if ((await from('198.51.100.6', '/v1/me', one.as('ada'))).status !== 200)
      wrong.push('who is signed in is counted for an address');
  const guess = () => from('198.51.100.7', '/v1/me', 'no token of anybody');
  for (let n = 0; n < 3; n++) {
    const { status } = await guess();
    if (status !== 401) wrong.push(`a guess is answered ${status}`);
  }
  if ((await guess()).status !== 429) wrong.push('an address may guess tokens without end');
  if ((await from('198.51.100.7')).status !== 429) wrong.push('an address may ask without end');
  if ((await from('198.51.100.7', '/v1/me', one.as('ada'))).status !== 200)
    wrong.push('who is signed in is shut out by others of the same address');
  if ((await from('198.51.100.8')).status !== 200) wrong.push('another address is refused');
  for (let n = 0; n < 9; n++) await from('198.51.100.9', '/v1/health', undefined, '203.0.113.1');
  if ((await from('198.51.100.9')).status !== 200) wrong.push('an address is shut out by who claims it');

  for (const spares of [0, 3]) {
    const made = apiUnderTest({ limits: { accountCreationsPerHour: 2, accountClusters: 100 } });
    await made.given(
      ...Array.from({ length: spares }, (_, n) =>
        aCluster({ id: clusterIdOf(50 + n), state: 'warm', pool: 'default' }),
      ),
    );
    const answers = [];
    for (let n = 0; n < 3; n++) answers.push((await create(made, 'ada', `mine-${n}`)).status);
    if (answers.join() !== '202,202,429')
      wrong.push(`with ${spares} spares, of three in an hour: ${answers.join()}`);
    if ((await create(made, 'grace')).status !== 202) wrong.push('somebody else may not create');
    await made.clock.runFor(hours(1) + 1);
    if ((await create(made, 'ada', 'later')).status !== 202) wrong.push('an hour later it is still refused');
  }
  // What waits for room is asked for, too.
  const waiting = apiUnderTest({ limits: { accountCreationsPerHour: 2, accountClusters: 1 } });
  const answers = [];
  for (let n = 0; n < 3; n++) answers.push((await create(waiting, 'ada', `mine-${n}`)).status);
  if (answers.join() !== '202,202,429') wrong.push(`of three, most of which wait: ${answers.join()}`);
  for (const accountClusters of [1, 100]) {
    const once = apiUnderTest({ limits: { accountCreationsPerHour: 2, accountClusters } });
    const { made = 0 } = await atOnce(once, Array(30).fill('ada'));
    if (made !== 2) wrong.push(`of thirty at once, ${accountClusters} of which have room: ${made}`);
  }
  // Another one is made between the asking whether one may and the making.
  const between = apiUnderTest({ limits: { accountCreationsPerHour: 2 } });
  await create(between, 'ada');
  const { count } = between.documents;
  let came = false;
  between.ports.documents.count = async (query) => {
    const counted = await count(query);
    if (!came) {
      came = true;
      await create(between, 'ada', 'between');
    }
    return counted;
  };
  if ((await create(between, 'ada', 'late')).status !== 429) wrong.push('what comes in between is not seen');
  // An hour that is over is no reason to have two of them at once.
  const border = apiUnderTest({ limits: { accountCreationsPerHour: 2 } });
  for (const waitMs of [0, hours(1) - minutes(1), minutes(2)]) {
    await border.clock.runFor(waitMs);
    if ((await create(border, 'ada')).status !== 202) wrong.push('one of two an hour is refused');
  }
  if ((await create(border, 'ada')).status !== 429) wrong.push('three within minutes pass');
  return wrong;
}

/** All sent at once, while the clock goes on. @returns how many got which answer */
async function atOnce(api: ApiUnderTest, uids: readonly string[]): Promise<Record<string, number>> {
  const answers = Promise.all(uids.map((uid) => create(api, uid)));
  await api.clock.runFor(minutes(1));
  const counts: Record<string, number> = {};
  for (const { body } of await answers) counts[body.code ?? 'made'] = (counts[body.code ?? 'made'] ?? 0) + 1;
  return counts;
}

/**
 * 15: what would cost more than an account or the cell may waits, and what alone would is refused; what an operator forbids altogether waits,
 * too; what must end has an end.
 */
export async function money(): Promise<string[]> {
  const wrong = findings();
  const answerAfter = async (limits: Parameters<typeof apiUnderTest>[0], before: number, size = 'small') => {
    const api = apiUnderTest(limits);
    for (let n = 0; n < before; n++) await create(api, 'ada', `mine-${n}`);
    return (await create(api, 'ada', 'more', size)).body;
  };
  const stateAfter = async (limits: Parameters<typeof apiUnderTest>[0], before: number) =>
    (await answerAfter(limits, before)).state;
  /** Of one, and of no two. */
  const room = microsOf(0.5);
  if ((await stateAfter({}, 0)) === 'queued') wrong.push('nothing is made at all');
  if ((await stateAfter({ limits: { accountClusters: 1 } }, 1)) !== 'queued')
    wrong.push('an account has more than it may');
  if ((await stateAfter({ limits: { accountHourlyMicros: room } }, 1)) !== 'queued')
    wrong.push('an account costs more than it may');
  if ((await stateAfter({ limits: { cellClusters: 1 } }, 1)) !== 'queued')
    wrong.push('the cell has more than it may');
  if ((await stateAfter({ limits: { cellHourlyMicros: room } }, 1)) !== 'queued')
    wrong.push('the cell costs more than it may');
  if ((await answerAfter({ limits: { accountHourlyMicros: 1 } }, 0)).code !== 'SIZE_OVER_BUDGET')
    wrong.push('what no account may have waits for ever');
  if ((await stateAfter({ limits: { cellHourlyMicros: microsOf(0.01) } }, 0)) !== 'queued')
    wrong.push('the switch does not hold');
  if ((await answerAfter({ limits: { cellHourlyMicros: room } }, 0, 'large')).code !== 'SIZE_OVER_CAPACITY')
    wrong.push('what the cell may never have waits for ever');
  const off = apiUnderTest();
  const data = { schema: 1, clusters: 0, hourlyMicros: 0, maxClusters: 0 };
  await off.documents.commit([{ op: 'set', path: cellPath('default'), data }]);
  if ((await create(off, 'ada')).body.state !== 'queued')
    wrong.push('a cell that is switched off makes more');
  const ending = apiUnderTest();
  const { body } = await ending.create(ending.as('ada'), { name: 'mine', ttlHours: 1 });
  const found = (await ending.documents.get(`clusters/${body.id}`))?.data;
  if ((found?.spec as { ttlHours?: number } | undefined)?.ttlHours !== 1)
    wrong.push('a lifetime is forgotten');
  return wrong;
}

const incident = (id: string, cluster = clusterIdOf(1), kind = 'busy') => ({
  version: '1.2',
  incident: {
    incident_id: id,
    state: 'open',
    policy_user_labels: { hub_signal: kind },
    resource: { type: 'k8s_cluster', labels: { cluster_name: `hub-${cluster}-g1` } },
  },
});

/** As a message that was just published. */
const tell = (api: ReturnType<typeof apiUnderTest>, body: unknown, publishedAt = new Date(api.clock.now())) =>
  recordIncident(api.ports, body, publishedAt);

/** 17: a miner who just goes on is one incident, of which the alert reminds: that is another signal, and a message that comes late is none. */
export async function steadyMiners(): Promise<string[]> {
  const wrong = findings();
  const api = apiUnderTest();
  await api.given(aCluster({ owner: 'ada', state: 'ready', members: { ada: 'owner' } }));
  const stateOf = async () =>
    (await api.documents.get<Allowance>(accountPath('ada')))?.data.standing?.state ?? 'good';
  const firstAt = new Date(api.clock.now());
  await tell(api, incident('1'));
  await api.clock.runFor(minutes(59));
  await tell(api, incident('1'), firstAt);
  if ((await stateOf()) !== 'throttled')
    wrong.push(`by one message that came twice it is ${await stateOf()}`);
  await api.clock.runFor(minutes(1));
  await tell(api, incident('1'));
  if ((await stateOf()) !== 'suspended') wrong.push(`by a reminder it is ${await stateOf()}`);
  return wrong;
}

/** 17: whoever takes a cluster over is not doubted for what it did before. */
export async function formerMiners(): Promise<string[]> {
  const wrong = findings();
  const told: string[] = [];
  const api = apiUnderTest();
  const warn: typeof api.ports.log.warn = (message) => void told.push(message);
  const members = { ada: 'owner', grace: 'owner' } as const;
  const emails = { ada: 'ada@example.com', grace: 'grace@example.com' };
  await api.given(aCluster({ owner: 'ada', offeredTo: 'grace', state: 'ready', members, emails }));
  const taken = await api.send('POST', `/v1/clusters/${clusterIdOf(1)}:transfer`, api.as('grace'), {
    body: { email: 'grace@example.com' },
  });
  if (taken.status !== 202) wrong.push(`it is not taken over: ${taken.status}`);
  const stateOf = async (uid: string) =>
    (await api.documents.get<Allowance>(accountPath(uid)))?.data.standing?.state ?? 'good';
  const tellOfNow = (id: string) =>
    recordIncident(
      { ...api.ports, log: { ...api.ports.log, warn } },
      incident(id),
      new Date(api.clock.now()),
    );
  await api.clock.runFor(minutes(10));
  await tellOfNow('1');
  if ((await stateOf('grace')) !== 'good') wrong.push('the new owner is doubted for it');
  if (!told.includes(GOES_ON)) wrong.push('nobody is told');
  await api.clock.runFor(minutes(31));
  await tellOfNow('2');
  if ((await stateOf('grace')) !== 'throttled') wrong.push('nobody is doubted for what goes on');
  return wrong;
}

/** 17: of a young account, a first signal throttles, a second one of another time suspends, and only an operator lifts it. */
export async function miners(): Promise<string[]> {
  const wrong = findings();
  const api = apiUnderTest();
  await api.given(aCluster({ owner: 'ada', state: 'failed', members: { ada: 'owner', grace: 'viewer' } }));
  const accountOf = async () => (await api.documents.get<Allowance>(accountPath('ada')))?.data;
  const stateOf = async () => (await accountOf())?.standing?.state ?? 'good';
  const expectState = async (when: string, state: string) => {
    if ((await stateOf()) !== state) wrong.push(`${when} it is ${await stateOf()}, not ${state}`);
  };
  const share = () =>
    api.send<Problem>('PUT', `/v1/clusters/${clusterIdOf(1)}/members/x@example.com`, api.as('ada'), {
      body: { role: 'viewer' },
    });
  const address = `/v1/clusters/${clusterIdOf(1)}`;

  for (const odd of [
    {},
    { incident: {} },
    incident('x', 'nobody'),
    { ...incident('y'), incident: { ...incident('y').incident, state: 'closed' } },
  ])
    await tell(api, odd);
  await expectState('after what is none', 'good');
  await tell(api, incident('1'));
  await tell(api, incident('1'));
  await expectState('after the first signal, delivered twice,', 'throttled');
  if ((await create(api, 'ada')).body.code !== 'ACCOUNT_THROTTLED')
    wrong.push('a throttled account makes more');
  if ((await share()).status !== 202) wrong.push('a throttled account may not use what it has');
  await api.clock.runFor(minutes(5));
  await tell(api, incident('2'));
  await expectState('after another signal of the same time', 'throttled');
  await api.clock.runFor(minutes(31));
  await tell(api, incident('3'));
  await expectState('after it went on', 'suspended');
  for (const answer of [
    await create(api, 'ada'),
    await share(),
    await api.send<Problem>('POST', `${address}:retry`, api.as('ada')),
  ])
    if (answer.body.code !== 'ACCOUNT_SUSPENDED')
      wrong.push(`a suspended account is answered ${answer.body.code}`);
  const asMember = () => api.send<Problem>('GET', `${address}/credentials?kind=kubeconfig`, api.as('grace'));
  if ((await asMember()).body.code !== 'OWNER_SUSPENDED')
    wrong.push('members of its cluster get new credentials');
  if ((await api.send('GET', address, api.as('ada'))).status !== 200)
    wrong.push('a suspended account may not look');
  const lift = (uid: string, operator: boolean) =>
    api.send('PUT', '/v1/admin/accounts/ada', api.as(uid, { operator }), {
      body: { standing: { state: 'good', reason: 'It was a test.' } },
    });
  if ((await lift('ada', false)).status !== 403) wrong.push('it lifts that itself');
  if ((await lift('operator', true)).status !== 200) wrong.push('an operator may not lift it');
  await expectState('after an operator', 'good');
  if ((await asMember()).body.code === 'OWNER_SUSPENDED') wrong.push('its members are kept away for good');
  if ((await create(api, 'ada')).status !== 202) wrong.push('a restored account makes nothing');
  await api.clock.runFor(hours(1));
  await tell(api, incident('4'));
  await expectState('after what an operator has looked at goes on', 'good');
  await api.clock.runFor(days(7));
  await tell(api, incident('5'));
  await expectState('after it went on for a week', 'throttled');
  if ((await api.send('DELETE', address, api.as('ada'))).status !== 202) wrong.push('nothing can be deleted');
  const told = (await api.documents.query({ collection: AUDIT })).map(
    ({ data }) => `${data.actor} ${data.action}`,
  );
  for (const deed of ['hub throttle', 'hub suspend', 'operator restore'])
    if (!told.includes(deed)) wrong.push(`the audit log has no "${deed}"`);
  if (
    afterSignal({ state: 'suspended', reason: 'x', since: new Date(0), by: 'operator' }, 'busy', 1e12, true)
  )
    wrong.push('an operator’s word is changed');
  return wrong;
}

/** 17: whoever has been here for long may have a batch to run, or an editor who mines: they are throttled, and an operator is told, who decides. */
export async function batches(): Promise<string[]> {
  const wrong = findings();
  for (const kind of ['busy', 'traffic'] as const) {
    const api = apiUnderTest();
    await api.given(aCluster({ owner: 'ada', members: { ada: 'owner', grace: 'editor' } }));
    const firstAt = new Date(api.clock.now());
    const data = { schema: 1, clusters: 1, hourlyMicros: 1, firstAt };
    await api.documents.commit([{ op: 'set', path: accountPath('ada'), data }]);
    await api.clock.runFor(days(30));
    const isTold = () => api.lines.some(({ event }) => event === GOES_ON);
    const stateOf = async () =>
      (await api.documents.get<Allowance>(accountPath('ada')))?.data.standing?.state ?? 'good';
    await tell(api, incident('1', clusterIdOf(1), kind));
    if ((await stateOf()) !== 'throttled') wrong.push(`${kind}: an old account is ${await stateOf()}`);
    if (isTold()) wrong.push(`${kind}: an operator is told of what is the first time`);
    await api.clock.runFor(minutes(31));
    await tell(api, incident('2', clusterIdOf(1), kind));
    await tell(api, incident('2', clusterIdOf(1), kind));
    if ((await stateOf()) !== 'throttled') wrong.push(`${kind}: Hub itself suspends an old account`);
    if (!isTold()) wrong.push(`${kind}: no operator is told that it goes on`);
    const kept = (await api.documents.query({ collection: SIGNALS })).map((one) => one.data.kind);
    if (kept.join() !== `${kind},${kind}`) wrong.push(`${kind}: the signals are ${kept.join()}`);
    const credentials = `/v1/clusters/${clusterIdOf(1)}/credentials?kind=kubeconfig`;
    const { body } = await api.send<Problem>('GET', credentials, api.as('grace'));
    if (body.code === 'OWNER_SUSPENDED') wrong.push(`${kind}: members are shut out`);
  }
  return wrong;
}

/** 15: nobody comes to pay for a cluster who has not said so, whatever becomes of who did; whoever is concerned is told, and has time to say so. */
export async function heirs(): Promise<string[]> {
  const wrong = findings();
  const hub = runHub({ inside: 'sketch', limits: { handOverMs: hours(3) } });
  const ask = async (uid: string, method: string, path: string, more: Sending = {}) => {
    const person = { uid, email: `${uid}@example.com`, emailVerified: true, operator: false };
    const token = hub.tokens.issue({ ...person, signedInAt: new Date(hub.clock.now()) });
    return hub.run(Promise.resolve(createApi(hub.ports).request(path, requestOf(method, token, more))));
  };
  const accountOf = async (uid: string) =>
    (await hub.run(hub.documents.get<Allowance>(accountPath(uid))))?.data;
  const hello = { product: 'hello', version: '1.1.0', owner: 'mallory' } as const;
  const [kept, lost] = [await hub.created(hello), await hub.created(hello)];
  for (const id of [kept, lost]) {
    const member = `/v1/clusters/${id}/members/victim%40example.com`;
    await ask('mallory', 'PUT', member, { body: { role: 'owner' } });
    await ask('victim', 'GET', '/v1/me');
    const body = { email: 'victim@example.com' };
    await ask('mallory', 'POST', `/v1/clusters/${id}:transfer`, { body });
  }
  const { headers } = await ask('mallory', 'GET', '/v1/account');
  const seen = { headers: { 'if-match': headers.get('etag') ?? '' } };
  const { status } = await ask('mallory', 'DELETE', '/v1/account', seen);
  if (status !== 202) wrong.push(`the deletion is answered ${status}`);
  await hub.clock.runFor(hours(1));
  for (const id of [kept, lost]) {
    const { state, owner, handOverUntilAt } = await hub.cluster(id);
    if (owner !== 'mallory') wrong.push(`it counts for ${owner}, who has not said so`);
    if (state !== 'ready') wrong.push(`it is ${state} before anybody could say so`);
    if (handOverUntilAt === undefined) wrong.push('nobody is told on its page');
    if (!(await hub.messagesOf(id)).some((message) => message.includes('deleting their account')))
      wrong.push('its timeline does not tell of it');
  }
  if (((await accountOf('victim'))?.clusters ?? 0) !== 0) wrong.push('they pay already');
  const take = { body: { email: 'victim@example.com' } };
  const taken = await ask('victim', 'POST', `/v1/clusters/${kept}:transfer`, take);
  if (taken.status !== 202) wrong.push(`who says so is answered ${taken.status}`);
  await hub.clock.runFor(hours(4.5));
  const after = await Promise.all([kept, lost].map(async (id) => (await hub.cluster(id)).state));
  if (after.join() !== 'ready,deleted') wrong.push(`afterwards they are ${after.join()}`);
  if ((await accountOf('victim'))?.clusters !== 1) wrong.push('who said so does not pay for just that one');
  if (await accountOf('mallory')) wrong.push('the account is there yet');
  return wrong;
}

/** 17: many new accounts at once: those beyond wait for an operator. */
export async function signUps(): Promise<string[]> {
  const wrong = findings();
  const api = apiUnderTest({ limits: { newAccountsPerHour: 3 } });
  const codes = [];
  for (let n = 0; n < 5; n++) codes.push((await create(api, `user-${n}`)).body.code ?? 'made');
  if (codes.join() !== 'made,made,made,ACCOUNT_THROTTLED,ACCOUNT_THROTTLED')
    wrong.push(`five new ones: ${codes.join()}`);
  if ((await create(api, 'user-0', 'second')).status !== 202) wrong.push('who was there before is refused');
  const good = { state: 'good', reason: 'I know them.' };
  const operator = api.as('operator', { operator: true });
  await api.send('PUT', '/v1/admin/accounts/user-3', operator, { body: { standing: good } });
  if ((await create(api, 'user-3')).status !== 202) wrong.push('an operator’s word does not let in');
  await api.clock.runFor(hours(1) + 1);
  if ((await create(api, 'user-9')).status !== 202) wrong.push('an hour later nobody new may come');
  if ((await create(api, 'user-4')).body.code !== 'ACCOUNT_THROTTLED') wrong.push('it is lifted by waiting');
  const unverified = api.as('user-8', { emailVerified: false });
  if ((await api.create(unverified)).body.code !== 'EMAIL_NOT_VERIFIED')
    wrong.push('an address need not be verified');

  // What somebody takes over is theirs as if they had made it.
  const taking = apiUnderTest({ limits: { newAccountsPerHour: 1 } });
  const fields = { members: { ada: 'owner', fresh: 'owner' }, offeredTo: 'fresh' } as const;
  await taking.given(aCluster({ owner: 'ada', liability: { clusters: 1, hourlyMicros: 1 }, ...fields }));
  const [ofAda, ofFresh] = [accountPath('ada'), accountPath('fresh')];
  const counted = { schema: 1, clusters: 1, hourlyMicros: 1 };
  await taking.documents.commit([
    { op: 'set', path: ofAda, data: counted },
    { op: 'set', path: ofFresh, data: { ...counted, clusters: 0, hourlyMicros: 0 } },
  ]);
  await create(taking, 'grace');
  const take = { body: { email: 'fresh@example.com' } };
  const taken = () =>
    taking.send<Problem>('POST', `/v1/clusters/${clusterIdOf(1)}:transfer`, taking.as('fresh'), take);
  if ((await taken()).body.code !== 'ACCOUNT_THROTTLED') wrong.push('who takes over never counts as new');
  const welcome = { state: 'good', reason: 'I know them.' };
  const op = taking.as('operator', { operator: true });
  await taking.send('PUT', '/v1/admin/accounts/fresh', op, { body: { standing: welcome } });
  if ((await taken()).status !== 202) wrong.push('an operator’s word does not let them take over');
  const { hour, firstAt } = (await taking.documents.get<Allowance>(ofFresh))?.data ?? {};
  if (!firstAt || hour?.made !== 1) wrong.push('what was taken over is not counted as asked for');

  const early = apiUnderTest({ limits: { newAccountsPerHour: 1 } });
  for (const uid of ['ada', 'grace'])
    await early.send('PUT', '/v1/me/quotaRequest', early.as(uid), {
      body: { maxClusters: 9, reason: 'A course.' },
    });
  if ((await create(early, 'linus')).status !== 202) wrong.push('who asks an operator first counts as new');
  if ((await create(early, 'ada')).status === 202) wrong.push('who asks an operator first is let in');
  const { made = 0 } = await atOnce(
    apiUnderTest({ limits: { newAccountsPerHour: 3 } }),
    Array.from({ length: 30 }, (_, n) => `user-${n % 15}`),
  );
  if (made > 3) wrong.push(`of many at once ${made} are let in`);
  return wrong;
}
