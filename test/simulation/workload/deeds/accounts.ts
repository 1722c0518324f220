/** People ask for more, and delete their accounts, or have them deleted. */
import { minutes } from '../../../../shared/units.ts';
import { between, happens, oneOf } from '../../chance.ts';
import type { Answer } from '../client.ts';
import type { People } from '../people.ts';
import { emailOf, type User } from '../users.ts';
import { wish } from './clusters.ts';

export function accountDeeds(people: People) {
  const { world, random, ask, signIn, sleep, anyUser, anyCluster, living, newKey, come } = people;
  let leavers = 0;

  /** Somebody new makes a cluster, is let into one, or both, and deletes their account. */
  async function comeAndGo(go: (uid: User) => Promise<Answer | undefined>): Promise<void> {
    const uid: User = `leaver-${++leavers}`;
    signIn(uid);
    if (happens(random, 0.6))
      await ask({ as: uid, name: 'POST /v1/clusters', body: wish(random), key: newKey() });
    const host = anyCluster();
    if (host && happens(random, 0.6))
      await ask({
        as: host.owner,
        name: 'PUT /v1/clusters/{id}/members/{email}',
        id: host.id,
        email: emailOf(uid),
        body: { role: oneOf(random, ['viewer', 'editor', 'owner'] as const) },
      }).then(() => come(uid));
    await sleep(between(random, 0, minutes(12)));
    const own = living().filter(({ owner }) => owner === uid);
    // Somebody works with them, who may take over what they leave, or may not come in time.
    const heir = anyUser();
    for (const { id } of own) {
      const body = { role: 'owner' };
      if (happens(random, 0.6))
        await ask({ as: uid, name: 'PUT /v1/clusters/{id}/members/{email}', id, email: emailOf(heir), body });
    }
    await come(heir);
    const answer = await go(uid);
    if (answer?.status !== 202) return;
    world.leavers.add(uid);
    await sleep(between(random, 0, minutes(50)));
    for (const { id } of own)
      await ask({ as: heir, name: 'POST /v1/clusters/{id}:transfer', id, body: { email: emailOf(heir) } });
  }

  async function deleteOwn(as: User): Promise<Answer | undefined> {
    // What they look at may change before they press.
    for (let left = 3; ; left--) {
      const preview = await ask({ as, name: 'GET /v1/account' });
      const answer = await ask({ as, name: 'DELETE /v1/account', seen: preview?.etag });
      if (answer?.body.code !== 'PREVIEW_CHANGED' || left === 0) return answer;
    }
  }

  return {
    leave: () => comeAndGo(deleteOwn),
    beDeleted: () =>
      comeAndGo((id) =>
        ask({
          as: 'operator',
          name: 'POST /v1/admin/accounts/{id}:delete',
          id,
          body: { reason: 'they left' },
        }),
      ),
    async askForMore(): Promise<void> {
      const body = { maxClusters: 20, reason: 'more' };
      await ask({ as: anyUser(), name: 'PUT /v1/me/quotaRequest', body });
    },
    async askForNoMore(): Promise<void> {
      await ask({ as: anyUser(), name: 'DELETE /v1/me/quotaRequest' });
    },
  };
}
