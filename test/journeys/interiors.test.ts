/** The sketch of the inside of clusters tells the same story as the whole model: the same lives on both, seed by seed. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Interior } from '../../local/memory/interiors.ts';
import { type Ledger, ledgerPath } from '../../shared/documents/ledger.ts';
import { minutes } from '../../shared/units.ts';
import { runHub, type Wish } from '../running-hub.ts';

const SEEDS = Array.from({ length: 20 }, (_, n) => n + 1);
const WISHES: readonly Wish[] = [
  { product: 'pachyderm' },
  { product: 'pachyderm', version: '2.12.0' },
  { product: 'hello' },
  { product: 'hello', version: '1.0.0' },
];

/** What is the same whatever chance does, and how long chance made it install. */
interface Told {
  states: string[];
  ledger: string[];
  /** In Compute Engine while it stands. */
  compute: string[];
  admitted: string[];
}

async function live(
  inside: Interior,
  seed: number,
): Promise<{ told: Record<string, Told>; left: number; installingMs: number[] }> {
  const it = runHub({ inside, seed });
  const ids = await Promise.all(WISHES.map((wish) => it.create({ ...wish, owner: 'ada' })));
  for (const id of ids) await it.reach(id, 'ready');
  for (const id of ids) await it.share(id, 'grace', 'viewer');
  await it.clock.runFor(minutes(2));
  const installingMs: number[] = [];
  const told: Record<string, Told> = {};
  for (const [n, id] of ids.entries()) {
    const ledger = await it.run(it.documents.get<Ledger>(ledgerPath(id)));
    told[JSON.stringify(WISHES[n])] = {
      states: [],
      ledger: Object.values(ledger?.data.entries ?? {})
        .map(({ kind }) => kind)
        .sort(),
      compute: it.compute
        .all()
        .filter(({ cluster }) => cluster?.name.includes(id))
        .map(({ kind }) => kind)
        .sort(),
      admitted: [...it.doors.admitted(it.name(id))].sort(),
    };
    for (const { from, durationMs } of await it.run(it.events(id))) {
      if (from === 'installing') installingMs.push(durationMs);
    }
    await it.delete(id);
  }
  for (const [n, id] of ids.entries()) {
    await it.reach(id, 'deleted');
    const one = told[JSON.stringify(WISHES[n])] as Told;
    one.states = (await it.run(it.events(id))).map(({ to }) => to);
  }
  return { told, left: it.objects(), installingMs };
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

describe('on the model and on its sketch', () => {
  const lives: Record<Interior, Awaited<ReturnType<typeof live>>[]> = { kubernetes: [], sketch: [] };
  beforeAll(async () => {
    for (const seed of SEEDS) {
      lives.kubernetes.push(await live('kubernetes', seed));
      lives.sketch.push(await live('sketch', seed));
    }
  }, 300_000);

  test.each(SEEDS)('clusters go through the same states and hold the same things (seed %i)', (seed) => {
    const [model, sketch] = [lives.kubernetes[seed - 1], lives.sketch[seed - 1]];
    expect(sketch?.told).toEqual(model?.told);
    expect([sketch?.left, model?.left]).toEqual([0, 0]);
    for (const { states, admitted } of Object.values(sketch?.told ?? {})) {
      expect(states.at(-1)).toBe('deleted');
      expect([[], ['ada@example.com', 'grace@example.com']]).toContainEqual(admitted);
    }
  });

  test.each([0.1, 0.5, 0.9])('installing takes as long (quantile %d)', (share) => {
    const of = (inside: Interior) =>
      quantile(
        lives[inside].flatMap(({ installingMs }) => installingMs),
        share,
      );
    expect(of('sketch') / of('kubernetes')).toBeGreaterThan(0.85);
    expect(of('sketch') / of('kubernetes')).toBeLessThan(1.15);
  });
});
