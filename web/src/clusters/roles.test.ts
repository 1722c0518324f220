import { expect, test } from 'vitest';
import { deedOf, questionOf } from './roles.ts';

const EMAIL = 'grace@example.com';

test.each([
  ['viewer', 'owner', false, 'Make grace@example.com an owner?'],
  ['owner', 'editor', false, 'Make grace@example.com an editor?'],
  ['owner', 'viewer', true, 'Stop being an owner?'],
  ['editor', 'owner', true, 'Become an owner?'],
  ['editor', 'viewer', true, 'Become a viewer?'],
] as const)('from %s to %s (oneself: %s) is a question', (from, to, isSelf, title) => {
  expect(questionOf(EMAIL, from, to, isSelf)?.title).toBe(title);
});

test.each([
  ['viewer', 'editor', false],
  ['editor', 'viewer', false],
  ['owner', 'owner', true],
] as const)('from %s to %s (oneself: %s) is none', (from, to, isSelf) => {
  expect(questionOf(EMAIL, from, to, isSelf)).toBeUndefined();
});

test('where who pays is leaving, each other owner may take it', () => {
  const cluster = { owner: 'payer', handOverUntilAt: new Date(0) };
  const member = { uid: 'other', role: 'owner', email: EMAIL, pending: false } as const;
  expect(deedOf(cluster, member, 'other')).toBe('accept');
  expect(deedOf(cluster, member, 'third')).toBeUndefined();
});

test.each([
  ['who pays offers it to another owner', 'payer', { uid: 'other' }, undefined, 'offer'],
  ['and takes that back', 'payer', { uid: 'other' }, 'other', 'withdraw'],
  ['whom it is offered to takes it', 'other', { uid: 'other' }, 'other', 'accept'],
  ['nobody takes it for somebody else', 'third', { uid: 'other' }, 'other', undefined],
  ['nobody but who pays offers it', 'third', { uid: 'other' }, undefined, undefined],
  ['who pays need not offer it to themselves', 'payer', { uid: 'payer' }, undefined, undefined],
  ['it counts for owners alone', 'payer', { uid: 'other', role: 'editor' }, undefined, undefined],
  ['who has not come yet cannot pay', 'payer', { pending: true }, undefined, undefined],
  ['who has no address cannot be named', 'payer', { uid: 'other', email: '' }, undefined, undefined],
] as const)('of who pays: %s', (_, uid, member, offeredTo, deed) => {
  const cluster = { owner: 'payer', ...(offeredTo !== undefined && { offeredTo }) };
  expect(deedOf(cluster, { role: 'owner', email: EMAIL, pending: false, ...member }, uid)).toBe(deed);
});
