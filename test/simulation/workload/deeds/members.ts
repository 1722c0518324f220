/** People let others in, shut them out again, and hand clusters over. */
import type { TransferAction } from '../../../../shared/api/members.ts';
import type { Cluster } from '../../../../shared/documents/cluster.ts';
import { rowOf } from '../../../../shared/lifecycle/table.ts';
import { minutes } from '../../../../shared/units.ts';
import { between, happens, oneOf } from '../../chance.ts';
import type { People } from '../people.ts';
import { emailOf, USERS, type User } from '../users.ts';

const INVITE = 'PUT /v1/clusters/{id}/members/{email}';
const REMOVE = 'DELETE /v1/clusters/{id}/members/{email}';
const TRANSFER = 'POST /v1/clusters/{id}:transfer';

export function memberDeeds(people: People) {
  const { world, findings, random, ask, askOfAny, sleep, anyUser, anyCluster, come } = people;

  /** Every other one says which of the things they mean that the words may stand for. By the clock: a draw would change every seed. */
  const meant = (action: TransferAction): { action?: TransferAction } =>
    Math.floor(world.nowMs()) % 2 === 0 ? { action } : {};

  return {
    async invite(): Promise<void> {
      const guest = anyUser();
      await askOfAny(INVITE, () => ({
        email: emailOf(guest),
        body: { role: oneOf(random, ['viewer', 'editor', 'owner'] as const) },
      }));
      await come(guest);
    },
    remove: () => askOfAny(REMOVE, () => ({ email: emailOf(anyUser()) })),
    /** Somebody comes and goes before all are told. */
    async comeAndGo(): Promise<void> {
      const usable = findings
        .clusters()
        .filter(({ state, owner }) => owner !== undefined && rowOf(state).usable === true);
      // There are members of two kinds there, in the cluster and in its application.
      const found =
        oneOf(
          random,
          usable.filter(({ spec }) => spec.product === 'pachyderm'),
        ) ?? oneOf(random, usable);
      const guest = oneOf(
        random,
        USERS.filter((uid) => found?.members[uid] === undefined),
      );
      if (!found || guest === undefined) return;
      const request = { as: found.owner as User, id: found.id, email: emailOf(guest) };
      await ask({ ...request, name: INVITE, body: { role: 'editor' } });
      // Now and then they come while they are shut out.
      const coming = come(guest);
      if (happens(random, 0.7)) await coming;
      await sleep(between(random, 0, minutes(5)));
      await ask({ ...request, name: REMOVE });
    },
    /** It is offered to another owner, who takes it, or is quicker or slower than whatever else happens to it. */
    async transfer(): Promise<void> {
      const found = anyCluster();
      const guest = oneOf(
        random,
        USERS.filter((uid) => uid !== found?.owner),
      );
      if (!found || guest === undefined) return;
      const { id, owner } = found;
      const email = emailOf(guest);
      await ask({ as: owner, name: INVITE, id, email, body: { role: 'owner' } });
      await come(guest);
      await ask({ as: owner, name: TRANSFER, id, body: { email, ...meant('offer') } });
      await sleep(between(random, 0, minutes(5)));
      const isRush = happens(random, 0.3);
      if (isRush) void ask({ as: owner, name: 'DELETE /v1/clusters/{id}', id });
      const word = meant(Math.floor(world.nowMs()) % 8 === 0 ? 'decline' : 'accept');
      const answer = await ask({ as: guest, name: TRANSFER, id, body: { email, ...word } });
      if (answer?.status === 202 && word.action !== 'decline') world.markers.add('handed to another owner');
    },
    /** Somebody is let in, or shut out who was in. */
    async shareThis({ id, owner, members }: Cluster): Promise<void> {
      const guest = oneOf(
        random,
        USERS.filter((uid) => uid !== owner),
      );
      if (owner === undefined || guest === undefined) return;
      const request = { as: owner as User, id, email: emailOf(guest) };
      if (members[guest] !== undefined) await ask({ ...request, name: REMOVE });
      else {
        await ask({ ...request, name: INVITE, body: { role: 'editor' } });
        await come(guest);
      }
    },
  };
}
