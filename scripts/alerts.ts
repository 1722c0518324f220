/** docs/alerts.md: what is promised, what is alerted on and what is measured, as the code has it. */
import { ALERTS, type Condition } from '../functions/alerts.ts';
import { INSTRUMENTS, type Instrument } from '../functions/metrics.ts';
import { SLOS } from '../functions/slos.ts';
import { componentOf } from '../functions/status/plan.ts';
import { lateAfterMs } from '../shared/lifecycle/derive.ts';
import { STATES, stepRowOf } from '../shared/lifecycle/table.ts';
import { hours, minutes } from '../shared/units.ts';

export function alertsDocument(): string {
  return `<!-- Generated from functions/alerts.ts, functions/metrics.ts and the lifecycle by \`npm run docs\`; do not edit. -->

# What is promised, watched and measured

What to do about each alert is in [operations.md](operations.md).

## Promises

| What | How much |
| --- | --- |
| Requests (of the API, of signing in to clusters, of credentials) that Hub does not fail, in 28 days | ${percent(SLOS.apiAvailability)} |
| A cluster made from nothing is ready, ${percent(SLOS.inTime)} of them | within ${duration(SLOS.readyS * 1000)} |
| It is later than was promised, ${percent(SLOS.inTime)} of them | by no more than ${duration(SLOS.etaErrorS * 1000)} |
| Clusters that come from a pool | ${percent(SLOS.poolHits)} |
| Whatever is due is looked at | within ${duration(SLOS.overdueS * 1000)} |
| Things in the cloud that belong to no cluster, found in a week | ${SLOS.orphansPerWeek} |

## Alerts

| Alert | Says | Told | When |
| --- | --- | --- | --- |
${ALERTS.map(({ id, title, severity, when }) => `| [\`${id}\`](operations.md#${id}) | ${title} | ${severity} | ${inWords(when)} |`).join('\n')}

## When a cluster is late

In cloud time. Late ones show in the public status; the deadline ends the step.

| State | Part of Hub | Usually | Late after | Deadline |
| --- | --- | --- | --- | --- |
${lateRows().join('\n')}

## Metrics

| Metric | Kind | Unit | Told apart by | What |
| --- | --- | --- | --- | --- |
${Object.values(INSTRUMENTS)
  .map(({ name, kind, unit, attributes, description }) => {
    const apart = attributes.map((one) => `\`${one}\``).join(', ');
    return `| \`${name}\` | ${kind} | ${unit} | ${apart || '–'} | ${description} |`;
  })
  .join('\n')}
`;
}

const lateRows = (): string[] =>
  STATES.filter((state) => Number.isFinite(lateAfterMs(state))).map((state) => {
    const { expectedMs, timeoutMs } = stepRowOf(state);
    const times = [expectedMs, lateAfterMs(state), timeoutMs].map(duration);
    return `| \`${state}\` | ${componentOf(state)} | ${times.join(' | ')} |`;
  });

function inWords(when: Condition): string {
  switch (when.kind) {
    case 'log':
      return when.event === undefined ? 'any other error in the log' : `log: “${when.event}”`;
    case 'crash':
      return 'an error in the log that no function wrote';
    case 'job':
      return `the job \`${when.job}\` of Cloud Scheduler failed, says its log`;
    case 'unreachable':
      return `\`${when.path}\` is not answered to two places of the world or more, for ${duration(when.forMs)}`;
    case 'undelivered':
      return `a message of \`${when.topic}\` waits longer than ${duration(when.waitMs)}, says Pub/Sub`;
    case 'failing':
      return `share of 5xx among requests to ${when.functions.map((name) => `\`${name}\``).join(', ')} above ${percent(when.value)} over ${when.withinMs.map(duration).join(' and ')}, and at least ${when.fewest} of them, says Cloud Run`;
    default:
      return inWordsOf(when);
  }
}

function inWordsOf(when: Extract<Condition, { instrument: Instrument }>): string {
  const { name, unit } = INSTRUMENTS[when.instrument];
  const where =
    'where' in when ? Object.entries(when.where ?? {}).map(([key, value]) => `${key}=${value}`) : [];
  const metric = `\`${name}${where.length > 0 ? `{${where.join(',')}}` : ''}\``;
  const amount = (value: number): string => (unit === 's' ? duration(value * 1000) : String(value));
  switch (when.kind) {
    case 'above':
      return `${metric} > ${amount(when.value)} for ${duration(when.forMs)}`;
    case 'increase':
      return `${metric} grows by more than ${when.value} in ${duration(when.withinMs)}${when.by ? `, for one ${when.by}` : ''}`;
    case 'silent':
      return `${metric} is ${duration(when.forMs)} ago, or says nothing`;
    case 'share':
      return `share of ${metric} above ${percent(when.value)} over ${duration(when.withinMs)}, of at least ${when.fewest}`;
    case 'beyond':
      return `share of ${metric} > ${amount(when.end)} above ${percent(when.value)} over ${duration(when.withinMs)}, of at least ${when.fewest}`;
  }
}

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

const duration = (ms: number): string =>
  ms >= hours(1) && ms % hours(1) === 0
    ? `${ms / hours(1)} h`
    : ms >= minutes(1)
      ? `${Number((ms / minutes(1)).toFixed(1))} min`
      : `${ms / 1000} s`;
