/** One request's trace through everything it causes, on the whole Hub in memory. */
import { describe, expect, test } from 'vitest';
import { memoryHub } from '../local/memory/hub.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../shared/documents/cluster.ts';
import { TOPICS } from '../shared/messages.ts';
import { minutes } from '../shared/units.ts';
import { aSpec } from '../test/builders.ts';
import { createApi } from './api/app.ts';
import { conceive, createClusters } from './dispatch/commands.ts';
import { createLog, type LogFields } from './log.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const HEADERS = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };

function loggingHub() {
  const lines: (LogFields & { event: string })[] = [];
  const log = createLog((_, event, fields) => lines.push({ ...fields, event }));
  return { hub: memoryHub({ log }), lines };
}

async function askedFor() {
  const { hub, lines } = loggingHub();
  const api = createApi(hub.ports);
  const token = hub.tokens.issue({
    uid: 'ada',
    email: 'ada@example.com',
    emailVerified: true,
    operator: false,
  });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...HEADERS };
  const send = (method: string, path: string, body?: object) =>
    hub.run(
      (async () => api.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) }))(),
    );
  const answer = await send('POST', '/v1/clusters', { name: 'mine' });
  const { id } = (await answer.json()) as { id: string };
  const state = async () => (await hub.documents.get<Cluster>(`${CLUSTERS}/${id}`))?.data.state;
  return {
    hub,
    lines,
    id,
    send,
    reach: (wanted: string) => hub.until(async () => (await state()) === wanted),
  };
}

describe('the trace of a request', () => {
  test('is in the lines of the request, of the steps it causes and of theirs, with the cluster', async () => {
    const { hub, lines, id, send, reach } = await askedFor();
    hub.startScheduler();
    await reach('ready');
    await send('DELETE', `/v1/clusters/${id}`);
    await reach('deprovisioning');
    const traced = lines.filter(({ trace }) => trace === TRACE);
    expect(
      traced.filter(({ event }) => event === 'request').map(({ cluster, status }) => [cluster, status]),
    ).toEqual([
      [id, 202],
      [id, 202],
    ]);
    const steps = new Set(traced.map(({ step }) => step));
    expect(steps).toContain('provision');
    expect(steps).toContain('drain');
    expect(traced.every(({ cluster, span }) => cluster === id && /^[0-9a-f]{16}$/.test(span ?? ''))).toBe(
      true,
    );
    // Each invocation is a part of its own.
    expect(new Set(traced.map(({ span }) => span)).size).toBeGreaterThan(3);
  });

  test('is not that of another request', async () => {
    const { hub, lines } = loggingHub();
    const api = createApi(hub.ports);
    await hub.run((async () => api.request('/v1/health'))());
    await hub.run((async () => api.request('/v1/health'))());
    const traces = lines.map(({ trace }) => trace);
    expect(traces).toHaveLength(2);
    expect(new Set(traces).size).toBe(2);
  });
});

test('a sweep begins a trace, which the steps it wakes go on with', async () => {
  const { hub, lines } = loggingHub();
  const spec = aSpec();
  const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
  // Its message is lost; the sweep alone knows of it.
  const messages = { publish: async () => undefined };
  await hub.run(createClusters({ ...hub.ports, messages }, [birth], []));
  await hub.clock.runFor(minutes(5));
  await hub.run(hub.ports.messages.publish(TOPICS.sweep, { schema: 1 }));
  await hub.clock.runFor(minutes(2));
  const sweep = lines.find(({ event }) => event === 'sweep sent again');
  const step = lines.find(({ cluster, step: name }) => cluster === birth.cluster.id && name !== undefined);
  expect(sweep?.trace).toMatch(/^[0-9a-f]{32}$/);
  expect(step?.trace).toBe(sweep?.trace);
});
