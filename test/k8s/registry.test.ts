/** What Hub gives an installer to read charts with, tried by the real Helm; and what that says without it, which ours has to say too. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registryConfig } from '../../functions/charts.ts';
import { installJob, prerequisites } from '../../functions/leaf/manifests.ts';
import { virtualClock } from '../../local/clock.ts';
import { parseUpgrade } from '../../local/kubernetes/programs/helm-arguments.ts';
import { findChart } from '../../local/kubernetes/programs/helm-chart.ts';
import { type MemoryCharts, memoryCharts } from '../../local/memory/charts.ts';
import { chartSourceOf } from '../../local/registry/model.ts';
import type { Face } from '../../local/service.ts';
import { minutes } from '../../shared/units.ts';
import { aPlan } from '../a-plan.ts';
import { serveRegistry } from './registry.ts';
import { findTools, hasTools, type Output, run } from './tools.ts';

const PROJECT = 'hub-test';
const HOST = new URL(chartSourceOf(PROJECT)).host;
const PATH = `${PROJECT}/charts/hello`;
const VERSION = '1.1.0';

const skipped = !hasTools;
let folder: string;
let charts: MemoryCharts;
let face: Face;

beforeAll(async () => {
  if (skipped) return;
  folder = mkdtempSync(join(tmpdir(), 'hub-registry-'));
  mkdirSync(join(folder, 'hello', 'templates'), { recursive: true });
  writeFileSync(join(folder, 'hello', 'Chart.yaml'), `apiVersion: v2\nname: hello\nversion: ${VERSION}\n`);
  writeFileSync(
    join(folder, 'hello', 'templates', 'all.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pulled}\n',
  );
  await helm(['package', 'hello', '--destination', '.']);
  charts = memoryCharts(virtualClock(), PROJECT);
  const archive = readFileSync(join(folder, `hello-${VERSION}.tgz`));
  face = await serveRegistry(charts.registry, HOST, { path: PATH, version: VERSION, archive });
});
afterAll(async () => {
  await face?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const here = (): string => `127.0.0.1:${face.port}`;

/** In the environment of the installer's container, whose `/values` and `/scratch` are folders here. */
function helm(args: readonly string[], values = 'nothing'): Promise<Output> {
  const [container] = installJob(aPlan()).spec.template.spec.initContainers;
  const env = Object.fromEntries(
    (container.env as { name: string; value: string }[]).map(({ name, value }) => [
      name,
      value.replace('/values', join(folder, values)).replace('/scratch', join(folder, `scratch-${values}`)),
    ]),
  );
  return run('sh', ['-c', 'cd "$0" && exec "$@"', folder, findTools().helm, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
}

const pull = (values?: string): Promise<Output> =>
  helm(['template', 'x', `oci://${here()}/${PATH}`, '--version', VERSION, '--plain-http'], values);

/** Writes the Secret of an installation as a kubelet would mount it. */
function mount(name: string, token: string): string {
  const plan = aPlan({ chartSource: `oci://${here()}/${PROJECT}/charts` });
  const secret = prerequisites(plan, token).find(({ kind }) => kind === 'Secret');
  mkdirSync(join(folder, name));
  for (const [file, content] of Object.entries(secret?.data as Record<string, string>))
    writeFileSync(join(folder, name, file), Buffer.from(content, 'base64'), { mode: 0o440 });
  return name;
}

/** What the Helm of the stand-in ends with, in the place of the one that was run. */
function oursWith(token: string | undefined): string {
  const args = parseUpgrade(['x', `oci://${HOST}/${PATH}`, '--version', VERSION]);
  const config =
    token === undefined ? undefined : JSON.stringify(registryConfig(chartSourceOf(PROJECT), token));
  try {
    findChart(args, { registry: charts.registry, config });
    return '';
  } catch (error) {
    const text = `Error: ${(error as Error).message}\n`;
    const encoded = encodeURIComponent(here());
    return text
      .replaceAll(`https://${HOST}`, `http://${here()}`)
      .replaceAll(`service=${HOST}`, `service=${encoded}`);
  }
}

describe.skipIf(skipped)('a private registry', () => {
  test('is opened by what the installer finds beside its values', async () => {
    const token = await charts.issueToken(minutes(30));
    const { code, stdout, stderr } = await pull(mount('good', token));
    expect(stderr).toContain('Pulled: ');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('name: pulled') });
    expect(oursWith(token)).toBe('');
  });

  test('refuses whoever brings nothing, in the words of the stand-in', async () => {
    const { code, stderr } = await pull();
    expect(code).toBe(1);
    expect(stderr).toContain('403: denied: Unauthenticated request.');
    expect(stderr).toBe(oursWith(undefined));
  });

  test('refuses a token that is no good any more, in the words of the stand-in', async () => {
    const token = await charts.issueToken(0);
    const { code, stderr } = await pull(mount('old', token));
    expect(code).toBe(1);
    expect(stderr).toContain('401: unauthorized: authentication failed');
    expect(stderr).toBe(oursWith(token));
    expect(stderr).not.toContain(token);
  });
});
