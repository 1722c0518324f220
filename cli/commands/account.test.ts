/** The end of one's account, at a Hub that finds the sign-in too old for it. */
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ERRORS } from '../../shared/errors.ts';
import { inWords } from '../failure.ts';
import { filesIn } from '../files.ts';
import type { Io } from '../io.ts';
import { createProgram } from '../program.ts';

async function aHub(): Promise<string> {
  const { say: title, remedy } = ERRORS.SIGN_IN_TOO_OLD;
  const server = createServer(({ method }, answer) => {
    if (method === 'GET') answer.writeHead(200, { etag: '"seen"' }).end('{}');
    else answer.writeHead(403).end(JSON.stringify({ code: 'SIGN_IN_TOO_OLD', title, remedy }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What is said to whoever deletes their account there. */
async function refused(hub: string, env: Record<string, string>): Promise<string> {
  const quiet = { write: () => true };
  const io = { env: { HUB_URL: hub, ...env }, out: quiet, err: quiet } as unknown as Io;
  const ended = createProgram(io).parseAsync(['account', 'delete', '--yes'], { from: 'user' });
  return inWords(await ended.catch((error: unknown) => error));
}

/** Whose claims say nothing. */
const TOKEN = 'e30.e30.x';

test('a sign-in that is too old is answered with the one that helps: another one in the browser', async () => {
  const hub = await aHub();
  const env = { XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'hub-account-')) };
  filesIn({ env }).of(hub).write('session.json', { uid: 'ada', refreshToken: 'r', idToken: TOKEN });
  expect(await refused(hub, env)).toBe(
    [
      'error: You signed in too long ago for this. (SIGN_IN_TOO_OLD)',
      `Sign in anew: hub login --anew --hub ${hub}. Then repeat this within 15 minutes.`,
    ].join('\n'),
  );
  // Which a session would not replace.
  expect(await refused(hub, { ...env, HUB_TOKEN: TOKEN })).toMatch(/\nSet HUB_TOKEN to one of a sign-in of/);
});
