/** What the functions need in a few seeds of the simulation, in which whatever can happen to a cluster happens at some time. */
import { simulate } from '../../simulation/simulate.ts';
import { Heard, needsOf } from './calls.ts';

const SEEDS = [2, 3, 4];

let heard: Promise<Heard> | undefined;

/** Heard once, for that does not depend on what they may. */
export function heardInSeeds(): Promise<Heard> {
  heard ??= (async () => {
    const all = new Heard();
    for (const seed of SEEDS)
      await simulate({ seed, onCall: (name, site, args) => all.note(name, needsOf(site, args)) });
    return all;
  })();
  return heard;
}
