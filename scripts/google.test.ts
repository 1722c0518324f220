/** The commands that change something at Google, as `terraform apply` runs them, against a server that answers in Google's place. */
import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseCleanUpKeys } from '../functions/clean-up/keys.ts';
import { parseSigningKeys } from '../functions/oidc/keys.ts';
import { aWorld } from '../local/a-world.ts';
import { parseJwk } from '../local/acme/jwk.ts';
import { type AcmeModel, createAcmeModel } from '../local/acme/model.ts';
import { serveAcme } from '../local/acme/server.ts';
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
  /** The authority of `local/acme`, which knows the bindings that Google's API gave. */
  const authority = async (): Promise<{ model: AcmeModel; directory: string }> => {
    const world = aWorld();
    const model = createAcmeModel(world, { lookup: { txt: async () => [], caa: async () => [] } });
    const face = await serveAcme(world, 0, model);
    onTestFinished(() => face.close());
    return { model, directory: face.directoryUrl };
  };
  /** @param full those that have a version, with what is in it, if anybody may read that */
  const secretManager = (full: Readonly<Record<string, string>>, model?: AcmeModel) =>
    google(({ method, path }) => {
      if (path.includes('publicca')) {
        const { kid, hmacKey } = model?.createExternalKey() ?? { kid: 'of-nobody', hmacKey: 'bWFj' };
        return { body: { keyId: kid, b64MacKey: Buffer.from(hmacKey).toString('base64') } };
      }
      if (method === 'POST') return {};
      const content = full[idIn(path)];
      if (path.endsWith('/versions/latest:access')) {
        const data = Buffer.from(content ?? '').toString('base64');
        return content === undefined ? undefined : { body: { payload: { data } } };
      }
      return { body: content === undefined ? {} : { versions: [{}] } };
    });
  const accountOf = (model: AcmeModel, pem: string) => {
    const jwk = parseJwk(createPublicKey(pem).export({ format: 'jwk' }));
    return jwk && model.findAccount(jwk);
  };
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
    const { model, directory } = await authority();
    const { endpoint, seen } = await secretManager({}, model);
    const to = ['--endpoint', endpoint, '--directory', directory];
    // In whatever order they are named.
    const { code, out, err } = await run('keys', '--secrets', SECRETS.split(',').reverse().join(), ...to);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const keys = made(seen);
    expect(Object.keys(keys).sort()).toEqual(SECRETS.split(','));
    for (const text of Object.values(keys)) expect(out).not.toContain(text.slice(0, 40));
    expect(parseSigningKeys(keys['oidc-signing-keys'] ?? '')).toHaveLength(1);
    const [pair] = parseCleanUpKeys(keys['clean-up-keys'] ?? '');
    const [half] = parseCleanUpKeys(keys['clean-up-keys-public'] ?? '');
    expect(half).toEqual({ kid: pair?.kid, publicJwk: pair?.publicJwk });
    // The account is there already: its binding would be void in a week.
    const account = accountOf(model, keys['acme-account-key'] ?? '');
    expect(account?.eabKid).toBe(keys['acme-eab-kid']);
    const { hmacKey } = model.requireExternalKey(keys['acme-eab-kid'] ?? '');
    expect(keys['acme-eab-hmac']).toBe(hmacKey);
    expect((keys['page-token-key'] ?? '').length).toBeGreaterThanOrEqual(32);
  });

  test('that are there stay', async () => {
    const { endpoint, seen } = await secretManager(
      Object.fromEntries(SECRETS.split(',').map((id) => [id, 'x'])),
    );
    const { code, out } = await run('keys', '--secrets', SECRETS, '--endpoint', endpoint);
    expect({ code, out }).toEqual({ code: 0, out: 'Every secret has a version.\n' });
    expect(made(seen)).toEqual({});
  });

  const accountKey = (): string =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
  const BINDING = 'acme-account-key,acme-eab-hmac,acme-eab-kid';
  const bind = (endpoint: string, directory: string) =>
    run('keys', '--secrets', BINDING, '--endpoint', endpoint, '--directory', directory);

  test('of an account that is there are bound anew', async () => {
    const key = accountKey();
    const { model, directory } = await authority();
    const { endpoint, seen } = await secretManager({ 'acme-account-key': key }, model);
    const { code, err } = await bind(endpoint, directory);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(Object.keys(made(seen))).toEqual(['acme-eab-kid', 'acme-eab-hmac']);
    expect(accountOf(model, key)?.eabKid).toBe(made(seen)['acme-eab-kid']);
  });

  test('of an account that the authority does not make are not kept, so that the next run asks anew', async () => {
    const { directory } = await authority();
    const { endpoint, seen } = await secretManager({});
    const { code, err } = await bind(endpoint, directory);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining('The certificate authority makes no account: Unknown external account'),
    });
    expect(Object.keys(made(seen))).toEqual(['acme-account-key']);
  });

  test.each([
    ['a half whose other half is there', 'clean-up-keys,clean-up-keys-public', 'clean-up-keys has a version'],
    ['a new key beside the binding of an old one', BINDING, 'acme-eab-hmac, acme-eab-kid has a version'],
    ['a licence', 'pachyderm-license', 'gcloud secrets versions add pachyderm-license'],
  ])('are not made of %s', async (_, secrets, says) => {
    const { endpoint, seen } = await secretManager({
      'clean-up-keys': 'x',
      'acme-eab-kid': 'x',
      'acme-eab-hmac': 'x',
    });
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
    expect(config.rewrites).toContainEqual({ glob: '!/assets/**', path: '/index.html' });
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
