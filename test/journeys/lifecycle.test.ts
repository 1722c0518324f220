/** From the button to a ready cluster and back to nothing, over HTTP, with the official clients. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCleanUp, readCleanUpKeys } from '../../functions/clean-up/check.ts';
import { belongsTo, create, remove } from './clusters.ts';
import { aHub, type Driver, type Person } from './hub.ts';

let driver: Driver;
let ada: Person;

beforeAll(async () => {
  driver = await aHub({ spares: 0 });
  ada = await driver.person('ada@example.com');
});
afterAll(() => driver.close());

describe('a cluster', () => {
  test('becomes ready, tells its timeline, is deleted, and leaves nothing behind but its proof', async () => {
    const id = await create(ada);
    const ready = await driver.until(id, 'ready');
    expect(ready.endpoints).toMatchObject({ pachd: expect.any(String), console: expect.any(String) });
    expect(belongsTo(driver, id).length).toBeGreaterThan(0);

    const { body } = await ada('GET', `/v1/clusters/${id}`);
    expect(body).toMatchObject({ id, name: 'mine', state: 'ready', progress: 1 });
    await remove(driver, ada, id);

    expect((await driver.events(id)).map(({ to }) => to)).toEqual([
      'queued',
      'provisioning',
      'installing',
      'securing',
      'exposing',
      'ready',
      'deleting',
      'deprovisioning',
      'sweeping',
      'deleted',
    ]);
    const { entries } = await driver.ledger(id);
    expect(Object.values(entries).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['cluster', 'bucket', 'dns-record', 'firewall']),
    );
    for (const entry of Object.values(entries)) expect(entry.goneAt).toBeDefined();
    expect(belongsTo(driver, id)).toEqual([]);
    const cleanUp = await ada('GET', `/v1/clusters/${id}/cleanup`);
    const keys = readCleanUpKeys(await (await fetch(`${driver.hub.url}/v1/keys`)).json());
    expect(checkCleanUp(cleanUp.body, keys)).toMatchObject({ holds: true, statement: { cluster: id } });
    expect((await driver.firestore.doc('accounts/ada').get()).data()).toMatchObject({
      clusters: 0,
      hourlyMicros: 0,
    });
  });

  test('of the second product goes the same way', async () => {
    const id = await create(ada, 'greeting', { product: 'hello' });
    expect((await driver.until(id, 'ready')).endpoints).toHaveProperty('console');
    await remove(driver, ada, id);
    expect(belongsTo(driver, id)).toEqual([]);
  });

  test('can be regional', async () => {
    const id = await create(ada, 'everywhere', { availability: 'regional', region: 'us-central1' });
    expect((await driver.until(id, 'ready')).location).toBe('us-central1');
    await remove(driver, ada, id);
    expect(belongsTo(driver, id)).toEqual([]);
  });

  test('whose lifetime is over goes by itself', async () => {
    const id = await create(ada, 'short', { ttlHours: 1, product: 'hello' });
    const { expiresAt } = await driver.until(id, 'ready');
    expect(expiresAt).toBeDefined();
    // An hour takes six seconds here.
    await driver.until(id, (cluster) => cluster.state === 'deleted');
    expect((await driver.events(id)).find(({ to }) => to === 'deleting')?.cause).toBe('due');
  });

  test('whose operation ends unheard is found when somebody looks again', async () => {
    driver.hub.cloud.faults.force('lost-audit');
    const id = await create(ada, 'unheard', { product: 'hello' });
    await driver.until(id, 'ready');
    driver.hub.cloud.faults.clear();
    await remove(driver, ada, id);
  });
});
