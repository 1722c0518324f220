/**
 * What people do in one seed, over the real API, and what else happens around their clusters. Every endpoint of the policy has its place
 * here, so a new one either joins by itself or makes this file fail to compile.
 */
import type { EndpointName } from '../../functions/api/policy.ts';
import { accidents } from './accidents.ts';
import { layAmbushes } from './ambush.ts';
import type { Findings } from './invariants.ts';
import { watchAnswers } from './workload/answers.ts';
import { createClient } from './workload/client.ts';
import { accountDeeds } from './workload/deeds/accounts.ts';
import { clusterDeeds } from './workload/deeds/clusters.ts';
import { lifetimeDeeds } from './workload/deeds/lifetime.ts';
import { memberDeeds } from './workload/deeds/members.ts';
import { operatorDeeds } from './workload/deeds/operator.ts';
import { poolDeeds } from './workload/deeds/pool.ts';
import { type Act, type Deed, gatherPeople, type People } from './workload/people.ts';
import type { World } from './world.ts';

export type Workload = ReturnType<typeof createWorkload>;

export function createWorkload(world: World, findings: Findings) {
  const { clock } = world;
  const client = createClient(world, watchAnswers(world, findings));
  const people = gatherPeople(world, findings, client);
  const groups = groupsOf(people);
  const { clusters, members, lifetime, pool, operator } = groups;
  const mishaps = accidents(world, findings);
  const draw = drawnFrom(people, [...weighed(groups), ...mishaps.deeds]);

  return {
    ask: client.ask,
    /** From now on people also come at the worst moment. */
    layAmbushes: () =>
      layAmbushes(world, findings, {
        delete: clusters.deleteThis,
        retry: clusters.retryThis,
        share: members.shareThis,
        extend: lifetime.extendThis,
        claim: clusters.claimThis,
        repair: mishaps.damage,
      }),
    /** So many deeds spread over so long. */
    schedule(count: number, overMs: number): void {
      const fromMs = clock.now();
      for (let left = count; left > 0; left--) {
        clock.schedule(fromMs + people.random.fraction() * overMs, () => void draw()());
      }
    },
    replayAll: operator.replayAll,
    makePool: (wanted: number, product?: string): Promise<void> =>
      pool.put({ wanted, ...(product !== undefined && { product }) }),
  };
}

const groupsOf = (people: People) => ({
  clusters: clusterDeeds(people),
  members: memberDeeds(people),
  lifetime: lifetimeDeeds(people),
  pool: poolDeeds(people),
  accounts: accountDeeds(people),
  operator: operatorDeeds(people),
});

function weighed({
  clusters,
  members,
  lifetime,
  pool,
  accounts,
  operator,
}: ReturnType<typeof groupsOf>): Deed[] {
  const writes = {
    'POST /v1/clusters': [12, clusters.create],
    'DELETE /v1/clusters/{id}': [5, clusters.deleteAny],
    'POST /v1/clusters/{id}:retry': [3, clusters.retryAny],
    'PUT /v1/clusters/{id}/members/{email}': [4, members.invite],
    'DELETE /v1/clusters/{id}/members/{email}': [3, members.remove],
    'POST /v1/clusters/{id}:transfer': [2, members.transfer],
    'POST /v1/clusters/{id}:extend': [3, lifetime.extend],
    'PUT /v1/me/quotaRequest': [0.3, accounts.askForMore],
    'DELETE /v1/me/quotaRequest': [0.3, accounts.askForNoMore],
    'PUT /v1/pools/{id}': [1, pool.change],
    'PUT /v1/admin/accounts/{id}': [0.5, operator.setQuota],
    'DELETE /v1/account': [0.4, accounts.leave],
    'POST /v1/admin/accounts/{id}:delete': [0.2, accounts.beDeleted],
    'POST /v1/admin/deadLetters/{id}:replay': [0.5, operator.replayOne],
    'POST /v1/admin/deadLetters/{id}:dismiss': [0.1, operator.dismissOne],
    'POST /v1/admin/orphans/{id}:delete': [0.5, operator.deleteOrphan],
  } satisfies Record<Exclude<EndpointName, `GET ${string}`>, Deed>;
  return [
    ...Object.values(writes),
    [1, pool.rush],
    [1, pool.giveUpInRush],
    [3, members.comeAndGo],
    [1, operator.hold],
    [2, clusters.read],
  ];
}

/** @returns what draws one of them */
function drawnFrom({ random }: People, deeds: readonly Deed[]): () => Act {
  const total = deeds.reduce((sum, [weight]) => sum + weight, 0);
  return () => {
    let draw = random.fraction() * total;
    const drawn = deeds.find(([weight]) => {
      draw -= weight;
      return draw < 0;
    });
    // Rounding may leave a hair of it.
    const [, act] = (drawn ?? deeds[0]) as Deed;
    return act;
  };
}
