/** The command as operators run it, against a server in place of a Hub whose cluster fails; the tokens are real ones. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type AnAuth, anAuth, PASSWORD } from '../local/auth/an-auth.ts';
import { hours } from '../shared/units.ts';

const COMMAND = fileURLToPath(new URL('smoke.ts', import.meta.url));

const run = (args: string[], env: Record<string, string>) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [COMMAND, '--every', '0.01', ...args],
      { env: { ...process.env, ...env } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

async function signedIn() {
  const auth: AnAuth = await anAuth();
  onTestFinished(() => auth.close());
  const user = { email: 'smoke@example.com', password: PASSWORD, returnSecureToken: true };
  const { body } = await auth.client('signUp', user);
  return { auth, tokens: `${auth.origin}/securetoken.googleapis.com`, ...body } as {
    auth: AnAuth;
    tokens: string;
    idToken: string;
    refreshToken: string;
  };
}

/** Once a cluster is asked for an hour passes. It is made, then fails, and its deletion is answered with `deletion`. */
async function aHub(auth: AnAuth, deletion: number): Promise<string> {
  let aheadMs = 0;
  const isGood = (token = ''): boolean => {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}');
    return Number(claims.exp) * 1000 > Date.now() + aheadMs;
  };
  const states = ['provisioning', 'failed'];
  const answers: Record<string, () => [number, object]> = {
    'GET /v1/health': () => [200, {}],
    'POST /v1/clusters': () => {
      aheadMs += hours(1);
      auth.forward(hours(1));
      return [202, { id: 'c1', state: 'queued' }];
    },
    'GET /v1/clusters/c1': () => [200, { state: states.shift(), error: { code: 'INSTALL_FAILED' } }],
    'DELETE /v1/clusters/c1': () => [deletion, { code: 'UNAVAILABLE', title: 'Not now.' }],
  };
  const server = createServer(({ method, url, headers }, response) => {
    const known = isGood(headers.authorization?.slice('Bearer '.length));
    const [status, body] = known
      ? (answers[`${method} ${url}`]?.() ?? [404, {}])
      : [401, { code: 'TOKEN_EXPIRED' }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('whoever has a refresh token outlasts the hour of an ID token, and deletes what it made', async () => {
  const { auth, tokens, refreshToken } = await signedIn();
  const url = await aHub(auth, 202);
  const args = ['--url', url, '--key', 'local', '--tokens', tokens];
  const { code, out, err } = await run(args, { HUB_REFRESH_TOKEN: refreshToken });
  expect({ code, err }).toEqual({ code: 1, err: 'FAILED: cluster c1 is failed: INSTALL_FAILED\n' });
  expect(out).toContain('cluster c1 is being deleted');
  expect(out).not.toContain('LEFT');
});

test('what may not be deleted is told as left, with where to delete it', async () => {
  const { auth, tokens, refreshToken } = await signedIn();
  const url = await aHub(auth, 503);
  const args = ['--url', url, '--key', 'local', '--tokens', tokens];
  const { code, out } = await run(args, { HUB_REFRESH_TOKEN: refreshToken });
  expect(code).toBe(1);
  expect(out).not.toContain('is being deleted');
  expect(out).toContain(
    `LEFT: cluster c1 stands and costs money: it cannot be deleted: 503, UNAVAILABLE, Not now. Delete it at ${url}/clusters/c1`,
  );
});

test('an ID token alone is good for an hour, and what is left then is told', async () => {
  const { auth, idToken } = await signedIn();
  const { code, out, err } = await run(['--url', await aHub(auth, 202)], { HUB_TOKEN: idToken });
  expect(code).toBe(1);
  expect(err).toContain('cluster c1 was new and cannot be seen any more: 401, TOKEN_EXPIRED');
  expect(out).toContain('LEFT: cluster c1 stands and costs money: it cannot be deleted: 401, TOKEN_EXPIRED.');
});

test('a sign-in that is over begins nothing', async () => {
  const { auth, tokens } = await signedIn();
  const args = ['--url', await aHub(auth, 202), '--key', 'local', '--tokens', tokens];
  const { code, out, err } = await run(args, { HUB_REFRESH_TOKEN: 'none' });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe('no new ID token: 400, INVALID_REFRESH_TOKEN\n');
});

test.each([
  ['no token', ['--url', 'http://127.0.0.1:1'], {}, 'Neither HUB_REFRESH_TOKEN nor HUB_TOKEN is set'],
  ['no key', ['--url', 'http://127.0.0.1:1'], { HUB_REFRESH_TOKEN: 'x' }, '--key is missing'],
])('without it says what it needs: %s', async (_, args, env, says) => {
  const { code, err } = await run(args, { HUB_TOKEN: '', HUB_REFRESH_TOKEN: '', ...env });
  expect(code).toBe(2);
  expect(err).toContain(says);
});

/** A Hub whose cluster is being made for ever, until it is deleted. @param answer says itself what it answers, or leaves it to the Hub */
async function aSlowHub(
  answer: (asked: string, request: IncomingMessage, response: ServerResponse) => boolean,
) {
  const asked: string[] = [];
  const keys: unknown[] = [];
  let waitedFor = 0;
  const seen = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const what = `${request.method} ${request.url}`;
    asked.push(what);
    if (what === 'POST /v1/clusters') keys.push(request.headers['idempotency-key']);
    if (what === 'GET /v1/clusters/c1' && ++waitedFor === 2) seen.resolve();
    if (answer(what, request, response)) return;
    const isMade = what === 'POST /v1/clusters' || what.startsWith('DELETE');
    response
      .writeHead(isMade ? 202 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id: 'c1', state: 'provisioning' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    keys,
    seen: seen.promise,
  };
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'interrupted by %s it deletes what it made, and says so',
  async (signal) => {
    const { url, asked, seen } = await aSlowHub(() => false);
    const child = spawn(process.execPath, [COMMAND, '--every', '0.01', '--url', url], {
      env: { ...process.env, HUB_TOKEN: 'x', HUB_REFRESH_TOKEN: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const told: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => told.push(String(chunk)));
    await seen;
    // A terminal tells all that run in it, and npm passes it on, too.
    child.kill(signal);
    child.kill(signal);
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(told.join('')).toContain('cluster c1 is being deleted');
    expect(told.join('')).toContain(`FAILED: interrupted by ${signal}\n`);
    expect(asked.filter((what) => what === 'DELETE /v1/clusters/c1')).toHaveLength(1);
  },
);

test('an answer that is lost is asked for once more, with the same key; so is a deletion', async () => {
  const lost = new Set<string>();
  const { url, asked, keys } = await aSlowHub((what, request, response) => {
    if (what === 'GET /v1/clusters/c1') {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ state: 'failed', error: { code: 'INSTALL_FAILED' } }));
      return true;
    }
    if (!/^(POST|DELETE)/.test(what) || lost.has(what)) return false;
    lost.add(what);
    request.socket.destroy();
    return true;
  });
  const { code, out } = await run(['--url', url], { HUB_TOKEN: 'x', HUB_REFRESH_TOKEN: '' });
  expect(code).toBe(1);
  expect(out).toContain('cluster c1 is being deleted');
  expect(keys).toEqual([expect.stringMatching(/^[\w-]{36}$/), keys[0]]);
  expect(asked.filter((what) => what.startsWith('DELETE'))).toHaveLength(2);
});

test('whoever never answers may have made one, and its name is told', async () => {
  const { url } = await aSlowHub((what, request) => {
    if (what !== 'POST /v1/clusters') return false;
    request.socket.destroy();
    return true;
  });
  const { code, err } = await run(['--url', url], { HUB_TOKEN: 'x', HUB_REFRESH_TOKEN: '' });
  expect(code).toBe(1);
  expect(err).toMatch(
    /^FAILED: whether a cluster was made is not known: .*\. If there is one named smoke-\w+ at .*\/clusters, delete it; else Hub does so 4 hours after it was made\.\n$/,
  );
});
