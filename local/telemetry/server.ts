/** The wire face of the receiver: OTLP/HTTP with JSON. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
import { createServer, type IncomingMessage } from 'node:http';
import { listen, readBody, sendJson } from '../http.ts';
import type { Face } from '../service.ts';
import { createTelemetryModel, type ExportRequest, type TelemetryModel } from './model.ts';

export interface Telemetry extends Face {
  model: TelemetryModel;
  /** Requests that came, whatever was answered. */
  readonly asked: number;
  /** Why points were refused. */
  readonly refused: readonly string[];
  /** Each request body that was looked at, as it came. */
  readonly bodies: readonly string[];
}

/**
 * @param port 0: any free one
 * @param answer for trouble: another status than 200, or one that comes late; nothing is looked at before
 */
export async function serveTelemetry(
  port = 0,
  answer: (request: IncomingMessage) => Promise<number> | number = () => 200,
): Promise<Telemetry> {
  const model = createTelemetryModel();
  const refused: string[] = [];
  const bodies: string[] = [];
  let asked = 0;
  const server = createServer(async (request, response) => {
    const body = (await readBody(request)).toString();
    asked++;
    const status = await answer(request);
    if (request.url !== '/v1/metrics' || request.method !== 'POST') return sendJson(response, 404, {});
    if (status !== 200) return sendJson(response, status, {});
    bodies.push(body);
    const refusals = model.write(JSON.parse(body) as ExportRequest);
    refused.push(...refusals);
    const [errorMessage] = refusals;
    sendJson(response, 200, {
      ...(errorMessage && { partialSuccess: { rejectedDataPoints: String(refusals.length), errorMessage } }),
    });
  });
  const face = await listen(server, port);
  return {
    ...face,
    model,
    refused,
    bodies,
    get asked() {
      return asked;
    },
  };
}
