/** For whom a cluster counts: offered by who pays, taken by another owner, and what happens when something else comes in between. */
import { describe, expect, test } from 'vitest';
import type { ClusterReply, EventPage } from '../../shared/api/clusters.ts';
import type { TransferAction } from '../../shared/api/members.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { type Allowance, accountPath } from '../../shared/documents/account.ts';
import { AUDIT, type AuditFields } from '../../shared/documents/audit.ts';
import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { STATES } from '../../shared/lifecycle/table.ts';
import { hours } from '../../shared/units.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import type { DocumentData, Write } from '../cloud.ts';

const id = clusterIdOf(1);
const liability = { clusters: 1, hourlyMicros: 700 };
const NOTHING: Allowance = { schema: 1, clusters: 0, hourlyMicros: 0 };
const [ADA, GRACE] = [accountPath('ada'), accountPath('grace')];

/** Cluster 1 counts for ada, and grace owns it, too. */
async function given(fields: Partial<Cluster> = {}, accounts: Record<string, Partial<Allowance>> = {}) {
  const api = apiUnderTest({ limits: { accountClusters: 2 } });
  const members = { ada: 'owner', grace: 'owner', vera: 'viewer' } as const;
  await api.given(aCluster({ owner: 'ada', members, liability, ...fields }));
  const counted: Record<string, Partial<Allowance>> = {
    ada: { clusters: 1, hourlyMicros: 700 },
    ...accounts,
  };
  for (const [uid, account] of Object.entries(counted))
    await api.documents.commit([
      {
        op: 'set',
        path: accountPath(uid),
        data: { ...NOTHING, ...account } as DocumentData,
      },
    ]);
  const transfer = (as: string, to: string, action?: TransferAction) =>
    api.send<ClusterReply & Problem>('POST', `/v1/clusters/${id}:transfer`, api.as(as), {
      body: { email: `${to}@example.com`, ...(action && { action }) },
    });
  const said = async (as: string, to: string, action?: TransferAction) => {
    const { status, body } = await transfer(as, to, action);
    return status === 202 ? 202 : body.code;
  };
  return {
    ...api,
    transfer,
    said,
    cluster: async () => (await api.documents.get<Cluster>(clusterPath(id)))?.data as Cluster,
    account: async (path: string) => (await api.documents.get<Allowance>(path))?.data,
    messages: async () =>
      (await api.send<EventPage>('GET', `/v1/clusters/${id}/events`, api.as('ada'))).body.events.map(
        ({ message }) => message,
      ),
    entries: async () =>
      (await api.documents.query<AuditFields>({ collection: AUDIT })).map(
        ({ data: { actor, action, subject, reason } }) => [actor, action, subject, reason],
      ),
  };
}

describe('a cluster that is offered and taken', () => {
  test('counts for another of its owners, and whoever it counted for may leave', async () => {
    const hub = await given();
    expect(await hub.said('ada', 'grace')).toBe(202);
    expect(await hub.cluster()).toMatchObject({ owner: 'ada', offeredTo: 'grace' });
    expect(await hub.account(GRACE)).toBeUndefined();
    expect(await hub.said('grace', 'grace')).toBe(202);
    const after = await hub.cluster();
    expect(after).toMatchObject({ owner: 'grace', members: { ada: 'owner', grace: 'owner' }, liability });
    expect(after).not.toHaveProperty('offeredTo');
    expect(await hub.account(ADA)).toMatchObject({ clusters: 0, hourlyMicros: 0 });
    expect(await hub.account(GRACE)).toMatchObject({ clusters: 1, hourlyMicros: 700 });
    expect(await hub.messages()).toEqual([
      'grace@example.com was asked to pay for it.',
      'grace@example.com now pays for it.',
    ]);
    expect(await hub.entries()).toEqual(
      expect.arrayContaining([
        ['ada', 'transfer', 'grace', 'offered'],
        ['grace', 'transfer', 'grace', 'charged to grace now, not to ada'],
      ]),
    );
    const left = await hub.send('DELETE', `/v1/clusters/${id}/members/ada@example.com`, hub.as('ada'));
    expect(left.status).toBe(202);
  });

  test('repeated changes nothing', async () => {
    const hub = await given();
    for (const [as, to] of [
      ['ada', 'grace'],
      ['ada', 'grace'],
      ['grace', 'grace'],
      ['grace', 'grace'],
    ] as const)
      expect(await hub.said(as, to)).toBe(202);
    expect((await hub.cluster()).epoch).toBe(5);
    expect(await hub.account(GRACE)).toMatchObject({ clusters: 1 });
  });

  test.each<[string, Partial<Allowance>]>([
    ['has asked for one before', { firstAt: new Date(0), hour: { since: new Date(0), made: 1 } }],
    ['is new', {}],
  ])(
    'takes no more than its new owner, who %s, has room for, whatever else fills that at the same moment',
    async (_, account) => {
      const hub = await given({ offeredTo: 'grace' }, { grace: { clusters: 1, ...account } });
      const { commit } = hub.ports.documents;
      let isFilled = false;
      hub.ports.documents.commit = async (writes: readonly Write[]) => {
        if (!isFilled && writes.some(({ path }) => path === GRACE)) {
          isFilled = true;
          await commit([{ op: 'update', path: GRACE, data: { clusters: 2 } }]);
        }
        await commit(writes);
      };
      expect(await hub.said('grace', 'grace')).toBe('TRANSFER_NO_ROOM');
      expect(isFilled).toBe(true);
      expect(await hub.cluster()).toMatchObject({ owner: 'ada' });
      expect(await hub.account(ADA)).toMatchObject({ clusters: 1 });
      expect(await hub.account(GRACE)).toMatchObject({ clusters: 2 });
    },
  );

  test('by both ends at once counts once', async () => {
    const hub = await given({ offeredTo: 'grace' });
    const remove = hub.send('DELETE', `/v1/clusters/${id}`, hub.as('ada'));
    const [one, two] = await Promise.all([hub.said('grace', 'grace'), hub.said('grace', 'grace'), remove]);
    const { owner } = await hub.cluster();
    expect([one, two]).toContain(owner === 'grace' ? 202 : 'NOT_ACCEPTED_IN_STATE');
    expect((await hub.account(ADA))?.clusters).toBe(owner === 'ada' ? 1 : 0);
    expect((await hub.account(GRACE))?.clusters ?? 0).toBe(owner === 'grace' ? 1 : 0);
  });
});

describe('refused is', () => {
  const since = new Date(0);
  const held = { state: 'throttled', reason: 'busy', since, by: 'hub' } as const;

  test.each<
    [
      what: string,
      as: string,
      to: string,
      code: string,
      Partial<Cluster>?,
      Record<string, Partial<Allowance>>?,
    ]
  >([
    ['what nobody offered', 'grace', 'grace', 'NOT_OFFERED'],
    ['what is offered to somebody else', 'grace', 'grace', 'NOT_OFFERED', { offeredTo: 'linus' }],
    ['an offer by who does not pay', 'grace', 'ada', 'NOT_OFFERED', { offeredTo: 'grace' }],
    ['an offer to who is no owner', 'ada', 'vera', 'NOT_AN_OWNER'],
    ['an offer to a stranger', 'ada', 'eve', 'NOT_AN_OWNER'],
    ['an offer to who has no room', 'ada', 'grace', 'TRANSFER_NO_ROOM', {}, { grace: { clusters: 2 } }],
    ['an offer to who is held', 'ada', 'grace', 'TRANSFER_NO_ROOM', {}, { grace: { standing: held } }],
    [
      'an offer to who is leaving',
      'ada',
      'grace',
      'TRANSFER_NO_ROOM',
      {},
      { grace: { closing: { since, by: 'grace' } } },
    ],
    ['an offer by who is held', 'ada', 'grace', 'ACCOUNT_THROTTLED', {}, { ada: { standing: held } }],
    [
      'what somebody offered who is held since',
      'grace',
      'grace',
      'OWNER_HELD',
      { offeredTo: 'grace' },
      { ada: { clusters: 1, standing: held } },
    ],
    ['a viewer', 'vera', 'vera', 'OWNER_ONLY'],
    ['a stranger', 'eve', 'eve', 'NOT_FOUND'],
  ])('%s', async (_, as, to, code, fields, accounts) => {
    const hub = await given(fields, accounts);
    const before = [await hub.cluster(), await hub.account(ADA), await hub.account(GRACE)];
    expect(await hub.said(as, to)).toBe(code);
    expect([await hub.cluster(), await hub.account(ADA), await hub.account(GRACE)]).toEqual(before);
  });

  test.each(STATES.filter((state) => ['deleting', 'deprovisioning', 'sweeping', 'deleted'].includes(state)))(
    'anything of one that is %s',
    async (state) => {
      const hub = await given({ state, offeredTo: 'grace' });
      for (const as of ['ada', 'grace']) expect(await hub.said(as, 'grace')).toBe('NOT_ACCEPTED_IN_STATE');
    },
  );
});

/** What its other owners were told when ada deleted her account, whom Hub has come to doubt since. */
test.each([
  ['Hub throttled', 'throttled', 'hub', 202],
  ['Hub suspended', 'suspended', 'hub', 202],
  ['an operator throttled', 'throttled', 'op', 202],
  ['an operator suspended', 'suspended', 'op', 'OWNER_SUSPENDED'],
] as const)(
  'what somebody whom %s since had offered as they left may be taken, unless an operator suspended them',
  async (_, state, by, answer) => {
    const since = new Date();
    const leaver: Partial<Allowance> = {
      ...{ clusters: 1, hourlyMicros: 700, closing: { since, by: 'ada' } },
      standing: { state, reason: 'busy', since, by },
    };
    const hub = await given({}, { ada: leaver });
    const handOverUntilAt = new Date(hub.ports.clock.now() + hours(1));
    await hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { handOverUntilAt } }]);
    expect(await hub.said('grace', 'grace')).toBe(answer);
    expect((await hub.cluster()).owner).toBe(answer === 202 ? 'grace' : 'ada');
  },
);

describe('whoever says what they mean', () => {
  test('has it done, and repeated it changes nothing', async () => {
    const hub = await given();
    for (const [as, to, action, owner, offeredTo] of [
      ['ada', 'grace', 'offer', 'ada', 'grace'],
      ['ada', 'ada', 'withdraw', 'ada', undefined],
      ['ada', 'grace', 'offer', 'ada', 'grace'],
      ['grace', 'grace', 'decline', 'ada', undefined],
      ['ada', 'grace', 'offer', 'ada', 'grace'],
      ['grace', 'grace', 'accept', 'grace', undefined],
    ] as const) {
      for (let run = 0; run < 2; run++) expect(await hub.said(as, to, action), action).toBe(202);
      const after = await hub.cluster();
      expect([after.owner, after.offeredTo]).toEqual([owner, offeredTo]);
    }
    expect((await hub.cluster()).epoch).toBe(9);
    expect(await hub.account(GRACE)).toMatchObject({ clusters: 1 });
  });

  test.each<[what: string, as: string, to: string, TransferAction, Partial<Cluster>]>([
    ['withdraws, and was asked', 'grace', 'grace', 'withdraw', { offeredTo: 'grace' }],
    ['withdraws what somebody else was asked', 'grace', 'grace', 'withdraw', { offeredTo: 'linus' }],
    ['accepts what they have offered', 'ada', 'ada', 'accept', { offeredTo: 'grace' }],
    ['declines what they pay for', 'ada', 'ada', 'decline', { offeredTo: 'grace' }],
    ['offers it to themselves', 'ada', 'ada', 'offer', { offeredTo: 'grace' }],
    ['offers what another pays for', 'grace', 'ada', 'offer', { offeredTo: 'grace' }],
    ['withdraws by the address of whom they asked', 'ada', 'grace', 'withdraw', {}],
    ['declines for somebody else', 'grace', 'ada', 'decline', { offeredTo: 'grace' }],
  ])('comes to nothing else: %s', async (_, as, to, action, fields) => {
    const hub = await given(fields);
    const before = [await hub.cluster(), await hub.account(ADA), await hub.account(GRACE)];
    expect(await hub.said(as, to, action)).toBe('TRANSFER_OTHERWISE');
    expect([await hub.cluster(), await hub.account(ADA), await hub.account(GRACE)]).toEqual(before);
  });

  test('takes nothing that was not offered, and declines nobody else’s offer', async () => {
    const hub = await given({ offeredTo: 'linus' });
    expect(await hub.said('grace', 'grace', 'accept')).toBe('NOT_OFFERED');
    expect(await hub.said('grace', 'grace', 'decline')).toBe(202);
    expect(await hub.cluster()).toMatchObject({ owner: 'ada', offeredTo: 'linus', epoch: 3 });
  });
});

describe('an offer ends', () => {
  test('when whom it was made to declines', async () => {
    const hub = await given({ offeredTo: 'grace' });
    expect(await hub.said('grace', 'grace', 'decline')).toBe(202);
    expect(await hub.said('grace', 'grace')).toBe('NOT_OFFERED');
    expect(await hub.account(GRACE)).toBeUndefined();
    expect(await hub.messages()).toEqual(['grace@example.com declined to pay for it.']);
    expect(await hub.entries()).toEqual([['grace', 'transfer', 'grace', 'offer declined']]);
  });

  test('when who pays takes it back', async () => {
    const hub = await given({ offeredTo: 'grace' });
    expect(await hub.said('ada', 'ada')).toBe(202);
    expect(await hub.said('grace', 'grace')).toBe('NOT_OFFERED');
    expect(await hub.entries()).toEqual([['ada', 'transfer', 'grace', 'offer withdrawn']]);
  });

  test.each(['viewer', undefined])('when whom it was made to is no owner any more, but %s', async (role) => {
    const hub = await given({ offeredTo: 'grace' });
    hub.as('grace');
    const path = `/v1/clusters/${id}/members/grace@example.com`;
    if (role) await hub.send('PUT', path, hub.as('ada'), { body: { role } });
    else await hub.send('DELETE', path, hub.as('ada'));
    expect(await hub.cluster()).not.toHaveProperty('offeredTo');
    await hub.send('PUT', path, hub.as('ada'), { body: { role: 'owner' } });
    await hub.send('GET', '/v1/me', hub.as('grace'));
    expect(await hub.said('grace', 'grace')).toBe('NOT_OFFERED');
  });
});
