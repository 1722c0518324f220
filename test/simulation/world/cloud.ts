/** The Hub of one seed with its embedded cloud: how much that holds, and how often its stand-ins fail. */
import type { FaultRates } from '../../../local/faults.ts';
import type { Observer } from '../../../local/memory/cloud.ts';
import type { Invoke } from '../../../local/memory/handlers.ts';
import { type MemoryHub, memoryHub } from '../../../local/memory/hub.ts';
import { REGIONS } from '../../../shared/catalog/catalog.ts';
import { hours, minutes } from '../../../shared/units.ts';
import type { Scene } from './scene.ts';

/** Clusters in each zone: more than anybody asks for. */
const AMPLE = 1000;

/** One seed of so many. */
const WHOLE_MODEL = 50;

interface CloudOptions {
  seed: number;
  /** Most seeds can spare little time for the inside of clusters; a few run the whole model of it. */
  mayBeWhole: boolean;
  observer: Observer;
  invoke: Invoke;
  /** The bus has just lost a message. */
  onLost(): void;
}

export interface Cloud {
  hub: MemoryHub;
  /** From now on no stand-in fails any more, and there is room for all. */
  becalm(): void;
}

export function openCloud(scene: Scene, { seed, mayBeWhole, observer, invoke, onLost }: CloudOptions): Cloud {
  const { clock, weather, counts, markers, note } = scene;
  const rates: FaultRates = { ...weather.rates };
  const hub = memoryHub({
    seed,
    clock,
    observer,
    inside: mayBeWhole && seed % WHOLE_MODEL === 0 ? 'kubernetes' : 'sketch',
    faults: rates,
    commitMs: 0,
    callMs: 0,
    // GKE balances otherwise from 1.37 on.
    clusterVersion: seed % 2 === 0 ? '1.37.0-gke.1200000' : undefined,
    limits: {
      cellClusters: weather.cellClusters,
      accountClusters: weather.accountClusters,
      // Short, as the day of a seed is: accounts of both ages are doubted, and people come in time or too late.
      youngAccountMs: hours(1),
      handOverMs: minutes(40),
    },
    invoke,
  });
  const limit = (clusters: number): void => {
    for (const { id } of REGIONS) hub.container.setQuota(id, { clusters });
  };
  limit(weather.cloudClusters);
  const { hit } = hub.faults;
  const hangs = (subject: string | undefined): boolean => {
    const { zone } = weather;
    if (zone?.is !== 'hanging' || scene.phase === 'calm') return false;
    const isNow = zone.fromMs <= scene.nowMs() && scene.nowMs() < zone.toMs;
    return isNow && subject === `CREATE_CLUSTER ${zone.zone}`;
  };
  hub.faults.hit = (name, subject) => {
    if (scene.phase === 'being made' || counts.faults >= scene.lastFault) return false;
    // Of a control plane that never answers again nobody can ask that all comes to rest.
    if (name === 'stuck-operation' && subject?.startsWith('UPGRADE_')) return false;
    const struck = hit(name, subject) || (name === 'stuck-operation' && hangs(subject));
    if (struck) {
      // A place is away for long, which is one fault, and not one for each list that lacks it.
      if (name !== 'unreachable') counts.faults++;
      markers.add(`fault ${name}`);
      note(`fault ${name}`, () => `fault ${name} ${subject ?? ''}`);
      if (name === 'lost') onLost();
    }
    return struck;
  };
  return {
    hub,
    becalm() {
      for (const name of Object.keys(rates)) delete rates[name as keyof FaultRates];
      limit(AMPLE);
    },
  };
}
