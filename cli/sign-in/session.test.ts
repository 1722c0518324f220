/** Sessions of scripts and of people, at a Hub on this computer that renews them itself. */
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exitCodeOf, inWords } from '../failure.ts';
import { filesIn } from '../files.ts';
import type { Io } from '../io.ts';
import { createProgram } from '../program.ts';
import { openSession } from './session.ts';

const HOUR_SECONDS = 3600;
/** @param inSeconds until it ends */
const tokenOf = (uid: string, inSeconds = HOUR_SECONDS): string => {
  const claims = { sub: uid, email: `${uid}@example.com`, exp: Math.floor(Date.now() / 1000) + inSeconds };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
};

/** @returns what is said there, and the sessions of which an ID token was asked for */
async function aHub(env: Record<string, string> = {}) {
  const renewed: (string | null)[] = [];
  const server = createServer(async (request, answer) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
    if (request.url?.startsWith('/__/firebase'))
      return answer.end(JSON.stringify({ projectId: 'p', apiKey: 'k', hub: { auth: url, firestore: '' } }));
    if (!request.url?.includes('/v1/token')) return answer.writeHead(404).end();
    const session = new URLSearchParams(text).get('refresh_token');
    renewed.push(session);
    if (session === 'away') return answer.writeHead(503).end();
    if (session !== 'good')
      return answer.writeHead(400).end(JSON.stringify({ error: { message: 'INVALID_REFRESH_TOKEN' } }));
    return answer.end(JSON.stringify({ id_token: tokenOf('renewed'), refresh_token: 'good' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const XDG_CONFIG_HOME = mkdtempSync(join(tmpdir(), 'hub-session-'));
  const said = { out: '', err: '' };
  const io = {
    env: { HUB_URL: url, XDG_CONFIG_HOME, ...env },
    out: { write: (text: string) => (said.out += text) },
    err: { write: (text: string) => (said.err += text) },
  } as unknown as Io;
  const whoami = async () => {
    Object.assign(said, { out: '', err: '' });
    const error: unknown = await createProgram(io)
      .parseAsync(['whoami', '--token'], { from: 'user' })
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    return error === undefined ? { code: 0, ...said } : { code: exitCodeOf(error), err: inWords(error) };
  };
  const keep = (idToken: string): void =>
    filesIn(io).of(url).write('session.json', { uid: 'ada', refreshToken: 'good', idToken });
  return { url, whoami, keep, renewed, stored: () => existsSync(join(XDG_CONFIG_HOME, 'hub')) };
}

const uidIn = (token = ''): string =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sub;

test('the token of whoever is signed in is printed, alone on its line, and renewed if it must be', async () => {
  const hub = await aHub();
  const fresh = tokenOf('ada');
  hub.keep(fresh);
  expect(await hub.whoami()).toEqual({ code: 0, out: `${fresh}\n`, err: '' });
  expect(hub.renewed).toEqual([]);
  hub.keep(tokenOf('ada', 30));
  const { out, err } = (await hub.whoami()) as { out: string; err: string };
  expect([uidIn(out), err, hub.renewed]).toEqual(['renewed', '', ['good']]);
  expect(out).toMatch(/^\S+\n$/);
});

test('a session of a script is used and not stored, and an ID token wins over it', async () => {
  const hub = await aHub({ HUB_REFRESH_TOKEN: 'good' });
  const { code, out } = (await hub.whoami()) as { code: number; out: string };
  expect([code, uidIn(out), hub.stored()]).toEqual([0, 'renewed', false]);
  const given = tokenOf('given');
  const both = await aHub({ HUB_REFRESH_TOKEN: 'good', HUB_TOKEN: given });
  expect(await both.whoami()).toMatchObject({ out: `${given}\n` });
  expect(both.renewed).toEqual([]);
});

test('a session of a script that is over says where it is from', async () => {
  const hub = await aHub({ HUB_REFRESH_TOKEN: 'old' });
  expect(await hub.whoami()).toEqual({
    code: 1,
    err: 'error: The session in HUB_REFRESH_TOKEN is over. (UNAUTHENTICATED)\nSet another one, or unset it and sign in: hub login.',
  });
});

test('a renewal that fails passes, and a session that is over does not', async () => {
  const hub = await aHub();
  for (const [refreshToken, passes] of [
    ['away', true],
    ['old', false],
  ] as const) {
    const io = { env: { HUB_REFRESH_TOKEN: refreshToken } } as unknown as Io;
    const session = openSession(io, hub.url, filesIn({ env: {} }).of(hub.url));
    await expect(session.token()).rejects.toMatchObject({ passes });
  }
});
