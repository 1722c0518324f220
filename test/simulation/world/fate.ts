/** What becomes of each call that a handler makes: drawn from the weather, or planned. */
import { CommitError } from '../../../functions/cloud.ts';
import { CloudRefusal } from '../../../functions/google/refusal.ts';
import { happens } from '../chance.ts';
import type { Fate, Process } from '../process.ts';
import { STRIKES, type Strike, weightOf } from '../weather.ts';
import type { Handlers } from './handlers.ts';
import type { Recovery } from './recovery.ts';
import type { Scene } from './scene.ts';
import type { Sieges } from './sieges.ts';

/** Chooses what strikes a call in place of the weather; for going through all of them in turn. */
export type Plan = (site: string, process: Process) => Strike | undefined;

interface FateOptions {
  plan: Plan | undefined;
  sieges: Sieges;
  handlers: Handlers;
  recovery: Recovery;
  /** Told of each call that reaches the other side. */
  onCall(process: Process, site: string, args: readonly unknown[]): void;
}

export function createFate(scene: Scene, { plan, sieges, handlers, recovery, onCall }: FateOptions): Fate {
  const { clock, streams, weather, counts, markers, note } = scene;

  function drawn({ name }: Process, site: string, args: readonly unknown[]): Strike | undefined {
    if (counts.faults >= scene.lastFault) return undefined;
    const outage = sieges.outageAt(site, args, name);
    if (outage) return outage.refuses ? 'refused' : 'error before';
    if (site === 'gke.createCluster' && happens(streams.faults, weather.lateCreates)) return 'stall';
    if (site === 'pachyderm.setMembers' && happens(streams.faults, weather.lateMembers)) return 'stall';
    let draw = streams.faults.fraction() / weightOf(site);
    for (const strike of STRIKES) {
      draw -= weather.strikes[strike];
      if (draw < 0) return strike;
    }
    return undefined;
  }

  return {
    clock,
    net: streams.net,
    calm: () => scene.phase === 'calm' && plan === undefined,
    strike(process, site, args) {
      counts.calls++;
      if (site.startsWith('gke.')) counts.cloudCalls++;
      const strike = plan ? plan(site, process) : drawn(process, site, args);
      note(
        keyOf(process.name, site, strike),
        () => `${process.name}#${process.id} ${site}${strike ? ` — ${strike}` : ''}`,
      );
      if (strike) counts.faults++;
      if (strike && strike !== 'slow' && strike !== 'stall') handlers.troubled(process);
      return strike;
    },
    // As the official client of the database does with its commits, for as long as there is time. A plan strikes in one way only.
    sendsAgain({ name }, site) {
      const again = site === 'documents.commit' && plan === undefined && happens(streams.net, 0.5);
      if (again) {
        markers.add('commit sent again');
        note(`${name} sends again`, () => `${name} sends its commit again`);
      }
      return again;
    },
    entered: onCall,
    refused(process, site, error) {
      if (site === 'documents.commit' && error instanceof CommitError)
        markers.add(process.name === 'api' ? 'command lost a race' : 'late commit refused');
      if (site === 'gke.createCluster' && error instanceof CloudRefusal && error.status === 'ALREADY_EXISTS')
        markers.add('adopted what was there');
    },
    killed(process) {
      counts.crashes++;
      handlers.troubled(process);
      handlers.ended(process);
      recovery.died(process);
    },
  };
}

/** A call as it stands in the trace's number. There are few, and each is made many times. */
function keyOf(name: string, site: string, strike: Strike | undefined): string {
  const ofProcess = keys.get(name) ?? new Map<string, Map<Strike | undefined, string>>();
  keys.set(name, ofProcess);
  const ofSite = ofProcess.get(site) ?? new Map<Strike | undefined, string>();
  ofProcess.set(site, ofSite);
  const known = ofSite.get(strike);
  if (known !== undefined) return known;
  const key = `${name} ${site} ${strike ?? ''}`;
  ofSite.set(strike, key);
  return key;
}
const keys = new Map<string, Map<string, Map<Strike | undefined, string>>>();
