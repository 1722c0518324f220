/** What Terraform reads of the code: `terraform/generated/*.json`. Whatever is in there is changed in the code it comes from. */
import { ALERTS, type Alert, ANSWERING, type Condition } from '../functions/alerts.ts';
import { SECRETS } from '../functions/config.ts';
import { entryPointOf } from '../functions/entry-point.ts';
import { UNHANDLED } from '../functions/invocation.ts';
import { isGivenUp, MANIFEST, MAX_DELIVERY_ATTEMPTS } from '../functions/manifest.ts';
import { INSTRUMENTS, type Instrument, type InstrumentSpec } from '../functions/metrics.ts';
import { actsAsNodes, issuesChartTokens, PERMISSIONS } from '../functions/permissions.ts';
import { SLOS } from '../functions/slos.ts';
import { REGIONS } from '../shared/catalog/catalog.ts';
import { MESSAGE_SCHEMA, pushSubscription } from '../shared/messages.ts';
import { minutes } from '../shared/units.ts';
import { wantedCharts } from './mirror.ts';

const json = (content: object): string => `${JSON.stringify(content, null, 2)}\n`;

/** A public half goes to whoever only publishes it: under a name of its own, for it is another text. */
const PUBLIC_HALVES: readonly (readonly [variable: string, name: string])[] = [['HUB_CLEAN_UP_KEYS', 'api']];

/** Its name in Secret Manager. */
const secretId = (variable: string, name?: string): string => {
  const id = variable.replace(/^HUB_/, '').toLowerCase().replaceAll('_', '-');
  return PUBLIC_HALVES.some(([one, who]) => one === variable && who === name) ? `${id}-public` : id;
};

/** A licence is there only where somebody bought one. */
const isOptional = (variable: string): boolean => variable.endsWith('_LICENSE');

const secretsOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    SECRETS.filter(({ functions }) => functions === undefined || functions.includes(name)).map(
      ({ name: variable }) => [variable, secretId(variable, name)],
    ),
  );

export const functionsFile = (): string =>
  json(
    Object.fromEntries(
      MANIFEST.map(({ name, trigger, timeoutSeconds, concurrency, maxInstances, memoryMiB, cpu }) => [
        name,
        {
          entry_point: entryPointOf(name),
          timeout_seconds: timeoutSeconds,
          concurrency,
          max_instances: maxInstances,
          memory_mib: memoryMiB,
          cpu,
          ...(trigger.kind === 'topic' && {
            topic: trigger.topic,
            subscription: pushSubscription(trigger.topic),
            // Null: it is delivered until it is handled.
            max_delivery_attempts: isGivenUp(trigger.topic) ? MAX_DELIVERY_ATTEMPTS : null,
            ...(trigger.schedule && { schedule: trigger.schedule, message: { schema: MESSAGE_SCHEMA } }),
          }),
          secrets: secretsOf(name),
          acts_as_nodes: actsAsNodes(name),
          issues_chart_tokens: issuesChartTokens(name),
          permissions: PERMISSIONS[name] ?? [],
        },
      ]),
    ),
  );

export const secretsFile = (): string => {
  const ids = new Map<string, { what: string; optional: boolean }>();
  for (const { name } of MANIFEST)
    for (const [variable, id] of Object.entries(secretsOf(name))) {
      const what = SECRETS.find((secret) => secret.name === variable)?.what ?? '';
      ids.set(id, {
        what: id.endsWith('-public') ? `public halves: ${what}` : what,
        optional: isOptional(variable),
      });
    }
  return json(Object.fromEntries([...ids].sort(([a], [b]) => (a < b ? -1 : 1))));
};

export const regionsFile = (): string => json(REGIONS.map(({ id }) => id));

/** Every chart in every version that a cluster may ask for: what the operator's mirror must hold. */
export const chartsFile = (): string => json(wantedCharts());

/** Without braces and quotes a name with dots is none: https://cloud.google.com/stackdriver/docs/otlp-metrics/overview */
function series(instrument: Instrument, where: object = {}, part = ''): string {
  const labels = Object.entries(where).map(([key, value]) => `, ${key}="${value}"`);
  return `{"${INSTRUMENTS[instrument].name}${part}"${labels.join('')}}`;
}

const within = (ms: number): string => `[${ms / 60_000}m]`;
/** What grows: a histogram's count does. */
const counted = (instrument: Instrument, where?: object): string =>
  series(instrument, where, INSTRUMENTS[instrument].kind === 'histogram' ? '_count' : '');

/** An instance that did it once may go on saying when that was; and none may be left to say it. */
const silence = (samples: string, forMs: number): string =>
  `(time() - max(max_over_time(${samples})) > ${forMs / 1000}) or absent_over_time(${samples})`;

const grown = (samples: string, ms: number): string => `sum(increase(${samples}${within(ms)}))`;
const rounded = (share: number): number => Number(share.toFixed(6));

/** What Google counts itself: https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run, by https://cloud.google.com/monitoring/promql */
const requestsTo = (functions: readonly string[], where = ''): string =>
  `{"run.googleapis.com/request_count", monitored_resource="cloud_run_revision", service_name=~"${functions.join('|')}"${where}}`;
const FAULT = ', response_code_class="5xx"';

type OfLog = Extract<Condition, { kind: 'log' | 'crash' | 'job' }>;
type OfUptime = Extract<Condition, { kind: 'unreachable' }>;

/** PromQL that has a value when somebody is to be told. */
function queryOf(when: Exclude<Condition, OfLog | OfUptime>): string {
  switch (when.kind) {
    case 'above':
      return `max(${series(when.instrument, when.where)}) > ${when.value}`;
    case 'increase':
      return `sum${when.by ? ` by (${when.by})` : ''} (increase(${counted(when.instrument)}${within(when.withinMs)})) > ${when.value}`;
    case 'silent':
      return silence(`${series(when.instrument, when.where)}${within(when.forMs)}`, when.forMs);
    case 'share': {
      const all = grown(counted(when.instrument), when.withinMs);
      const bad = grown(counted(when.instrument, when.where), when.withinMs);
      return `(${bad} / ${all} > ${rounded(when.value)}) and (${all} >= ${when.fewest})`;
    }
    case 'beyond': {
      // It is written as 806 or as 806.0.
      const ended = series(when.instrument, when.where, '_bucket').replace(
        /}$/,
        `, le=~"${when.end}([.]0+)?"}`,
      );
      const all = grown(counted(when.instrument, when.among), when.withinMs);
      const bad = `(${grown(counted(when.instrument, when.where), when.withinMs)} - ${grown(ended, when.withinMs)})`;
      return `(${bad} / ${all} > ${rounded(when.value)}) and (${all} >= ${when.fewest})`;
    }
    case 'failing': {
      const [longest = 0] = when.withinMs;
      const bad = (ms: number): string => grown(requestsTo(when.functions, FAULT), ms);
      const shares = when.withinMs.map(
        (ms) => `(${bad(ms)} / ${grown(requestsTo(when.functions), ms)} > ${rounded(when.value)})`,
      );
      return [...shares, `(${bad(longest)} >= ${when.fewest})`].join(' and ');
    }
    case 'undelivered':
      return `max({"pubsub.googleapis.com/subscription/oldest_unacked_message_age", monitored_resource="pubsub_subscription", subscription_id="${pushSubscription(when.topic)}"}) > ${when.waitMs / 1000}`;
  }
}

/** How long that must last. What is silent may be just about to begin: after a deployment, or when all is new. */
const lastingMs = (when: Condition): number =>
  when.kind === 'silent' ? SILENT_FOR_MS : 'forMs' in when ? when.forMs : 0;
const SILENT_FOR_MS = minutes(5);

/** Whether it can be asked only while functions send metrics of their own. */
const isOfHub = (when: Condition): boolean => 'instrument' in when;

/** Each has an alert of its own. */
const EVENTS = ALERTS.flatMap(({ when }): string[] =>
  when.kind === 'log' && 'event' in when ? [when.event] : [],
);

/**
 * What is printed has no severity, unless it is JSON (https://cloud.google.com/run/docs/logging), nor the function's name; the platform's own
 * lines have one. What a function said before it threw was said in a line of its own.
 */
const CRASH = [
  'NOT jsonPayload.function:*',
  `(${[
    '(log_id("run.googleapis.com/varlog/system") AND severity>=ERROR)',
    '(log_id("run.googleapis.com/stderr") AND (severity>=ERROR OR textPayload:"error" OR jsonPayload.message:"error"))',
  ].join(' OR ')})`,
  `NOT textPayload:"${UNHANDLED}: "`,
  `NOT jsonPayload.message:"${UNHANDLED}: "`,
].join(' AND ');

/** Each attempt of a job ends in a line: https://cloud.google.com/scheduler/docs/logging */
const filterOf = (when: OfLog): string =>
  when.kind === 'job'
    ? `resource.type="cloud_scheduler_job" AND resource.labels.job_id="${when.job}" AND severity>=ERROR`
    : `resource.type="cloud_run_revision" AND ${ofFunctions(when)}`;

function ofFunctions(when: Exclude<OfLog, { kind: 'job' }>): string {
  if (when.kind === 'crash') return CRASH;
  if (when.event !== undefined) return `jsonPayload.message="${when.event}"`;
  const others = EVENTS.map((event) => `"${event}"`).join(' OR ');
  return `severity>=ERROR AND jsonPayload.function:* AND NOT jsonPayload.message=(${others})`;
}

function madeOf(when: Condition): object {
  if (when.kind === 'log' || when.kind === 'crash' || when.kind === 'job') return { log: filterOf(when) };
  const for_seconds = lastingMs(when) / 1000;
  if (when.kind === 'unreachable') return { path: when.path, for_seconds };
  return { query: queryOf(when), for_seconds, needs_metrics: isOfHub(when) };
}

export const alertsFile = (): string =>
  json({
    slos: {
      api_availability: SLOS.apiAvailability,
      in_time: SLOS.inTime,
      services: ANSWERING,
      ready_seconds: SLOS.readyS,
      pool_hits: SLOS.poolHits,
      // As Cloud Monitoring stores what comes by OTLP: https://cloud.google.com/stackdriver/docs/reference/telemetry/v1.metrics
      ready_metric: `prometheus.googleapis.com/${INSTRUMENTS.toReady.name}/histogram`,
      claims_metric: `prometheus.googleapis.com/${INSTRUMENTS.claims.name}/counter`,
    },
    alerts: Object.fromEntries(
      ALERTS.map(({ id, title, severity, later, when }: Alert) => [
        id,
        {
          title,
          severity: severity === 'page' ? 'CRITICAL' : 'WARNING',
          later: later === true,
          ...madeOf(when),
        },
      ]),
    ),
  });

/** What most are below, of a histogram. */
const QUANTILE = 0.95;

/** Of counters the rate, of histograms the 95th percentile, of gauges the value, told apart by the first of its attributes. */
function chartQueryOf(instrument: Instrument): string {
  const { kind, isInstant, attributes }: InstrumentSpec = INSTRUMENTS[instrument];
  const [apart] = attributes;
  const by = apart === undefined ? '' : ` by (${apart})`;
  if (kind === 'histogram') {
    const ends = apart === undefined ? 'le' : `le, ${apart}`;
    return `histogram_quantile(${QUANTILE}, sum by (${ends}) (rate(${series(instrument, {}, '_bucket')}[5m])))`;
  }
  if (kind !== 'gauge') return `sum${by} (rate(${counted(instrument)}[5m]))`;
  return `${isInstant ? 'time() - ' : ''}max${by} (${series(instrument)})`;
}

const chartTitleOf = (instrument: Instrument): string => {
  const { kind, description } = INSTRUMENTS[instrument];
  return kind === 'histogram' ? `${QUANTILE * 100}th percentile. ${description}` : description;
};

const TILE = { width: 4, height: 3 };
const COLUMNS = 12;

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards */
export const dashboardFile = (): string =>
  json({
    displayName: 'Hub',
    mosaicLayout: {
      columns: COLUMNS,
      tiles: (Object.keys(INSTRUMENTS) as Instrument[]).map((instrument, index) => ({
        xPos: (index * TILE.width) % COLUMNS,
        yPos: Math.floor((index * TILE.width) / COLUMNS) * TILE.height,
        ...TILE,
        widget: {
          title: chartTitleOf(instrument),
          xyChart: {
            dataSets: [{ plotType: 'LINE', timeSeriesQuery: { prometheusQuery: chartQueryOf(instrument) } }],
          },
        },
      })),
    },
  });
