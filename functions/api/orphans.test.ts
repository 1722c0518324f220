import { beforeEach, describe, expect, test } from 'vitest';
import { type OrphanPage, type OrphanReply, orphanPage, orphanReply } from '../../shared/api/orphans.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { type OrphanFields, orphanPath } from '../../shared/documents/orphan.ts';
import { days, hours } from '../../shared/units.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { anOrphan } from '../../test/builders.ts';

describe('orphans', () => {
  let api: ApiUnderTest;
  let token: string;
  beforeEach(() => {
    api = apiUnderTest();
    token = api.as('op', { operator: true });
  });
  const given = (key: string, fields: Partial<OrphanFields> = {}) =>
    api.documents.commit([
      {
        op: 'set',
        path: orphanPath(key),
        data: anOrphan({ foundAt: new Date(api.clock.now()), ...fields }),
      },
    ]);
  const press = (key: string, body: object = { reason: 'It costs.' }) =>
    api.send<OrphanReply & Problem>('POST', `/v1/admin/orphans/${key}:delete`, token, { body });
  const stored = async (key: string) => (await api.documents.get<OrphanFields>(orphanPath(key)))?.data;

  test('are listed, the newest first, with what each has cost since it was found', async () => {
    await given('old', { state: 'gone', goneAt: new Date(api.clock.now() + hours(2)) });
    await api.clock.runFor(days(6));
    await given('new', { owner: 'ada', hourlyMicros: 1_000_000 });
    await api.clock.runFor(hours(3));
    const { body } = await api.send<OrphanPage>('GET', '/v1/admin/orphans', token);
    expect(orphanPage.parse(body)).toEqual(body);
    expect(body.orphans.map(({ key, cost }) => [key, cost.amount])).toEqual([
      ['new', 3],
      ['old', 0.00274],
    ]);
    expect(body.foundThisWeek).toBe(2);
    await api.clock.runFor(days(2));
    const later = await api.send<OrphanPage>('GET', '/v1/admin/orphans', token);
    expect(later.body).toMatchObject({ foundThisWeek: 1 });
    expect(later.body.orphans).toHaveLength(2);
  });

  test('are listed without those that cannot be read, which are told', async () => {
    await given('one');
    const damaged = { state: 'found', foundAt: new Date(api.clock.now()), kind: 'lake' };
    await api.documents.commit([{ op: 'set', path: orphanPath('damaged'), data: damaged }]);
    const { status, body } = await api.send<OrphanPage>('GET', '/v1/admin/orphans', token);
    expect({ status, keys: body.orphans.map(({ key }) => key) }).toEqual({ status: 200, keys: ['one'] });
    expect(api.lines).toContainEqual(
      expect.objectContaining({
        event: 'document not readable',
        fields: expect.objectContaining({ resource: orphanPath('damaged') }),
      }),
    );
  });

  test('come in pages, each of them once', async () => {
    for (let n = 0; n < 7; n++) await given(`of-the-same-moment-${n}`);
    const seen: string[] = [];
    for (let next = ''; ; ) {
      const path = `/v1/admin/orphans?pageSize=3${next}`;
      const { body } = await api.send<OrphanPage>('GET', path, token);
      seen.push(...body.orphans.map(({ key }) => key));
      if (body.nextPageToken === undefined) break;
      next = `&pageToken=${body.nextPageToken}`;
    }
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
  });

  test('the button writes down who wants it gone and why, and wakes the sweep', async () => {
    await given('disk-x');
    const { status, body } = await press('disk-x');
    expect(status).toBe(202);
    expect(orphanReply.parse(body)).toEqual(body);
    expect(body).toMatchObject({ state: 'found', asked: { by: 'op', reason: 'It costs.' } });
    expect(await stored('disk-x')).toMatchObject({ asked: { actor: 'op', reason: 'It costs.' } });
    await api.clock.runFor(1000);
    expect(api.sent).toMatchObject([{ topic: 'orphans', body: { schema: 1 } }]);
    expect(api.lines.some(({ event }) => event === 'audit')).toBe(true);
    // Who asks first is who asked.
    await press('disk-x', { reason: 'Again.' });
    expect(await stored('disk-x')).toMatchObject({ asked: { reason: 'It costs.' } });
  });

  test('it refuses what nothing proves to be Hub’s, and says what to do', async () => {
    await given('disk-x', { state: 'unproven', name: 'theirs' });
    const { status, body } = await press('disk-x');
    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'ORPHAN_UNPROVEN',
      detail: 'It is the disk theirs in europe-west1-b.',
      remedy: expect.stringContaining('delete it in the cloud’s console'),
    });
    expect(await stored('disk-x')).not.toHaveProperty('asked');
    await api.clock.runFor(1000);
    expect(api.sent).toEqual([]);
  });

  test.each(['deleting', 'gone'] as const)('what is %s is answered, and nothing changes', async (state) => {
    await given('disk-x', { state });
    expect(await press('disk-x')).toMatchObject({ status: 202, body: { state } });
    await api.clock.runFor(1000);
    expect(api.sent).toEqual([]);
  });

  test.each(['nowhere', '__x__', 'a.b', '%2F', 'x'.repeat(301)])('there is none called %s', async (key) => {
    expect((await press(key)).status).toBe(404);
  });

  test.each([{}, { reason: ' ' }, { reason: 'a\nb' }, { reason: 'x'.repeat(501) }])(
    'no button without a reason: %o',
    async (body) => {
      await given('disk-x');
      expect((await press('disk-x', body)).status).toBe(400);
    },
  );

  test('a bus that is away does not undo what is written', async () => {
    await given('disk-x');
    api.ports.messages.publish = () => Promise.reject(new Error('away'));
    expect((await press('disk-x')).status).toBe(202);
    expect(await stored('disk-x')).toHaveProperty('asked');
  });
});
