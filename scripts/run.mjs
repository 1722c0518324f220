/**
 * `npm start`, `npm test` and the rest. Runs on any Node from 20 on and needs nothing installed: it installs what the lock file asks
 * for if that is missing or old, finds a Node 24 (the running one if it is new enough, else the one pinned through npm) and hands over.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LANES } from './lanes.mjs';
import { NPM_MISSING, runNpm } from './npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const NEEDED_MAJOR = 24;

const VITEST = ['node_modules/vitest/vitest.mjs', 'run'];
/** The console; at once if it is built already. */
const BUILD = ['scripts/build-web.ts'];
/** What is deployed of the functions; nothing here runs it but its own tests. */
const ARCHIVE = ['scripts/build-functions.ts'];
const RELEASE = [
  ['scripts/build-release.ts'],
  ARCHIVE,
  ['scripts/sbom.ts', '--write'],
  ['scripts/commit.ts'],
];
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
  // All lanes as one: where one ends with a long file, no processor waits for the next.
  'test:lanes': [BUILD, ARCHIVE, [...VITEST, ...Object.values(LANES).flat()]],
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
  reconcile: [['scripts/reconcile.ts']],
  'roll-forward': [['scripts/roll-forward.ts']],
  rotate: [['scripts/rotate.ts']],
  charts: [['scripts/charts.ts']],
  release: [['scripts/release.ts']],
  attest: [['scripts/clean.ts'], ...RELEASE, ['scripts/attest.ts']],
  'check-release': [['scripts/check-release.ts']],
  'test:terraform': [BUILD, ARCHIVE, ['scripts/check-terraform.ts']],
  audit: [['scripts/audit.ts']],
  sbom: [BUILD, ARCHIVE, ['scripts/sbom.ts']],
  upgrade: [['scripts/upgrade.ts']],
};

/** What `npm ci` was last done for, and by whom it is being done now: not in `node_modules`, which `npm ci` takes away. */
const STAMP = join(root, 'node_modules', '.hub-installed');
const LOCK = join(root, '.hub', 'installing.pid');
const LOOK_EVERY_MS = 300;
/** No `npm ci` takes that long: who held it was killed, and its number may be another process's by now. */
const MAX_MS = 15 * 60_000;

/** Ends the process if it cannot be done. */
async function install() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  const isDone = () => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest;
  if (isDone()) return;
  await onlyOne(() => {
    // Whoever was waited for has done it.
    if (isDone()) return;
    process.stderr.write('Installing packages …\n');
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { error, status } = runNpm(args, { stdio: ['ignore', 2, 2] });
    if (error) process.stderr.write(`${NPM_MISSING}\n`);
    else if (status !== 0) process.stderr.write('npm ci failed; see above.\n');
    else writeFileSync(STAMP, digest);
    if (error || status !== 0) process.exitCode = error ? 2 : (status ?? 1);
  });
  if (process.exitCode !== undefined) process.exit();
}

/** Two commands that are begun at once on a fresh checkout would take from each other what they install. */
async function onlyOne(act) {
  mkdirSync(dirname(LOCK), { recursive: true });
  for (let told = false; !taken(); told = true) {
    const holder = Number(readIfThere(LOCK));
    // Between being made and being written it is empty.
    if (isOld(LOCK) || (holder > 0 && !isAlive(holder))) rmSync(LOCK, { force: true });
    else {
      if (!told)
        process.stderr.write(
          `Another command (process ${holder}) installs packages; waiting for it. If there is none, delete ${LOCK} …\n`,
        );
      await setTimeout(LOOK_EVERY_MS);
    }
  }
  try {
    act();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function taken() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

const readIfThere = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

function isOld(file) {
  const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return mtimeMs !== undefined && Date.now() - mtimeMs > MAX_MS;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
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
    // The last is that of a terminal that is closed.
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    child.on('exit', (code, killedBy) => {
      for (const signal of signals) process.off(signal, forward);
      resolve(killedBy ? 1 : (code ?? 1));
    });
  });
}

const [name = '', ...rest] = process.argv.slice(2);
const steps = COMMANDS[name];
if (!steps) {
  process.stderr.write(`usage: npm run <${Object.keys(COMMANDS).join('|')}>\n`);
  process.exit(2);
}
await install();
const node = findNode();
for (const [index, step] of steps.entries()) {
  const status = await run(node, index === steps.length - 1 ? [...step, ...rest] : step);
  if (status !== 0) process.exit(status);
}
