/** A Hub that is killed and started again on the same data, and people who ask it in spite of that. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HubProcess, startHubProcess } from '../../hub-process.ts';
import { type Answer, type Person, personAt, signIn } from '../../journeys/hub.ts';

export const PEOPLE = ['ada', 'grace', 'operator'] as const;
type Name = (typeof PEOPLE)[number];

/** A start under load takes seconds; nobody asks for longer than this without an answer. */
const PATIENCE_MS = 120_000;
/** No answer, or one that says "later". */
const PASSING = new Set([429, 500, 502, 503, 504]);

export type WireHub = Awaited<ReturnType<typeof startWireHub>>;

/** @param env of a Hub on which faults strike */
export async function startWireHub(env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'hub-wire-'));
  let hub: HubProcess = await startHubProcess(folder, env);
  // Whoever is interrupted leaves no Hub behind.
  const killIt = (): void => void hub.kill();
  process.on('exit', killIt);
  const tokens = new Map<Name, string>();
  for (const name of PEOPLE) {
    tokens.set(name, await signIn(hub.addresses.auth ?? '', `${name}@example.com`));
  }
  return {
    folder,
    get addresses() {
      return hub.addresses;
    },
    get process() {
      return hub;
    },
    /** Loses power. Resolves when it is up again. */
    async restart(changed: Record<string, string> = env): Promise<void> {
      await hub.kill();
      hub = await startHubProcess(folder, changed);
    },
    /** The functions' host alone dies; its supervisor starts another. */
    killHost(): boolean {
      const pid = hub.hostPid();
      if (pid === undefined) return false;
      process.kill(pid, 'SIGKILL');
      return true;
    },
    /**
     * Asks until there is an answer that is not "later". So a request may be carried out twice, as people's are who try again.
     * @throws Error without one
     */
    ask: <T>(name: Name | 'nobody', ...request: Parameters<Person>): Promise<Answer<T>> =>
      patiently(`${request[0]} ${request[1]}`, () =>
        personAt(hub.addresses.url ?? '', tokens.get(name as Name) ?? 'nobody')<T>(...request),
      ),
    /** The same for what answers not in JSON, of which only the status counts. */
    status: async (name: Name | 'nobody', path: string): Promise<number> =>
      (
        await patiently(`GET ${path}`, async () => {
          const authorization = `Bearer ${tokens.get(name as Name) ?? 'nobody'}`;
          const answer = await fetch(`${hub.addresses.url}${path}`, { headers: { authorization } });
          return { status: answer.status, body: await answer.text() };
        })
      ).status,
    async end(keepData: boolean): Promise<void> {
      process.off('exit', killIt);
      await hub.end();
      if (!keepData) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function patiently<A extends { status: number; body: unknown }>(
  what: string,
  send: () => Promise<A>,
): Promise<A> {
  const endMs = Date.now() + PATIENCE_MS;
  for (let tries = 0; ; tries++) {
    const answer = await send().catch(() => undefined);
    if (answer && !PASSING.has(answer.status)) return answer;
    if (Date.now() > endMs) throw new Error(`${what}: no answer but ${JSON.stringify(answer?.body)}`);
    await sleep(Math.min(1000, 50 * 2 ** tries));
  }
}
