/** What comes between a cluster and its way: it is deleted too early, the cloud has no room, nobody may. Over every wire; a lane of its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_DELIVERY_ATTEMPTS } from '../../functions/manifest.ts';
import { DEAD_LETTERS, type DeadLetter } from '../../shared/documents/dead-letter.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { stepTopic } from '../../shared/messages.ts';
import { aCluster, clusterIdOf } from '../builders.ts';
import { belongsTo, create, remove } from './clusters.ts';
import { aHub, type Driver, type Person } from './hub.ts';

let driver: Driver;
let ada: Person;
let operator: Person;

beforeAll(async () => {
  driver = await aHub({ spares: 0 });
  ada = await driver.person('ada@example.com');
  operator = await driver.person('operator@example.com');
});
afterAll(() => driver.close());

describe('deleting', () => {
  // In every other state too, on the virtual clock: functions/steps/drain.test.ts.
  const states: State[] = ['queued', 'provisioning', 'undoing', 'failed', 'sweeping'];

  test.each(states)('is taken in %s and ends with nothing left', async (state) => {
    const { faults } = driver.hub.cloud;
    if (state === 'queued')
      await driver.firestore
        .doc('accounts/ada')
        .set({ schema: 1, clusters: 0, hourlyMicros: 0, maxClusters: 0 });
    if (state === 'undoing' || state === 'failed') faults.force('job-fails');
    const id = await create(ada, 'doomed', { product: 'hello' });
    if (state === 'sweeping') {
      await driver.until(id, 'ready');
      await ada('DELETE', `/v1/clusters/${id}`);
    }
    await driver.until(id, (cluster) => cluster.state === state);
    await ada('DELETE', `/v1/clusters/${id}`);
    await driver.until(id, (cluster) => cluster.state === 'deleted');
    faults.clear();
    if (state === 'queued') await driver.firestore.doc('accounts/ada').update({ maxClusters: 500 });
    expect(belongsTo(driver, id)).toEqual([]);
    expect((await driver.firestore.doc('accounts/ada').get()).data()).toMatchObject({
      clusters: 0,
      hourlyMicros: 0,
    });
  });
});

describe('trouble', () => {
  test('a zone without machines is passed over', async () => {
    driver.hub.cloud.faults.force('stockout', { subject: 'europe-west1-b' });
    const id = await create(ada, 'elsewhere', { product: 'hello' });
    const ready = await driver.until(id, 'ready');
    driver.hub.cloud.faults.clear();
    expect(ready.location).toBe('europe-west1-c');
    expect(ready.exhausted).toEqual(['europe-west1-b']);
    await remove(driver, ada, id);
    expect(belongsTo(driver, id)).toEqual([]);
  });

  test('a region without machines fails with code, sentence, remedy and fault; retry starts anew', async () => {
    driver.hub.cloud.faults.force('stockout', { subject: 'europe-west1' });
    const id = await create(ada, 'nowhere', { product: 'hello' });
    const failed = await driver.until(id, (cluster) => cluster.state === 'failed');
    expect(failed.error).toMatchObject({
      code: 'ZONE_EXHAUSTED',
      fault: 'cloud',
      remedy: expect.any(String),
    });
    expect(belongsTo(driver, id)).toEqual([]);
    expect((await driver.firestore.doc('accounts/ada').get()).data()).toMatchObject({ clusters: 0 });
    driver.hub.cloud.faults.clear();
    expect((await ada('POST', `/v1/clusters/${id}:retry`)).status).toBe(202);
    const ready = await driver.until(id, (cluster) => cluster.state === 'ready');
    expect(ready.generation).toBe(2);
    expect(belongsTo(driver, id)).toContain(`cluster hub-${id}-g2`);
    await remove(driver, ada, id);
  });

  test('the cloud’s quota means waiting, not failing', async () => {
    const { model } = driver.hub.cloud.container;
    model.setQuota('asia-northeast1', { cpus: 0 });
    const id = await create(ada, 'patient', { product: 'hello', region: 'asia-northeast1' });
    const queued = await driver.until(
      id,
      (cluster) => cluster.state === 'queued' && cluster.error?.code === 'CLOUD_QUOTA',
    );
    expect(queued.liability).toBeUndefined();
    model.setQuota('asia-northeast1', { cpus: 1000 });
    await driver.until(id, 'ready');
    await remove(driver, ada, id);
  });

  test('the account’s quota means a place in the queue, and whoever frees it wakes the next', async () => {
    await driver.firestore
      .doc('accounts/grace')
      .set({ schema: 1, clusters: 0, hourlyMicros: 0, maxClusters: 1 });
    const grace = await driver.person('grace@example.com');
    const first = await create(grace, 'first', { product: 'hello' });
    await driver.until(first, 'ready');
    const second = await create(grace, 'second', { product: 'hello' });
    const queued = await driver.until(second, (cluster) => cluster.detail !== undefined);
    expect(queued).toMatchObject({
      state: 'queued',
      error: { code: 'ACCOUNT_QUOTA' },
      detail: expect.stringContaining('Number 1'),
    });
    await remove(driver, grace, first);
    await driver.until(second, 'ready');
    await remove(driver, grace, second);
  });

  test('an installation that fails is undone and can be tried again', async () => {
    driver.hub.cloud.faults.force('job-fails');
    const id = await create(ada, 'unlucky', { product: 'hello' });
    const failed = await driver.until(id, (cluster) => cluster.state === 'failed');
    driver.hub.cloud.faults.clear();
    expect(failed.error).toMatchObject({ code: 'INSTALL_FAILED', fault: 'hub' });
    expect(belongsTo(driver, id)).toEqual([]);
    await ada('POST', `/v1/clusters/${id}:retry`);
    await driver.until(id, (cluster) => cluster.state === 'ready');
    await remove(driver, ada, id);
  });

  test('a stranger sees nothing, an operator can help', async () => {
    const id = await create(ada, 'private', { product: 'hello' });
    const grace = await driver.person('grace@example.com');
    expect((await grace('GET', `/v1/clusters/${id}`)).status).toBe(404);
    expect((await grace('DELETE', `/v1/clusters/${id}`)).status).toBe(404);
    expect((await operator('DELETE', `/v1/clusters/${id}`)).status).toBe(202);
    await driver.until(id, 'deleted');
  });
});

describe('a message that nobody can handle', () => {
  const letterOf = (topic: string, format: DeadLetter['format']): Promise<DeadLetter> =>
    new Promise((resolve, reject) => {
      const stop = driver.firestore
        .collection(DEAD_LETTERS)
        .where('topic', '==', topic)
        .where('format', '==', format)
        .onSnapshot(({ docs: [found] }) => {
          if (!found) return;
          stop();
          resolve({ ...(found.data() as DeadLetter), id: found.id });
        }, reject);
    });
  const publish = (topic: string, text: string): void =>
    void driver.hub.cloud.pubsub.model.publish(topic, Buffer.from(text));

  test('is written down once the bus gives it up; an operator replays it when its cause is gone', async () => {
    const cluster = aCluster({ id: clusterIdOf(1), owner: 'grace', state: 'queued', epoch: 3 });
    const { id, ...fields } = cluster;
    await driver.firestore.doc(`ledgers/${id}`).set({ schema: 1, entries: {} });
    await driver.firestore.doc(`clusters/${id}`).set({ ...fields, progress: 'half' });
    const body = JSON.stringify({ schema: 1, id, epoch: 3 });
    publish(stepTopic('admit'), body);
    const letter = await letterOf(stepTopic('admit'), 'message');
    expect(letter).toMatchObject({
      body,
      cluster: id,
      deliveries: MAX_DELIVERY_ATTEMPTS,
      reason: expect.stringContaining('not readable'),
      state: 'open',
    });
    await driver.firestore.doc(`clusters/${id}`).update({ progress: 0 });
    const path = `/v1/admin/deadLetters/${letter.id}:replay`;
    const reason = 'Its document is mended.';
    expect((await ada('POST', path, { reason })).status).toBe(403);
    expect((await operator('POST', path, {})).status).toBe(400);
    expect(await operator('POST', path, { reason })).toMatchObject({
      status: 200,
      body: { state: 'replayed' },
    });
    await driver.until(id, 'ready');
    await remove(driver, operator, id);
  });

  test('is written down though it is not even JSON, and cannot be replayed', async () => {
    publish(stepTopic('undo'), 'password=hunter2');
    const letter = await letterOf(stepTopic('undo'), 'text');
    expect(letter).toMatchObject({ body: 'password=[secret]', deliveries: MAX_DELIVERY_ATTEMPTS });
    const answer = await operator('POST', `/v1/admin/deadLetters/${letter.id}:replay`, { reason: 'Again.' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'NOT_REPLAYABLE' } });
  });
});
