import { describe, expect, test } from 'vitest';
import type { ClusterReply } from '../../shared/api/clusters.ts';
import { endOf, flawInWords, handOverInWords, offerInWords, payerInWords, stateOf } from './remarks.ts';

const [EARLY, LATE] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];

/** Ada pays for it, grace owns it too, and vera may look. */
const aReply = (fields: Partial<ClusterReply> = {}): ClusterReply =>
  ({
    id: 'x',
    state: 'ready',
    conditions: [],
    owner: 'ada',
    members: { ada: 'owner', grace: 'owner', vera: 'viewer' },
    ...fields,
  }) as ClusterReply;

describe('a cluster that is ready', () => {
  const flawed = (type: string): ClusterReply =>
    aReply({ conditions: [{ type, status: false, message: 'It is gone.', since: EARLY }] });

  test('and of no use is marked, and says what to do', () => {
    expect(stateOf(flawed('Workloads'))).toBe('ready (needs attention)');
    expect(flawInWords(flawed('Workloads'))).toMatch(/^It is gone\. Hub looks at it again/);
    expect(flawInWords(flawed('Exists'))).toContain('Delete it: hub delete x');
  });

  test('and only has an upgrade before it is not', () => {
    expect(stateOf(flawed('UpToDate'))).toBe('ready');
    expect(flawInWords(flawed('UpToDate'))).toBeUndefined();
  });
});

test('a cluster ends when the first of its ends has come', () => {
  expect(endOf(aReply())).toBeUndefined();
  expect(endOf(aReply({ expiresAt: LATE }))).toBe(LATE);
  expect(endOf(aReply({ expiresAt: LATE, handOverUntilAt: EARLY }))).toBe(EARLY);
  expect(endOf(aReply({ expiresAt: EARLY, handOverUntilAt: LATE }))).toBe(EARLY);
});

describe('who reads of it', () => {
  test('is told who pays', () => {
    expect(payerInWords(aReply(), 'ada')).toBe('you');
    expect(payerInWords(aReply(), 'grace')).toBe('ada, whose address is told by: hub members x');
    expect(payerInWords({ id: 'x' } as ClusterReply, '')).toBeUndefined();
  });

  test('is told of an offer what they can do about it', () => {
    const offered = aReply({ offeredTo: 'grace' });
    expect(offerInWords(aReply(), 'grace')).toBeUndefined();
    expect(offerInWords(offered, 'grace')).toContain('hub transfer x --accept');
    expect(offerInWords(offered, 'grace')).toContain('hub transfer x --decline');
    expect(offerInWords(offered, 'ada')).toContain('hub transfer x --withdraw');
    expect(offerInWords(offered, 'vera')).toBe('Another owner was asked to pay for it.');
  });

  test('is told of a deletion that comes what they can do about it', () => {
    const leaving = aReply({ handOverUntilAt: LATE });
    expect(handOverInWords(aReply(), 'grace')).toBeUndefined();
    expect(handOverInWords(leaving, 'grace')).toContain(`at ${LATE} unless`);
    expect(handOverInWords(leaving, 'grace')).toContain('hub transfer x --accept');
    expect(handOverInWords(leaving, 'ada')).toMatch(/^You are deleting your account/);
    expect(handOverInWords(leaving, 'vera')).toContain('ask one of its owners');
  });
});
