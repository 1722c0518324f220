/** The commands that change something at Google, as `terraform apply` runs them, against a server that answers in Google's place. */
import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseCleanUpKeys } from '../functions/clean-up/keys.ts';
import { parseSigningKeys } from '../functions/oidc/keys.ts';
import { buildWeb } from './build-web.ts';

interface Seen {
  method: string;
  path: string;
  body: Buffer;
}

type Reply = { status?: number; body?: object } | undefined;

/** @param answer undefined: 404 */
async function google(answer: (seen: Seen) => Reply): Promise<{ endpoint: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = { method: request.method ?? '', path: request.url ?? '', body: Buffer.concat(chunks) };
    seen.push(one);
    const { status = 200, body = {} } = answer(one) ?? { status: 404 };
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const run = (script: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const file = fileURLToPath(new URL(`${script}.ts`, import.meta.url));
    const child = execFile(process.execPath, [file, '--project', 'p', ...args], (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

describe('keys', () => {
  const SECRETS =
    'acme-account-key,acme-eab-hmac,acme-eab-kid,clean-up-keys,clean-up-keys-public,oidc-signing-keys,page-token-key';
  const idIn = (path: string): string => /secrets\/([\w-]+)/.exec(path)?.[1] ?? '';
  const secretManager = (full: readonly string[]) =>
    google(({ method, path }) => {
      if (path.includes('publicca'))
        return { body: { keyId: 'from-google', b64MacKey: Buffer.from('mac-_key').toString('base64') } };
      if (method === 'POST') return {};
      return { body: full.includes(idIn(path)) ? { versions: [{}] } : {} };
    });
  const made = (seen: readonly Seen[]): Record<string, string> =>
    Object.fromEntries(
      seen
        .filter(({ path }) => path.endsWith(':addVersion'))
        .map(({ path, body }) => [
          idIn(path),
          Buffer.from(JSON.parse(body.toString()).payload.data, 'base64').toString(),
        ]),
    );

  test('are made for what has none, as Hub takes them, and are told to nobody', async () => {
    const { endpoint, seen } = await secretManager([]);
    const { code, out, err } = await run('keys', '--secrets', SECRETS, '--endpoint', endpoint);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const keys = made(seen);
    expect(Object.keys(keys).sort()).toEqual(SECRETS.split(','));
    for (const text of Object.values(keys)) expect(out).not.toContain(text.slice(0, 40));
    expect(parseSigningKeys(keys['oidc-signing-keys'] ?? '')).toHaveLength(1);
    const [pair] = parseCleanUpKeys(keys['clean-up-keys'] ?? '');
    const [half] = parseCleanUpKeys(keys['clean-up-keys-public'] ?? '');
    expect(half).toEqual({ kid: pair?.kid, publicJwk: pair?.publicJwk });
    expect(createPublicKey(keys['acme-account-key'] ?? '').asymmetricKeyType).toBe('ec');
    expect(keys).toMatchObject({ 'acme-eab-kid': 'from-google', 'acme-eab-hmac': 'mac-_key' });
    expect((keys['page-token-key'] ?? '').length).toBeGreaterThanOrEqual(32);
  });

  test('that are there stay', async () => {
    const { endpoint, seen } = await secretManager(SECRETS.split(','));
    const { code, out } = await run('keys', '--secrets', SECRETS, '--endpoint', endpoint);
    expect({ code, out }).toEqual({ code: 0, out: 'Every secret has a version.\n' });
    expect(made(seen)).toEqual({});
  });

  test.each([
    ['a half whose other half is there', 'clean-up-keys,clean-up-keys-public', 'clean-up-keys has a version'],
    ['a licence', 'pachyderm-license', 'gcloud secrets versions add pachyderm-license'],
  ])('are not made of %s', async (_, secrets, says) => {
    const { endpoint, seen } = await secretManager(['clean-up-keys']);
    const { code, err } = await run('keys', '--secrets', secrets, '--endpoint', endpoint);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(says) });
    expect(made(seen)).toEqual({});
  });
});

describe('a release', () => {
  const VERSION = 'sites/s/versions/1';
  const hosting = (refuse?: string) =>
    google(({ method, path, body }) => {
      if (refuse !== undefined && path.includes(refuse))
        return { status: 403, body: { error: { message: 'no' } } };
      if (path.endsWith('/versions')) return { body: { name: VERSION } };
      if (path.includes(':populateFiles')) {
        const { files } = JSON.parse(body.toString()) as { files: Record<string, string> };
        return {
          body: {
            uploadUrl: 'https://upload.example.com/files',
            uploadRequiredHashes: [files['/index.html']],
          },
        };
      }
      return method === 'POST' || method === 'PATCH' ? {} : undefined;
    });
  const args = ['--site', 's', '--region', 'europe-north1', '--endpoint'];

  test('takes what is built, with the headers and rewrites of firebase.json, and is served as a whole', async () => {
    await buildWeb();
    const { endpoint, seen } = await hosting();
    const { code, out, err } = await run('release', ...args, endpoint);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`s serves ${VERSION}`);
    const [version, list, upload, final, release] = seen;
    const { config } = JSON.parse(String(version?.body));
    expect(config.rewrites).toContainEqual({
      glob: '/v1/**',
      run: { serviceId: 'api', region: 'europe-north1' },
    });
    expect(config.rewrites).toContainEqual({ glob: '**', path: '/index.html' });
    expect(config.headers[0].headers).toHaveProperty('Content-Security-Policy');
    const files = Object.keys(JSON.parse(String(list?.body)).files);
    expect(files).toContain('/index.html');
    expect(files.filter((path) => /\.(br|gz|map)$|\/\./.test(path))).toEqual([]);
    expect(gunzipSync(upload?.body ?? '').toString()).toContain('<html');
    expect(final?.path).toContain('update_mask=status');
    expect(release?.path).toContain(`versionName=${VERSION}`);
    expect(seen).toHaveLength(5);
  });

  test('is told to have failed where Hosting refuses any of it', async () => {
    await buildWeb();
    const { endpoint } = await hosting('releases');
    const { code, err } = await run('release', ...args, endpoint);
    expect({ code, err }).toEqual({ code: 2, err: 'the release was refused: 403 no\n' });
  });
});
