/** What whoever does something goes by: chance, who and what there is, and how to ask. */

import type { EndpointName } from '../../../functions/api/policy.ts';
import type { Random } from '../../../functions/cloud.ts';
import { happens, oneOf } from '../chance.ts';
import type { Findings } from '../invariants.ts';
import type { World } from '../world.ts';
import type { Ask, Client } from './client.ts';
import { USERS, type User } from './users.ts';

export type Act = () => Promise<void>;

/** By how often each happens, against the others. */
export type Deed = readonly [weight: number, act: Act];

/** A cluster that somebody has. */
interface Owned {
  id: string;
  owner: User;
  members: User[];
}

export interface People extends Client {
  readonly world: World;
  readonly findings: Findings;
  /** What they do is drawn from it, and nothing else is. */
  readonly random: Random;
  sleep(ms: number): Promise<void>;
  anyUser(): User;
  /** Clusters that somebody has and that are not deleted. */
  living(): Owned[];
  anyCluster(): Owned | undefined;
  /** An idempotency key that nobody has used. */
  newKey(): string;
  /** Whoever is invited becomes a member when they come. */
  come(guest: User): Promise<void>;
  /** Asks that of any cluster, mostly as its owner. @param more drawn after them */
  askOfAny(name: EndpointName, more?: () => Partial<Ask>): Promise<void>;
}

/** In its place where there is no cluster. */
export const NO_CLUSTER = 'aaaaaaaaaaaaaaaa';

export function gatherPeople(world: World, findings: Findings, client: Client): People {
  const { clock } = world;
  const random = world.streams.load;
  let keys = 0;
  for (const uid of [...USERS, 'operator' as const]) client.signIn(uid);
  const people: People = {
    ...client,
    world,
    findings,
    random,
    sleep: (ms) => clock.sleepUntil(clock.now() + ms),
    anyUser: () => oneOf(random, USERS),
    living: () =>
      findings
        .clusters()
        .flatMap(({ id, owner, state, members }) =>
          owner === undefined || state === 'deleted'
            ? []
            : [{ id, owner: owner as User, members: Object.keys(members) as User[] }],
        ),
    anyCluster: () => oneOf(random, people.living()),
    newKey: () => `key-${++keys}`,
    come: async (guest) => void (await client.ask({ as: guest, name: 'GET /v1/me' })),
    async askOfAny(name, more = () => ({})) {
      const found = people.anyCluster();
      // Now and then by somebody who may not.
      const as = happens(random, 0.1) ? people.anyUser() : (found?.owner ?? people.anyUser());
      await client.ask({ as, name, id: found?.id ?? NO_CLUSTER, ...more() });
    },
  };
  return people;
}
