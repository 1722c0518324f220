/** The SDK of OpenTelemetry: sums up what was recorded and sends it as OTLP. Heavy; loaded by `metrics.ts` when there is something to send. */
import { DiagLogLevel, diag, type HrTime } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  DataPointType,
  MeterProvider,
  type MetricData,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { seconds } from '../../shared/units.ts';
import type { Log } from '../log.ts';
import { INSTRUMENTS, type Metrics, recorderOn } from '../metrics.ts';

/** Who counts. Every instance of a function counts by itself, so each is a series of its own. */
export interface Counting {
  functionName: string;
  version: string;
  cell: string;
  instance: string;
  region?: string | undefined;
}

export interface Otlp {
  record(...args: [...Parameters<Metrics['record']>, atMs: number]): void;
  /**
   * @param nowMs what the values are of
   * @returns whether the receiver took it, refused it, or was not heard of: then it may have it all the same
   */
  send(nowMs: number): Promise<'taken' | 'refused' | 'unanswered'>;
}

/** Then a receiver that does not answer is given up. Longer than between two requests of one that is used: meanwhile there is no processor. */
const SEND_MS = seconds(30);

/**
 * What the SDK has to complain about. A receiver that takes only some of the points, or none of them, answers 200 all the same
 * (https://opentelemetry.io/docs/specs/otlp/#partial-success-1). Each complaint once, for it comes with every sending.
 */
function tellTrouble(log: Log): void {
  const told = new Set<string>();
  const tell = (...words: readonly unknown[]): void => {
    const detail = words.join(' ');
    const kind = detail.replace(/\d+/g, '');
    if (told.has(kind) || told.size >= MAX_TROUBLES) return;
    told.add(kind);
    log.warn('metrics not taken', { detail });
  };
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

const MAX_TROUBLES = 20;

/** Collects only when it is asked to: there is no time between the requests of a function. */
class OnDemand extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** @param endpoint base address of the receiver @param headers how the function proves who it is there */
export function createOtlp(
  endpoint: string,
  headers: (() => Promise<Record<string, string>>) | undefined,
  { functionName, version, cell, instance, region }: Counting,
  log: Log,
): Otlp {
  tellTrouble(log);
  const exporter = new OTLPMetricExporter({
    url: `${endpoint}/v1/metrics`,
    timeoutMillis: SEND_MS,
    ...(headers && { headers }),
  });
  const reader = new OnDemand();
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'hub',
      'service.name': functionName,
      'service.version': version,
      'service.instance.id': instance,
      'hub.cell': cell,
      // Google refuses each point that does not say where it comes from: https://cloud.google.com/stackdriver/docs/reference/telemetry/v1.metrics
      ...(region !== undefined && { 'cloud.region': region, 'cloud.platform': 'gcp_cloud_run' }),
    }),
    readers: [reader],
  });
  const record = recorderOn(provider.getMeter('hub'));
  const firstMs = new Map<string, number>();
  return {
    record(instrument, value, attributes, atMs) {
      const key = seriesOf(INSTRUMENTS[instrument].name, attributes);
      if (!firstMs.has(key)) firstMs.set(key, atMs);
      record(instrument, value, attributes);
    },
    async send(nowMs) {
      const { resourceMetrics } = await reader.collect();
      return new Promise((resolve) =>
        exporter.export(stamped(resourceMetrics, firstMs, nowMs), ({ code, error }) =>
          resolve(code === 0 ? 'taken' : error?.name === REFUSED ? 'refused' : 'unanswered'),
        ),
      );
    },
  };
}

/** What the exporter throws for an answer that is none of 200; a connection that breaks, or a time-out, has other names. */
const REFUSED = 'OTLPExporterError';

const seriesOf = (name: string, attributes: object): string =>
  JSON.stringify([name, ...Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))]);

/**
 * Whatever counts begins a moment before its first value. For the SDK it begins with it, which may be the instant of sending, and points
 * that last no time are refused (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/TimeInterval). No sooner: what a point says is taken
 * to have come evenly over its time (https://cloud.google.com/stackdriver/docs/managed-prometheus/promql-differences#calculation_of_rate_and_increase).
 */
function stamped(all: ResourceMetrics, firstMs: ReadonlyMap<string, number>, nowMs: number): ResourceMetrics {
  const endTime = hrTimeOf(nowMs);
  const restamp = (metric: MetricData): MetricData => {
    const startOf = (attributes: object): HrTime =>
      metric.dataPointType === DataPointType.GAUGE
        ? endTime
        : hrTimeOf((firstMs.get(seriesOf(metric.descriptor.name, attributes)) ?? nowMs) - 1);
    const dataPoints = metric.dataPoints.map((point) => ({
      ...point,
      startTime: startOf(point.attributes),
      endTime,
    }));
    return { ...metric, dataPoints } as MetricData;
  };
  return {
    ...all,
    scopeMetrics: all.scopeMetrics.map((one) => ({ ...one, metrics: one.metrics.map(restamp) })),
  };
}

const hrTimeOf = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
