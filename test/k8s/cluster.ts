/**
 * The cluster that the probes run against: a leaf of the stand-in, started here, or any real one that `HUB_TEST_KUBECONFIG` names (its
 * current context, with the rights of a cluster admin). And the real programs that talk to it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { aWorld } from '../../local/a-world.ts';
import { realClock } from '../../local/clock.ts';
import type { LeafEntry, Leaves } from '../../local/kubernetes/leaves.ts';
import { servedLeaves } from '../../local/kubernetes/testing.ts';
import type { World } from '../../local/service.ts';
import { findTools, type Output, run } from './tools.ts';

const REAL = process.env.HUB_TEST_KUBECONFIG;

/** Whether the cluster is ours: some probes are about what only a stand-in does, some about what only a real cluster can. */
export const isStandIn = REAL === undefined || REAL === '';

/** A pod is there within half a second. */
const SPEED = 60;
const TOKEN = 'ya29.probe';

export interface Session {
  /** What is made by the probes of one file. */
  namespace: string;
  config: KubeConfig;
  /** An empty folder for files. */
  folder: string;
  /** Runs kubectl in the namespace. @throws Error unless it ends well */
  kubectl(command: string | readonly string[], input?: string): Promise<string>;
  /** The same, for what ends badly: its exit code and both of its outputs. */
  tryKubectl(command: string | readonly string[], input?: string): Promise<Output>;
  helm(command: string | readonly string[]): Promise<string>;
  tryHelm(command: string | readonly string[]): Promise<Output>;
  /** Starts kubectl and goes on. */
  follow(command: string, variables?: Record<string, string>): Followed;
  /** Ends the API server and starts it again, with what it had stored. Stand-in only. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

interface Followed {
  /** Waits for a line that matches. @throws Error if the program ends first */
  line(pattern: RegExp): Promise<string>;
  stop(): void;
}

export async function openSession(name: string): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-k8s-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const standIn = isStandIn ? await startLeaf() : undefined;
  writeFileSync(kubeconfig, standIn ? kubeConfigOf(standIn.entry) : readFileSync(REAL ?? '', 'utf8'), {
    mode: 0o600,
  });
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const namespace = `probe-${name}-${Math.floor(Math.random() * 36 ** 5).toString(36)}`;
  const tools = findTools();
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(folder, 'cache'),
    HELM_CACHE_HOME: join(folder, 'helm'),
    HELM_CONFIG_HOME: join(folder, 'helm'),
    HELM_DATA_HOME: join(folder, 'helm'),
  };
  const words = (command: string | readonly string[]): string[] =>
    typeof command === 'string' ? command.split(' ').filter(Boolean) : [...command];
  const call = (program: string, command: string | readonly string[], input?: string): Promise<Output> =>
    run(program, [`--namespace=${namespace}`, ...words(command)], { env, input });
  const must = async (output: Promise<Output>, command: string | readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await output;
    if (code !== 0) throw new Error(`${words(command).join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const tryKubectl: Session['tryKubectl'] = (command, input) => call(tools.kubectl, command, input);
  const tryHelm: Session['tryHelm'] = (command) => call(tools.helm, command);
  await must(tryKubectl(`create namespace ${namespace}`), 'create namespace');
  return {
    namespace,
    config,
    folder,
    tryKubectl,
    tryHelm,
    kubectl: (command, input) => must(tryKubectl(command, input), command),
    helm: (command) => must(tryHelm(command), command),
    follow: (command, variables) =>
      follow(tools.kubectl, [`--namespace=${namespace}`, ...words(command)], { ...env, ...variables }),
    async restart() {
      await standIn?.restart();
    },
    async close() {
      if (!standIn) await tryKubectl(`delete namespace ${namespace} --wait=false`);
      await standIn?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface StandIn {
  entry: LeafEntry;
  restart(): Promise<void>;
  close(): Promise<void>;
}

const TARGET = {
  name: 'hub-probe-g1',
  location: 'europe-west1-b',
  nodeCount: 2,
  machineType: 'e2-standard-4',
};

async function startLeaf(): Promise<StandIn> {
  const world: World = aWorld({ clock: realClock(SPEED) });
  const start = async (): Promise<[Leaves, LeafEntry]> => {
    const leaves = servedLeaves(world, TOKEN);
    return [leaves, await leaves.start(TARGET)];
  };
  let [leaves, entry] = await start();
  return {
    entry,
    async restart() {
      await leaves.close();
      [leaves, entry] = await start();
    },
    close: () => leaves.close(),
  };
}

function kubeConfigOf({ server, ca }: LeafEntry): string {
  const authority = Buffer.from(ca).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'leaf', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'hub', user: { token: TOKEN } }],
    contexts: [{ name: 'leaf', context: { cluster: 'leaf', user: 'hub' } }],
    'current-context': 'leaf',
  });
}

function follow(program: string, args: readonly string[], env: Record<string, string>): Followed {
  const child = spawn(program, args, { env });
  let text = '';
  let read = 0;
  let isOver = false;
  let wake = (): void => undefined;
  const hear = (chunk: string): void => {
    text += chunk;
    wake();
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  child.on('close', () => {
    isOver = true;
    wake();
  });
  return {
    async line(pattern) {
      for (;;) {
        const lines = text.slice(read).split('\n').slice(0, -1);
        for (const line of lines) {
          read += line.length + 1;
          if (pattern.test(line)) return line;
        }
        if (isOver) throw new Error(`it ended before a line matched ${pattern}: ${text}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

/** Lines of columns, without the runs of spaces between them. */
export const tableOf = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(/\s{2,}/));

/** The cells of the row that is about this object. */
export function rowOf(text: string, name: string): string[] {
  const row = tableOf(text).find(([first]) => first === name);
  expect(row, text).toBeDefined();
  return row ?? [];
}
