/** What is sat out while a cluster is watched, at a Hub to which nothing leads but the answers given here. */
import { expect, test } from 'vitest';
import type { ClusterReply } from '../shared/api/clusters.ts';
import type { Api } from './api.ts';
import { Failed } from './failure.ts';
import type { Session } from './sign-in/session.ts';
import { watchCluster } from './watch.ts';

const session = { token: () => Promise.reject(new Error('no token')) } as unknown as Session;

/** @param answers in turn, the last one for ever */
function watching(answers: readonly (Error | string)[]) {
  let count = 0;
  const ask = async () => {
    const answer = answers[Math.min(count++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return { body: { updateTime: answer } as ClusterReply };
  };
  const api = { ask } as unknown as Api;
  const where = { address: 'http://127.0.0.1:1', session, api, deafMs: 1, againMs: 1 };
  return { changes: watchCluster(where, 'x', new AbortController().signal), asked: () => count };
}

const passing = (code?: string) => new Failed('Not now.', { ...(code && { code }), passes: true });

test('whatever passes is sat out, from the first look on', async () => {
  const { changes } = watching([passing('UNAVAILABLE'), 'a', passing(), passing('TOO_MANY_REQUESTS'), 'b']);
  expect((await changes.next()).value).toMatchObject({ updateTime: 'a' });
  expect((await changes.next()).value).toMatchObject({ updateTime: 'b' });
  await changes.return();
});

test('what does not pass ends it at once, and what never does in the end', async () => {
  const refused = watching(['a', new Failed('No.', { code: 'NOT_FOUND' })]);
  await refused.changes.next();
  await expect(refused.changes.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(refused.asked()).toBe(2);
  const away = watching([passing('UNREACHABLE')]);
  await expect(away.changes.next()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect(away.asked()).toBe(41);
});
