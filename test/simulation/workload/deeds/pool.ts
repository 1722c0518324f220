/** An operator keeps spares, and people take them. */
import { poolPath } from '../../../../shared/documents/pool.ts';
import { minutes, seconds } from '../../../../shared/units.ts';
import { between, happens, integer, oneOf } from '../../chance.ts';
import type { People } from '../people.ts';
import { USERS } from '../users.ts';

export function poolDeeds({ world, findings, random, ask, sleep, newKey }: People) {
  /** What was asked of it last. Of other products and shapes only some of the time: a pool that changes its shape begins anew. */
  const last = { product: happens(random, 0.6) ? 'hello' : 'pachyderm', wanted: 0 };

  async function put({
    wanted,
    product = last.product,
  }: {
    wanted: number;
    product?: string;
  }): Promise<void> {
    Object.assign(last, { wanted, product });
    world.pools.add(poolPath('default'));
    await ask({ as: 'operator', name: 'PUT /v1/pools/{id}', id: 'default', body: { product, wanted } });
  }

  /** Spares come a few at a time, and then everybody wants one. */
  async function rush(): Promise<void> {
    const { product } = last;
    for (const as of USERS)
      void ask({ as, name: 'POST /v1/clusters', body: { name: 'mine', product }, key: newKey() });
  }

  return {
    put,
    change: () =>
      put({
        wanted: integer(random, 0, 3),
        ...(happens(random, 0.2) && { product: oneOf(random, ['hello', 'pachyderm'] as const) }),
      }),
    rush,
    /** It is to become smaller while people take what it has. */
    async giveUpInRush(): Promise<void> {
      const { wanted } = last;
      const isWarm = (): boolean => findings.clusters().some(({ state }) => state === 'warm');
      for (let left = 20; left > 0 && !isWarm(); left--) await sleep(minutes(1));
      void put({ wanted: 0 });
      await sleep(between(random, 0, seconds(0.5)));
      await rush();
      await sleep(between(random, minutes(1), minutes(20)));
      await put({ wanted });
    },
  };
}
