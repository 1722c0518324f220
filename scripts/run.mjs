/**
 * `npm start`, `npm test` and the rest. Runs on any Node from 20 on and needs nothing installed: it installs what the lock file asks
 * for if that is missing or old, finds a Node 24 (the running one if it is new enough, else the one pinned through npm) and hands over.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LANES } from './lanes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const NEEDED_MAJOR = 24;

const VITEST = ['node_modules/vitest/vitest.mjs', 'run'];
/** The console; at once if it is built already. */
const BUILD = ['scripts/build-web.ts'];
/** What is deployed of the functions; nothing here runs it but its own tests. */
const ARCHIVE = ['scripts/build-functions.ts'];
const RELEASE = [BUILD, ARCHIVE, ['scripts/sbom.ts', '--write'], ['scripts/commit.ts']];
const TYPES = [
  ['node_modules/typescript/bin/tsc', '-p', '.'],
  ['node_modules/typescript/bin/tsc', '-p', 'web'],
];

/** @type {Record<string, string[][]>} each command: what to run, one after the other, in the pinned Node */
const COMMANDS = {
  // In a process of its own: what builds would stay in the memory of what runs.
  start: [BUILD, ['--max-semi-space-size=4', 'local/main.ts']],
  build: RELEASE,
  check: [['node_modules/@biomejs/biome/bin/biome', 'check', '.'], ...TYPES],
  test: [
    ['node_modules/@biomejs/biome/bin/biome', 'check', '.'],
    ...TYPES,
    BUILD,
    // What has a lane of its own is left out by vitest.config.ts.
    [...VITEST, '--mode', 'quick'],
  ],
  ...Object.fromEntries(Object.entries(LANES).map(([lane, paths]) => [lane, [BUILD, [...VITEST, ...paths]]])),
  'test:deployed': [BUILD, ARCHIVE, [...VITEST, ...LANES['test:deployed']]],
  hub: [['scripts/hub.ts']],
  unit: [VITEST],
  soak: [BUILD, ['test/simulation/soak-main.ts']],
  fuzz: [['test/security/fuzz-main.ts']],
  simulate: [BUILD, ['test/simulation/main.ts']],
  bench: [['bench/main.ts']],
  docs: [['scripts/docs.ts']],
  picture: [['scripts/picture.ts']],
  verify: [['scripts/verify.ts']],
  smoke: [['scripts/smoke.ts']],
  doctor: [['scripts/doctor.ts']],
  keys: [['scripts/keys.ts']],
  recount: [['scripts/recount.ts']],
  rotate: [['scripts/rotate.ts']],
  charts: [['scripts/charts.ts']],
  release: [['scripts/release.ts']],
  attest: [['scripts/clean.ts'], ...RELEASE, ['scripts/attest.ts']],
  'check-release': [['scripts/check-release.ts']],
  'test:terraform': [BUILD, ARCHIVE, ['scripts/check-terraform.ts']],
  audit: [['scripts/audit.ts']],
  sbom: [['scripts/sbom.ts']],
  upgrade: [['scripts/upgrade.ts']],
};

function install() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  const stamp = join(root, 'node_modules', '.hub-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  process.stderr.write('Installing packages …\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.status !== 0) {
    process.stderr.write('npm ci failed; see above.\n');
    process.exit(done.status ?? 1);
  }
  writeFileSync(stamp, digest);
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) return process.execPath;
  const exe = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  const { platform, arch } = process;
  const names = [`node-${platform === 'win32' ? 'win' : platform}-${arch}`, `node-bin-${platform}-${arch}`];
  const found = names.map((name) => join(root, 'node_modules', name, exe)).find(existsSync);
  if (found) return found;
  process.stderr.write(
    `Hub needs Node ${NEEDED_MAJOR} or newer; this is ${process.version} and npm has no Node ${NEEDED_MAJOR} for ${platform}-${arch}. ` +
      `Install Node ${NEEDED_MAJOR} and run the command again.\n`,
  );
  return process.exit(2);
}

/** Compiled code is kept between runs: a second start is quicker and smaller. */
function compileCache() {
  return process.env.NODE_COMPILE_CACHE
    ? {}
    : { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile') };
}

/** Runs one command; signals go on to it, and its end is ours. */
function run(node, args) {
  return new Promise((resolve) => {
    const child = spawn(node, args, {
      cwd: root,
      stdio: 'inherit',
      // As npm does: where the command was called, for the names of files.
      env: { INIT_CWD: process.cwd(), ...process.env, ...compileCache() },
    });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      resolve(signal ? 1 : (code ?? 1));
    });
  });
}

const [name = '', ...rest] = process.argv.slice(2);
const steps = COMMANDS[name];
if (!steps) {
  process.stderr.write(`usage: npm run <${Object.keys(COMMANDS).join('|')}>\n`);
  process.exit(2);
}
install();
const node = findNode();
for (const [index, step] of steps.entries()) {
  const status = await run(node, index === steps.length - 1 ? [...step, ...rest] : step);
  if (status !== 0) process.exit(status);
}
