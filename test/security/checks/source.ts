/** What is in the repository: no shell, no secret, few and locked packages, no debug route. Each takes what it looks at, so that it can be shown what is wrong. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findings } from './findings.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

type Files = ReadonlyMap<string, string>;

/** All that would be committed, by name; what is no text is left out. */
export function committed(): Files {
  const names = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return new Map(
    names
      .split('\n')
      .filter((name) => name !== '' && !/\.(png|woff2|br|gz)$/.test(name) && existsSync(join(ROOT, name)))
      .map((name) => [name, read(name)]),
  );
}

/** 20: what is deployed starts no process and reads no text as code. */
export function shells(files: Files): string[] {
  const wrong = findings();
  for (const [name, text] of files) {
    if (!/^(functions|shared|web\/src)\/.*\.tsx?$/.test(name) || /\.test\.tsx?$/.test(name)) continue;
    const found = /child_process|\beval\(|new Function\(|node:vm|\bexecSync\(|\bspawn\(|worker_threads/.exec(
      text,
    );
    if (found) wrong.push(`${name} has ${found[0]}`);
    if (/dangerouslySetInnerHTML|\.innerHTML\s*=|document\.write\(/.test(text))
      wrong.push(`${name} writes HTML`);
  }
  return wrong;
}

/** Of the forms in which secrets come: https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml */
const SECRETS: readonly RegExp[] = [
  /-----BEGIN (RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s*[A-Za-z0-9+/]{40}/,
  /\bAIza[\w-]{35}\b/,
  /\bAKIA[A-Z0-9]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bglpat-[\w-]{20}\b/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bxox[baprs]-[\w-]{10,}/,
  /\bya29\.[\w-]{30,}/,
  /\bsk_live_[A-Za-z0-9]{20,}/,
  /"type":\s*"service_account"/,
  /"private_key":\s*"-----BEGIN/,
  /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}/,
];

/** 25: nothing that is committed looks like a secret. */
export function secrets(files: Files): string[] {
  const wrong = findings();
  for (const [name, text] of files) {
    if (name === 'test/security/25-secrets.test.ts') continue;
    for (const form of SECRETS) if (form.test(text)) wrong.push(`${name} has something like ${form}`);
    if (/(^|\/)(\.env(\..*)?|.*\.(pem|p12|key|jks)|.*service-?account.*\.json)$/i.test(name))
      wrong.push(`${name} is committed`);
  }
  return wrong;
}

export interface Packages {
  manifest: { dependencies: Record<string, string>; scripts: Record<string, string> };
  lock: {
    lockfileVersion: number;
    packages: Record<
      string,
      {
        version?: string;
        integrity?: string;
        resolved?: string;
        link?: boolean;
        dev?: boolean;
        license?: string;
        inBundle?: boolean;
      }
    >;
  };
  runner: string;
}

export const packages = (): Packages => ({
  manifest: JSON.parse(read('package.json')) as Packages['manifest'],
  lock: JSON.parse(read('package-lock.json')) as Packages['lock'],
  runner: read('scripts/run.mjs'),
});

/** Each is one more whom all who run Hub trust: see docs/decisions/0002-dependencies.md. */
const MAX_DIRECT = 24;

/** 40: each module that a bundler took is of a package that the bill of materials names. */
export function unlisted({
  bill,
  modules,
}: {
  bill: { components: readonly { name: string }[] };
  modules: readonly string[];
}): string[] {
  const wrong = findings();
  const listed = new Set(bill.components.map(({ name }) => name));
  for (const module of modules) {
    const inPackage = module.split('node_modules/').at(-1) ?? '';
    const [scope = '', name = ''] = inPackage.split('/');
    if (inPackage === module) continue;
    if (!listed.has(scope.startsWith('@') ? `${scope}/${name}` : scope))
      wrong.push(`${module} is of no package that is listed`);
  }
  return wrong;
}

/** 40: what is installed is what is locked, runs nothing while it is installed, and is little. */
export function supply({ manifest, lock, runner }: Packages): string[] {
  const wrong = findings();
  const direct = Object.entries(manifest.dependencies);
  if (direct.length > MAX_DIRECT) wrong.push(`${direct.length} packages are depended on`);
  for (const [name, range] of direct)
    if (!/^[\^~]?\d+\.\d+\.\d+$/.test(range)) wrong.push(`${name} may be ${range}`);
  if (lock.lockfileVersion < 3) wrong.push('the lock file is of an old form');
  for (const [path, { integrity, link, resolved, inBundle }] of Object.entries(lock.packages)) {
    if (path === '' || link || inBundle) continue;
    if (!/^sha512-/.test(integrity ?? '')) wrong.push(`${path} could be anything`);
    if (resolved !== undefined && /^(git|http:|file:)/.test(resolved))
      wrong.push(`${path} comes from ${resolved}`);
  }
  const install = /\[\s*'ci'[^\]]*\]/.exec(runner)?.[0] ?? '';
  if (!install.includes("'--ignore-scripts'")) wrong.push('what is installed may run scripts');
  for (const name of Object.keys(manifest.scripts))
    if (/^(pre|post)?install$|^prepare$/.test(name)) wrong.push(`installing runs ${name}`);
  return wrong;
}

/** https://spdx.org/licenses: those under which a service may be built from it and its sources kept. */
const FREE =
  /^\(?(MIT|MIT-0|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|Python-2\.0|PSF-2\.0|CC-BY-[34]\.0)(\b|\))/;

/** 40: every package that is deployed has a licence that allows it. @param licenses by path in the lock file */
export function licences(licenses: ReadonlyMap<string, string>): string[] {
  const wrong = findings();
  for (const [path, license] of licenses)
    if (!FREE.test(license)) wrong.push(`${path} is under ${license || 'no licence'}`);
  return wrong;
}

interface Site {
  hosting: {
    rewrites: { source: string; function?: { functionId: string }; destination?: string }[];
    headers: { source: string; headers: { key: string; value: string }[] }[];
  };
}
export const site = (): Site => JSON.parse(read('firebase.json')) as Site;

/** 37, 42: headers of the console. */
export function headers({ hosting }: Site): string[] {
  const wrong = findings();
  const all = hosting.headers.find(({ source }) => source === '**')?.headers ?? [];
  const headerOf = (key: string): string =>
    all.find((header) => header.key.toLowerCase() === key)?.value ?? '';
  const csp = headerOf('content-security-policy');
  const directives = new Map(
    csp.split(';').map((part) => {
      const [name = '', ...values] = part.trim().split(/\s+/);
      return [name, values] as const;
    }),
  );
  if (directives.get('default-src')?.join() !== "'none'") wrong.push('what is not named is allowed');
  if (/unsafe-|\bdata:|\bblob:|http:|(\s|^)\*(\s|;|$)/.test(csp)) wrong.push('the policy has a hole');
  for (const name of ['frame-ancestors', 'base-uri', 'form-action'])
    if (directives.get(name)?.join() !== "'none'") wrong.push(`${name} is open`);
  const hsts = /max-age=(\d+); includeSubDomains/.exec(headerOf('strict-transport-security'));
  if (Number(hsts?.[1] ?? 0) < 31_536_000) wrong.push('TLS may be left out');
  if (headerOf('x-content-type-options') !== 'nosniff') wrong.push('types are guessed');
  if (headerOf('x-frame-options') !== 'DENY') wrong.push('it may be framed');
  if (headerOf('referrer-policy') !== 'no-referrer') wrong.push('addresses are told');
  if (!/^same-origin/.test(headerOf('cross-origin-opener-policy'))) wrong.push('other windows reach it');
  const signIn = hosting.headers.find(({ source }) => source === '/signin/**')?.headers ?? [];
  if (!signIn.some(({ key, value }) => key === 'Cache-Control' && value === 'no-store'))
    wrong.push('sign-ins are kept');
  wrong.push(...formsOf(hosting, csp));
  return wrong;
}

/** The page that hands a session over to the command `hub` may send a form, and to the loopback alone; in all else it is as every other. */
function formsOf({ headers: rules }: Site['hosting'], csp: string): string[] {
  const wrong = findings();
  const others = rules.filter(({ source }) => source !== '**');
  const policies = others.flatMap(({ source, headers: all }) =>
    all.filter(({ key }) => key === 'Content-Security-Policy').map(({ value }) => ({ source, value })),
  );
  if (policies.length !== 1 || policies[0]?.source !== '/command-line')
    wrong.push('other pages have a policy of their own');
  if (
    policies.some(
      ({ value }) => value !== csp.replace("form-action 'none'", 'form-action http://127.0.0.1:*'),
    )
  )
    wrong.push('a session may be handed over elsewhere than to this computer');
  const loopbackPage = others.find(({ source }) => source === '/command-line')?.headers ?? [];
  if (!loopbackPage.some(({ key, value }) => key === 'Cache-Control' && value === 'no-store'))
    wrong.push('the page that hands a session over is kept');
  return wrong;
}

/** 42: what the console keeps, and how it proves who it is. */
export function storage(files: Files): string[] {
  const wrong = findings();
  for (const [name, text] of files) {
    if (!/^web\/src\/.*\.tsx?$/.test(name) || /\.test\.tsx?$/.test(name)) continue;
    for (const [, key = ''] of text.matchAll(/(?:local|session)Storage\??\.setItem\(\s*([^,]+),/g))
      if (!/theme|KEY/i.test(key)) wrong.push(`${name} keeps ${key}`);
    if (/document\.cookie/.test(text)) wrong.push(`${name} uses cookies`);
    if (/credentials:\s*'include'/.test(text)) wrong.push(`${name} sends cookies`);
  }
  const client = files.get('web/src/api/client.ts') ?? '';
  if (!/authorization/i.test(client) || !/Bearer/.test(client))
    wrong.push('the API is asked without a token');
  return wrong;
}
