import { describe, expect, test } from 'vitest';
import { createFaults, parseFaults } from './faults.ts';
import { seededRandom } from './random.ts';

describe('HUB_FAULTS', () => {
  test('names rates, and may be empty', () => {
    expect(parseFaults(' stockout=0.02, duplicate=1 ,')).toEqual({ stockout: 0.02, duplicate: 1 });
    expect(parseFaults(undefined)).toEqual({});
    expect(parseFaults('')).toEqual({});
  });

  test.each(['nonsense=1', 'lost', 'lost=', 'lost=2', 'lost=-1', 'lost=much', 'toString=1'])(
    'refuses %s in one line',
    (text) => {
      expect(() => parseFaults(text)).toThrow(/^HUB_FAULTS: .+$/);
    },
  );
});

describe('faults', () => {
  test('strike at their rate, and the same ones for the same seed', () => {
    const strikes = (): boolean[] => {
      const faults = createFaults({ lost: 0.5 }, seededRandom(7));
      return Array.from({ length: 1000 }, () => faults.hit('lost'));
    };
    const count = strikes().filter(Boolean).length;
    expect(count).toBeGreaterThan(400);
    expect(count).toBeLessThan(600);
    expect(strikes()).toEqual(strikes());
  });

  test('always strike at 1 and never at 0 or unnamed', () => {
    const faults = createFaults({ lost: 1, late: 0 }, seededRandom(1));
    expect([faults.hit('lost'), faults.hit('late'), faults.hit('duplicate')]).toEqual([true, false, false]);
  });

  test('strike as often as forced, only where asked, until cleared', () => {
    const faults = createFaults({}, seededRandom(1));
    faults.force('stockout', { times: 2, subject: 'europe-west1' });
    expect(faults.hit('stockout', 'us-central1-a')).toBe(false);
    expect(faults.hit('stockout')).toBe(false);
    expect(faults.hit('stockout', 'europe-west1-b')).toBe(true);
    expect(faults.hit('stockout', 'europe-west1-c')).toBe(true);
    expect(faults.hit('stockout', 'europe-west1-d')).toBe(false);
    faults.force('lost', { mayMiss: true });
    faults.force('late');
    faults.clear('lost');
    expect([faults.hit('lost'), faults.hit('late')]).toEqual([false, true]);
    faults.clear();
    expect(faults.hit('late')).toBe(false);
  });

  test('that are forced tell how often they struck, also once they are cleared', () => {
    const faults = createFaults({}, seededRandom(1));
    const [here, there] = ['europe-west1', 'us-central1'].map((subject) =>
      faults.force('stockout', { subject, mayMiss: true }),
    );
    for (const zone of ['b', 'c']) faults.hit('stockout', `europe-west1-${zone}`);
    faults.clear();
    faults.hit('stockout', 'us-central1-a');
    expect([here?.struck, there?.struck]).toEqual([2, 0]);
  });
});
