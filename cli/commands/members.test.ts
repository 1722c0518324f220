/** Sharing and handing over, at a Hub that writes down what it is asked for. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ClusterReply } from '../../shared/api/clusters.ts';
import { days } from '../../shared/units.ts';
import { exitCodeOf, inWords } from '../failure.ts';
import type { Io } from '../io.ts';
import { createProgram } from '../program.ts';

const ID = 'abcdefghijklmnop';
/** Ada pays for it, and grace owns it, too. */
const CLUSTER = { id: ID, name: 'mine', owner: 'ada', members: { ada: 'owner', grace: 'owner' } };

const MEMBERS = [
  { email: 'grace@example.com', role: 'owner', uid: 'grace', pending: false },
  { email: 'new@example.com', role: 'viewer', pending: true, expiresAt: '2030-01-31T12:00:00.000Z' },
  // As an older Hub tells it.
  { email: 'old@example.com', role: 'viewer', pending: true },
];

const tokenOf = (uid: string): string =>
  `e30.${Buffer.from(JSON.stringify({ sub: uid, email: `${uid}@example.com` })).toString('base64url')}.x`;

/** @param uid of who asks */
async function aHub(uid: string, cluster: Partial<ClusterReply> = {}) {
  const asked: unknown[] = [];
  const server = createServer(async (request, answer) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
    if (request.method !== 'GET') asked.push(JSON.parse(text));
    else if (request.url?.endsWith('/members')) return answer.end(JSON.stringify({ members: MEMBERS }));
    answer.writeHead(200).end(JSON.stringify({ ...CLUSTER, ...cluster }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let out = '';
  const io = {
    env: { HUB_URL: address, HUB_TOKEN: tokenOf(uid) },
    out: { write: (text: string) => (out += text) },
    err: { write: () => true },
  } as unknown as Io;
  const say = async (...args: string[]) => {
    out = '';
    const error: unknown = await createProgram(io)
      .parseAsync(args, { from: 'user' })
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    return { code: error === undefined ? 0 : exitCodeOf(error), out, err: error ? inWords(error) : '' };
  };
  return { say, asked, address };
}

describe('a transfer', () => {
  test.each([
    ['ada', ['grace@example.com'], 'offer', 'grace', undefined, /^grace@example.com was asked to pay/],
    ['ada', ['--withdraw'], 'withdraw', 'ada', 'grace', /^The offer of mine was withdrawn/],
    ['grace', ['--accept'], 'accept', 'grace', 'grace', /^You pay for mine from now on/],
    ['grace', ['--decline'], 'decline', 'grace', 'grace', /^You declined to pay for mine/],
  ])('by %s with %j says to Hub what is meant', async (uid, args, action, to, offeredTo, says) => {
    const { say, asked } = await aHub(uid, { ...(offeredTo && { offeredTo }) });
    expect(await say('transfer', ID, ...args)).toMatchObject({ code: 0, out: expect.stringMatching(says) });
    expect(asked).toEqual([{ email: `${to}@example.com`, action }]);
  });

  test.each([
    ['grace', ['--withdraw'], 'grace', /was offered to you: only .* Nothing was done.*--accept.*--decline/s],
    ['grace', ['--withdraw'], undefined, /^error: Only whoever pays for mine can withdraw/],
    ['ada', ['--accept'], 'grace', /have offered it to another owner.*hub transfer \S+ --withdraw$/s],
    ['ada', ['--accept'], undefined, /^error: You pay for mine already\. Nothing was done/],
    ['ada', ['--decline'], 'grace', /have offered it to another owner/],
    ['grace', ['--decline'], undefined, /was not offered to you/],
    ['grace', ['ada@example.com'], undefined, /Only whoever pays for mine can offer it/],
  ])('by %s with %j, where %s was asked, is refused before anything is done', async (uid, args, to, says) => {
    const { say, asked } = await aHub(uid, { ...(to && { offeredTo: to }) });
    expect(await say('transfer', ID, ...args)).toMatchObject({ code: 1, err: expect.stringMatching(says) });
    expect(asked).toEqual([]);
  });

  test('says one thing', async () => {
    const { say, asked } = await aHub('ada');
    for (const args of [[], ['--accept', '--withdraw'], ['grace@example.com', '--decline']])
      expect((await say('transfer', ID, ...args)).code, args.join(' ')).toBe(2);
    expect(asked).toEqual([]);
  });
});

test('whoever invites is told that Hub sends nothing, what to send, and for how long it holds', async () => {
  const { say, address } = await aHub('ada');
  const until = new Date(Date.now() + days(30)).toISOString().slice(0, 10);
  expect((await say('share', ID, 'New@example.com', '--role', 'viewer')).out).toBe(
    [
      `New@example.com is invited to mine as viewer, for 30 days, until ${until}.`,
      'Hub sends no e-mail. Send them the address of the cluster, where they sign in with that e-mail address:',
      `  ${address}/clusters/${ID}\n`,
    ].join('\n'),
  );
  expect((await say('share', ID, 'grace@example.com', '--role', 'owner')).out).toBe(
    'grace@example.com is owner of mine.\n',
  );
});

test('the list of members says until when somebody is invited, where the Hub tells it', async () => {
  const { say } = await aHub('ada');
  const lines = (await say('members', ID)).out.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(lines).toContainEqual(['new@example.com', 'viewer', 'invited until 2030-01-31']);
  expect(lines).toContainEqual(['old@example.com', 'viewer', 'invited']);
});
