/** The command as operators run it, with a `helm` that notes what it is asked and a server in Artifact Registry's place. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ISTIO_VERSION } from '../functions/leaf/mesh.ts';
import { productsIn, wantedCharts } from './mirror.ts';

const COMMAND = fileURLToPath(new URL('charts.ts', import.meta.url));
/** Answers as helm does: a pull leaves one file in the folder. */
const HELM = `#!/bin/sh
echo "$@" >> "$HELM_LOG"
case "$*" in *"$HELM_REFUSES"*) exit 1;; esac
[ "$1" = pull ] || exit 0
for last; do :; done
touch "$last/chart.tgz"
`;

interface Options {
  missing: readonly string[];
  refuses?: string;
  status?: number;
  args?: readonly string[];
}

async function charts({ missing, refuses = 'nothing at all', status = 404, args = [] }: Options) {
  const folder = mkdtempSync(join(tmpdir(), 'hub-helm-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'helm'), HELM, { mode: 0o755 });
  const log = join(folder, 'log');
  const server = createServer(({ url = '' }, response) => {
    const [, chart, version] = /packages\/([\w-]+)\/tags\/([\w.]+)$/.exec(url) ?? [];
    response.writeHead(missing.includes(`${chart} ${version}`) ? status : 200).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const given = ['--project', 'p', '--region', 'europe-west1', '--endpoint', endpoint, ...args];
  return new Promise<{ code: number; out: string; err: string; asked: string[] }>((resolve) => {
    const env = {
      ...process.env,
      PATH: `${folder}:${process.env.PATH}`,
      HELM_LOG: log,
      HELM_REFUSES: refuses,
    };
    const child = execFile(process.execPath, [COMMAND, ...given], { env }, (_, out, err) => {
      const asked = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
      resolve({ code: child.exitCode ?? -1, out, err, asked });
    });
  });
}

test('what the mirror lacks is pulled from where it is made and pushed, and nothing else', async () => {
  const { code, err, asked } = await charts({ missing: [`istiod ${ISTIO_VERSION}`, 'pachyderm 2.12.1'] });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(asked).toEqual([
    expect.stringContaining(
      `pull oci://ghcr.io/istio/release/charts/istiod --version ${ISTIO_VERSION} --destination `,
    ),
    expect.stringMatching(/^push .+\/chart\.tgz oci:\/\/europe-west1-docker\.pkg\.dev\/p\/charts$/),
    expect.stringMatching(/^pull pachyderm --repo https:\/\/helm\.pachyderm\.com --version 2\.12\.1 /),
    expect.stringMatching(/^push /),
  ]);
});

test('where nothing is missing, helm is not asked', async () => {
  expect(await charts({ missing: [] })).toMatchObject({ code: 0, asked: [] });
});

test('a chart of one’s own is taken from where that is said to be, and else is told', async () => {
  const missing = ['hello 1.1.0'];
  // Nobody asks for what is not offered.
  expect(await charts({ missing })).toMatchObject({ code: 0 });
  const args = ['--products', 'pachyderm,hello'];
  expect(await charts({ missing, args })).toMatchObject({
    code: 1,
    out: 'Still missing: hello 1.1.0\n',
    err: expect.stringContaining('--from says where it is'),
    asked: [],
  });
  const from = ['--from', 'oci://charts.example.com/own'];
  const { code, asked } = await charts({ missing, args: [...args, ...from] });
  expect(code).toBe(0);
  expect(asked[0]).toMatch(/^pull oci:\/\/charts\.example\.com\/own\/hello --version 1\.1\.0 /);
});

test('one that helm does not get keeps no other one back', async () => {
  const missing = wantedCharts()
    .filter(({ chart }) => chart !== 'hello')
    .map(({ chart, version }) => `${chart} ${version}`);
  const { code, out, asked } = await charts({
    missing,
    refuses: 'pull oci://ghcr.io/istio/release/charts/gateway',
  });
  expect({ code, out }).toEqual({ code: 1, out: `Still missing: gateway ${ISTIO_VERSION}\n` });
  expect(asked.filter((line) => line.startsWith('push'))).toHaveLength(missing.length - 1);
});

test('a mirror that cannot be seen is not taken for an empty one', async () => {
  expect(await charts({ missing: [`base ${ISTIO_VERSION}`], status: 403 })).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be seen: 403'),
    asked: [],
  });
});

test('what is offered where nobody says so is what Terraform offers', () => {
  const variables = readFileSync(new URL('../terraform/variables.tf', import.meta.url), 'utf8');
  const [, block = ''] = /variable "products" \{(.*?)\n\}/s.exec(variables) ?? [];
  expect(block).toContain(`default     = ${JSON.stringify(productsIn())}`);
});
