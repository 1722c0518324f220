/** Alerts, runbooks and the code they speak of cannot differ. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../shared/errors.ts';
import { lateAfterMs } from '../shared/lifecycle/derive.ts';
import { rowOf, STATES } from '../shared/lifecycle/table.ts';
import { ALERTS, type Alert, SLOS } from './alerts.ts';
import { POLICY, partsOf } from './api/policy.ts';
import { MANIFEST } from './manifest.ts';
import { INSTRUMENTS } from './metrics.ts';

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
    if (when.kind === 'log') {
      if (when.event !== undefined) expect(EVENTS).toContain(when.event);
      return;
    }
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
const KIND_OF: Record<Exclude<Alert['when']['kind'], 'log'>, readonly string[]> = {
  above: ['gauge'],
  increase: ['counter', 'histogram'],
  silent: ['gauge'],
  p95: ['histogram'],
  share: ['counter', 'histogram'],
};

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
    const names = MANIFEST.map(({ name }) => name);
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
    const { timeoutMs } = rowOf(state) as { timeoutMs: number };
    expect(lateAfterMs(state)).toBeLessThan(timeoutMs);
  }
});
