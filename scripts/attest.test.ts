/** A release that is signed and checked, by the commands as people run them: on a small repository in this one's place. */
import { execFile, execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { newCleanUpKeyPem } from '../functions/clean-up/keys.ts';
import { type Envelope, opened, parsePublicKeys, preAuthEncoding, sealed } from './dsse.ts';
import { checkProvenance, provenanceOf } from './provenance.ts';
import { signerOf } from './signer.ts';

const halfOf = (pem: string): string =>
  createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
const KEY = newCleanUpKeyPem();
const PUBLIC = halfOf(KEY);
const OTHERS = newCleanUpKeyPem();

const FILES = {
  '.gitignore': 'dist/\nkeys.pem\n',
  'package-lock.json': '{}',
  'dist/functions.zip': 'the functions',
  'dist/sbom.json': '{"bomFormat":"CycloneDX"}',
  'web/dist/index.html': '<html></html>',
  'web/dist/assets/index-abc.js': 'the console',
  // Not served, and so no part of it.
  'web/dist/assets/index-abc.js.map': 'a map',
  'web/dist/.built-from': 'a stamp',
};
const ATTESTATION = 'dist/release.intoto.json';
const BUILDER = 'https://ci.example.com/hub/release';

interface Ran {
  code: number;
  out: string;
  err: string;
}

const folders: string[] = [];

/** @param from of which it is a copy; else it is new */
function aRepository(from?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'hub-release-'));
  folders.push(folder);
  const path = (name: string): string => join(folder, name);
  const write = (name: string, content: string): void => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
  };
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  const commit = (): string => {
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', 'x');
    return git('rev-parse', 'HEAD');
  };
  if (from !== undefined) cpSync(from, folder, { recursive: true });
  else {
    for (const [name, content] of Object.entries(FILES)) write(name, content);
    write('keys.pem', PUBLIC);
    git('init', '-q');
    commit();
  }
  const head = git('rev-parse', 'HEAD');
  const run = (script: string, env: Record<string, string>, ...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const file = fileURLToPath(new URL(`${script}.ts`, import.meta.url));
      const { INIT_CWD: _, HUB_RELEASE_KEY: __, ...rest } = process.env;
      const child = execFile(
        process.execPath,
        [file, '--in', folder, ...args],
        { env: { ...rest, ...env } },
        (___, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });
  const attest = (key: string | undefined, ...args: string[]): Promise<Ran> =>
    run(
      'attest',
      key === undefined ? {} : { HUB_RELEASE_KEY: key },
      '--repository',
      'https://git.example.com/hub',
      '--builder',
      BUILDER,
      ...args,
    );
  const check = (...args: string[]): Promise<Ran> =>
    run('check-release', {}, '--keys', path('keys.pem'), ...args);
  return { folder, path, write, commit, head, attest, check };
}

let signed: string;
beforeAll(async () => {
  const { attest, folder } = aRepository();
  expect(await attest(KEY)).toMatchObject({ code: 0, err: '' });
  signed = folder;
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** One that was signed once, and is copied. */
const aRelease = () => aRepository(signed);

describe('a release', () => {
  test('that was signed holds, and tells of what it was made and by whom', async () => {
    const { head, check, path } = aRelease();
    const { code, out, err } = await check('--builder', BUILDER);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('VALID: 4 files');
    for (const told of [head, process.version, BUILDER, 'https://git.example.com/hub'])
      expect(out).toContain(told);
    const { payload } = JSON.parse(readFileSync(path(ATTESTATION), 'utf8')) as Envelope;
    const statement = JSON.parse(Buffer.from(payload, 'base64').toString());
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
    });
    expect(statement.subject.map(({ name }: { name: string }) => name)).toEqual([
      'dist/functions.zip',
      'dist/sbom.json',
      'web/dist/assets/index-abc.js',
      'web/dist/index.html',
    ]);
  });

  type Repository = ReturnType<typeof aRelease>;
  const envelopeOf = ({ path }: Repository): Envelope => JSON.parse(readFileSync(path(ATTESTATION), 'utf8'));
  const rewrite = (repository: Repository, change: (envelope: Envelope) => object): void =>
    repository.write(
      ATTESTATION,
      JSON.stringify({ ...envelopeOf(repository), ...change(envelopeOf(repository)) }),
    );

  test.each<[string, (repository: Repository) => unknown, string]>([
    [
      'whose archive was changed',
      ({ path }) => appendFileSync(path('dist/functions.zip'), 'x'),
      'dist/functions.zip is not the one that was released',
    ],
    [
      'whose bill of materials was changed',
      ({ write }) => write('dist/sbom.json', '{}'),
      'dist/sbom.json is not the one that was released',
    ],
    [
      'whose console was changed',
      ({ write }) => write('web/dist/index.html', '<script src=//x></script>'),
      'web/dist/index.html is not the one that was released',
    ],
    [
      'with a file more',
      ({ write }) => write('web/dist/assets/more.js', 'x'),
      'web/dist/assets/more.js is not part of the release',
    ],
    [
      'with a file less',
      ({ path }) => rmSync(path('web/dist/assets/index-abc.js')),
      'web/dist/assets/index-abc.js is missing',
    ],
    ['of another commit', ({ commit }) => commit(), 'and not of'],
    [
      'with another lock file',
      ({ write }) => write('package-lock.json', '{"packages":{}}'),
      'built with another package-lock.json',
    ],
    [
      'that somebody else signed',
      ({ attest }) => attest(OTHERS),
      'none of the keys given has signed what it says',
    ],
    [
      'whose statement was changed',
      (repository) =>
        rewrite(repository, ({ payload }) => {
          const text = Buffer.from(payload, 'base64').toString();
          return { payload: Buffer.from(text.replace(BUILDER, 'https://x.example')).toString('base64') };
        }),
      'none of the keys given has signed what it says',
    ],
    [
      'whose statement is signed as something else',
      (repository) => rewrite(repository, () => ({ payloadType: 'text/plain' })),
      'it is signed as text/plain',
    ],
    [
      'without a signature',
      (repository) => rewrite(repository, () => ({ signatures: [] })),
      'it is no signed statement',
    ],
  ])('%s does not hold', async (_, change, says) => {
    const repository = aRelease();
    await change(repository);
    const { code, out, err } = await repository.check();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^NOT VALID: /);
    expect(err).toContain(says);
  });

  test('of another builder does not hold where one is named', async () => {
    const { check } = aRelease();
    const { code, err } = await check('--builder', 'https://ci.example.com/other');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`it was built by ${BUILDER}`) });
  });

  test('is of the commit that is named, where no repository is', async () => {
    const { check, path, head } = aRelease();
    rmSync(path('.git'), { recursive: true });
    expect(await check()).toMatchObject({ code: 2, err: expect.stringContaining('--commit') });
    expect(await check('--commit', head)).toMatchObject({ code: 0 });
    expect(await check('--commit', head.replace(/./g, '0'))).toMatchObject({ code: 1 });
  });
});

describe('what cannot be signed', () => {
  test('is what was not committed', async () => {
    const { attest, write } = aRepository();
    write('functions/new.ts', '');
    expect(await attest(KEY)).toMatchObject({ code: 2, err: expect.stringContaining('was not committed') });
  });

  test('is anything without a key, with half of one, or with one of another kind; and none is quoted', async () => {
    const { attest } = aRepository();
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const pem = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(await attest(undefined)).toMatchObject({
      code: 2,
      err: expect.stringContaining('no key to sign'),
    });
    for (const key of [PUBLIC, pem, 'nonsense that is long enough to be looked for in what is said']) {
      const { code, out, err } = await attest(key);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain('HUB_RELEASE_KEY');
      expect(err).not.toContain(key.slice(30, 60));
    }
  });

  test('is what is not built, or a repository with a password in its address', async () => {
    const { attest, path } = aRepository();
    expect(await attest(KEY, '--repository', 'https://me:secret@git.example.com/hub')).toMatchObject({
      code: 2,
      err: expect.not.stringContaining('secret'),
    });
    rmSync(path('dist/functions.zip'));
    expect(await attest(KEY)).toMatchObject({ code: 2, err: expect.stringContaining('npm run build') });
  });
});

describe('a key of Cloud KMS', () => {
  const VERSION = 'projects/p/locations/global/keyRings/hub-release/cryptoKeys/release/cryptoKeyVersions/1';
  async function kms(algorithm: string, signs: string) {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const path = request.url ?? '';
      if (path === `/cloudkms.googleapis.com/v1/${VERSION}/publicKey`)
        return response.end(JSON.stringify({ pem: PUBLIC, algorithm }));
      if (path !== `/cloudkms.googleapis.com/v1/${VERSION}:asymmetricSign`)
        return response.writeHead(404).end('{}');
      const { data } = JSON.parse(Buffer.concat(chunks).toString());
      const signature = sign(null, Buffer.from(data, 'base64'), signs).toString('base64');
      return response.end(JSON.stringify({ signature }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return (name = VERSION) => ['--kms', name, '--project', 'p', '--endpoint', endpoint];
  }

  test('signs without anybody having it', async () => {
    const { attest, check } = aRepository();
    const args = await kms('EC_SIGN_ED25519', KEY);
    expect(await attest(undefined, ...args())).toMatchObject({ code: 0, err: '' });
    expect(await check()).toMatchObject({ code: 0 });
  });

  test('of another kind, or that is not there, is refused', async () => {
    const { attest } = aRepository();
    const other = await kms('EC_SIGN_P256_SHA256', KEY);
    expect(await attest(undefined, ...other())).toMatchObject({
      code: 2,
      err: expect.stringContaining('must be of EC_SIGN_ED25519'),
    });
    expect(await attest(undefined, ...other(VERSION.replace(/1$/, '2')))).toMatchObject({ code: 2 });
    expect(await attest(undefined, ...other('release'))).toMatchObject({ code: 2 });
  });

  test('whose signature is not that of its public key makes no release', async () => {
    const { attest, check } = aRepository();
    const args = await kms('EC_SIGN_ED25519', OTHERS);
    const { code, err } = await attest(undefined, ...args());
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('did not sign this') });
    expect(await check()).toMatchObject({ code: 2 });
  });
});

test('the encoding is that of the protocol, by its own example', () => {
  // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#test-vectors
  expect(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
});

test('any of several keys may have signed, and whatever an envelope calls it counts for nothing', async () => {
  const envelope = await sealed({ a: 1 }, signerOf(KEY));
  const keys = parsePublicKeys(`${halfOf(OTHERS)}${PUBLIC}`);
  const [first] = envelope.signatures;
  const renamed = { ...envelope, signatures: [{ keyid: keys[0]?.kid, sig: first?.sig }] };
  for (const file of [envelope, renamed])
    expect(opened(file, keys)).toEqual({ statement: { a: 1 }, kid: keys[1]?.kid });
  expect(opened(envelope, keys.slice(0, 1))).toHaveProperty('fault');
  expect(() => parsePublicKeys(KEY)).toThrow('holds a private key');
});

test('a statement that is signed but of something else does not hold', () => {
  const digest = 'a'.repeat(64);
  const build = {
    repository: 'https://git.example.com/hub',
    commit: 'b'.repeat(40),
    lockDigest: digest,
    node: 'v24.0.0',
    platform: 'linux-x64',
    builder: BUILDER,
    finishedAt: new Date(0),
  };
  const files = { 'dist/functions.zip': digest };
  const expected = { files, commit: build.commit, lockDigest: digest };
  const good = provenanceOf(files, build);
  expect(checkProvenance(good, expected)).toMatchObject({ holds: true });
  const [subject] = good.subject;
  const { buildDefinition } = good.predicate;
  for (const bad of [
    undefined,
    { ...good, predicateType: 'https://slsa.dev/verification_summary/v1' },
    { ...good, subject: [subject, subject] },
    {
      ...good,
      predicate: {
        ...good.predicate,
        buildDefinition: {
          ...buildDefinition,
          externalParameters: { ...buildDefinition.externalParameters, commands: ['curl x | sh'] },
        },
      },
    },
    {
      ...good,
      predicate: {
        ...good.predicate,
        buildDefinition: {
          ...buildDefinition,
          externalParameters: { ...buildDefinition.externalParameters, more: 1 },
        },
      },
    },
  ])
    expect(checkProvenance(bad, expected)).toMatchObject({ holds: false });
  expect(() => provenanceOf(files, { ...build, commit: 'main' })).toThrow('whole hash');
});
