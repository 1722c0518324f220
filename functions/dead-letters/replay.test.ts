/** Operators send dead letters once more. */
import { describe, expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import { type DeadLetterPage, type DeadLetterReply, deadLetterPage } from '../../shared/api/dead-letters.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { type Cluster, clusterDocument, clusterPath } from '../../shared/documents/cluster.ts';
import { type DeadLetter, deadLetterDocument, deadLetterPath } from '../../shared/documents/dead-letter.ts';
import { days, hours, minutes } from '../../shared/units.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import {
  aCluster,
  aDeadLetter,
  clusterIdOf,
  writeOf,
  writeOfLedger,
  writeOfLetter,
} from '../../test/builders.ts';
import { recordDeadLetter } from './record.ts';
import { replayDeadLetter } from './replay.ts';

const given = (api: ApiUnderTest, ...letters: DeadLetter[]) =>
  api.documents.commit(letters.map(writeOfLetter));
const replay = (api: ApiUnderTest, body: unknown, { id = '17', operator = true } = {}) =>
  api.send<DeadLetterReply & Problem>(
    'POST',
    `/v1/admin/deadLetters/${id}:replay`,
    api.as('op', { operator }),
    { body },
  );
const letterOf = async (api: ApiUnderTest, id = '17') =>
  deadLetterDocument.strict().parse((await api.documents.get(deadLetterPath(id)))?.data);
const settle = (api: ApiUnderTest) => api.clock.runFor(1000);

describe('a dead letter', () => {
  test('is published just as it was, and marked with who, why and when', async () => {
    const api = apiUnderTest();
    await given(api, aDeadLetter());
    const { status, body } = await replay(api, { reason: '  The database was away.  ' });
    expect(status).toBe(200);
    await settle(api);
    expect(api.sent).toEqual([{ topic: 'step-provision', body: JSON.parse(aDeadLetter().body) }]);
    const letter = await letterOf(api);
    const at = letter.replays[0]?.at as Date;
    expect(letter).toMatchObject({
      body: aDeadLetter().body,
      state: 'replayed',
      replays: [{ by: 'op', reason: 'The database was away.' }],
      purgeAt: new Date(at.getTime() + days(30)),
    });
    expect(body).toMatchObject({ id: '17', state: 'replayed', replays: [{ at: at.toISOString() }] });
  });

  test('may be replayed again for another reason, and each time is kept', async () => {
    const api = apiUnderTest();
    await given(api, aDeadLetter());
    await replay(api, { reason: 'Once.' });
    expect((await replay(api, { reason: 'Once.' })).body.code).toBe('REPLAY_REASON_USED');
    expect((await replay(api, { reason: 'Twice.' })).status).toBe(200);
    expect((await replay(api, { reason: 'Once.' })).body.code).toBe('REPLAY_REASON_USED');
    await settle(api);
    expect(api.sent).toHaveLength(2);
    expect((await letterOf(api)).replays.map(({ reason }) => reason)).toEqual(['Once.', 'Twice.']);
  });

  test('is not replayed without a reason, with anything else, or by anybody else', async () => {
    const api = apiUnderTest();
    await given(api, aDeadLetter());
    for (const body of [undefined, {}, { reason: '' }, { reason: '  ' }, { reason: 'x'.repeat(501) }])
      expect((await replay(api, body)).status).toBe(400);
    const other = { reason: 'Why not.', body: '{"schema":1}' };
    expect((await replay(api, other)).body.code).toBe('INVALID_ARGUMENT');
    expect(await replay(api, { reason: 'Why not.' }, { operator: false })).toMatchObject({
      status: 403,
      body: { code: 'OPERATOR_ONLY' },
    });
    await settle(api);
    expect(api.sent).toEqual([]);
    expect((await letterOf(api)).state).toBe('open');
  });

  test.each([
    ['is no message', { format: 'text' as const, body: 'password=[secret]' }],
    ['is none that its function takes', { body: '{"schema":9}' }],
    ['is of a topic that there is not', { topic: 'step-fly' }],
    ['is of the topic of dead letters', { topic: 'dead-letter', body: '{"schema":1}' }],
    ['was replayed too often', { replays: Array(50).fill({ by: 'op', reason: 'r', at: new Date(0) }) }],
  ])('that %s is not replayed, and says so', async (_, fields) => {
    const api = apiUnderTest();
    await given(api, aDeadLetter(fields));
    const { status, body } = await replay(api, { reason: 'It may help.' });
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'NOT_REPLAYABLE' });
    await settle(api);
    expect(api.sent).toEqual([]);
  });

  test.each(['18', '..', '__x__', 'a%2Fb', 'ü'])('that is not there (%s) is not found', async (id) => {
    const api = apiUnderTest();
    expect((await replay(api, { reason: 'Where is it?' }, { id })).status).toBe(404);
  });

  test('stays open if the bus takes nothing', async () => {
    const api = apiUnderTest({ faults: { unavailable: 0 } });
    await given(api, aDeadLetter());
    const messages = { publish: () => Promise.reject(new Error('away')) };
    await expect(replayDeadLetter({ ...api.ports, messages }, '17', 'op', 'r')).rejects.toThrow('away');
    expect((await letterOf(api)).state).toBe('open');
  });

  test('that two operators replay at once has both marks', async () => {
    const api = apiUnderTest();
    await given(api, aDeadLetter());
    const both = ['One.', 'Other.'].map((reason) => replay(api, { reason }));
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await letterOf(api)).replays).toHaveLength(2);
  });

  test('that is replayed by two presses at once is replayed', async () => {
    const api = apiUnderTest();
    await given(api, aDeadLetter());
    const both = await Promise.all([replay(api, { reason: 'One.' }), replay(api, { reason: 'One.' })]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await letterOf(api)).replays).toHaveLength(1);
  });
});

describe('the cluster that is parked for it', () => {
  /** Parked a moment ago, in the queue. */
  const parked = async (fields: Partial<Cluster> = {}) => {
    const hub = memoryHub();
    const cluster = aCluster({ id: clusterIdOf(1), owner: 'ada', state: 'queued', epoch: 3, ...fields });
    await hub.run(hub.documents.commit([writeOf(cluster), writeOfLedger(cluster.id)]));
    const attributes = { CloudPubSubDeadLetterSourceSubscription: 'step-admit-push' };
    const text = JSON.stringify({ schema: 1, id: clusterIdOf(1), epoch: 3 });
    const publishedAt = new Date(hub.clock.now());
    await hub.run(recordDeadLetter(hub.ports, { id: '17', text, attributes, publishedAt }));
    const read = async () =>
      clusterDocument.parse((await hub.documents.get(clusterPath(clusterIdOf(1))))?.data);
    expect((await read()).parked).toBeDefined();
    return { hub, read };
  };

  test('goes on', async () => {
    const { hub, read } = await parked();
    await hub.run(replayDeadLetter(hub.ports, '17', 'op', 'It was an outage.'));
    await hub.until(async () => (await read()).state === 'provisioning');
    expect((await read()).parked).toBeUndefined();
  });

  test('is due at once, should the message get lost', async () => {
    const { hub, read } = await parked();
    const messages = { publish: async () => undefined };
    await hub.run(replayDeadLetter({ ...hub.ports, messages }, '17', 'op', 'It was an outage.'));
    expect((await read()).dueAt?.getTime()).toBeLessThanOrEqual(hub.clock.now());
    hub.startScheduler();
    await hub.until(async () => (await read()).state === 'provisioning');
  });

  test('has no more time than before for having been parked', async () => {
    const deadlineAt = new Date(Date.UTC(2026, 0, 1) + minutes(30));
    const { hub, read } = await parked({ deadlineAt });
    const parkedAtMs = hub.clock.now();
    expect((await read()).deadlineAt?.getTime()).toBeGreaterThan(deadlineAt.getTime());
    await hub.clock.runFor(minutes(10));
    const messages = { publish: async () => undefined };
    await hub.run(replayDeadLetter({ ...hub.ports, messages }, '17', 'op', 'It was an outage.'));
    // But for the time in which it was left alone.
    const restedMs = hub.clock.now() - parkedAtMs;
    const putOffMs = ((await read()).deadlineAt?.getTime() ?? 0) - deadlineAt.getTime();
    expect(putOffMs).toBeGreaterThanOrEqual(minutes(10));
    expect(putOffMs).toBeLessThanOrEqual(restedMs + minutes(1));
  });

  test('stays due since then if its hour is over', async () => {
    const { hub, read } = await parked();
    const { dueAt } = await read();
    await hub.clock.runFor(hours(2));
    const messages = { publish: async () => undefined };
    await hub.run(replayDeadLetter({ ...hub.ports, messages }, '17', 'op', 'It was an outage.'));
    expect((await read()).dueAt).toEqual(dueAt);
  });

  test('keeps its hour if it has gone on meanwhile', async () => {
    const { hub, read } = await parked();
    const dueAt = new Date(hub.clock.now() + hours(1));
    const path = clusterPath(clusterIdOf(1));
    await hub.run(hub.documents.commit([{ op: 'update', path, data: { epoch: 4, dueAt } }]));
    const messages = { publish: async () => undefined };
    await hub.run(replayDeadLetter({ ...hub.ports, messages }, '17', 'op', 'It was an outage.'));
    expect((await read()).dueAt).toEqual(dueAt);
  });

  test('says so to its members', async () => {
    const api = apiUnderTest();
    const at = new Date(api.clock.now());
    const sign = { at, deadLetter: '17', reason: 'Its message was delivered 10 times.' };
    await api.given(aCluster({ owner: 'ada', state: 'provisioning', parked: sign }));
    const { body } = await api.send('GET', `/v1/clusters/${clusterIdOf(1)}`, api.as('ada'));
    expect(body).toMatchObject({ parked: { ...sign, at: at.toISOString() } });
  });
});

describe('the list', () => {
  const ids = async (api: ApiUnderTest, query: string): Promise<string[]> => {
    const seen: string[] = [];
    for (let token = ''; ; ) {
      const path = `/v1/admin/deadLetters?pageSize=2${query}${token}`;
      const { body } = await api.send<DeadLetterPage>('GET', path, api.as('op', { operator: true }));
      expect(deadLetterPage.strict().parse(body)).toEqual(body);
      seen.push(...body.deadLetters.map(({ id }) => id));
      if (body.nextPageToken === undefined) return seen;
      token = `&pageToken=${body.nextPageToken}`;
    }
  };

  test('has all of them, the last first, or those of one state', async () => {
    const api = apiUnderTest();
    const of = (n: number): DeadLetter =>
      aDeadLetter({
        id: String(n),
        diedAt: new Date(Date.UTC(2026, 0, 1, 0, Math.floor(n / 2))),
        state: n % 3 === 0 ? 'replayed' : 'open',
      });
    await given(api, ...Array.from({ length: 7 }, (_, n) => of(n)));
    expect(await ids(api, '')).toEqual(['6', '5', '4', '3', '2', '1', '0']);
    expect(await ids(api, '&state=open')).toEqual(['5', '4', '2', '1']);
    expect(await ids(api, '&state=replayed')).toEqual(['6', '3', '0']);
  });

  test('takes no token of another list', async () => {
    const api = apiUnderTest();
    await given(api, ...['1', '2', '3'].map((id) => aDeadLetter({ id })));
    const token = api.as('op', { operator: true });
    const { body } = await api.send<DeadLetterPage>('GET', '/v1/admin/deadLetters?pageSize=1', token);
    const other = `/v1/admin/deadLetters?state=open&pageToken=${body.nextPageToken}`;
    expect((await api.send<Problem>('GET', other, token)).body.code).toBe('INVALID_PAGE_TOKEN');
  });
});
