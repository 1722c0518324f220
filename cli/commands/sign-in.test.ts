/** What is said to whoever signs in, before anybody has. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Stopped } from '../failure.ts';
import type { Io } from '../io.ts';
import { createProgram } from '../program.ts';

/** @returns what a sign-in says that is stopped at once */
async function saidBy(args: string[], env: Record<string, string>): Promise<string> {
  const server = createServer((_, answer) => answer.end(JSON.stringify({ projectId: 'p', apiKey: 'k' })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  let said = '';
  const io = {
    env: { HUB_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...env },
    out: { write: () => true },
    err: { write: (text: string) => (said += text) },
    // Whose program for it is not here: no browser is opened.
    platform: 'win32',
    async untilStopped(farewell: string, work: (signal: AbortSignal) => Promise<unknown>) {
      const stop = new AbortController();
      const working = work(stop.signal);
      stop.abort();
      await working.catch(() => undefined);
      throw new Stopped(farewell);
    },
  } as unknown as Io;
  await expect(createProgram(io).parseAsync(['login', ...args], { from: 'user' })).rejects.toThrow(Stopped);
  return said;
}

test('whoever signs in from another computer is told how the answer comes here', async () => {
  const said = await saidBy(['--no-browser'], {});
  const [, port = ''] = /[?&]port=(\d+)/.exec(said) ?? [];
  expect(said).toContain(`ssh -L ${port}:127.0.0.1:${port} `);
  expect(await saidBy([], { SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22' })).toContain('ssh -L');
  expect(await saidBy([], {})).not.toContain('ssh');
});
