/** The command line of `helm upgrade`, with Helm's own words for what is wrong with it. https://helm.sh/docs/helm/helm_upgrade/ */

export interface UpgradeArguments {
  release: string;
  chart: string;
  version: string | undefined;
  namespace: string;
  /** Paths, in order; later ones win. */
  valuesFiles: string[];
  install: boolean;
  createNamespace: boolean;
  wait: boolean;
  rollbackOnFailure: boolean;
  resetValues: boolean;
  reuseValues: boolean;
  /** Fields that somebody else has set since are set back; without it they make the upgrade fail. */
  forceConflicts: boolean;
  timeoutMs: number;
  historyMax: number;
}

/** A mistake in the command line: what Helm prints after `Error: `. */
export class UsageError extends Error {}

const SHORT: Readonly<Record<string, string>> = { '-i': '--install', '-n': '--namespace', '-f': '--values' };

const SWITCHES = new Set([
  '--install',
  '--create-namespace',
  '--rollback-on-failure',
  '--atomic',
  '--reset-values',
  '--reuse-values',
  '--wait-for-jobs',
  '--cleanup-on-fail',
  '--hide-notes',
  '--no-hooks',
  '--skip-crds',
  '--plain-http',
  '--insecure-skip-tls-verify',
  '--force-conflicts',
  '--take-ownership',
  '--debug',
]);

const VALUED = new Set([
  '--version',
  '--namespace',
  '--values',
  '--timeout',
  '--history-max',
  '--description',
  '--server-side',
  '--username',
  '--password',
  '--ca-file',
]);

/** How `--wait` may wait; Helm 4. */
const WAITS = ['watcher', 'hookOnly', 'legacy', 'true', 'false'];

/** @param argv after `helm upgrade` @throws UsageError */
export function parseUpgrade(argv: readonly string[]): UpgradeArguments {
  const names: string[] = [];
  const switches = new Set<string>();
  const values = new Map<string, string[]>();
  let wait = 'hookOnly';
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (!word.startsWith('-')) {
      names.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const written = equals < 0 ? word : word.slice(0, equals);
    const inline = equals < 0 ? undefined : word.slice(equals + 1);
    const flag = SHORT[written] ?? written;
    if (flag === '--wait') wait = inline ?? 'watcher';
    else if (SWITCHES.has(flag)) {
      if (inline !== 'false') switches.add(flag);
    } else if (VALUED.has(flag)) {
      const value = inline ?? argv[++i];
      if (value === undefined) throw new UsageError(`flag needs an argument: ${written}`);
      values.set(flag, [...(values.get(flag) ?? []), value]);
    } else {
      throw new UsageError(
        written.startsWith('--')
          ? `unknown flag: ${written}`
          : `unknown shorthand flag: '${written.slice(1, 2)}' in ${written}`,
      );
    }
  }
  if (!WAITS.includes(wait)) throw new UsageError(`invalid argument "${wait}" for "--wait" flag`);
  const [release, chart] = names;
  if (names.length !== 2 || !release || !chart) {
    throw new UsageError(
      `"helm upgrade" requires 2 arguments\n\nUsage:  helm upgrade [RELEASE] [CHART] [flags]`,
    );
  }
  if (release.length > 53 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(release)) {
    throw new UsageError(`release name is invalid: ${release}`);
  }
  const last = (flag: string): string | undefined => values.get(flag)?.at(-1);
  const rollbackOnFailure = switches.has('--rollback-on-failure') || switches.has('--atomic');
  return {
    release,
    chart,
    version: last('--version'),
    namespace: last('--namespace') ?? 'default',
    valuesFiles: (values.get('--values') ?? []).flatMap((list) => list.split(',')),
    install: switches.has('--install'),
    createNamespace: switches.has('--create-namespace'),
    wait: rollbackOnFailure || !['hookOnly', 'false'].includes(wait),
    rollbackOnFailure,
    resetValues: switches.has('--reset-values'),
    reuseValues: switches.has('--reuse-values'),
    forceConflicts: switches.has('--force-conflicts'),
    timeoutMs: parseDuration(last('--timeout') ?? '5m0s'),
    historyMax: Number(last('--history-max') ?? 10),
  };
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Go's durations: `10m`, `1h30m`, `90s`. */
function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) {
    const why = /^\d+$/.test(text) ? 'missing unit in duration' : 'invalid duration';
    throw new UsageError(`invalid argument "${text}" for "--timeout" flag: time: ${why} "${text}"`);
  }
  return parts.reduce((total, [, amount, unit]) => total + Number(amount) * (UNITS[unit ?? 's'] ?? 0), 0);
}
