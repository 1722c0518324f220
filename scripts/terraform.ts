/** What Terraform reads of the code: `terraform/generated/*.json`. Whatever is in there is changed in the code it comes from. */
import { ALERTS, type Condition, SLOS } from '../functions/alerts.ts';
import { SECRETS } from '../functions/config.ts';
import { entryPointOf } from '../functions/entry-point.ts';
import { meshReleases } from '../functions/leaf/mesh.ts';
import { isGivenUp, MANIFEST, MAX_DELIVERY_ATTEMPTS } from '../functions/manifest.ts';
import { INSTRUMENTS, type Instrument, type InstrumentSpec } from '../functions/metrics.ts';
import { actsAsNodes, issuesChartTokens, PERMISSIONS } from '../functions/permissions.ts';
import { PRODUCTS, REGIONS } from '../shared/catalog/catalog.ts';
import { MESSAGE_SCHEMA, pushSubscription } from '../shared/messages.ts';

const json = (content: object): string => `${JSON.stringify(content, null, 2)}\n`;

/** A public half goes to whoever only publishes it: under a name of its own, for it is another text. */
const PUBLIC_HALVES: readonly (readonly [variable: string, name: string])[] = [['HUB_CLEAN_UP_KEYS', 'api']];

/** Its name in Secret Manager. */
export const secretId = (variable: string, name?: string): string => {
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
export const chartsFile = (): string =>
  json([
    ...meshReleases().map(({ chart, version }) => ({ chart, version })),
    ...PRODUCTS.flatMap(({ chart, versions }) => versions.map(({ version }) => ({ chart, version }))),
  ]);

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

/** PromQL that has a value when somebody is to be told. */
function queryOf(when: Exclude<Condition, { kind: 'log' }>): string {
  switch (when.kind) {
    case 'above':
      return `max(${series(when.instrument, when.where)}) > ${when.value}`;
    case 'increase':
      return `sum${when.by ? ` by (${when.by})` : ''} (increase(${counted(when.instrument)}${within(when.withinMs)})) > ${when.value}`;
    case 'silent':
      return silence(`${series(when.instrument, when.where)}${within(when.forMs)}`, when.forMs);
    case 'p95':
      return `histogram_quantile(0.95, sum by (le) (rate(${series(when.instrument, when.where, '_bucket')}${within(when.withinMs)}))) > ${when.value}`;
    case 'share':
      return when.withinMs
        .map((ms) => {
          const share = `sum(increase(${counted(when.instrument, when.where)}${within(ms)})) / sum(increase(${counted(when.instrument)}${within(ms)}))`;
          return `(${share} ${when.side === 'above' ? '>' : '<'} ${Number(when.value.toFixed(6))})`;
        })
        .join(' and ');
  }
}

/** A line that is an error of a function's, if no event is named. */
const filterOf = ({ event }: Extract<Condition, { kind: 'log' }>): string =>
  event === undefined ? 'severity>=ERROR AND jsonPayload.function:*' : `jsonPayload.message="${event}"`;

export const alertsFile = (): string =>
  json({
    slos: {
      api_availability: SLOS.apiAvailability,
      ready_seconds: SLOS.readyS,
      pool_hits: SLOS.poolHits,
      // As Cloud Monitoring stores what comes by OTLP: https://cloud.google.com/stackdriver/docs/reference/telemetry/v1.metrics
      ready_metric: `prometheus.googleapis.com/${INSTRUMENTS.toReady.name}/histogram`,
      claims_metric: `prometheus.googleapis.com/${INSTRUMENTS.claims.name}/counter`,
    },
    alerts: Object.fromEntries(
      ALERTS.map(({ id, title, severity, when }) => [
        id,
        {
          title,
          severity: severity === 'page' ? 'CRITICAL' : 'WARNING',
          ...(when.kind === 'log'
            ? { log: filterOf(when) }
            : { query: queryOf(when), for_seconds: when.kind === 'above' ? when.forMs / 1000 : 0 }),
        },
      ]),
    ),
  });

/** Of counters and histograms the rate, of gauges the value, told apart by the first of its attributes. */
function chartQueryOf(instrument: Instrument): string {
  const { kind, isInstant, attributes }: InstrumentSpec = INSTRUMENTS[instrument];
  const by = attributes[0] === undefined ? '' : ` by (${attributes[0]})`;
  if (kind !== 'gauge') return `sum${by} (rate(${counted(instrument)}[5m]))`;
  return `${isInstant ? 'time() - ' : ''}max${by} (${series(instrument)})`;
}

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
          title: INSTRUMENTS[instrument].description,
          xyChart: {
            dataSets: [{ plotType: 'LINE', timeSeriesQuery: { prometheusQuery: chartQueryOf(instrument) } }],
          },
        },
      })),
    },
  });
