/** The SDK of OpenTelemetry: sums up what was recorded and sends it as OTLP. Heavy; loaded by `metrics.ts` when there is something to send. */
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { seconds } from '../../shared/units.ts';
import type { Log } from '../log.ts';
import { type Metrics, recorderOn } from '../metrics.ts';

/** Who counts. Every instance of a function counts by itself, so each is a series of its own. */
export interface Counting {
  functionName: string;
  version: string;
  cell: string;
  instance: string;
  region?: string | undefined;
}

export interface Otlp {
  record: Metrics['record'];
  /** @returns false if the receiver did not take it */
  send(): Promise<boolean>;
}

/** Then a receiver that does not answer is given up. */
const SEND_MS = seconds(5);

/**
 * What the SDK has to complain about. A receiver that takes only some of the points, or none of them, answers 200 all the same
 * (https://opentelemetry.io/docs/specs/otlp/#partial-success-1). Each complaint once, for it comes with every sending.
 */
function tellTrouble(log: Log): void {
  const told = new Set<string>();
  const tell = (...words: readonly unknown[]): void => {
    const detail = words.join(' ');
    const kind = detail.replace(/\d+/g, '');
    if (told.has(kind) || told.size >= MOST_TROUBLES) return;
    told.add(kind);
    log.warn('metrics not taken', { detail });
  };
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

const MOST_TROUBLES = 20;

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
  return {
    record: recorderOn(provider.getMeter('hub')),
    async send() {
      const { resourceMetrics } = await reader.collect();
      return new Promise((resolve) => exporter.export(resourceMetrics, ({ code }) => resolve(code === 0)));
    },
  };
}
