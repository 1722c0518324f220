/** The command `hub` as people run it: the one file that is served, a process of its own, a home of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { COMMAND } from '../../scripts/build-cli.ts';
import { SESSION_FIELD, STATE_FIELD } from '../../shared/loopback-sign-in.ts';

/** Whichever Node the person has, whom the tests themselves have led to a newer one. */
const NODE = process.env.npm_node_execpath ?? process.execPath;

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

interface Running {
  child: ChildProcess;
  /** Resolves with the first text on either output that the form finds. */
  says(form: RegExp): Promise<RegExpExecArray>;
  ended: Promise<Ended>;
}

export interface Shell {
  /** A folder of its own. */
  home: string;
  env: Record<string, string>;
  start(...args: string[]): Running;
  hub(...args: string[]): Promise<Ended>;
}

/** @param more variables of the environment */
export function aShell(url: string, more: Record<string, string> = {}): Shell {
  const home = mkdtempSync(join(tmpdir(), 'hub-cli-'));
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: home, XDG_CONFIG_HOME: join(home, 'config'), HUB_URL: url, ...more };
  const start: Shell['start'] = (...args) => follow(spawn(NODE, [COMMAND, ...args], { cwd: home, env }));
  return { home, env, start, hub: (...args) => start(...args).ended };
}

function follow(child: ChildProcess): Running {
  let [out, err] = ['', ''];
  const looks = new Set<() => void>();
  const keep = (add: (text: string) => void) => (chunk: Buffer) => {
    add(chunk.toString());
    for (const look of looks) look();
  };
  child.stdout?.on(
    'data',
    keep((text) => (out += text)),
  );
  child.stderr?.on(
    'data',
    keep((text) => (err += text)),
  );
  child.stdin?.end();
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }));
  });
  return {
    child,
    ended,
    says: (form) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = form.exec(err) ?? form.exec(out);
          if (!found) return;
          looks.delete(look);
          resolve(found);
        };
        looks.add(look);
        look();
        void ended.then(({ code }) => reject(new Error(`it ended with ${code} and said: ${err}${out}`)));
      }),
  };
}

/** The address of the page that a sign-in asks to open. */
export async function pageOf(login: Running): Promise<URL> {
  const [address = ''] = await login.says(/http\S+\/command-line\?\S+/);
  return new URL(address);
}

/** Posts to the command what the console's page would. */
export const postSession = (
  page: URL,
  session: string,
  state = page.searchParams.get('state') ?? '',
): Promise<Response> =>
  fetch(`http://127.0.0.1:${page.searchParams.get('port')}/`, {
    method: 'POST',
    body: new URLSearchParams({ [STATE_FIELD]: state, [SESSION_FIELD]: session }),
  });

interface Tokens {
  idToken: string;
  refreshToken: string;
}

/** @param auth address of the stand-in @param verb as `signInWithPassword`, or `signUp` for somebody new */
export async function tokensOf(auth: string, email: string, verb = 'signInWithPassword'): Promise<Tokens> {
  const answer = await fetch(`http://${auth}/identitytoolkit.googleapis.com/v1/accounts:${verb}?key=local`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'hub-local', returnSecureToken: true }),
  });
  return (await answer.json()) as Tokens;
}

/** Signs somebody in without a browser. */
export async function signedIn(shell: Shell, session: string): Promise<Ended> {
  const login = shell.start('login', '--no-browser');
  onTestFinished(() => void login.child.kill());
  await postSession(await pageOf(login), session);
  return login.ended;
}
