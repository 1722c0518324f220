/** The commands that change something at Google, as `terraform apply` runs them, against a server that answers in Google's place. */
import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newCleanUpKeyPem, parseCleanUpKeys } from '../functions/clean-up/keys.ts';
import { newSigningKeyPem, parseSigningKeys } from '../functions/oidc/keys.ts';
import { newSealKey, parseSealKeys } from '../functions/oidc/seal.ts';
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
    'acme-account-key,acme-eab-hmac,acme-eab-kid,clean-up-keys,clean-up-keys-public,oidc-seal-keys,oidc-signing-keys,page-token-key';
  const idIn = (path: string): string => /secrets\/([\w-]+)/.exec(path)?.[1] ?? '';
  /** The authority of `local/acme`, which knows the bindings that Google's API gave. */
  const authority = async (): Promise<{ model: AcmeModel; directory: string }> => {
    const world = aWorld();
    const model = createAcmeModel(world, { lookup: { txt: async () => [], caa: async () => [] } });
    const face = await serveAcme(world, 0, model);
    onTestFinished(() => face.close());
    return { model, directory: face.directoryUrl };
  };
  type Versions = { text: string; state: 'ENABLED' | 'DISABLED' | 'DESTROYED' }[];
  /** @param full those that have a version, with what is in it; a list: all of its versions, the oldest first */
  const secretManager = async (full: Readonly<Record<string, string | Versions>>, model?: AcmeModel) => {
    const secrets: Record<string, Versions> = Object.fromEntries(
      Object.entries(full).map(([id, had]) => [
        id,
        typeof had === 'string' ? [{ text: had, state: 'ENABLED' as const }] : had,
      ]),
    );
    const server = await google(({ method, path, body }) => {
      if (path.includes('publicca')) {
        const { kid, hmacKey } = model?.createExternalKey() ?? { kid: 'of-nobody', hmacKey: 'bWFj' };
        return { body: { keyId: kid, b64MacKey: Buffer.from(hmacKey).toString('base64') } };
      }
      const id = idIn(path);
      secrets[id] ??= [];
      const versions = secrets[id];
      if (method === 'POST') {
        const text = Buffer.from(JSON.parse(body.toString()).payload.data, 'base64').toString();
        versions.push({ text, state: 'ENABLED' });
        return {};
      }
      const nameOf = (at: number): string => `projects/1/secrets/${id}/versions/${at + 1}`;
      const access = /\/versions\/(\w+):access$/.exec(path)?.[1];
      if (access === undefined) {
        const listed = versions.map(({ state }, at) => ({ name: nameOf(at), state }));
        return { body: { versions: listed.reverse() } };
      }
      // `latest` is the newest one, whether it can be read or not.
      const found = access === 'latest' ? versions.at(-1) : versions[Number(access) - 1];
      if (!found) return undefined;
      if (found.state !== 'ENABLED')
        return { status: 400, body: { error: { message: `is ${found.state}` } } };
      return { body: { payload: { data: Buffer.from(found.text).toString('base64') } } };
    });
    return { ...server, newest: (id: string): string => secrets[id]?.at(-1)?.text ?? '' };
  };
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
    expect(parseSealKeys(keys['oidc-seal-keys'] ?? '')).toHaveLength(1);
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

  /** Else certificates of the days before could not be checked any more, and whoever copies what is written for one does it to another. */
  test.each(['clean-up-keys', 'oidc-signing-keys', 'page-token-key', 'acme-eab-kid'])(
    'are not made in the place of one that was switched off: %s',
    async (id) => {
      for (const state of ['DISABLED', 'DESTROYED'] as const) {
        const had = [
          { text: 'x', state: 'ENABLED' as const },
          { text: 'y', state },
        ];
        const { endpoint, seen } = await secretManager({ [id]: had });
        const { code, err } = await run('keys', '--secrets', id, '--endpoint', endpoint);
        expect({ code, err }).toEqual({
          code: 2,
          err: expect.stringContaining(`gcloud secrets versions enable 2 --secret ${id} --project p`),
        });
        expect(made(seen)).toEqual({});
      }
    },
  );

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

  describe('in the place of others', () => {
    const rotate = (endpoint: string, secret: string, to: string, ...more: string[]) =>
      run('rotate', '--secret', secret, '--to', to, '--endpoint', endpoint, ...more);
    const publicHalf = (pem: string): string =>
      createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
    const kids = (keys: readonly { kid: string }[]): string[] => keys.map(({ kid }) => kid);

    test('for ID tokens are known before they sign, and the old one is known until it goes', async () => {
      const old = newSigningKeyPem();
      const { endpoint, newest } = await secretManager({ 'oidc-signing-keys': old });
      const [{ kid: before } = { kid: '' }] = parseSigningKeys(old);
      const now = (): string[] => kids(parseSigningKeys(newest('oidc-signing-keys')));
      const added = await rotate(endpoint, 'oidc-signing-keys', 'add');
      expect(added).toMatchObject({ code: 0, err: '' });
      expect(now()).toEqual([before, expect.any(String)]);
      const [, after = ''] = now();
      expect(added.out).toContain(after);
      expect(added.out).toMatch(/for F in oidc; do gcloud run services update \$F/);
      expect(added.out).toContain('gcloud secrets versions destroy 1 --secret oidc-signing-keys --project p');
      expect((await rotate(endpoint, 'oidc-signing-keys', 'add')).code).toBe(2);
      expect((await rotate(endpoint, 'oidc-signing-keys', 'sign')).code).toBe(0);
      expect(now()).toEqual([after, before]);
      // Else the old one would sign again.
      expect(await rotate(endpoint, 'oidc-signing-keys', 'sign')).toMatchObject({
        code: 2,
        err: expect.stringContaining('signs already'),
      });
      expect((await rotate(endpoint, 'oidc-signing-keys', 'retire')).code).toBe(0);
      expect(now()).toEqual([after]);
      expect((await rotate(endpoint, 'oidc-signing-keys', 'retire')).code).toBe(2);
      // And once more, from where it is.
      expect((await rotate(endpoint, 'oidc-signing-keys', 'add')).code).toBe(0);
      expect((await rotate(endpoint, 'oidc-signing-keys', 'sign')).code).toBe(0);
      expect(now()).toEqual([expect.any(String), after]);
    });

    test('that seal take the place of one another as those for ID tokens do, and are told to nobody', async () => {
      const old = newSealKey();
      const { endpoint, newest } = await secretManager({ 'oidc-seal-keys': old });
      const [before = ''] = kids(parseSealKeys(old));
      const now = (): string[] => kids(parseSealKeys(newest('oidc-seal-keys')));
      const out: string[] = [];
      for (const [step, known] of [
        ['add', [before, expect.any(String)]],
        ['sign', [expect.any(String), before]],
        ['retire', [expect.any(String)]],
      ] as const) {
        const done = await rotate(endpoint, 'oidc-seal-keys', step);
        expect(done).toMatchObject({ code: 0, err: '' });
        expect(now()).toEqual(known);
        out.push(done.out);
      }
      expect(now()).not.toContain(before);
      expect(out[0]).toContain(
        'for F in oidc credentials step-install step-secure step-expose step-personalize step-share step-repair drift; do',
      );
      for (const key of [old, newest('oidc-seal-keys').trim()]) expect(out.join()).not.toContain(key);
    });

    test('for certificates leave the public half of the old one where it is for ever', async () => {
      const old = newCleanUpKeyPem();
      const { endpoint, seen, newest } = await secretManager({
        'clean-up-keys': old,
        'clean-up-keys-public': publicHalf(old),
      });
      const [{ kid: before } = { kid: '' }] = parseCleanUpKeys(old);
      const out: string[] = [];
      for (const step of ['add', 'sign', 'retire']) {
        const done = await rotate(endpoint, 'clean-up-keys', step);
        expect(done).toMatchObject({ code: 0, err: '' });
        out.push(done.out);
      }
      const [signing, ...others] = parseCleanUpKeys(newest('clean-up-keys'));
      expect(others).toEqual([]);
      expect(signing?.privateKey).toBeDefined();
      expect(signing?.kid).not.toBe(before);
      const published = parseCleanUpKeys(newest('clean-up-keys-public'));
      expect(kids(published)).toEqual([before, signing?.kid]);
      expect(published.some(({ privateKey }) => privateKey)).toBe(false);
      // Published first, so that nothing is signed by what nobody knows.
      const ids = seen.filter(({ path }) => path.endsWith(':addVersion')).map(({ path }) => idIn(path));
      expect(ids).toEqual(['clean-up-keys-public', ...Array(3).fill('clean-up-keys')]);
      expect(out[0]).toMatch(/for F in api step-prove; do/);
      for (const secret of [old, newest('clean-up-keys')])
        expect(out.join()).not.toContain(secret.split('\n')[1]);
    });

    test('of the account at the authority are bound anew, and the account of the old one is closed', async () => {
      const key = accountKey();
      const { model, directory } = await authority();
      const { endpoint, newest } = await secretManager({}, model);
      await bind(endpoint, directory);
      const old = newest('acme-account-key');
      expect(await rotate(endpoint, 'acme-account-key', 'retire', '--directory', directory)).toMatchObject({
        code: 2,
        err: expect.stringContaining('--to new'),
      });
      const { code, err } = await rotate(endpoint, 'acme-account-key', 'new', '--directory', directory);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const next = newest('acme-account-key');
      expect(new Set([key, old, next]).size).toBe(3);
      expect(accountOf(model, next)?.eabKid).toBe(newest('acme-eab-kid'));
      expect(accountOf(model, old)?.status).toBe('valid');
      for (const _ of ['at once', 'and again'])
        expect(await rotate(endpoint, 'acme-account-key', 'retire', '--directory', directory)).toMatchObject({
          code: 0,
          err: '',
        });
      expect(accountOf(model, old)?.status).toBe('deactivated');
      expect(accountOf(model, next)?.status).toBe('valid');
    });

    test('of page tokens are made anew, whatever became of the one before', async () => {
      const { endpoint, newest } = await secretManager({
        'page-token-key': [{ text: 'x', state: 'DESTROYED' }],
      });
      expect((await rotate(endpoint, 'page-token-key', 'new')).code).toBe(0);
      expect(newest('page-token-key')).toMatch(/^[0-9a-f]{64}$/);
    });

    test.each([
      ['clean-up-keys', 'new'],
      ['page-token-key', 'retire'],
      ['pachyderm-license', 'new'],
      ['constructor', 'name'],
    ])('%s has no step %s', async (secret, to) => {
      const { endpoint, seen } = await secretManager({});
      const { code, err } = await rotate(endpoint, secret, to);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('usage: npm run rotate') });
      expect(seen).toEqual([]);
    });
  });
});

describe('a release', () => {
  const VERSION = 'sites/s/versions/1';
  /** @param unknown how often the site is not known yet */
  const hosting = (refuse?: string, unknown = 0) => {
    let left = unknown;
    return google(({ method, path, body }) => {
      if (path.endsWith('/versions') && left-- > 0) return undefined;
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
  };
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

  test('waits for a site that was made a moment ago, but not for ever', async () => {
    await buildWeb();
    const soon = await hosting(undefined, 2);
    expect(await run('release', '--pause', '0', ...args, soon.endpoint)).toMatchObject({ code: 0, err: '' });
    expect(soon.seen).toHaveLength(7);
    const never = await hosting(undefined, Number.POSITIVE_INFINITY);
    expect(await run('release', '--pause', '0', ...args, never.endpoint)).toMatchObject({
      code: 2,
      err: 'a version of s was refused: 404\n',
    });
    expect(new Set(never.seen.map(({ path }) => path))).toEqual(
      new Set(['/firebasehosting.googleapis.com/v1beta1/sites/s/versions']),
    );
  });

  test('is told to have failed where Hosting refuses any of it', async () => {
    await buildWeb();
    const { endpoint } = await hosting('releases');
    const { code, err } = await run('release', ...args, endpoint);
    expect({ code, err }).toEqual({ code: 2, err: 'the release was refused: 403 no\n' });
  });
});
