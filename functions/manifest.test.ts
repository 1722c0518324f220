import { Cron } from 'croner';
import { describe, expect, test } from 'vitest';
import { seconds } from '../shared/units.ts';
import { DEADLINES_MS } from './google/documents.ts';
import { SIGN_IN_ANSWER_MS } from './google/tokens.ts';
import { REQUEST_TIMEOUT_MS } from './leaf/client.ts';
import { MANIFEST } from './manifest.ts';
import { SCHEDULES } from './schedules.ts';

/** Through Hosting nobody waits longer: https://firebase.google.com/docs/hosting/cloud-run */
const HOSTING_MS = seconds(60);

describe.each(MANIFEST.filter(({ trigger }) => trigger.kind === 'http'))(
  '$name, which answers HTTP',
  (spec) => {
    test('has answered itself before the platform does, and the platform before Hosting', () => {
      const { http } = DEADLINES_MS;
      // Who asks, what is there, what is written, and, where nobody knows whether it was, another look; inside of a cluster it is written once.
      const others = spec.name === 'credentials' ? REQUEST_TIMEOUT_MS : http;
      expect(SIGN_IN_ANSWER_MS + http + http + others).toBeLessThan(seconds(spec.timeoutSeconds));
      expect(seconds(spec.timeoutSeconds)).toBeLessThan(HOSTING_MS);
    });
  },
);

/** https://cloud.google.com/run/docs/configuring/cpu */
test('less than a whole CPU is given only where the platform takes it', () => {
  for (const { cpu, concurrency, memoryMiB } of MANIFEST.filter((one) => one.cpu < 1)) {
    expect(cpu).toBeGreaterThanOrEqual(0.08);
    expect(concurrency).toBe(1);
    expect(memoryMiB).toBeLessThanOrEqual(512);
  }
});

/** What a new project has: https://github.com/firebase/firebase-tools/pull/5867 */
test('no function asks for more than ten CPUs', () => {
  for (const { cpu, maxInstances } of MANIFEST) expect(cpu * maxInstances).toBeLessThanOrEqual(10);
});

test.each(Object.entries(SCHEDULES))(
  'the turns of %s are as far apart as is said',
  (_, { cron, everyMs }) => {
    const turns = new Cron(cron, { timezone: 'Etc/UTC' }).nextRuns(100, new Date('2026-12-31T13:14:15Z'));
    const apart = turns.slice(1).map((at, turn) => at.getTime() - (turns[turn]?.getTime() ?? 0));
    expect(new Set(apart)).toEqual(new Set([everyMs]));
  },
);

test('every schedule is one of the list', () => {
  const crons = MANIFEST.flatMap(({ trigger }) => (trigger.kind === 'topic' ? (trigger.schedule ?? []) : []));
  expect(crons.toSorted()).toEqual(
    Object.values(SCHEDULES)
      .map(({ cron }) => cron as string)
      .toSorted(),
  );
});
