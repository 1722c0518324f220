/** One seed: a faulty phase in which people work and everything breaks, then calm, in which all must come to rest. */
import { hours, minutes, seconds } from '../../shared/units.ts';
import { happens, integer } from './chance.ts';
import { CALM_MS, watchInvariants } from './invariants.ts';
import type { Weather } from './weather.ts';
import { createWorkload } from './workload.ts';
import type { Counts, Violation } from './world/scene.ts';
import { createWorld, type WorldOptions } from './world.ts';

export interface Options {
  seed: number;
  /** Keep every line of what happens. */
  verbose?: boolean;
  weather?: Partial<Weather>;
  /** From the so-manieth fault on nothing strikes any more. */
  lastFault?: number;
  /** So many deeds at most. */
  deeds?: number;
  /** See `WorldOptions`. */
  thorough?: boolean;
  /** See `WorldOptions`; where it runs, not what it is. */
  onCall?: WorldOptions['onCall'];
}

export interface Run {
  seed: number;
  violation: Violation | undefined;
  hash: number;
  virtualMs: number;
  counts: Counts;
  edges: readonly string[];
  markers: readonly string[];
  /** From a crash or a lost message to the next look, in ms. */
  recoveries: readonly number[];
  /** From the end of the faults until all was at rest, in ms. */
  settledMs: number | undefined;
  weather: Weather;
  lines: readonly string[];
}

/** Each seed meets so many; one that is short of them goes on. */
const MIN_FAULTS = 100;
const MIN_CRASHES = 20;
const MAX_FAULTY_MS = hours(8);
/**
 * Where few clusters may stand at once, one that has waited all day may have come to its turn just now: as long as its making takes. Or it
 * was stuck until its last hour: as long as what is stuck rests, and its removal takes.
 */
const TURN_MS = hours(4);

export async function simulate({
  seed,
  verbose,
  weather,
  lastFault,
  deeds,
  thorough,
  onCall,
}: Options): Promise<Run> {
  const world = createWorld({ seed, verbose, weather, lastFault, thorough, onCall });
  const findings = watchInvariants(world);
  const workload = createWorkload(world, findings);
  const { clock, counts, streams } = world;
  world.begin();
  findings.onEntry(({ state }) => world.entered(state));
  workload.layAmbushes();
  if (happens(streams.load, 0.7)) void workload.makePool(integer(streams.load, 1, 3));
  workload.schedule(
    Math.min(deeds ?? Number.POSITIVE_INFINITY, integer(streams.load, 14, 25)),
    world.weather.faultyMs - minutes(10),
  );
  await clock.runFor(world.weather.faultyMs);
  await clock.runFor(Math.max(0, world.siegesEndMs() - world.nowMs()));
  while (
    (counts.faults < MIN_FAULTS || counts.crashes < MIN_CRASHES) &&
    world.nowMs() < MAX_FAULTY_MS &&
    deeds === undefined &&
    lastFault === undefined
  ) {
    workload.schedule(6, minutes(20));
    await clock.runFor(minutes(30));
  }
  const faultyMs = world.nowMs();
  world.becalm();
  // What was given up may be given up hours after it was sent.
  for (const afterMs of [minutes(10), hours(1), hours(2), hours(4)]) {
    clock.schedule(clock.now() + afterMs, () => void workload.replayAll());
  }
  // Not to the minute: the Scheduler has just sent something then.
  await clock.runFor(CALM_MS + seconds(30));
  for (let leftMs = TURN_MS; leftMs > 0 && !findings.isAtRest(); leftMs -= minutes(1))
    await clock.runFor(minutes(1));
  findings.atEnd();
  const restedAtMs = findings.restedAtMs();
  return {
    seed,
    violation: world.violations[0],
    hash: world.trace.hash,
    virtualMs: world.nowMs(),
    counts,
    edges: [...findings.edges],
    markers: [...world.markers],
    recoveries: world.recoveries,
    settledMs: restedAtMs === undefined ? undefined : restedAtMs - faultyMs,
    weather: { ...world.weather, outages: [] },
    lines: world.lines(),
  };
}
