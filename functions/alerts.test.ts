/** Alerts, runbooks and the code they speak of cannot differ. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { alertsFile, dashboardFile } from '../scripts/terraform.ts';
import { ERRORS } from '../shared/errors.ts';
import { lateAfterMs } from '../shared/lifecycle/derive.ts';
import { STATES, stepRowOf } from '../shared/lifecycle/table.ts';
import { ALERTS, type Alert, EXPORT_JOB } from './alerts.ts';
import { POLICY, partsOf } from './api/policy.ts';
import { UNHANDLED } from './invocation.ts';
import { MANIFEST } from './manifest.ts';
import { INSTRUMENTS } from './metrics.ts';
import { SCHEDULES } from './schedules.ts';
import { SLOS } from './slos.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(`${root}docs/operations.md`, 'utf8');
const runbooks = new Map(
  page
    .slice(page.indexOf('## Runbooks'))
    .split(/^### /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text] as const),
);
const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'functions'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /(?<!\.test)\.ts$/.test(file))
  .map((file) => readFileSync(`${root}${file}`, 'utf8'))
  .join('\n');
/** Of each line of log in the code, its event. */
const EVENTS = new Set(
  [
    ...sources.matchAll(/\b(?:log\.(?:info|warn|error)\(|tellFailure\([\w.]+,)\s*(?:'([^']+)'|([A-Z_]+),)/g),
  ].map(([, event, constant]) => event ?? new RegExp(`const ${constant} = '([^']+)'`).exec(sources)?.[1]),
);

test('each alert has a runbook and each runbook an alert', () => {
  expect([...runbooks.keys()].sort()).toEqual(ALERTS.map(({ id }) => id).sort());
});

describe.each<Alert>([...ALERTS])('$id', ({ id, when }) => {
  test('its runbook says what it means, how to look, what to do and when it is over', () => {
    for (const part of ['Means', 'Look', 'Do', 'Over']) expect(runbooks.get(id)).toContain(`**${part}.**`);
  });

  test('watches what the code says', () => {
    if (when.kind === 'log' && when.event !== undefined) expect(EVENTS).toContain(when.event);
    if (!('instrument' in when)) return;
    const { kind, attributes } = INSTRUMENTS[when.instrument];
    const used = new RegExp(`record\\('${when.instrument}'`);
    expect(sources).toMatch(used);
    expect(kind).toBe(KIND_OF[when.kind].find((one) => one === kind));
    const asked = [
      ...('where' in when ? Object.keys(when.where ?? {}) : []),
      ...('by' in when && when.by ? [when.by] : []),
    ];
    for (const attribute of asked) expect(attributes).toContain(attribute);
  });
});

/** What each kind of condition can be asked of. */
const KIND_OF: Record<Extract<Alert['when'], { instrument: string }>['kind'], readonly string[]> = {
  above: ['gauge'],
  increase: ['counter', 'histogram'],
  silent: ['gauge'],
  share: ['counter', 'histogram'],
  beyond: ['histogram'],
};

describe('what Cloud Monitoring is asked', () => {
  const { alerts } = JSON.parse(alertsFile()) as {
    alerts: Record<string, { query?: string; log?: string; for_seconds?: number; needs_metrics?: boolean }>;
  };
  const all: readonly Alert[] = ALERTS;
  const whereKind = <K extends Alert['when']['kind']>(kind: K) =>
    all.flatMap(({ id, when }) =>
      when.kind === kind ? [{ id, when: when as Extract<Alert['when'], { kind: K }> }] : [],
    );

  test('of failed requests is what Cloud Run counted, of every function that answers people, and not of one alone', () => {
    const { query = '', needs_metrics } = alerts['api-errors'] ?? {};
    expect(query).toContain('run.googleapis.com/request_count');
    for (const { name, trigger } of MANIFEST)
      expect(
        query
          .match(/service_name=~"([^"]+)"/)?.[1]
          ?.split('|')
          .includes(name),
      ).toBe(trigger.kind === 'http');
    expect(query).toMatch(/\[60m\]\)\) >= 5\)$/);
    expect(needs_metrics).toBe(false);
  });

  test('of a crash is what no function wrote, and not what one wrote that the framework prints again', () => {
    const { log = '' } = alerts.crash ?? {};
    expect(log).toContain('NOT jsonPayload.function:*');
    for (const name of ['stderr', 'varlog/system']) expect(log).toContain(`run.googleapis.com/${name}`);
    expect(EVENTS).toContain(UNHANDLED);
    expect(log).toContain(`NOT textPayload:"${UNHANDLED}: "`);
  });

  test('of a job is what the Scheduler says of it, and of all else what functions say', () => {
    expect(alerts['export-failed']?.log).toBe(
      `resource.type="cloud_scheduler_job" AND resource.labels.job_id="${EXPORT_JOB}" AND severity>=ERROR`,
    );
    for (const { id } of [...whereKind('log'), ...whereKind('crash')])
      expect(alerts[id]?.log).toMatch(/^resource\.type="cloud_run_revision" AND /);
  });

  test('of other errors leaves out what has an alert of its own', () => {
    const { log = '' } = alerts.bug ?? {};
    for (const { when } of whereKind('log')) {
      if (when.event !== undefined) expect(log.slice(log.indexOf('NOT '))).toContain(`"${when.event}"`);
    }
  });

  test('of a share is too much of what is bad: where there is nothing of it, nothing is silent', () => {
    expect(alerts['pool-misses']?.query).toContain('result="miss"');
    expect(alerts['pool-misses']?.query).not.toMatch(/ < /);
  });

  test.each(whereKind('beyond'))(
    'of $id begins where a bucket ends, and is of all there are',
    ({ id, when }) => {
      const { buckets } = INSTRUMENTS[when.instrument] as { buckets?: readonly number[] };
      expect(buckets).toContain(when.end);
      const query = alerts[id]?.query ?? '';
      expect(query).toContain(`le=~"${when.end}([.]0+)?"`);
      expect(query).toMatch(/ >= 5\)$/);
    },
  );

  test('of being late is a share of those who were early, too', () => {
    const name = INSTRUMENTS.etaError.name;
    expect(alerts['eta-wrong']?.query).toContain(`/ sum(increase({"${name}_count"}[360m]))`);
  });

  test('of silence is what each sweep that says when it came to its end says, and of no other', () => {
    const said = [...sources.matchAll(/record\('sweptAt',[^{]+\{ sweep: '(\w+)' \}/g)].map(
      ([, sweep]) => sweep,
    );
    expect(said).toContain('orphans');
    expect(new Set(whereKind('silent').map(({ when }) => when.where.sweep))).toEqual(new Set(said));
  });

  test.each(['orphans', 'closing'] as const)('of silence of %s is that three turns are missing', (sweep) => {
    const { when } = whereKind('silent').find(({ id }) => id === `${sweep}-silent`) ?? {};
    expect(when?.forMs).toBe(3 * SCHEDULES[sweep].everyMs);
    expect(alerts[`${sweep}-silent`]?.query).toContain(`sweep="${sweep}"`);
  });

  test.each(whereKind('silent'))('of $id must last: when all is new nothing has been said yet', ({ id }) => {
    expect(alerts[id]?.for_seconds).toBe(300);
  });
});

test('of what takes time the dashboard shows how long, and says of how many: a rate of its count is no duration', () => {
  const { mosaicLayout } = JSON.parse(dashboardFile()) as {
    mosaicLayout: {
      tiles: {
        widget: {
          title: string;
          xyChart: { dataSets: { timeSeriesQuery: { prometheusQuery: string } }[] };
        };
      }[];
    };
  };
  const shown = mosaicLayout.tiles.map(({ widget }) => ({
    title: widget.title,
    query: widget.xyChart.dataSets[0]?.timeSeriesQuery.prometheusQuery ?? '',
  }));
  expect(shown).toHaveLength(Object.keys(INSTRUMENTS).length);
  for (const { kind, name, attributes, description } of Object.values(INSTRUMENTS)) {
    if (kind !== 'histogram') continue;
    expect(shown).toContainEqual({
      title: `95th percentile. ${description}`,
      query: `histogram_quantile(0.95, sum by (le, ${attributes[0]}) (rate({"${name}_bucket"}[5m])))`,
    });
  }
});

describe('what the runbooks speak of is there', () => {
  test('lines of the log', () => {
    const named = [...page.matchAll(/jsonPayload\.message=\\?"([^"\\]+)\\?"/g)].map(([, event]) => event);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((event) => !EVENTS.has(event ?? ''))).toEqual([]);
  });

  test('metrics', () => {
    const names = Object.values(INSTRUMENTS).map(({ name }) => name as string);
    const named = [...page.matchAll(/`(hub\.[a-z_.]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('addresses of the API', () => {
    const shapes = (Object.keys(POLICY) as (keyof typeof POLICY)[]).map((name) => partsOf(name).path);
    // Hub's own: some are Google's.
    const named = [...page.matchAll(/(?<!googleapis\.com)\/v1\/[^\s"`?)]+/g)].map(([path]) =>
      path.replace(/\$([A-Z]+|\{[A-Z]+\})/g, '{id}'),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !shapes.includes(path as (typeof shapes)[number]))).toEqual([]);
  });

  test('topics, functions and codes', () => {
    const names: string[] = [...MANIFEST.map(({ name }) => name), EXPORT_JOB];
    const topics = [...page.matchAll(/topics publish ([a-z-]+)/g)].map(([, topic = '']) => topic);
    const functions = [...page.matchAll(/jsonPayload\.function="([a-z-]+)"/g)].map(([, name = '']) => name);
    const jobs = [...page.matchAll(/scheduler jobs (?:describe|resume) ([a-z-]+)/g)].map(
      ([, job = '']) => job,
    );
    expect([...topics, ...functions, ...jobs].filter((name) => !names.includes(name))).toEqual([]);
    const codes = [...page.matchAll(/`([A-Z]{2,}(?:_[A-Z]+)*)`/g)].map(([, code = '']) => code);
    expect(codes.filter((code) => !code.startsWith('HUB_') && !Object.hasOwn(ERRORS, code))).toEqual([]);
  });
});

test('nobody is told that a cluster is late before it usually is ready, nor after its step has given up', () => {
  expect(SLOS.readyS).toBeGreaterThan(0);
  for (const state of STATES.filter((one) => Number.isFinite(lateAfterMs(one)))) {
    const { timeoutMs } = stepRowOf(state);
    expect(lateAfterMs(state)).toBeLessThan(timeoutMs);
  }
});
