/** The outages of a seed: those of its forecast, and the sieges, each of which begins as a cluster comes to need what it takes away. */
import type { State } from '../../../shared/lifecycle/table.ts';
import { type Outage, outageAt, outageOf } from '../weather.ts';
import type { Scene } from './scene.ts';

export interface Sieges {
  /** A cluster has come into that state. */
  entered(state: State): void;
  /** Whoever comes into that state cannot get out of it by itself for now. */
  isBesieged(state: State): boolean;
  /** When the last of the sieges is over that have begun, in ms since the start. */
  endMs(): number;
  /** What takes that call away now, if anything does. */
  outageAt(site: string, args: readonly unknown[], caller: string): Outage | undefined;
}

export function planSieges(scene: Scene): Sieges {
  const { weather, nowMs, note } = scene;
  const outages: Outage[] = [...weather.outages];
  /** By state of a siege: how many clusters have come into it. */
  const arrivals = new Map<State, number>();
  const besiegedUntilMs = new Map<State, number>();
  return {
    entered(state) {
      for (const siege of scene.phase === 'calm' ? [] : weather.sieges) {
        if (siege.state !== state) continue;
        const arrived = (arrivals.get(state) ?? 0) + 1;
        arrivals.set(state, arrived);
        if (arrived !== siege.passes + 1) continue;
        const outage = outageOf(siege, nowMs());
        outages.push(outage);
        besiegedUntilMs.set(state, outage.toMs);
        note('siege', () => `siege: ${outage.name}`);
      }
    },
    isBesieged: (state) => (besiegedUntilMs.get(state) ?? 0) > nowMs(),
    endMs: () => Math.max(0, ...besiegedUntilMs.values()),
    outageAt: (site, args, caller) => outageAt(outages, nowMs(), site, args, caller),
  };
}
