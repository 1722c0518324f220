/** The functions as they are deployed, bundled and minified, through one whole life of a cluster, by the operator's own smoke test. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { expect, onTestFinished, test } from 'vitest';
import { ARCHIVE, buildFunctions } from '../../scripts/build-functions.ts';
import { zipOf } from '../../scripts/zip.ts';
import { aFolder, startHubProcess } from '../hub-process.ts';

const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Within the repository, so that what stays outside of the archive is found. */
function unpacked(): string {
  const folder = inRepository(`dist/functions-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, content] of Object.entries(unzipSync(readFileSync(ARCHIVE))))
    writeFileSync(join(folder, path), content);
  return folder;
}

const smoke = (
  url: string,
  token: string,
  ...more: string[]
): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const args = [inRepository('scripts/smoke.ts'), '--url', url, '--every', '0.5', ...more];
    const child = execFile(
      process.execPath,
      args,
      { env: { ...process.env, HUB_TOKEN: token } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

async function tokenOf(auth: string, email: string): Promise<string> {
  const response = await fetch(
    `http://${auth}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=local`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'hub-local', returnSecureToken: true }),
    },
  );
  return ((await response.json()) as { idToken: string }).idToken;
}

test('a cluster is made, used, deleted and proven gone by the functions out of the archive', async () => {
  const hooks = pathToFileURL(inRepository('test/deployed/hooks.ts')).href;
  const data = aFolder();
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const hub = await startHubProcess(data, {
    // As fast as for people: at more, a busy machine lets the installer's hours pass before it has begun.
    HUB_CLOUD_SPEED: '60',
    NODE_OPTIONS: `--import ${hooks}`,
    HUB_TEST_BUNDLE: pathToFileURL(join(unpacked(), 'index.js')).href,
  });
  onTestFinished(async () => void (await hub.end()));
  const { url = '', auth = '' } = hub.addresses;
  const token = await tokenOf(auth, 'ada@example.com');
  // Of a shape for which there is no spare, so that it is made from nothing.
  const { code, out, err } = await smoke(url, token, '--region', 'us-central1');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const line of ['provisioning', 'installing', 'a kubeconfig was handed out', 'certificate holds'])
    expect(out).toContain(line);
  expect(hub.log()).toContainEqual({ message: 'functions out of the archive' });
  expect(hub.log().filter(({ severity }) => severity === 'ERROR')).toEqual([]);
  expect((await smoke(url, 'nobody')).code).toBe(2);
});

test('the archive is what its sources give, byte by byte', async () => {
  const { files } = await buildFunctions();
  expect(Buffer.compare(zipOf(files), readFileSync(ARCHIVE))).toBe(0);
});
