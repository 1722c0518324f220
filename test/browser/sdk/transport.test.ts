/** Each way in which the web client keeps its streams open, as a browser or a network between allows; and many listeners and writes. */
import { expect } from 'vitest';
import type { ClientOptions } from './page/client.ts';
import { confirmed, describeInChromium, eventually } from './setting.ts';

interface Transport {
  name: string;
  option: Pick<ClientOptions, 'transport'>;
  /** What its back channels look like. */
  kind: 'xhr' | 'fetch';
  /** 1 if a response ends with its first message. */
  buffered: 0 | 1;
}

const TRANSPORTS: Transport[] = [
  { name: 'streaming by fetch, as by default', option: {}, kind: 'fetch', buffered: 0 },
  { name: 'streaming by XMLHttpRequest', option: { transport: 'XMLHttpRequest' }, kind: 'xhr', buffered: 0 },
  { name: 'forced long polling', option: { transport: 'long polling' }, kind: 'fetch', buffered: 1 },
];

/** Of each session the first: if a streaming one is slow to say something, the client takes long polling for the next. */
function firstBackChannels(requests: readonly string[]): string[] {
  const bySession = new Map<string | undefined, string>();
  for (const request of requests.filter((one) => one.includes('TYPE=xmlhttp'))) {
    const session = /&SID=([^&]+)/.exec(request)?.[1];
    if (!bySession.has(session)) bySession.set(session, request);
  }
  return [...bySession.values()];
}

const BURST = 300;
const DOCUMENTS = 100;
const ROUNDS = 10;

describeInChromium('the transport', (inChromium) => {
  for (const { name, option, kind, buffered } of TRANSPORTS) {
    inChromium(`${name}: a burst arrives complete, and writes go out`, async ({ backend, open }) => {
      const tab = await open(option);
      await tab.run('listen', 'rooms', { collection: 'rooms' });
      await confirmed(tab, 'rooms').toEqual({});
      const writer = backend.admin.bulkWriter();
      const all = Array.from({ length: BURST }, (_, n) => [`r${n}`, { n, text: 'ä€😀'.repeat(20) }] as const);
      for (const [id, data] of all) void writer.create(backend.admin.doc(`rooms/${id}`), data);
      await writer.close();
      await confirmed(tab, 'rooms').toEqual(Object.fromEntries(all));
      expect(await tab.run('set', 'rooms/r0', { n: -1 })).toBeUndefined();
      await eventually(async () => (await tab.run('seen', 'rooms')).documents?.r0).toEqual({ n: -1 });

      const backChannels = firstBackChannels(tab.requests);
      expect(backChannels.length).toBe(backend.sessions);
      for (const request of backChannels) {
        expect(request).toMatch(new RegExp(`^${kind} .*&CI=${buffered}&`));
      }
    });
  }

  inChromium(
    '100 listeners hear all of 1,000 writes in order, and so does a query',
    async ({ backend, open }) => {
      const { admin } = backend;
      const ids = Array.from({ length: DOCUMENTS }, (_, n) => `d${n}`);
      const allAt = (n: number) => Object.fromEntries(ids.map((id) => [id, n]));
      const batch = admin.batch();
      for (const id of ids) batch.set(admin.doc(`docs/${id}`), { n: 0 });
      await batch.commit();
      const one = await open();
      const other = await open();
      await one.run('followDocuments', 'docs', ids);
      await other.run('followCollection', 'docs');
      for (const tab of [one, other]) {
        await eventually(async () => (await tab.run('followed', 'docs')).last).toEqual(allAt(0));
      }

      // Each document is written by its turn, all of them at once.
      const write = async (id: string): Promise<void> => {
        for (let n = 1; n <= ROUNDS; n++) await admin.doc(`docs/${id}`).set({ n });
      };
      await Promise.all(ids.map(write));
      for (const tab of [one, other]) {
        await eventually(async () => (await tab.run('followed', 'docs')).last).toEqual(allAt(ROUNDS));
        // The client drops a version that is older than its own, so what went wrong shows rather in what it ends with.
        const { backwards, errors } = await tab.run('followed', 'docs');
        expect([backwards, errors]).toEqual([[], []]);
      }
      // One Listen stream each.
      expect(backend.sessions).toBe(2);
    },
  );
});
