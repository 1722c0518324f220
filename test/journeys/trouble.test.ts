/** What comes between a cluster and its way: it is deleted too early, the cloud has no room, nobody may. Over every wire; a lane of its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { State } from '../../shared/lifecycle/table.ts';
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
