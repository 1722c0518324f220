/** Who may use a cluster: invited, let in, changed, shut out, and what happens when two do so at once. */
import { describe, expect, test } from 'vitest';
import {
  type ClusterPage,
  type ClusterReply,
  clusterReply,
  type EventPage,
} from '../../shared/api/clusters.ts';
import { type MemberList, memberList } from '../../shared/api/members.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { AUDIT, type AuditFields } from '../../shared/documents/audit.ts';
import { type Cluster, clusterPath, type Role } from '../../shared/documents/cluster.ts';
import { eventPath } from '../../shared/documents/event.ts';
import {
  INVITATION_LIFETIME_MS,
  INVITATIONS,
  invitationDocument,
} from '../../shared/documents/invitation.ts';
import { STATES, type State } from '../../shared/lifecycle/table.ts';
import { days, minutes } from '../../shared/units.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import { requestOf } from '../../test/request.ts';
import { timelineReaders } from '../../test/timeline-readers.ts';
import { CommitError, type Write } from '../cloud.ts';
import { commitUnlessLost } from '../documents.ts';
import { acceptInvitations, pathOfInvitation } from '../members/invitations.ts';
import { createApi } from './app.ts';

const id = clusterIdOf(1);
const OWNED = STATES.filter((state) => state !== 'warm');
const ENDING: readonly State[] = ['deleting', 'deprovisioning', 'sweeping', 'deleted'];

/** Cluster 1 is ada's; what is said here takes the place of that. */
async function given(fields: Partial<Cluster> = {}) {
  const api = apiUnderTest();
  await api.given(aCluster({ owner: 'ada', ...fields }));
  const at = (email: string): string => `/v1/clusters/${id}/members/${encodeURIComponent(email)}`;
  const ada = api.as('ada');
  return {
    ...api,
    ada,
    put: (email: string, role: Role, token = ada) =>
      api.send<ClusterReply & Problem>('PUT', at(email), token, { body: { role } }),
    remove: (email: string, token = ada) => api.send<ClusterReply & Problem>('DELETE', at(email), token),
    list: async (token = ada) =>
      (await api.send<MemberList>('GET', `/v1/clusters/${id}/members`, token)).body.members,
    invitations: () => api.documents.query({ collection: INVITATIONS }),
    cluster: async () => (await api.documents.get<Cluster>(clusterPath(id)))?.data as Cluster,
    messages: async () =>
      (await api.send<EventPage>('GET', `/v1/clusters/${id}/events`, ada)).body.events.map(
        ({ message, cause, actor }) => [message, cause, actor],
      ),
    me: (token: string) => api.send('GET', '/v1/me', token),
    clustersOf: async (token: string) =>
      (await api.send<ClusterPage>('GET', '/v1/clusters', token)).body.clusters.map((cluster) => cluster.id),
  };
}

type Given = Awaited<ReturnType<typeof given>>;

/**
 * The next commit has no answer.
 * @returns what carries it out after all, as the client that goes on sending it does
 */
function holdNext({ ports }: Pick<ApiUnderTest, 'ports'>): () => Promise<void> {
  const { documents } = ports;
  let held: readonly Write[] | undefined;
  ports.documents = {
    ...documents,
    async commit(writes) {
      if (held) return documents.commit(writes);
      held = writes;
      throw new CommitError('unavailable', 'no answer');
    },
  };
  return async () => {
    await commitUnlessLost(documents, held ?? []);
  };
}

/** Counts what is written while something is done. */
async function writesOf(api: Pick<ApiUnderTest, 'documents'>, work: () => Promise<unknown>): Promise<number> {
  const before = api.documents.counters.commits;
  await work();
  return api.documents.counters.commits - before;
}

test('the list of members says who pays and who was asked to', async () => {
  const hub = await given({
    members: { ada: 'owner', grace: 'owner', vera: 'viewer' },
    offeredTo: 'grace',
  });
  expect((await hub.list(hub.as('vera'))).map(({ uid, paying }) => [uid, paying])).toEqual([
    ['ada', 'pays'],
    ['grace', 'asked'],
    ['vera', undefined],
  ]);
});

describe('inviting somebody who has an account', () => {
  test('makes them a member when they next come; the step that tells the application is sent', async () => {
    const hub = await given();
    const grace = hub.as('grace');
    const { status, headers, body } = await hub.put('Grace@Example.com ', 'viewer');
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/v1/clusters/${id}`);
    expect(clusterReply.strict().parse(body)).toEqual(body);
    expect(body).toMatchObject({ state: 'ready', members: { ada: 'owner' } });
    expect(await hub.clustersOf(grace)).toEqual([id]);
    expect(await hub.cluster()).toMatchObject({
      state: 'sharing',
      epoch: 4,
      members: { ada: 'owner', grace: 'viewer' },
      emails: { ada: 'ada@example.com', grace: 'grace@example.com' },
      readers: ['ada', 'grace'],
    });
    expect(await hub.messages()).toEqual([['grace@example.com may now view it.', 'share', 'grace']]);
    await hub.clock.runFor(minutes(1));
    expect(hub.sent).toEqual([{ topic: 'step-share', body: { schema: 1, id, epoch: 4 } }]);
    expect(await hub.invitations()).toEqual([]);
  });

  test('who can leave what they did not ask for', async () => {
    const hub = await given();
    const grace = hub.as('grace');
    await hub.put('grace@example.com', 'owner');
    await hub.me(grace);
    expect((await hub.remove('grace@example.com', grace)).status).toBe(202);
    await hub.me(grace);
    expect((await hub.cluster()).members).toEqual({ ada: 'owner' });
  });
});

describe('what is said of a member', () => {
  test('as what they are already changes nothing', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'viewer' } });
    hub.as('grace');
    expect(await writesOf(hub, () => hub.put('grace@example.com', 'viewer'))).toBe(0);
    expect(await hub.cluster()).toMatchObject({ state: 'ready', epoch: 3 });
    expect(await hub.messages()).toEqual([]);
  });

  test('as something else changes what they may', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'viewer' } });
    hub.as('grace');
    await hub.put('grace@example.com', 'editor');
    await hub.put('grace@example.com', 'owner');
    expect((await hub.cluster()).members).toEqual({ ada: 'owner', grace: 'owner' });
    expect((await hub.messages()).map(([message]) => message)).toEqual([
      'grace@example.com may now edit it.',
      'grace@example.com owns it too.',
    ]);
  });

  test.each(OWNED)(
    'in the state %s is written, and leaves or keeps the state as the table says',
    async (state) => {
      const hub = await given({ state, members: { ada: 'owner', grace: 'viewer' } });
      hub.as('grace');
      const { status, body } = await hub.put('grace@example.com', 'editor');
      expect(status).toBe(202);
      expect(body).toMatchObject({
        state: state === 'ready' ? 'sharing' : state,
        members: { ada: 'owner', grace: 'editor' },
      });
      expect((await hub.cluster()).epoch).toBe(4);
      expect((await hub.remove('grace@example.com')).body.members).toEqual({ ada: 'owner' });
    },
  );

  test('by an address that somebody else has by now puts them in the place of who had it, once they come', async () => {
    const members = { ada: 'owner', old: 'editor' } as const;
    const hub = await given({ members, emails: { ada: 'ada@example.com', old: 'grace@example.com' } });
    const grace = hub.as('grace');
    expect((await hub.put('grace@example.com', 'viewer')).body.members).toEqual(members);
    await hub.me(grace);
    expect(await hub.cluster()).toMatchObject({
      members: { ada: 'owner', grace: 'viewer' },
      emails: { ada: 'ada@example.com', grace: 'grace@example.com' },
      readers: ['ada', 'grace'],
    });
  });

  test('by an address that a member has given up invites whoever has it next, and only tells the cluster the member’s own', async () => {
    const members = { ada: 'owner', john: 'viewer' } as const;
    const hub = await given({ members, emails: { ada: 'ada@example.com', john: 'j.smith@example.com' } });
    hub.as('john', { email: 'john@example.com' });
    const { status, headers, body } = await hub.put('j.smith@example.com', 'owner');
    expect(status).toBe(202);
    // As it is now, so that whoever goes on with it is not refused for having read another one.
    expect(body.state).toBe((await hub.cluster()).state);
    const shown = await hub.send('GET', `/v1/clusters/${body.id}`, hub.ada);
    expect(headers.get('etag')).toBe(shown.headers.get('etag'));
    expect(await hub.cluster()).toMatchObject({
      members,
      emails: { ada: 'ada@example.com', john: 'john@example.com' },
    });
    expect(await hub.invitations()).toHaveLength(1);
    await hub.me(hub.as('jane', { email: 'j.smith@example.com' }));
    expect((await hub.cluster()).members).toEqual({ ...members, jane: 'owner' });
  });

  test('whose address is no longer verified still changes what they may', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'viewer' } });
    hub.as('grace', { emailVerified: false });
    expect((await hub.put('grace@example.com', 'editor')).body.members).toMatchObject({ grace: 'editor' });
  });
});

describe('inviting', () => {
  test('is for an address that nobody has proven; signing up with it unproven gives nothing', async () => {
    const hub = await given();
    const impostor = hub.as('eve', { email: 'grace@example.com', emailVerified: false });
    expect((await hub.put('grace@example.com', 'owner')).body.members).toEqual({ ada: 'owner' });
    await hub.me(impostor);
    expect(await hub.clustersOf(impostor)).toEqual([]);
    const { status } = await hub.send('GET', `/v1/clusters/${id}`, impostor);
    expect(status).toBe(404);
    // The second try: another token, another spelling, an address that only becomes this one in lower case.
    for (const email of [
      'GRACE@example.com',
      'grace@example.com ',
      'grace@example.com.invalid',
      'grace@eхample.com',
    ]) {
      const again = hub.as('eve', { email, emailVerified: false });
      await hub.me(again);
      expect(await hub.clustersOf(again)).toEqual([]);
    }
    const kelvin = hub.as('mallory', { email: '\u212Aim@example.com' });
    await hub.put('kim@example.com', 'viewer');
    await hub.me(kelvin);
    expect((await hub.cluster()).members).toEqual({ ada: 'owner' });
    expect(await hub.invitations()).toHaveLength(2);
  });

  test('is kept for 30 days and changes nothing of the cluster', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'viewer');
    const [invitation] = await hub.invitations();
    expect(invitationDocument.strict().parse(invitation?.data)).toMatchObject({
      cluster: id,
      email: 'grace@example.com',
      role: 'viewer',
      invitedBy: 'ada',
      expiresAt: new Date(hub.clock.now() + INVITATION_LIFETIME_MS),
    });
    expect(await hub.cluster()).toMatchObject({ state: 'ready', epoch: 3, readers: ['ada'] });
    await hub.clock.runFor(minutes(1));
    await hub.put('grace@example.com', 'viewer');
    expect((await hub.invitations()).map(({ data }) => data.expiresAt)).toEqual([invitation?.data.expiresAt]);
    expect(await hub.documents.query({ collection: AUDIT })).toHaveLength(1);
    await hub.put('grace@example.com', 'editor');
    expect((await hub.invitations()).map(({ data }) => data.role)).toEqual(['editor']);
  });

  test('once more renews it', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'viewer');
    await hub.clock.runFor(days(29));
    await hub.put('grace@example.com', 'viewer');
    expect((await hub.invitations()).map(({ data }) => data.expiresAt)).toEqual([
      new Date(hub.clock.now() + INVITATION_LIFETIME_MS),
    ]);
    await hub.clock.runFor(days(29));
    await hub.me(hub.as('grace'));
    expect((await hub.cluster()).members).toEqual({ ada: 'owner', grace: 'viewer' });
  });

  test.each(['me', 'clusters'])('is accepted by the first GET /v1/%s, once', async (first) => {
    const hub = await given();
    await hub.put('grace@example.com', 'editor');
    const grace = hub.as('grace', { email: 'Grace@example.com' });
    await hub.send('GET', `/v1/${first}`, grace);
    expect(await hub.invitations()).toEqual([]);
    expect(await hub.clustersOf(grace)).toEqual([id]);
    expect(await hub.cluster()).toMatchObject({
      state: 'sharing',
      members: { ada: 'owner', grace: 'editor' },
      emails: { grace: 'grace@example.com' },
    });
    expect(await hub.messages()).toEqual([['grace@example.com may now edit it.', 'share', 'grace']]);
    expect(await writesOf(hub, () => hub.me(grace))).toBe(0);
  });

  test('accepted by many requests at once makes one change', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'editor');
    const grace = hub.as('grace');
    await Promise.all(Array.from({ length: 10 }, () => hub.me(grace)));
    expect(await hub.cluster()).toMatchObject({ epoch: 4, members: { grace: 'editor' } });
    expect(await hub.messages()).toHaveLength(1);
  });

  test('costs who is not invited one query', async () => {
    const hub = await given();
    const token = hub.as('grace');
    const before = { ...hub.documents.counters };
    await hub.me(token);
    expect(hub.documents.counters.queries - before.queries).toBe(1);
    expect(hub.documents.counters.commits).toBe(before.commits);
  });

  test('withdrawn or expired gives nothing', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'viewer');
    await hub.put('linus@example.com', 'viewer');
    await hub.remove('grace@example.com');
    await hub.me(hub.as('grace'));
    await hub.clock.runFor(INVITATION_LIFETIME_MS);
    expect(await hub.list()).toHaveLength(1);
    await hub.me(hub.as('linus'));
    expect((await hub.cluster()).members).toEqual({ ada: 'owner' });
    expect(await hub.invitations()).toEqual([]);
  });

  test.each(ENDING)(
    'to a cluster that is %s is refused, and one from before gives nothing',
    async (state) => {
      const hub = await given();
      await hub.put('grace@example.com', 'viewer');
      await hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { state } }]);
      await hub.me(hub.as('grace'));
      expect(await hub.cluster()).toMatchObject({ members: { ada: 'owner' }, epoch: 3 });
      expect(await hub.invitations()).toEqual([]);
      const { status, body } = await hub.put('linus@example.com', 'viewer');
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'NOT_ACCEPTED_IN_STATE' });
    },
  );

  test('to a cluster that has no room any more gives nothing, and is in nobody’s way', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'viewer');
    const full: Record<string, Role> = { ada: 'owner' };
    for (let n = 1; n < 50; n++) full[`u${n}`] = 'viewer';
    await hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { members: full } }]);
    await hub.me(hub.as('grace'));
    expect((await hub.cluster()).members).toEqual(full);
    expect(await hub.invitations()).toEqual([]);
  });

  test('is overtaken by what is said of them once they are a member', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'editor' } });
    await hub.documents.commit([
      {
        op: 'set',
        path: pathOfInvitation(id, 'grace@example.com'),
        data: {
          schema: 1,
          cluster: id,
          email: 'grace@example.com',
          role: 'owner',
          invitedBy: 'ada',
          createdAt: new Date(hub.clock.now()),
          expiresAt: new Date(hub.clock.now() + days(1)),
        },
      },
    ]);
    const grace = hub.as('grace');
    await hub.put('grace@example.com', 'viewer');
    await hub.me(grace);
    expect((await hub.cluster()).members).toEqual({ ada: 'owner', grace: 'viewer' });
    expect(await hub.invitations()).toEqual([]);
  });

  test.each([
    ['shut out', (hub: Given) => hub.remove('grace@example.com')],
    ['an owner no more', (hub: Given) => hub.put('grace@example.com', 'editor')],
  ])('by somebody who is %s since gives nothing', async (_, end) => {
    const hub = await given({ members: { ada: 'owner', grace: 'owner' } });
    await hub.put('linus@example.com', 'owner', hub.as('grace'));
    expect((await hub.list()).map(({ email }) => email)).toContain('linus@example.com');
    await end(hub);
    expect((await hub.list()).map(({ email }) => email)).not.toContain('linus@example.com');
    await hub.me(hub.as('linus'));
    expect((await hub.cluster()).members).not.toHaveProperty('linus');
    expect(await hub.invitations()).toEqual([]);
  });

  test('by somebody who is shut out while it is looked who is invited gives nothing', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'owner' } });
    const { documents } = hub.ports;
    const api = createApi({
      ...hub.ports,
      documents: {
        ...documents,
        async count(query) {
          await hub.remove('grace@example.com');
          return documents.count(query);
        },
      },
    });
    const path = `/v1/clusters/${id}/members/linus@example.com`;
    await api.request(path, requestOf('PUT', hub.as('grace'), { body: { role: 'owner' } }));
    await hub.me(hub.as('linus'));
    expect((await hub.cluster()).members).toEqual({ ada: 'owner' });
    expect(await hub.invitations()).toEqual([]);
  });

  test('that another owner makes too is theirs, and outlasts who made it first', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'owner' } });
    await hub.put('linus@example.com', 'viewer', hub.as('grace'));
    await hub.put('linus@example.com', 'viewer');
    await hub.remove('grace@example.com');
    await hub.me(hub.as('linus'));
    expect((await hub.cluster()).members).toEqual({ ada: 'owner', linus: 'viewer' });
  });

  test('to a cluster whose document is gone is forgotten', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'viewer');
    await hub.documents.commit([{ op: 'delete', path: clusterPath(id) }]);
    expect((await hub.me(hub.as('grace'))).status).toBe(200);
    expect(await hub.invitations()).toEqual([]);
  });
});

describe('shutting somebody out', () => {
  test('takes everything they had here, also of the timeline, and can be repeated', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'viewer' } });
    const grace = hub.as('grace');
    const { status, body } = await hub.remove('grace@example.com');
    expect(status).toBe(202);
    expect(body).toMatchObject({ state: 'sharing', members: { ada: 'owner' } });
    expect(await hub.cluster()).toMatchObject({ emails: { ada: 'ada@example.com' }, readers: ['ada'] });
    expect((await hub.messages()).at(-1)).toEqual([
      'grace@example.com can no longer use it.',
      'share',
      'ada',
    ]);
    expect((await hub.send('GET', `/v1/clusters/${id}`, grace)).status).toBe(404);
    expect(timelineReaders({ ...(await hub.cluster()), id }, ['ada', 'grace'])).toEqual(['ada']);
    expect(await writesOf(hub, () => hub.remove('grace@example.com'))).toBe(0);
    expect((await hub.remove('nobody@example.com')).status).toBe(202);
  });

  test.each(['viewer', 'editor'] as const)('a %s may leave, and do nothing to others', async (role) => {
    const hub = await given({ members: { ada: 'owner', grace: role, vera: 'viewer' } });
    const grace = hub.as('grace');
    for (const other of ['ada@example.com', 'vera@example.com', 'nobody@example.com']) {
      const { status, body } = await hub.remove(other, grace);
      expect({ status, code: body.code }).toEqual({ status: 403, code: 'OWNER_ONLY' });
    }
    expect((await hub.put('grace@example.com', 'owner', grace)).body.code).toBe('OWNER_ONLY');
    expect((await hub.remove('grace@example.com', grace)).status).toBe(202);
    expect((await hub.cluster()).members).toEqual({ ada: 'owner', vera: 'viewer' });
    expect((await hub.remove('grace@example.com', grace)).status).toBe(404);
  });

  test('a stranger learns nothing, also not by the address of their own', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'viewer' } });
    const eve = hub.as('eve', { email: 'grace@example.com' });
    const operator = hub.as('op', { operator: true });
    for (const token of [eve, operator]) {
      expect((await hub.remove('grace@example.com', token)).status).toBe(404);
      expect((await hub.put('grace@example.com', 'owner', token)).status).toBe(404);
    }
    expect((await hub.cluster()).members).toEqual({ ada: 'owner', grace: 'viewer' });
  });

  test('whoever it counts for stays its owner', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'owner' } });
    const grace = hub.as('grace');
    for (const { status, body } of [
      await hub.remove('ada@example.com'),
      await hub.put('ada@example.com', 'editor'),
      await hub.remove('ada@example.com', grace),
      await hub.put('ada@example.com', 'viewer', grace),
    ])
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'OWNER_PAYS' });
    expect(await hub.cluster()).toMatchObject({ epoch: 3, members: { ada: 'owner', grace: 'owner' } });
    expect((await hub.put('grace@example.com', 'editor', grace)).status).toBe(202);
    expect((await hub.remove('grace@example.com', grace)).status).toBe(202);
    expect((await hub.cluster()).members).toEqual({ ada: 'owner' });
  });

  test('whoever it counts for becomes no less by an invitation to another address of theirs', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'owner' } });
    await hub.put('ada@home.example.com', 'viewer', hub.as('grace'));
    await hub.me(hub.as('ada', { email: 'ada@home.example.com' }));
    expect(await hub.cluster()).toMatchObject({ epoch: 3, members: { ada: 'owner', grace: 'owner' } });
    expect(await hub.invitations()).toEqual([]);
  });

  test('whoever it counts for does not lose their place to who has their old address', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'owner' } });
    hub.as('ada', { email: 'ada@new.example.com' });
    hub.as('eve', { email: 'ada@example.com' });
    expect((await hub.put('ada@example.com', 'viewer', hub.as('grace'))).status).toBe(202);
    await hub.me(hub.as('eve', { email: 'ada@example.com' }));
    expect(await hub.cluster()).toMatchObject({
      members: { ada: 'owner', grace: 'owner', eve: 'viewer' },
      emails: { ada: 'ada@new.example.com' },
    });
  });

  test('whoever it counts for does not lose their place to who has their old address while theirs is not proven', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'owner' } });
    hub.as('ada', { email: 'ada@new.example.com', emailVerified: false });
    hub.as('eve', { email: 'ada@example.com' });
    const { status, body } = await hub.put('ada@example.com', 'owner', hub.as('grace'));
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'OWNER_PAYS' });
    expect((await hub.cluster()).members).toEqual({ ada: 'owner', grace: 'owner' });
  });

  test('whoever it counted for may leave what is deleted', async () => {
    const hub = await given({ state: 'deleted', members: { ada: 'owner', grace: 'owner' } });
    expect((await hub.remove('ada@example.com')).status).toBe(202);
    expect((await hub.cluster()).members).toEqual({ grace: 'owner' });
  });

  test('the last owner of what counts for somebody who left before can neither leave nor become less', async () => {
    const hub = await given({ owner: 'zoe', members: { ada: 'owner', grace: 'editor' } });
    expect((await hub.remove('grace@example.com')).status).toBe(202);
    for (const { status, body } of [
      await hub.remove('ada@example.com'),
      await hub.put('ada@example.com', 'editor'),
    ])
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'LAST_OWNER' });
    expect(await hub.cluster()).toMatchObject({ epoch: 4, members: { ada: 'owner' } });
  });
});

describe('at once', () => {
  test('two owners who leave leave one', async () => {
    const hub = await given({ owner: 'zoe', members: { ada: 'owner', grace: 'owner' } });
    const answers = await Promise.all([
      hub.remove('ada@example.com'),
      hub.remove('grace@example.com', hub.as('grace')),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('LAST_OWNER');
    expect(Object.values((await hub.cluster()).members)).toEqual(['owner']);
  });

  test('the last owner who leaves twice stays', async () => {
    const hub = await given();
    const answers = await Promise.all([hub.remove('ada@example.com'), hub.remove('ada@example.com')]);
    expect(answers.map(({ body }) => body.code)).toEqual(['OWNER_PAYS', 'OWNER_PAYS']);
  });

  test('two changes of two people are both made, and the timeline is theirs', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'editor');
    await hub.put('vera@example.com', 'viewer');
    const answers = await Promise.all([hub.me(hub.as('grace')), hub.me(hub.as('vera'))]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { members, readers } = await hub.cluster();
    expect(members).toEqual({ ada: 'owner', grace: 'editor', vera: 'viewer' });
    expect(await hub.messages()).toHaveLength(2);
    const people = ['ada', 'grace', 'olga', 'vera'];
    expect(timelineReaders({ id, readers }, people)).toEqual(Object.keys(members));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'who accepts while they are shut out is not in afterwards, whoever is quicker (%i)',
    async (commitMs) => {
      const api = apiUnderTest({ commitMs });
      const { clock } = api;
      const settle = async <T>(work: Promise<T>): Promise<T> => {
        let over = false;
        void work.finally(() => {
          over = true;
        });
        while (!over) await clock.runFor(1);
        return work;
      };
      await settle(api.given(aCluster({ owner: 'ada' })));
      const ada = api.as('ada');
      const at = `/v1/clusters/${id}/members/grace%40example.com`;
      await settle(api.send('PUT', at, ada, { body: { role: 'viewer' } }));
      const accepting = api.send('GET', '/v1/me', api.as('grace'));
      await clock.runFor(commitMs % 4);
      await settle(Promise.all([accepting, api.send('DELETE', at, ada)]));
      await settle(api.send('GET', '/v1/me', api.as('grace')));
      expect((await api.documents.get<Cluster>(clusterPath(id)))?.data.members).toEqual({ ada: 'owner' });
      expect(await api.documents.query({ collection: INVITATIONS })).toEqual([]);
    },
  );

  test.each(['bob', 'grace'])(
    'who is shut out, or leaves, while their role is changed stays out (%s)',
    async (by) => {
      const hub = await given({ members: { ada: 'owner', bob: 'owner', grace: 'viewer' } });
      const { people } = hub.ports;
      let removed: number | undefined;
      hub.ports.people = {
        ...people,
        async findByEmail(email) {
          removed ??= (await hub.remove('grace@example.com', hub.as(by))).status;
          return people.findByEmail(email);
        },
      };
      const { status, body } = await hub.put('grace@example.com', 'owner');
      expect({ removed, status, code: body.code }).toEqual({ removed: 202, status: 409, code: 'CONFLICT' });
      expect((await hub.cluster()).members).toEqual({ ada: 'owner', bob: 'owner' });
      expect((await hub.put('grace@example.com', 'owner')).status).toBe(202);
      expect((await hub.cluster()).members).toEqual({ ada: 'owner', bob: 'owner' });
      expect(await hub.invitations()).toHaveLength(1);
    },
  );

  test('an invitation that is withdrawn right before the commit that accepts it gives nothing', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'viewer');
    let isWithdrawn = false;
    const documents = {
      ...hub.documents,
      async commit(writes: readonly Write[]) {
        if (!isWithdrawn && writes.some(({ path }) => path === clusterPath(id))) {
          isWithdrawn = true;
          expect((await hub.remove('grace@example.com')).status).toBe(202);
        }
        await hub.documents.commit(writes);
      },
    };
    const grace = { uid: 'grace', email: 'grace@example.com', emailVerified: true, operator: false };
    await acceptInvitations({ ...hub.ports, documents }, grace);
    expect(isWithdrawn).toBe(true);
    expect(await hub.cluster()).toMatchObject({ epoch: 3, members: { ada: 'owner' } });
  });

  test('an answer that gets lost on the way changes nothing twice', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'viewer');
    let isLost = false;
    const documents = {
      ...hub.documents,
      async commit(writes: readonly Write[]) {
        await hub.documents.commit(writes);
        if (isLost) return;
        isLost = true;
        throw new CommitError('unavailable', 'the connection was lost before the answer');
      },
    };
    const grace = { uid: 'grace', email: 'grace@example.com', emailVerified: true, operator: false };
    await acceptInvitations({ ...hub.ports, documents }, grace);
    expect(await hub.cluster()).toMatchObject({ epoch: 4, members: { ada: 'owner', grace: 'viewer' } });
    expect(await hub.messages()).toHaveLength(1);
  });

  test.each<[string, before: Role | undefined, lost: Role | 'withdrawn', then: Role]>([
    ['a withdrawal, of an invitation anew', 'viewer', 'withdrawn', 'editor'],
    ['a withdrawal, of the same invitation once more', 'viewer', 'withdrawn', 'viewer'],
    ['an invitation as owner, of one as viewer', undefined, 'owner', 'viewer'],
    ['an invitation anew as owner, of another one', 'editor', 'owner', 'viewer'],
  ])(
    'what had no answer and comes late takes nothing of what was said since: %s',
    async (_, before, lost, then) => {
      const hub = await given();
      if (before) await hub.put('grace@example.com', before);
      await hub.clock.runFor(minutes(1));
      const late = holdNext(hub);
      const tried =
        lost === 'withdrawn' ? hub.remove('grace@example.com') : hub.put('grace@example.com', lost);
      expect((await tried).status).toBe(503);
      expect((await hub.put('grace@example.com', then)).status).toBe(202);
      await late();
      expect((await hub.invitations()).map(({ data }) => data.role)).toEqual([then]);
    },
  );

  test('two owners who invite somebody are both heard, and the later one counts', async () => {
    const hub = await given({ members: { ada: 'owner', bob: 'owner' } });
    const { documents } = hub.ports;
    let isFirst = true;
    hub.ports.documents = {
      ...documents,
      async commit(writes) {
        if (isFirst) {
          isFirst = false;
          expect((await hub.put('grace@example.com', 'owner', hub.as('bob'))).status).toBe(202);
        }
        await documents.commit(writes);
      },
    };
    expect((await hub.put('grace@example.com', 'viewer')).status).toBe(202);
    expect((await hub.invitations()).map(({ data }) => [data.role, data.invitedBy])).toEqual([
      ['viewer', 'ada'],
    ]);
  });

  test('invitations are never more than there may be', async () => {
    const hub = await given();
    const answers = await Promise.all(
      Array.from({ length: 80 }, (_, n) => hub.put(`guest-${n}@example.com`, 'viewer')),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(49);
    expect(answers.filter(({ body }) => body.code === 'TOO_MANY_MEMBERS')).toHaveLength(31);
    expect(await hub.invitations()).toHaveLength(49);
  });
});

test('50 members and invitations are the most', async () => {
  const many = Object.fromEntries(Array.from({ length: 48 }, (_, n) => [`u${n}`, 'viewer' as const]));
  const hub = await given({ members: { ada: 'owner', ...many } });
  expect((await hub.put('guest@example.com', 'viewer')).status).toBe(202);
  hub.as('grace');
  for (const email of ['another@example.com', 'grace@example.com']) {
    const { status, body } = await hub.put(email, 'viewer');
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'TOO_MANY_MEMBERS' });
  }
  // Those who are there can still be changed.
  expect((await hub.put('u1@example.com', 'editor')).status).toBe(202);
  expect((await hub.put('guest@example.com', 'editor')).status).toBe(202);
  // The invited take the place that was kept for them.
  await hub.me(hub.as('guest'));
  expect(Object.keys((await hub.cluster()).members)).toHaveLength(50);
});

describe('the list', () => {
  test.each(['owner', 'editor', 'viewer'] as const)('shows a member who is %s all of them', async (role) => {
    const hub = await given({ members: { ada: 'owner', zoe: role } });
    const expiresAt = new Date(hub.clock.now() + INVITATION_LIFETIME_MS).toISOString();
    await hub.put('grace@example.com', 'editor');
    const answer = await hub.send('GET', `/v1/clusters/${id}/members`, hub.as('zoe'));
    expect(memberList.strict().parse(answer.body)).toEqual({
      members: [
        { email: 'ada@example.com', role: 'owner', uid: 'ada', pending: false, paying: 'pays' },
        { email: 'grace@example.com', role: 'editor', pending: true, expiresAt },
        { email: 'zoe@example.com', role, uid: 'zoe', pending: false },
      ],
    });
  });
});

describe('an address', () => {
  test.each([
    'x',
    'a b@example.com',
    'ada@localhost',
    `${'x'.repeat(250)}@example.com`,
    'control-plane@hub.invalid',
    'Control-Plane@HUB.INVALID',
    '\u212Aim@example.com',
    'ada@example.com\nbcc:eve@example.com',
    '__proto__',
  ])('%j is refused by name', async (email) => {
    const hub = await given();
    for (const { status, body } of [await hub.put(email, 'viewer'), await hub.remove(email)]) {
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'INVALID_ARGUMENT' });
      expect(body.errors?.map(({ field }) => field)).toContain('email');
    }
    expect(await hub.invitations()).toEqual([]);
  });

  test('is decoded once', async () => {
    const hub = await given();
    const { status } = await hub.send('PUT', `/v1/clusters/${id}/members/grace%2540example.com`, hub.ada, {
      body: { role: 'viewer' },
    });
    expect(status).toBe(400);
    await hub.put('grace+hub@example.com', 'viewer');
    expect((await hub.list()).map(({ email }) => email)).toContain('grace+hub@example.com');
  });

  test('is in no line of the log, and in nothing that is counted', async () => {
    const hub = await given();
    await hub.put('grace@example.com', 'viewer');
    await hub.me(hub.as('grace'));
    await hub.remove('grace@example.com');
    expect(hub.measured.length).toBeGreaterThan(2);
    for (const told of [hub.lines, hub.measured].map((all) => JSON.stringify(all))) {
      expect(told).not.toContain('@');
      expect(told).not.toContain('grace%40');
    }
    expect(JSON.stringify(hub.measured)).not.toContain(id);
  });
});

describe('the audit log', () => {
  test('says what each change of members was, and the locked bucket is told as much', async () => {
    const hub = await given();
    const entries = async () =>
      (await hub.documents.query<AuditFields>({ collection: AUDIT, orderBy: [['at', 'asc']] })).map(
        ({ data: { actor, action, subject, reason } }) => ({ actor, action, subject, reason }),
      );
    const deeds: [reason: string, actor: string, act: () => Promise<unknown>][] = [
      [
        'no member → viewer, invited by ada',
        'grace',
        async () => {
          await hub.put('grace@example.com', 'viewer');
          await hub.me(hub.as('grace'));
        },
      ],
      ['viewer → owner', 'ada', () => hub.put('grace@example.com', 'owner')],
      ['owner → editor', 'grace', () => hub.put('grace@example.com', 'editor', hub.as('grace'))],
      ['editor → no member', 'ada', () => hub.remove('grace@example.com')],
      [
        'no member → viewer, invited by ada',
        'vera',
        async () => {
          await hub.put('vera@example.com', 'viewer');
          await hub.me(hub.as('vera'));
        },
      ],
      ['viewer → no member', 'vera', () => hub.remove('vera@example.com', hub.as('vera'))],
      [
        'no member → viewer; grace: viewer → no member, invited by ada',
        'newcomer',
        () => aNewHolderOf(hub, 'grace@example.com'),
      ],
    ];
    hub.as('grace');
    for (const [reason, actor, act] of deeds) {
      await act();
      const told = (await entries()).filter(({ action }) => action === 'share').at(-1);
      expect(told).toMatchObject({ actor, reason });
      const { fields } = hub.lines.findLast(({ event }) => event === 'audit') ?? {};
      expect(fields).toMatchObject({ actor, action: 'share', subject: told?.subject, reason, cluster: id });
      // One entry an instant, so that they are in order.
      await hub.clock.runFor(1000);
    }
    expect(JSON.stringify([await entries(), hub.lines])).not.toContain('@');
  });
});

/** Somebody else has it by now, and is let in by it; what who had it has instead nobody knows. */
async function aNewHolderOf(hub: Given, email: string): Promise<void> {
  await hub.put(email, 'viewer');
  await hub.me(hub.as('grace'));
  await hub.clock.runFor(1000);
  hub.as('grace', { email: 'grace@example.org', emailVerified: false });
  const newcomer = hub.as('newcomer', { email });
  await hub.put(email, 'viewer');
  await hub.me(newcomer);
}

describe('a long timeline', () => {
  test('keeps nobody on a cluster: who is shut out is so in one commit, which says nothing of older events', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'viewer' }, epoch: 30_000 });
    const lines = linesOf(hub, 30_000, days(1));
    for (let at = 0; at < lines.length; at += 1000) await hub.documents.commit(lines.slice(at, at + 1000));
    const { commits, reads, writes } = hub.documents.counters;
    expect((await hub.remove('grace@example.com')).status).toBe(202);
    const after = hub.documents.counters;
    expect(after.commits - commits).toBe(1);
    // The cluster, its event, the entry of the audit log; and what is asked before.
    expect(after.writes - writes).toBe(3);
    expect(after.reads - reads).toBeLessThan(10);
    expect(timelineReaders({ ...(await hub.cluster()), id }, ['ada', 'grace'])).toEqual(['ada']);
  });

  test('grows no faster than people have reason to; shutting somebody out is always one', async () => {
    const hub = await given({ members: { ada: 'owner', grace: 'viewer' }, epoch: 200 });
    hub.as('grace');
    await hub.documents.commit(linesOf(hub, 199, minutes(59)));
    expect((await hub.put('grace@example.com', 'editor')).status).toBe(202);
    const refusal = await hub.put('grace@example.com', 'viewer');
    expect(refusal).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } });
    expect(refusal.headers.get('retry-after')).toBe('60');
    expect((await hub.remove('grace@example.com')).status).toBe(202);
    await hub.clock.runFor(minutes(2));
    expect((await hub.put('grace@example.com', 'editor')).status).toBe(202);
  });
});

/** So many lines of a timeline, all of them that long ago. */
const linesOf = ({ clock }: Given, count: number, agoMs: number): Write[] =>
  Array.from({ length: count }, (_, epoch) => ({
    op: 'set',
    path: eventPath(id, epoch),
    data: { epoch, at: new Date(clock.now() - agoMs) },
  }));
