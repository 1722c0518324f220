/** What an operator finds: one request's trace in the log of Hub as a process, over every wire there is. */
import { expect, test, vi } from 'vitest';
import type { ClusterReply } from '../../shared/api.ts';
import { personAt, signIn } from './hub.ts';
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
