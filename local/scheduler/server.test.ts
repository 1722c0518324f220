/** The unmodified official client against the wire face. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { CloudSchedulerClient, protos } from '@google-cloud/scheduler';
import { credentials } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../functions/log.ts';
import { realClock } from '../clock.ts';
import { createFaults } from '../faults.ts';
import { listen, readBody } from '../http.ts';
import { seededRandom } from '../random.ts';
import { memoryStore } from '../store.ts';
import { serveScheduler } from './server.ts';
import type { TargetOptions } from './targets.ts';

// The client would look for a metadata server, and warn that there is none.
beforeAll(() => void vi.stubEnv('METADATA_SERVER_DETECTION', 'none'));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PARENT = 'projects/demo-hub/locations/us-central1';
const name = `${PARENT}/jobs/sweep`;
const TOPIC = 'projects/demo-hub/topics/sweep';
const { HttpMethod } = protos.google.cloud.scheduler.v1;

async function open(options: Partial<TargetOptions> & { speed?: number } = {}) {
  const random = seededRandom(3);
  const published: [string, string, Record<string, string>][] = [];
  const face = await serveScheduler(
    {
      projectId: 'demo-hub',
      clock: realClock(options.speed ?? 1),
      random,
      faults: createFaults({}, random),
      store: memoryStore(),
      log: silentLog,
    },
    0,
    {
      publish: (topic, data, attributes) => published.push([topic, data.toString(), attributes]),
      ...options,
    },
  );
  cleanups.push(() => face.close());
  const client = new CloudSchedulerClient({
    servicePath: '127.0.0.1',
    port: face.port,
    sslCreds: credentials.createInsecure(),
  });
  cleanups.push(() => client.close());
  return { client, published };
}

const pubsubJob = {
  name,
  schedule: '* * * * *',
  timeZone: 'Europe/Berlin',
  pubsubTarget: { topicName: TOPIC, data: Buffer.from('{"schema":1}'), attributes: { kind: 'sweep' } },
};
const until = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(() => expect(check()).toBeTruthy(), { timeout: 30_000, interval: 5 });

describe('the official client', () => {
  test('creates, reads, lists, changes, pauses, resumes and deletes a job', async () => {
    const { client } = await open();
    const [created] = await client.createJob({ parent: PARENT, job: pubsubJob });
    expect(created).toMatchObject({
      name,
      state: 'ENABLED',
      schedule: '* * * * *',
      timeZone: 'Europe/Berlin',
      pubsubTarget: { topicName: TOPIC, attributes: { kind: 'sweep' } },
      retryConfig: { retryCount: 0, maxDoublings: 5, minBackoffDuration: { seconds: '5' } },
    });
    expect(Number(created.scheduleTime?.seconds) % 60).toBe(0);
    await expect(client.createJob({ parent: PARENT, job: pubsubJob })).rejects.toMatchObject({ code: 6 });
    expect((await client.getJob({ name }))[0]).toMatchObject({ name, userUpdateTime: expect.anything() });
    expect((await client.listJobs({ parent: PARENT }))[0].map((job) => job.name)).toEqual([name]);

    const [updated] = await client.updateJob({
      job: { name, schedule: '0 * * * *', description: 'not in the mask' },
      updateMask: { paths: ['schedule'] },
    });
    expect(updated).toMatchObject({
      schedule: '0 * * * *',
      description: '',
      pubsubTarget: { topicName: TOPIC },
    });
    expect((await client.pauseJob({ name }))[0]).toMatchObject({ state: 'PAUSED', scheduleTime: null });
    await expect(client.pauseJob({ name })).rejects.toMatchObject({ code: 9 });
    expect((await client.resumeJob({ name }))[0]).toMatchObject({ state: 'ENABLED' });
    await client.deleteJob({ name });
    await expect(client.getJob({ name })).rejects.toMatchObject({ code: 5, details: 'Job not found.' });
  });

  test('is told what is not valid', async () => {
    const { client } = await open();
    await expect(
      client.createJob({ parent: PARENT, job: { ...pubsubJob, schedule: 'daily' } }),
    ).rejects.toMatchObject({ code: 3, details: 'Schedule or time zone is invalid.' });
    await expect(
      client.createJob({ parent: PARENT, job: { name, schedule: '* * * * *' } }),
    ).rejects.toMatchObject({
      code: 3,
    });
  });
});

describe('targets', () => {
  test('a Pub/Sub target is published to when the job is run', async () => {
    const { client, published } = await open();
    await client.createJob({ parent: PARENT, job: pubsubJob });
    await client.runJob({ name });
    await until(() => published.length > 0);
    expect(published).toEqual([[TOPIC, '{"schema":1}', { kind: 'sweep' }]]);
    const [job] = await client.getJob({ name });
    expect(job.lastAttemptTime?.seconds).toBeDefined();
  });

  test('a job fires by itself, at the speed of the cloud', async () => {
    const { client, published } = await open({ speed: 600 });
    await client.createJob({ parent: PARENT, job: pubsubJob });
    await until(() => published.length >= 3);
  });

  test('an HTTP target gets its body, its headers and an OIDC token, and a refusal shows in the status', async () => {
    const seen: { method: string; headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer(async (request, response) => {
      seen.push({
        method: request.method ?? '',
        headers: request.headers,
        body: String(await readBody(request)),
      });
      response.writeHead(seen.length === 1 ? 503 : 200).end();
    });
    const target = await listen(server, 0);
    cleanups.push(() => target.close());
    const { client } = await open({
      speed: 600,
      mintToken: async (email, audience) => `token of ${email} for ${audience}`,
    });
    const uri = `http://127.0.0.1:${target.port}/hook`;
    await client.createJob({
      parent: PARENT,
      job: {
        name,
        schedule: '0 0 1 1 *',
        httpTarget: {
          uri,
          httpMethod: HttpMethod.PUT,
          body: Buffer.from('hello'),
          headers: { 'x-mine': 'yes' },
          oidcToken: { serviceAccountEmail: 'cron@demo' },
        },
      },
    });
    const statusCode = async () => (await client.getJob({ name }))[0].status?.code;
    await client.runJob({ name });
    await vi.waitFor(async () => expect(await statusCode()).toBe(14), { timeout: 30_000 });
    await client.runJob({ name });
    await vi.waitFor(async () => expect(await statusCode()).toBe(0), { timeout: 30_000 });
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      body: 'hello',
      headers: {
        'x-mine': 'yes',
        'user-agent': 'Google-Cloud-Scheduler',
        'x-cloudscheduler': 'true',
        'x-cloudscheduler-jobname': 'sweep',
        authorization: `Bearer token of cron@demo for ${uri}`,
      },
    });
  });
});
