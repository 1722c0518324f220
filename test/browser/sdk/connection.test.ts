/** Clients that go away and come back, servers that do, and what is sent again: only what changed. */
import { expect } from 'vitest';
import type { Backend } from './backend.ts';
import type { Tab } from './browser.ts';
import type { ClientOptions } from './page/client.ts';
import { confirmed, describeInChromium, eventually } from './setting.ts';

const ROOMS = 20;

/** The client waits up to so long, by chance, before its second try to get its back channel back. */
const RETRY_MS = 15_000;

const backChannels = (requests: readonly string[]) => requests.filter((url) => url.includes('TYPE=xmlhttp'));

type Rooms = Record<string, { n: number }>;

/** Fills a collection. */
async function makeRooms({ admin }: Backend, rooms = ROOMS): Promise<Rooms> {
  const made = Array.from({ length: rooms }, (_, n) => [`r${n}`, { n }] as const);
  const batch = admin.batch();
  for (const [id, room] of made) batch.set(admin.doc(`rooms/${id}`), room);
  await batch.commit();
  return Object.fromEntries(made);
}

/** One document is changed, one deleted, one added. @returns what is there now */
async function changeRooms({ admin }: Backend, { r1: _, ...others }: Rooms): Promise<Rooms> {
  await admin.doc('rooms/r0').set({ n: 100 });
  await admin.doc('rooms/r1').delete();
  await admin.doc('rooms/new').set({ n: 101 });
  return { ...others, r0: { n: 100 }, new: { n: 101 } };
}

/** Listens to the rooms until it has them. */
async function follow(tab: Tab, rooms: Rooms): Promise<void> {
  await tab.run('listen', 'rooms', { collection: 'rooms' });
  await confirmed(tab, 'rooms').toEqual(rooms);
}

const wentOffline = (tab: Tab) =>
  eventually(async () => (await tab.run('seen', 'rooms')).fromCache).toBe(true);

describeInChromium('the connection', (inChromium) => {
  inChromium('a client that was offline gets what changed, and its own writes go out', async (setting) => {
    const { backend } = setting;
    const rooms = await makeRooms(backend);
    const tab = await setting.open();
    await follow(tab, rooms);
    await tab.run('goOffline');
    await wentOffline(tab);
    await tab.run('queue', 'rooms/mine', { n: 1 });
    const changed = await changeRooms(backend, rooms);
    const { listened } = backend.model.counters;
    await tab.run('goOnline');
    await tab.run('settled');
    await confirmed(tab, 'rooms').toEqual({ ...changed, mine: { n: 1 } });
    // The changed one, the added one and its own.
    expect(backend.model.counters.listened - listened).toBe(3);
  });

  inChromium('a limited query resumes with what changed in its window', async ({ backend, open }) => {
    await makeRooms(backend);
    const tab = await open();
    await tab.run('listen', 'rooms', { collection: 'rooms', orderBy: [['n']], limit: 3 });
    await confirmed(tab, 'rooms').toEqual({ r0: { n: 0 }, r1: { n: 1 }, r2: { n: 2 } });
    await tab.run('goOffline');
    await wentOffline(tab);
    await backend.admin.doc('rooms/r1').delete();
    const { listened } = backend.model.counters;
    await tab.run('goOnline');
    await confirmed(tab, 'rooms').toEqual({ r0: { n: 0 }, r2: { n: 2 }, r3: { n: 3 } });
    expect(backend.model.counters.listened - listened).toBe(1);
  });

  inChromium('a client that terminates leaves no session', async ({ backend, open }) => {
    const tab = await open();
    await tab.run('listen', 'rooms', { collection: 'rooms' });
    await tab.run('set', 'rooms/a', { n: 1 });
    await confirmed(tab, 'rooms').toEqual({ a: { n: 1 } });
    expect(backend.sessions).toBe(2);
    await tab.run('close');
    await eventually(() => backend.sessions).toBe(0);
  });

  const transports: [string, Pick<ClientOptions, 'transport'>][] = [
    ['streaming', {}],
    ['long polling', { transport: 'long polling' }],
  ];
  for (const [name, option] of transports) {
    inChromium(`a server that was killed and started again finds its listeners, ${name}`, async (setting) => {
      const { backend } = setting;
      const rooms = await makeRooms(backend);
      const tab = await setting.open(option);
      await tab.holdClock();
      await follow(tab, rooms);
      await tab.run('listen', 'one', { document: 'rooms/r5' });
      await confirmed(tab, 'one').toEqual({ r5: { n: 5 } });
      await backend.kill();
      await tab.run('queue', 'rooms/mine', { n: 1 });
      // The back channel was cut, and another try at once came to nothing.
      await eventually(() => backChannels(tab.failures).length).toBeGreaterThanOrEqual(2);
      await backend.restart();
      await tab.skip(RETRY_MS);
      await backend.admin.doc('rooms/r5').set({ n: 50 });
      await confirmed(tab, 'one').toEqual({ r5: { n: 50 } });
      await tab.run('settled');
      await confirmed(tab, 'rooms').toEqual({ ...rooms, r5: { n: 50 }, mine: { n: 1 } });
      // r5 to both targets, its own to one; not the 19 others.
      expect(backend.model.counters.listened).toBe(3);
      await backend.admin.doc('rooms/r6').delete();
      const { r6: _, ...left } = rooms;
      await confirmed(tab, 'rooms').toEqual({ ...left, r5: { n: 50 }, mine: { n: 1 } });
    });
  }

  inChromium(
    'what was removed while nobody was there is gone, though the server knows it no more',
    async (setting) => {
      const { backend } = setting;
      const rooms = await makeRooms(backend);
      const tab = await setting.open();
      await follow(tab, rooms);
      await tab.run('listen', 'few', { collection: 'rooms', where: [['n', '<', 3]] });
      await confirmed(tab, 'few').toEqual({ r0: { n: 0 }, r1: { n: 1 }, r2: { n: 2 } });
      await tab.run('listen', 'first', { collection: 'rooms', orderBy: [['n']], limit: 2 });
      await confirmed(tab, 'first').toEqual({ r0: { n: 0 }, r1: { n: 1 } });
      await tab.run('goOffline');
      await wentOffline(tab);
      const changed = await changeRooms(backend, rooms);
      for (const n of [2, 3, 4, 5]) {
        await backend.admin.doc(`rooms/r${n}`).delete();
        delete changed[`r${n}`];
      }
      await backend.kill();
      await backend.restart();
      await tab.run('goOnline');
      await confirmed(tab, 'rooms').toEqual(changed);
      await confirmed(tab, 'few').toEqual({});
      await confirmed(tab, 'first').toEqual({ r6: { n: 6 }, r7: { n: 7 } });
      // The changed one and the added one; which were removed the client finds by the filter. The limited query is sent anew.
      expect(backend.model.counters.listened).toBe(2 + 2);
    },
  );

  inChromium('a page that is loaded anew goes on from what it stored', async (setting) => {
    const { backend } = setting;
    const rooms = await makeRooms(backend);
    const profile = await setting.profile();
    const stored = { persistence: 'one tab' } as const;
    const tab = await setting.open(stored, profile);
    await follow(tab, rooms);
    await tab.reload();
    const changed = await changeRooms(backend, rooms);
    const { listened } = backend.model.counters;
    await tab.run('open', { firestorePort: backend.port, ...stored });
    await follow(tab, changed);
    expect(backend.model.counters.listened - listened).toBe(2);
  });

  inChromium('two tabs share one connection, and one goes on without the other', async (setting) => {
    const { backend } = setting;
    const rooms = await makeRooms(backend);
    const profile = await setting.profile();
    const first = await setting.open({ persistence: 'tabs' }, profile);
    await follow(first, rooms);
    const second = await setting.open({ persistence: 'tabs' }, profile);
    await follow(second, rooms);
    expect(backend.sessions).toBe(1);
    await second.run('set', 'rooms/r0', { n: 100 });
    await confirmed(first, 'rooms').toEqual({ ...rooms, r0: { n: 100 } });
    await confirmed(second, 'rooms').toEqual({ ...rooms, r0: { n: 100 } });
    expect(backend.model.counters.listened).toBe(ROOMS + 1);
    await first.run('close');
    await backend.admin.doc('rooms/r0').set({ n: 200 });
    await confirmed(second, 'rooms').toEqual({ ...rooms, r0: { n: 200 } });
  });
});
