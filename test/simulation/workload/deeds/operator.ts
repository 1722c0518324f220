/** What an operator does about people, dead letters and orphans. */
import { type DeadLetterFields, deadLetterPath } from '../../../../shared/documents/dead-letter.ts';
import { hours } from '../../../../shared/units.ts';
import { between, happens, integer, oneOf } from '../../chance.ts';
import type { Answer } from '../client.ts';
import type { People } from '../people.ts';
import type { User } from '../users.ts';

export function operatorDeeds({ world, random, ask, sleep, anyUser, living }: People) {
  const judge = (id: User, state: 'good' | 'throttled' | 'suspended'): Promise<Answer | undefined> =>
    ask({
      as: 'operator',
      name: 'PUT /v1/admin/accounts/{id}',
      id,
      body: { standing: { state, reason: 'what it does' } },
    });

  const letterNow = (id: string): DeadLetterFields | undefined =>
    world.hub.documents.peek<DeadLetterFields>(deadLetterPath(id))?.data;
  const openLetters = (): string[] => [...world.letters].filter((id) => letterNow(id)?.state === 'open');

  async function replay(id: string | undefined): Promise<void> {
    if (id === undefined) return;
    const answer = await ask({
      as: 'operator',
      name: 'POST /v1/admin/deadLetters/{id}:replay',
      id,
      body: { reason: 'again' },
    });
    if (answer && answer.status < 300) world.markers.add('dead letter replayed');
  }

  return {
    /** They doubt somebody, and mostly think better of it. */
    async hold(): Promise<void> {
      const uid = anyUser();
      await judge(uid, oneOf(random, ['throttled', 'suspended'] as const));
      // They do not know it yet.
      const theirs = oneOf(
        random,
        living().filter(({ members }) => members.includes(uid)),
      );
      if (theirs)
        await ask({
          as: uid,
          name: 'GET /v1/clusters/{id}/credentials',
          id: theirs.id,
          query: '?kind=kubeconfig',
        });
      await sleep(between(random, 0, hours(1)));
      if (happens(random, 0.8)) await judge(uid, 'good');
    },
    async setQuota(): Promise<void> {
      await ask({
        as: 'operator',
        name: 'PUT /v1/admin/accounts/{id}',
        id: anyUser(),
        body: { maxClusters: integer(random, 1, 10) },
      });
    },
    async deleteOrphan(): Promise<void> {
      await ask({
        as: 'operator',
        name: 'POST /v1/admin/orphans/{id}:delete',
        id: oneOf(random, [...world.orphans]) ?? 'none',
        body: { reason: 'now' },
      });
    },
    replayOne: async () => replay(oneOf(random, openLetters())),
    /** A look at a cluster: the sweep sends for it all the same. */
    async dismissOne(): Promise<void> {
      const looks = openLetters().filter((id) => letterNow(id)?.topic.startsWith('step-'));
      await ask({
        as: 'operator',
        name: 'POST /v1/admin/deadLetters/{id}:dismiss',
        id: oneOf(random, looks) ?? 'none',
        body: { reason: 'the sweep sends for it' },
      });
    },
    /** Sends everything once more that was given up. */
    async replayAll(): Promise<void> {
      for (const id of openLetters()) await replay(id);
    },
  };
}
