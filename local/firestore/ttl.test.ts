/** What a TTL policy takes away, and what it leaves. */
import { Timestamp } from '@google-cloud/firestore';
import { describe, expect, test } from 'vitest';
import { days, hours, minutes } from '../../shared/units.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import { parseIndexConfig } from './index-config.ts';
import { type Opened, openFirestore } from './testing.ts';

const indexes = parseIndexConfig(
  JSON.stringify({
    fieldOverrides: [
      { collectionGroup: 'letters', fieldPath: 'purgeAt', ttl: true, indexes: [] },
      { collectionGroup: 'letters', fieldPath: 'at', indexes: [] },
      { collectionGroup: 'notes', fieldPath: 'kept.until', ttl: true, indexes: [] },
    ],
  }),
);

async function withFirestore(run: (opened: Opened, clock: VirtualClock) => Promise<void>): Promise<void> {
  const clock = virtualClock();
  const opened = await openFirestore({ clock, indexes });
  try {
    await run(opened, clock);
  } finally {
    await opened.close();
  }
}
const idsOf = async ({ db }: Opened, collection: string): Promise<string[]> =>
  (await db.collectionGroup(collection).get()).docs.map(({ id }) => id).sort();
const inTime = (clock: VirtualClock, ms: number): Timestamp => Timestamp.fromMillis(clock.now() + ms);

describe('TTL', () => {
  test('takes what is due, at any depth, and nothing else', () =>
    withFirestore(async (opened, clock) => {
      const { db } = opened;
      const letters = db.collection('letters');
      await letters.doc('due').set({ purgeAt: inTime(clock, minutes(30)) });
      await letters.doc('later').set({ purgeAt: inTime(clock, days(1)) });
      await letters.doc('never').set({ text: 'no instant' });
      await letters.doc('null').set({ purgeAt: null });
      await letters.doc('a number').set({ purgeAt: 1 });
      await letters.doc('another field').set({ at: inTime(clock, 0) });
      await db.doc('boxes/a/letters/deep').set({ purgeAt: inTime(clock, minutes(30)) });
      await db.doc('notes/nested').set({ kept: { until: inTime(clock, minutes(30)) } });
      await db.doc('boxes/b').set({ purgeAt: inTime(clock, minutes(30)) });

      await clock.runFor(minutes(59));
      expect(await idsOf(opened, 'letters')).toHaveLength(7);
      await clock.runFor(minutes(2));
      expect(await idsOf(opened, 'letters')).toEqual(['a number', 'another field', 'later', 'never', 'null']);
      expect(await idsOf(opened, 'notes')).toEqual([]);
      expect(await idsOf(opened, 'boxes')).toEqual(['b']);
      await clock.runFor(days(1));
      expect(await idsOf(opened, 'letters')).not.toContain('later');
    }));

  test('leaves what lies below, and tells who listens', () =>
    withFirestore(async ({ db }, clock) => {
      const letter = db.doc('letters/a');
      await letter.set({ purgeAt: inTime(clock, minutes(1)) });
      await letter.collection('pages').doc('1').set({ text: 'stays' });
      const seen: boolean[] = [];
      await new Promise<void>((resolve) => {
        const stop = letter.onSnapshot(({ exists }) => {
          seen.push(exists);
          if (exists) void clock.runFor(hours(1));
          else resolve(stop());
        });
      });
      expect(seen).toEqual([true, false]);
      expect((await letter.collection('pages').doc('1').get()).exists).toBe(true);
    }));

  test('what is put off meanwhile stays', () =>
    withFirestore(async (opened, clock) => {
      const letter = opened.db.doc('letters/a');
      await letter.set({ purgeAt: inTime(clock, minutes(1)) });
      await clock.runFor(minutes(30));
      await letter.update({ purgeAt: inTime(clock, days(2)) });
      await clock.runFor(days(1));
      expect(await idsOf(opened, 'letters')).toEqual(['a']);
    }));

  test('it ends with the server', async () => {
    const clock = virtualClock();
    const opened = await openFirestore({ clock, indexes });
    expect(clock.pending).toBe(1);
    await opened.close();
    expect(clock.pending).toBe(0);
  });
});
