/** Rules about the repository itself: which part may import which, what is generated, what a lock file may hold. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { entryPointOf } from '../functions/entry-point.ts';
import * as deployed from '../functions/index.ts';
import { MANIFEST } from '../functions/manifest.ts';
import { GENERATED } from '../scripts/docs.ts';
import { ERRORS } from '../shared/errors.ts';
import { unusedExports } from './exports.ts';
import { lengthsOf } from './lengths.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Who may import whom; each may also import itself. Tests and benches may import everything. */
const ARROWS: Record<string, readonly string[]> = {
  shared: [],
  functions: ['shared'],
  local: ['functions', 'shared'],
  web: ['shared'],
  cli: ['shared'],
};

/** The same of the folders of the console. What is beside them is used by all of them, and uses none; but for the frame, which has the pages. */
const WEB_ARROWS: Record<string, readonly string[]> = {
  api: [],
  session: ['api'],
  live: ['session'],
  parts: ['api', 'live', 'session'],
  clusters: ['api', 'live', 'parts', 'session'],
  signin: ['api', 'parts', 'session'],
  account: ['api', 'clusters', 'parts', 'session'],
  operator: ['api', 'clusters', 'live', 'parts', 'session'],
};
const FRAME = ['app.tsx', 'main.tsx'];
/** What it names is the types of what every part is given. */
const GIVEN = 'hub.ts';

/**
 * The rooms of functions/, from the top down: each may import from those below it. The order is the one in which a request or a message
 * passes them, down to what speaks to the outside.
 */
const ROOMS: readonly string[] = [
  // What people, the Scheduler and the bus ask for.
  ...['api', 'status', 'reconcile', 'members', 'closing', 'pool', 'sweeps', 'dead-letters', 'durations'],
  // What carries it out.
  ...['dispatch', 'steps', 'access'],
  // What they go by.
  ...['oidc', 'breaker', 'accounts', 'clusters', 'clean-up'],
  // What speaks to the outside.
  ...['http', 'pachyderm', 'leaf', 'providers', 'google', 'net'],
];
/** Beside the rooms lies what all of them use. These files alone know rooms: they put the whole together. */
const OVER_ROOMS: readonly string[] = ['alerts.ts', 'index.ts', 'real-ports.ts', 'register.ts'];
/** Names the ports that rooms declare, and has rooms read their keys: of these two, rooms take types only. */
const GATHERERS: readonly string[] = ['config.ts', 'ports.ts'];

/** Packages with which one folder alone deals. */
const ONLY_IN: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^(@google-cloud\/(?!functions-framework)|firebase-admin|google-auth-library)/,
    /^(functions\/(real-ports\.ts|(google|providers\/gke)\/)|(local|test|bench|scripts)\/)/,
  ],
  [/^@kubernetes\/client-node/, /^(functions\/leaf|local|test|bench)\//],
  // Elsewhere than in google/ its types only, which the test of what a cold start loads sees to.
  [/^@opentelemetry\//, /^functions\/(google\/|metrics\.ts)/],
];

/** Lines that a function may have, unless it is in the list. */
const LONGEST = 120;
const ONE_SERVICE = 'one service: its state, and a method over it for each of its own';
/** Those that are longer, each with the reason. None is to come to it. */
const LONGER: Readonly<Record<string, string>> = {
  'local/acme/model.ts createAcmeModel': ONE_SERVICE,
  'local/auth/model.ts createAuthModel': ONE_SERVICE,
  'local/cloud.ts startCloud': 'the one place in which all stand-ins are tied together',
  'local/compute/model.ts createComputeModel': ONE_SERVICE,
  'local/dns/model.ts createDnsModel': ONE_SERVICE,
  'local/firestore/listen.ts openListen': 'the protocol of one stream, over one state',
  'local/firestore/methods.ts firestoreHandlers': 'a table: a few lines for each method of the service',
  'local/firestore/model.ts createFirestore': ONE_SERVICE,
  'local/pachd/dex.ts createDex': ONE_SERVICE,
  'local/pachd/services.ts authRows': 'a table: a few lines for each method of the service',
  'local/pubsub/model.ts createPubsub': ONE_SERVICE,
  'local/scheduler/model.ts createScheduler': ONE_SERVICE,
  'local/storage/model.ts createStorageModel': ONE_SERVICE,
  'test/api.ts apiUnderTest': 'what tests of the API call: short verbs over one Hub',
  'test/simulation/invariants/access.ts watchAccess': 'one invariant, over what is remembered of each member',
  'test/running-hub.ts runHub': 'what tests of clusters call: short verbs over one Hub',
};

function importsOf(file: string): string[] {
  const found = read(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map((match) => match[1] ?? '');
}

/** Without those that are gone when the code runs. */
const loadsOf = (file: string): string[] =>
  [...read(file).matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)'|\bimport\('([^']+)'\)/gms)].map(
    ([, fixed, late = '']) => fixed ?? late,
  );

/** Files of the repository that one imports. */
const targetsOf = (file: string, names: readonly string[]): string[] =>
  names.filter((name) => name.startsWith('.')).map((name) => relative('.', join(dirname(file), name)));

const modules = files.filter((file) => /\.(ts|tsx|mts|mjs)$/.test(file));
const sources = modules.filter((file) => !/\.test\.ts$/.test(file));

/** Whose exports are not named by another file of ours, each with who else takes them. */
const TAKEN_OTHERWISE: readonly (readonly [RegExp, string])[] = [
  [/^functions\/index\.ts /, 'the platform, by the names of the manifest'],
  [/^(vitest|web\/vite)\.config\.ts default$/, 'the program whose configuration it is'],
  [/^test\/temporary-folder\.ts default$/, 'vitest, before and after all tests'],
  [/^test\/browser\/sdk\/page\//, 'tests, which name in quotes what is to be called in the page'],
  [
    /\.d\.mts /,
    'nobody: it declares what the module beside it has, of which that module’s users take theirs',
  ],
  [/^web\/src\/api\/schema\.d\.ts /, 'nobody: it is generated whole'],
];

describe('imports', () => {
  test('point one way: web, cli → shared ← functions ← local', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const part = file.split('/')[0] ?? '';
      const allowed = ARROWS[part];
      if (!allowed) continue;
      for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
        const to = relative('.', join(dirname(file), target)).split('/')[0] ?? '';
        if (to !== part && !allowed.includes(to)) wrong.push(`${file} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('between the rooms of functions/ point down', () => {
    /** The room of a file, or the name of one that lies beside the rooms. */
    const roomOf = (file: string) => file.split('/')[1] ?? '';
    const isBeside = (room: string) => room.endsWith('.ts');
    const inFunctions = sources.filter((file) => file.startsWith('functions/'));
    const wrong = inFunctions.flatMap((file) => {
      const from = roomOf(file);
      if (OVER_ROOMS.includes(from)) return [];
      const loads = targetsOf(file, loadsOf(file));
      const mayImport = (target: string): boolean => {
        const to = roomOf(target);
        if (to === from || !target.startsWith('functions/')) return true;
        if (isBeside(to))
          return GATHERERS.includes(to)
            ? isBeside(from) || !loads.includes(target)
            : !OVER_ROOMS.includes(to);
        return isBeside(from) ? GATHERERS.includes(from) : ROOMS.indexOf(to) > ROOMS.indexOf(from);
      };
      return targetsOf(file, importsOf(file))
        .filter((target) => !mayImport(target))
        .map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
    const rooms = new Set(inFunctions.map(roomOf).filter((room) => !isBeside(room)));
    expect([...rooms].sort()).toEqual(ROOMS.toSorted());
  });

  test('lead no file of functions/ or shared/ back to itself', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const follow = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' → '));
      if (way.includes(file) || done.has(file)) return;
      for (const next of targetsOf(file, loadsOf(file))) follow(next, [...way, file]);
      done.add(file);
    };
    for (const file of sources.filter((name) => /^(functions|shared)\//.test(name))) follow(file, []);
    expect(circles).toEqual([]);
  });

  test('shared runs in a browser: no SDK, nothing of Node', () => {
    const foreign = sources
      .filter((file) => file.startsWith('shared/'))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => !name.startsWith('.') && name !== 'zod')
          .map((name) => `${file}: ${name}`),
      );
    expect(foreign).toEqual([]);
  });

  test('each SDK stays in its adapter', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file).flatMap((name) =>
        ONLY_IN.some(([sdk, place]) => sdk.test(name) && !place.test(file)) ? [`${file}: ${name}`] : [],
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('a cold start loads the framework and the schemas, and no SDK', () => {
    const loaded = new Set<string>();
    const packages = new Set<string>();
    const load = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const [, name = ''] of read(file).matchAll(
        /^(?:import|export) (?!type\b)[^;]*?from '([^']+)'/gms,
      )) {
        if (name.startsWith('.')) load(relative('.', join(dirname(file), name)));
        else if (!name.startsWith('node:')) packages.add(name);
      }
    };
    load('functions/index.ts');
    expect([...packages].sort()).toEqual(['@google-cloud/functions-framework', 'zod']);
  });

  const filesWith = (form: RegExp): string[] =>
    sources.filter((file) => /^(shared|functions)\//.test(file) && form.test(read(file)));

  test('only Config is made from the environment', () => {
    expect(filesWith(/process\.env\b/)).toEqual([
      // What firebase-admin itself would read there, and must not find.
      'functions/google/tokens.ts',
      // Gives it to Config.
      'functions/real-ports.ts',
      // Which function this is, while its bundle is loaded: before there is a Config.
      'functions/register.ts',
    ]);
  });

  test('only the clock reads the clock and throws dice', () => {
    expect(filesWith(/Date\.now\b|new Date\(\)|Math\.random\b|randomUUID\b|randomBytes\b/)).toEqual([
      'functions/google/clock.ts',
    ]);
  });

  test('only the clock waits, and who bounds a call of an SDK', () => {
    expect(filesWith(/\bset(Timeout|Interval)\(/)).toEqual([
      'functions/google/clock.ts',
      'functions/google/documents.ts',
      'functions/google/tokens.ts',
    ]);
  });
});

describe('what is exported', () => {
  test('has a user in another file: what has none is not exported, or not there', () => {
    const unused = unusedExports(new Map(modules.map((file) => [file, read(file)])));
    expect(unused.filter((name) => !TAKEN_OTHERWISE.some(([form]) => form.test(name)))).toEqual([]);
    // An exception that none needs any more goes.
    expect(TAKEN_OTHERWISE.filter(([form]) => !unused.some((name) => form.test(name)))).toEqual([]);
  });

  test('and is found in every form in which a module says what it exports and what it takes', () => {
    const texts = new Map([
      [
        'a/all.ts',
        [
          'export const one = 1;',
          'export async function two() {}',
          'export interface Three {}',
          'export const { four, five: six } = pair;',
          "export { seven, type eight as nine } from './other.ts';",
          'export default one;',
        ].join('\n'),
      ],
      ['a/other.ts', 'export const seven = 7;\nexport type eight = 8;'],
    ]);
    const all = ['one', 'two', 'Three', 'four', 'six', 'seven', 'nine', 'default'];
    const unusedBy = (text: string): string[] =>
      unusedExports(new Map([...texts, ['b/user.ts', text]])).map((name) => name.replace('a/all.ts ', ''));
    expect(unusedBy('').sort()).toEqual(all.toSorted());
    const named = `import all, {\n  one,\n  two as too,\n  type Three,\n} from '../a/all.ts';`;
    expect(unusedBy(named)).toEqual(['four', 'six', 'seven', 'nine']);
    expect(unusedBy("export { four, seven } from '../a/all.ts';")).not.toContain('four');
    expect(unusedBy("const { six } = await import('../a/all.ts');")).not.toContain('six');
    expect(unusedBy("import * as all from '../a/all.ts';\nall.nine;")).not.toContain('nine');
    expect(unusedBy("import { one } from '../a/other.ts';")).toContain('one');
  });
});

describe('functions', () => {
  test(`have ${LONGEST} lines at most, but for those that have a reason; one that has become shorter leaves the list`, () => {
    const long = sources.flatMap((file) =>
      lengthsOf(read(file))
        .filter(({ lines }) => lines > LONGEST)
        .map(({ name }) => `${file} ${name}`),
    );
    expect(long.toSorted()).toEqual(Object.keys(LONGER).toSorted());
  });

  test('are measured from their first line to their last, parameters and all', () => {
    const text = [
      '/** What it does. */',
      'export async function first({',
      '  a,',
      '}: Options): Promise<void> {',
      '',
      '  await a();',
      '}',
      '',
      'const SHORT = 1;',
      'export const second = <T>(',
      '  of: T,',
      '): T =>',
      '  of;',
      'const TABLE = [',
      '  (a) => a,',
      '];',
      'const third = (a: number): number => a;',
    ].join('\n');
    expect(lengthsOf(text)).toEqual([
      { name: 'first', lines: 6 },
      { name: 'second', lines: 4 },
      { name: 'third', lines: 1 },
    ]);
  });
});

describe('the console', () => {
  const pages = sources.filter((file) => file.startsWith('web/src/'));

  test('listens and never polls: its one timer that repeats is its clock', () => {
    const asks = /\b(getDocs?|getDocs?FromServer|getCountFromServer|setInterval)\(/;
    expect(pages.filter((file) => asks.test(read(file)))).toEqual(['web/src/time.ts']);
  });

  test('has arrows of its own: the pages use the parts, and not the other way round', () => {
    const place = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : 'beside');
    const wrong = pages.flatMap((page) => {
      const file = relative('web/src', page);
      if (FRAME.includes(file) || file === GIVEN) return [];
      return importsOf(page)
        .filter((name) => name.startsWith('.'))
        .map((name) => relative('web/src', join(dirname(page), name)))
        .filter((to) => !to.startsWith('..') && place(to) !== place(file))
        .filter(
          (to) => FRAME.includes(to) || !['beside', ...(WEB_ARROWS[place(file)] ?? [])].includes(place(to)),
        )
        .map((to) => `${file} imports ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  test('loads no schemas: of documents it takes types, and what paths.ts and shape.ts have', () => {
    const loads = /import (?!type\b)[^;]*from '[./]*shared\/(api|documents\/(?!paths|shape)[^']*)'/;
    expect(pages.filter((file) => loads.test(read(file)))).toEqual([]);
  });
});

describe('what is generated', () => {
  test.each(GENERATED)('$file is not stale (npm run docs)', async ({ file, content }) => {
    expect(read(file)).toBe(await content());
  });
});

describe('the manifest', () => {
  test('names exactly the functions that are exported', () => {
    expect(MANIFEST.map(({ name }) => entryPointOf(name)).sort()).toEqual(Object.keys(deployed).sort());
  });
});

/**
 * Codes that there were. Documents that name them are read all the same (`openEnum`), so no row has to stay for them; but what they meant they
 * mean for ever, in documents, logs and the scripts of people.
 */
const RETIRED_CODES = ['CLEANUP_INCOMPLETE'];

describe('the table of errors', () => {
  test('takes no code anew that was retired', () => {
    expect(Object.keys(ERRORS).filter((name) => RETIRED_CODES.includes(name))).toEqual([]);
  });

  test('holds no code that nobody throws', () => {
    const code = sources
      .filter((file) => /^(functions|shared)\//.test(file) && file !== 'shared/errors.ts')
      .map(read)
      .join('\n');
    expect(Object.keys(ERRORS).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  });
});

describe('the documents', () => {
  const documents = files.filter((file) => /^(docs\/.+|[A-Z]+)\.md$/.test(file));
  const linesOf = (file: string): [string, string][] =>
    read(file)
      .split('\n')
      .map((line, at) => [`${file}:${at + 1}`, line]);
  const linesLike = (form: RegExp): string[] =>
    documents
      .flatMap(linesOf)
      .flatMap(([where, line]) => (form.test(line) ? [`${where}: ${line.trim()}`] : []));

  /**
   * https://www.gnu.org/software/bash/manual/html_node/Bash-Variables.html, https://zsh.sourceforge.io/Doc/Release/Parameters.html: some
   * cannot be set, and none of them is whom or what a command is about.
   */
  test('set and ask no variable that the shell has for itself', () => {
    const own =
      'UID|EUID|GID|EGID|PPID|GROUPS|PATH|HOME|USER|USERNAME|LOGNAME|SHELL|SHELLOPTS|IFS|PWD|OLDPWD|RANDOM|SECONDS|LINENO|HOST|HOSTNAME|TTY|status|path';
    expect(linesLike(new RegExp(`\\$\\{?(${own})\\b|^\\s+(export )?(${own})=`))).toEqual([]);
  });

  /** `$ID:r` is `$ID` without its extension there, also between double quotes: https://zsh.sourceforge.io/Doc/Release/Expansion.html#Modifiers */
  test('put a variable before a colon into braces, for zsh takes what follows for a modifier', () => {
    expect(linesLike(/\$\w+:[a-zA-Z&]/)).toEqual([]);
  });

  /** Code between backquotes, and what is indented by four; a line that ends with a backslash goes on. */
  const commandsOf = (file: string): string[] => {
    const text = read(file);
    const blocks = text
      .replaceAll(/\\\n\s+/g, ' ')
      .split('\n')
      .filter((line) => /^ {4}/.test(line));
    const inline = [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(/\s+/g, ' '));
    return [...blocks, ...inline].map((code) => code.trim());
  };

  test('of an operator say to which project each command goes, and use what was set at the beginning', () => {
    const page = read('docs/operations.md');
    const commands = commandsOf('docs/operations.md');
    const astray = commands
      .flatMap((command) => command.match(/\bgcloud (?!auth )[^`|;]+/g) ?? [])
      .filter((command) => !command.includes('$PROJECT'));
    // Named as a command, and not to be typed.
    expect(astray.filter((command) => /\s--?\w/.test(command))).toEqual([]);
    const set = new Set([...page.matchAll(/(?:^ {4}|\bfor )([A-Z]+)(?:=| in )/gm)].map(([, name]) => name));
    const used = commands.flatMap((command) =>
      [...command.matchAll(/\$\{?([A-Z]+)\b/g)].map(([, name]) => name),
    );
    expect(used.filter((name) => !set.has(name))).toEqual([]);
    expect(set).toContain('REGION');
  });

  test('lead to places that are there', () => {
    const anchor = (title: string): string =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-');
    const broken = documents.flatMap((file) =>
      [...read(file).matchAll(/\]\(([^)\s:]*?)(?:#([\w-]+))?\)/g)].flatMap(([link, to = '', place]) => {
        const target = to === '' ? file : join(dirname(file), to);
        if (!existsSync(join(root, target))) return [`${file}: ${link}`];
        if (place === undefined) return [];
        const titles = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchor(title));
        return titles.includes(place) ? [] : [`${file}: ${link}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  /** A build tells by `git status` whether it is of what was committed. What goes to /tmp, or beside the state, is not here. */
  test('have nothing made in a checkout that git does not ignore', () => {
    const commands = commandsOf('docs/deploy.md');
    const made = commands.flatMap((command) => [
      ...[...command.matchAll(/(?:(?<=\s)>|-out|--output-file) (\w[\w.-]*)/g)].map(([, file = '']) => file),
      ...[...command.matchAll(/ gs:\/\/\S+\/([\w.-]+)(?=( gs:\S+)* \.$)/g)].map(([, file = '']) => file),
    ]);
    const files = new Set(made);
    expect(files).toContain('restored.tf');
    expect(files).toContain('.terraform.lock.hcl');
    const isIgnored = (path: string): boolean =>
      spawnSync('git', ['check-ignore', '-q', path], { cwd: root }).status === 0;
    const places = (file: string): string[] => [file, `terraform/${file}`];
    expect([...files].filter((file) => !places(file).some(isIgnored))).toEqual([]);
  });

  /** What goes by a database that is not whole would take what runs for what nobody needs, or give up what only seems to be missing. */
  test('let what goes by the database rest while it is read in, and go on when it agrees', () => {
    const text = read('docs/deploy.md');
    const moved = text.slice(text.indexOf('**The region is gone.**'));
    const at = (command: RegExp): number => moved.search(command);
    const jobs = /for JOB in ([a-z -]+); do gcloud scheduler jobs (pause|resume) \$JOB /g;
    const told = [...text.matchAll(jobs)].map(([, names = '', verb]) => `${verb} ${names}`);
    expect(told).toEqual([
      'pause top-up orphans closing sweep drift',
      'pause orphans closing sweep drift',
      'resume orphans closing sweep drift',
    ]);
    const order = [
      /^ +REGION=\S+$/m,
      /remove-iam-policy-binding \$F --member allUsers --role roles\/run\.invoker --region \$REGION/,
      /jobs pause \$JOB/,
      /gcloud firestore import/,
      /npm run reconcile .*--write/,
      /npm run roll-forward .*--since/,
      /jobs resume \$JOB/,
      /add-iam-policy-binding \$F --member allUsers --role roles\/run\.invoker --region \$REGION/,
    ];
    expect(order.filter((one) => at(one) < 0)).toEqual([]);
    const doors = [...text.matchAll(/for F in ([a-z ]+); do gcloud run services (?:add|remove)-iam/g)];
    const open = MANIFEST.filter(({ trigger }) => trigger.kind === 'http').map(({ name }) => name);
    expect(doors.map(([, names]) => names)).toEqual(Array(3).fill(open.join(' ')));
    expect(order.map(at)).toEqual(order.map(at).toSorted((a, b) => a - b));
    const scheduled = MANIFEST.flatMap(({ name, trigger }) =>
      trigger.kind === 'topic' && trigger.schedule ? [name] : [],
    );
    expect(scheduled).toEqual(expect.arrayContaining(['top-up', 'orphans', 'closing', 'sweep', 'drift']));
  });

  test('name scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = documents.flatMap((file) =>
      [...read(file).matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name),
    );
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('what is committed', () => {
  test('the lock file holds no download addresses', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "http/);
  });
});
