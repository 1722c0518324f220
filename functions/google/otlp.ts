/** The SDK of OpenTelemetry: sums up what was recorded and sends it as OTLP. Heavy; loaded by `metrics.ts` when there is something to send. */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { seconds } from '../../shared/units.ts';
import { type Metrics, recorderOn } from '../metrics.ts';

/** Who counts. Every instance of a function counts by itself, so each is a series of its own. */
export interface Counting {
  functionName: string;
  version: string;
  cell: string;
  instance: string;
}

export interface Otlp {
  record: Metrics['record'];
  /** @returns false if the receiver did not take it */
  send(): Promise<boolean>;
}

/** Then a receiver that does not answer is given up. */
const SEND_MS = seconds(5);

/** Collects only when it is asked to: there is no time between the requests of a function. */
class OnDemand extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** @param endpoint base address of the receiver @param headers how the function proves who it is there */
export function createOtlp(
  endpoint: string,
  headers: (() => Promise<Record<string, string>>) | undefined,
  { functionName, version, cell, instance }: Counting,
): Otlp {
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
