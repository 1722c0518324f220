/** What an operator finds: one request's trace in the log of Hub as a process, over every wire there is. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { serveTelemetry } from '../../local/telemetry/server.ts';
import type { ClusterReply } from '../../shared/api/clusters.ts';
import { aHub, personAt, signIn } from './hub.ts';
import { aFolder, startProcess } from './process.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const KEY = 'logging.googleapis.com/trace';

test('a request’s trace is in the log of the steps that it caused, with the cluster', async () => {
  const hub = await startProcess(aFolder());
  const { url = '', auth = '', projectId } = hub.addresses;
  const ada = personAt(url, await signIn(auth, 'ada@example.com'));
  const traceparent = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
  const { body } = await ada<ClusterReply>(
    'POST',
    '/v1/clusters',
    { name: 'mine', product: 'hello' },
    traceparent,
  );
  await ada('DELETE', `/v1/clusters/${body.id}`, undefined, traceparent);
  const traced = () => hub.log().filter((entry) => entry[KEY] === `projects/${projectId}/traces/${TRACE}`);
  await vi.waitFor(
    () => {
      const functions = new Set(traced().map((entry) => entry.function));
      expect(functions).toContain('api');
      expect(functions).toContain('step-drain');
      expect(functions).toContain('step-deprovision');
    },
    { timeout: 120_000, interval: 100 },
  );
  expect(traced().every(({ cluster }) => cluster === body.id)).toBe(true);
  expect(await hub.end()).toBe(0);
});

test('each function sends what it counted to the receiver that it is told of', async () => {
  const receiver = await serveTelemetry();
  onTestFinished(() => receiver.close());
  const driver = await aHub(
    { spares: 0, speed: 200 },
    { HUB_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`, HUB_REGION: 'europe-west1' },
  );
  onTestFinished(() => driver.close());
  const ada = await driver.person('ada@example.com');
  const { body } = await ada<ClusterReply>('POST', '/v1/clusters', { name: 'thesis', product: 'hello' });
  await driver.until(body.id, 'ready');
  const sent = (name: string) =>
    receiver.model.taken.filter(({ resource }) => resource['service.name'] === name);
  const metricsOf = (name: string) => sent(name).map(({ metric }) => metric);
  await vi.waitFor(
    async () => {
      // Its first answer only begins to load what sends.
      await ada('GET', '/v1/clusters');
      expect(sent('api').map(({ attributes }) => attributes.route)).toContain('/v1/clusters');
      expect(metricsOf('step-expose')).toContain('hub.ready.duration');
      expect(metricsOf('step-provision')).toContain('hub.step.duration');
      expect(metricsOf('status')).toContain('hub.overdue.oldest');
    },
    { timeout: 60_000, interval: 100 },
  );
  expect(receiver.refused).toEqual([]);
  const all = receiver.bodies.join();
  for (const word of [body.id, 'ada', 'thesis']) expect(all).not.toContain(word);
});
