/** What Cloud Monitoring takes of metrics that are sent by OTLP, and what it refuses; see README.md. */

interface Attribute {
  key: string;
  value: { stringValue?: string };
}

/** As OTLP/JSON has it; 64-bit numbers may be texts. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
interface Point {
  attributes: Attribute[];
  startTimeUnixNano?: string | number;
  timeUnixNano: string | number;
  count?: number;
  sum?: number;
  asDouble?: number;
  asInt?: number;
}

interface Points {
  dataPoints: Point[];
}
interface Metric {
  name: string;
  gauge?: Points;
  sum?: Points;
  histogram?: Points;
}
export interface ExportRequest {
  resourceMetrics: {
    resource: { attributes: Attribute[] };
    scopeMetrics: { metrics: Metric[] }[];
  }[];
}

/** A point that was taken, and whose it is. */
interface Taken {
  metric: string;
  resource: Record<string, string>;
  attributes: Record<string, string>;
  startMs: number;
  atMs: number;
  point: Point;
}

export interface TelemetryModel {
  /** Of all that was taken, in order. */
  readonly taken: readonly Taken[];
  /** @returns why points were refused, a line each */
  write(request: ExportRequest): string[];
}

const SAMPLING_MS = 5000;
const PLACES = ['location', 'cloud.availability_zone', 'cloud.region'];

export function createTelemetryModel(): TelemetryModel {
  const taken: Taken[] = [];
  const lastMs = new Map<string, number>();

  const refusalOf = (one: Taken, isGauge: boolean): string | undefined => {
    const { resource, metric, attributes, startMs, atMs } = one;
    if (!PLACES.some((place) => resource[place])) return 'location is empty';
    if (!isGauge && startMs >= atMs) return `${metric}: the start time must be before the end time`;
    const before = lastMs.get(JSON.stringify([resource, metric, attributes]));
    if (before !== undefined && atMs - before < SAMPLING_MS)
      return `${metric}: one or more points were written more frequently than the maximum sampling period configured for the metric`;
    return undefined;
  };

  return {
    taken,
    write: ({ resourceMetrics }) =>
      resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
        scopeMetrics
          .flatMap(({ metrics }) => metrics)
          .flatMap(({ name: metric, gauge, sum, histogram }) =>
            ((gauge ?? sum ?? histogram)?.dataPoints ?? []).flatMap((point) => {
              const [owner, attributes] = [valuesOf(resource.attributes), valuesOf(point.attributes)];
              const times = { startMs: msOf(point.startTimeUnixNano ?? 0), atMs: msOf(point.timeUnixNano) };
              const one = { metric, resource: owner, attributes, ...times, point };
              const refusal = refusalOf(one, gauge !== undefined);
              if (refusal !== undefined) return [refusal];
              lastMs.set(JSON.stringify([owner, metric, attributes]), one.atMs);
              taken.push(one);
              return [];
            }),
          ),
      ),
  };
}

const msOf = (nanos: string | number): number => Number(BigInt(nanos) / 1_000_000n);

const valuesOf = (attributes: readonly Attribute[]): Record<string, string> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? '']));
