/** Watching a cluster over every wire: the official SDK in Node, gRPC, the rules, and the API that is asked when something has changed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApi } from '../../cli/api.ts';
import { filesIn } from '../../cli/files.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/sign-in/session.ts';
import { watchCluster } from '../../cli/watch.ts';
import { createDocuments } from '../../functions/google/documents.ts';
import { days } from '../../shared/units.ts';
import { aCluster, clusterIdOf, writeOf } from '../builders.ts';
import { aHub, type Driver } from '../journeys/hub.ts';
import { tokensOf } from './program.ts';

const id = clusterIdOf(3);
let driver: Driver;
beforeAll(async () => {
  driver = await aHub({ spares: 0, speed: 60 });
  await createDocuments(driver.firestore).commit([
    writeOf(
      aCluster({ id, owner: 'ada', members: { ada: 'owner', grace: 'viewer' }, readers: ['ada', 'grace'] }),
    ),
  ]);
});
afterAll(() => driver?.close());

/** As somebody watches it who would not ask before next week. */
async function watching(email: string) {
  const address = driver.hub.url;
  const { idToken } = await tokensOf(driver.hub.addresses.auth ?? '', email);
  const io = { env: { HUB_TOKEN: idToken, XDG_CONFIG_HOME: '/nowhere' } } as unknown as Io;
  const session = openSession(io, address, filesIn(io).of(address));
  const stop = new AbortController();
  const api = createApi(address, session);
  return { stop, changes: watchCluster({ address, session, api, deafMs: days(7) }, id, stop.signal) };
}

test('a change comes by itself, and who is shut out hears that it is over', async () => {
  const [ada, grace] = [await watching('ada@example.com'), await watching('grace@example.com')];
  for (const { changes } of [ada, grace]) expect((await changes.next()).value).toMatchObject({ id });
  const person = await driver.person('ada@example.com');
  const [byAda, byGrace] = [ada.changes.next(), grace.changes.next()];
  byGrace.catch(() => undefined);
  await person('DELETE', `/v1/clusters/${id}/members/grace@example.com`);
  expect((await byAda).value).toMatchObject({ members: { ada: 'owner' } });
  await expect(byGrace).rejects.toMatchObject({ code: 'NOT_FOUND' });
  ada.stop.abort();
  await expect(ada.changes.next()).rejects.toThrow(/abort/i);
});

test('a stranger is told what they are told of a cluster that is not there', async () => {
  const { changes } = await watching('operator@example.com');
  // An operator may look; the stranger is somebody new.
  expect((await changes.next()).value).toMatchObject({ id });
  await changes.return();
  const auth = driver.hub.addresses.auth ?? '';
  await tokensOf(auth, 'stranger@example.com', 'signUp');
  const stranger = await watching('stranger@example.com');
  await expect(stranger.changes.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
