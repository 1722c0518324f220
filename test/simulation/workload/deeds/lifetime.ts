/** People put off the end of their clusters. */
import type { Cluster } from '../../../../shared/documents/cluster.ts';
import { rowOf } from '../../../../shared/lifecycle/table.ts';
import { minutes, seconds } from '../../../../shared/units.ts';
import { between, happens, oneOf } from '../../chance.ts';
import { NO_CLUSTER, type People } from '../people.ts';
import { emailOf, type User } from '../users.ts';

const EXTEND = 'POST /v1/clusters/{id}:extend';

export function lifetimeDeeds(people: People) {
  const { world, findings, random, ask, sleep, anyUser, anyCluster, newKey, come } = people;
  const longer = () => ({ ttlHours: oneOf(random, [1, 2, 3, 48] as const) });
  const lasting = () =>
    findings
      .clusters()
      .filter(({ state, expiresAt }) => expiresAt !== undefined && rowOf(state).usable === true);

  return {
    /** Somebody is not done yet: in good time, while others come in, or in the very moment in which it ends. */
    async extend(): Promise<void> {
      if (lasting().length === 0) {
        const body = { name: 'short', product: 'hello', ttlHours: 1 };
        await ask({ as: anyUser(), name: 'POST /v1/clusters', body, key: newKey() });
        for (let left = 30; left > 0 && lasting().length === 0; left--) await sleep(minutes(1));
      }
      const found = oneOf(random, lasting());
      const { id = anyCluster()?.id ?? NO_CLUSTER, expiresAt } = found ?? {};
      const owner = (found?.owner as User | undefined) ?? anyUser();
      const how = random.fraction();
      if (expiresAt && how < 0.5)
        await world.clock.sleepUntil(expiresAt.getTime() + between(random, -seconds(1), seconds(1)));
      else if (how < 0.8) {
        const guest = anyUser();
        const name = 'PUT /v1/clusters/{id}/members/{email}';
        void ask({ as: owner, name, id, email: emailOf(guest), body: { role: 'viewer' } }).then(() =>
          come(guest),
        );
        await sleep(between(random, 0, seconds(2)));
      }
      const as = happens(random, 0.1) ? anyUser() : owner;
      await ask({ as, name: EXTEND, id, body: longer() });
    },
    async extendThis({ id, owner = 'operator' }: Cluster): Promise<void> {
      await ask({ as: owner as User, name: EXTEND, id, body: longer() });
    },
  };
}
