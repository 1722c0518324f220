/** Operators end dead letters that nobody is to send again. */
import { describe, expect, test } from 'vitest';
import { type DeadLetterReply, deadLetterReply } from '../../shared/api/dead-letters.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { AUDIT } from '../../shared/documents/audit.ts';
import { deadLetterDocument, deadLetterPath } from '../../shared/documents/dead-letter.ts';
import { type Status, statusPath } from '../../shared/documents/status.ts';
import { days } from '../../shared/units.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aDeadLetter, clusterIdOf, writeOfLetter } from '../../test/builders.ts';
import { observeStatus } from '../status/observe.ts';

const given = (api: ApiUnderTest, ...letters: ReturnType<typeof aDeadLetter>[]) =>
  api.documents.commit(letters.map(writeOfLetter));
const dismiss = (api: ApiUnderTest, body: unknown, { id = '17', operator = true, verb = 'dismiss' } = {}) =>
  api.send<DeadLetterReply & Problem>(
    'POST',
    `/v1/admin/deadLetters/${id}:${verb}`,
    api.as('op', { operator }),
    { body },
  );
const letterOf = async (api: ApiUnderTest) =>
  deadLetterDocument.strict().parse((await api.documents.get(deadLetterPath('17')))?.data);
const entriesOf = async (api: ApiUnderTest) =>
  (await api.documents.query({ collection: AUDIT })).map(({ data }) => data);

describe('a dead letter', () => {
  test('of a topic that is gone can be dismissed, and is open no more', async () => {
    const api = apiUnderTest();
    await given(api, aDeadLetter({ topic: 'step-fly' }));
    const openNow = async () => {
      await observeStatus(api.ports);
      return (await api.documents.get<Status>(statusPath('default')))?.data.deadLetters;
    };
    expect(await openNow()).toBe(1);
    const reason = { reason: '  Its topic is gone.  ' };
    expect((await dismiss(api, reason, { verb: 'replay' })).body.code).toBe('NOT_REPLAYABLE');
    const { status, body } = await dismiss(api, reason);
    expect(status).toBe(200);
    expect(deadLetterReply.strict().parse(body)).toEqual(body);
    const said = { by: 'op', reason: 'Its topic is gone.' };
    expect(body).toMatchObject({ id: '17', state: 'dismissed', replays: [], dismissed: said });
    const letter = await letterOf(api);
    const at = letter.dismissed?.at as Date;
    expect(letter).toMatchObject({ state: 'dismissed', purgeAt: new Date(at.getTime() + days(30)) });
    expect(await openNow()).toBe(0);
    expect(await entriesOf(api)).toMatchObject([
      {
        actor: 'op',
        action: 'dismiss',
        target: deadLetterPath('17'),
        cluster: clusterIdOf(1),
        reason: 'Its topic is gone.',
      },
    ]);
    await api.clock.runFor(1000);
    expect(api.sent).toEqual([]);
  });

  test('is dismissed once, however often it is asked for, and not if it was replayed', async () => {
    const api = apiUnderTest();
    await given(api, aDeadLetter());
    const both = await Promise.all(['One.', 'Other.'].map((reason) => dismiss(api, { reason })));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both[0]?.body).toEqual(both[1]?.body);
    expect(await entriesOf(api)).toHaveLength(1);
    // Somebody finds that it can do no harm.
    expect((await dismiss(api, { reason: 'It may help.' }, { verb: 'replay' })).status).toBe(200);
    expect((await dismiss(api, { reason: 'Enough.' })).body.state).toBe('replayed');
    expect(await letterOf(api)).toMatchObject({ state: 'replayed', replays: [{ reason: 'It may help.' }] });
  });

  test('is not dismissed without a reason, by anybody else, or if it is not there', async () => {
    const api = apiUnderTest();
    await given(api, aDeadLetter());
    for (const body of [undefined, {}, { reason: ' ' }, { reason: 'x'.repeat(501) }])
      expect((await dismiss(api, body)).status).toBe(400);
    const reason = { reason: 'Why not.' };
    expect((await dismiss(api, reason, { operator: false })).body.code).toBe('OPERATOR_ONLY');
    for (const id of ['18', '..', '__x__', 'a%2Fb'])
      expect((await dismiss(api, reason, { id })).status).toBe(404);
    expect((await letterOf(api)).state).toBe('open');
  });
});
