/** Warm clusters: waiting ones are handed out at once, never twice, and replaced. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aHub, type Driver, type Person } from './hub.ts';

let driver: Driver;
let ada: Person;
let operator: Person;

beforeAll(async () => {
  driver = await aHub();
  ada = await driver.person('ada@example.com');
  operator = await driver.person('operator@example.com');
});
afterAll(() => driver.close());

const spares = async (state: string): Promise<string[]> => {
  const found = await driver.firestore
    .collection('clusters')
    .where('pool', '==', 'default')
    .where('state', '==', state)
    .get();
  return found.docs.map(({ id }) => id);
};

/** Listens until the pool has that many warm spares. */
const untilWarm = (count: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = driver.firestore
      .collection('clusters')
      .where('state', '==', 'warm')
      .onSnapshot((found) => {
        if (found.size !== count) return;
        stop();
        resolve();
      }, reject);
  });

test('a fresh Hub makes its spare by itself; a claim gets it at once and starts the replacement', async () => {
  await untilWarm(1);
  const [spare] = await spares('warm');
  const { status, body } = await ada('POST', '/v1/clusters', { name: 'mine' });
  expect(status).toBe(202);
  expect(body).toMatchObject({ id: spare, state: 'personalizing', name: 'mine' });
  await driver.until(body.id, 'ready');
  const document = (await driver.firestore.doc(`clusters/${spare}`).get()).data();
  expect(document).toMatchObject({ owner: 'ada', readers: ['ada'], claimedFrom: 'default' });
  expect(document).not.toHaveProperty('pool');
  await untilWarm(1);
  expect((await spares('warm'))[0]).not.toBe(spare);
});

test('another shape takes the cold path, with the same reply', async () => {
  const { status, body } = await ada('POST', '/v1/clusters', { name: 'cold', product: 'hello' });
  expect(status).toBe(202);
  expect(body.state).toBe('provisioning');
  expect((await driver.until(body.id, 'ready')).claimedFrom).toBeUndefined();
});

test('six claims at once by one person on six spares all succeed: none double, none refused', async () => {
  const spec = { product: 'hello', wanted: 6 };
  expect((await operator('PUT', '/v1/pools/many', spec)).status).toBe(200);
  await untilWarm(7);
  // What is claimed here is not made again: that is the first test's.
  expect((await operator('PUT', '/v1/pools/default', { wanted: 0 })).status).toBe(200);
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      ada('POST', '/v1/clusters', { name: `claim-${index}`, product: 'hello' }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(202));
  expect(answers.map(({ body }) => body.state)).toEqual(Array(6).fill('personalizing'));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(6);
});

test('emptying the pool and deleting every cluster leaves zero objects in the cloud', async () => {
  for (const [pool, product] of [
    ['default', 'pachyderm'],
    ['many', 'hello'],
  ]) {
    expect((await operator('PUT', `/v1/pools/${pool}`, { product, wanted: 0 })).status).toBe(200);
  }
  // Only now: no spare is born any more, as a top-up is committed only to the version of the pool that it read.
  const given = await driver.firestore.collection('clusters').where('pool', 'in', ['default', 'many']).get();
  await Promise.all(given.docs.map(({ id }) => driver.until(id, 'deleted')));
  const { body } = await ada<{ clusters: { id: string }[] }>('GET', '/v1/clusters?pageSize=100');
  await Promise.all(body.clusters.map(({ id }) => ada('DELETE', `/v1/clusters/${id}`)));
  await Promise.all(body.clusters.map(({ id }) => driver.until(id, 'deleted')));
  expect(driver.left()).toEqual([]);
});
