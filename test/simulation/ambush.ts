/**
 * Commands that come at the worst moment: whatever state a cluster comes into, it may at once be asked for one of what the table says that
 * the state accepts. States that few clusters see are lain in wait for more often.
 */
import type { Cluster } from '../../shared/documents/cluster.ts';
import { commandEdge } from '../../shared/lifecycle/derive.ts';
import { type Command, rowOf, type State } from '../../shared/lifecycle/table.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { happens, oneOf } from './chance.ts';
import type { Findings } from './invariants.ts';
import { BEATEN, rate } from './weather.ts';
import type { World } from './world.ts';

/** What makes a command come about: people ask for some, and only give reason for others. */
type Askers = Readonly<Record<Command, (cluster: Cluster) => Promise<void>>>;

/** Of the states that every cluster comes through. */
const BEATEN_SHARE = 0.15;
/** Of those at rest from which a command leads into a siege. */
const LURED_SHARE = 0.8;

/** Before the state's function has begun, or so. */
const AT_ONCE_MS = seconds(0.5);
/** In a state that rests. */
const LATER_MS = minutes(10);

export function layAmbushes(world: World, findings: Findings, askers: Askers): void {
  const { clock } = world;
  const random = world.streams.ambush;
  const most = rate(random, 1);
  findings.onEntry(({ id, state }) => {
    const accepted = Object.keys(rowOf(state).accepts) as Command[];
    const lures = accepted.filter((command) => isLure(world, state, command));
    const share = lures.length > 0 ? LURED_SHARE : BEATEN.has(state) ? most * BEATEN_SHARE : most;
    const command = oneOf(random, lures.length > 0 ? lures : accepted);
    // A siege is to come to its end.
    if (command === undefined || !happens(random, share) || world.isBesieged(state)) return;
    const { expectedMs = LATER_MS } = rowOf(state);
    const isSoon = lures.length > 0 || happens(random, 0.5);
    const inMs = random.fraction() * (isSoon ? AT_ONCE_MS : expectedMs);
    clock.schedule(clock.now() + inMs, () => {
      const now = findings.clusters().find((cluster) => cluster.id === id);
      if (!now || world.calm) return;
      world.note(`ambush ${command}`, () => `ambush: ${command} of ${id}, which came to be ${state}`);
      void askers[command](now);
    });
  });
}

const isLure = ({ weather }: World, from: State, command: Command): boolean =>
  rowOf(from).step === undefined &&
  weather.sieges.some(({ state }) => state !== from && commandEdge(from, command) === state);
