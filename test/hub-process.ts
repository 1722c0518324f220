/** Hub as a process of its own, for what only a process can suffer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../local/main.ts', import.meta.url));

export const aFolder = (): string => mkdtempSync(join(tmpdir(), 'hub-test-'));

/** On any free ports. */
export const launch = (env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [MAIN], {
    env: { ...process.env, HUB_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

export interface HubProcess {
  pid: number;
  addresses: Record<string, string>;
  /** Of the functions' host; undefined while it is being started again. Only where there is /proc. */
  hostPid(): number | undefined;
  /** What the functions and the cloud have logged so far, of which the newest is kept. */
  log(): Record<string, unknown>[];
  /** Ends like a machine that loses power; resolves when it is gone, and all that it started: whoever holds its output. */
  kill(): Promise<void>;
  /** Ends politely; resolves as `kill` does, with the exit code. */
  end(): Promise<number | null>;
}

/** Of a Hub that runs for long; whoever looks for what happened wants its end. */
const KEPT_OUTPUT = 2_000_000;

/**
 * Resolves when Hub says that it is ready.
 * @param start for whoever wants to know of it before it is
 */
export async function startHubProcess(
  folder: string,
  env: Record<string, string> = {},
  start: typeof launch = launch,
): Promise<HubProcess> {
  const child = start({ HUB_DATA: folder, HUB_CLOUD_SPEED: '600', ...env });
  let output = '';
  const keep = (line: string): void => {
    output += `${line}\n`;
    if (output.length > 2 * KEPT_OUTPUT)
      output = output.slice(output.indexOf('\n', output.length - KEPT_OUTPUT) + 1);
  };
  child.stderr?.on('data', byLine(keep));
  const gone = once(child, 'close');
  await new Promise<void>((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!text.includes('Hub is ready at')) return;
      child.stdout?.off('data', read);
      resolve();
    };
    child.stdout?.on('data', byLine(keep)).on('data', read);
    child.once('exit', (code) => reject(new Error(`Hub ended with ${code}: ${output}`)));
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    addresses: JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8')) as Record<string, string>,
    hostPid: () => childrenOf(pid)[0],
    log: () =>
      output
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async end() {
      child.kill('SIGTERM');
      await gone;
      return child.exitCode;
    },
  };
}

/** A chunk ends anywhere, also within a letter; what the other stream says then must not come into the middle of a line. */
function byLine(heard: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder();
  let begun = '';
  return (chunk) => {
    const lines = `${begun}${decoder.write(chunk)}`.split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) heard(line);
  };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the parent is the second field after the name in brackets. */
function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return Number(fields[1]) === parent;
    } catch {
      return false; // It has ended meanwhile.
    }
  });
}
