/** Hub's own OpenID provider before the pachd: the two ends that meet in every cluster. */
import { describe, expect, test } from 'vitest';
import { openPachyderm } from '../../functions/pachyderm/client.ts';
import { dexConnectors } from '../../functions/pachyderm/dex.ts';
import { bindingsOf } from '../../functions/pachyderm/members.ts';
import { ISSUER, oidcUnderTest } from '../../test/oidc.ts';
import { seededRandom } from '../random.ts';
import { aPachd, ROOT_TOKEN, reachOf } from './testing.ts';

const BINDINGS = bindingsOf([{ email: 'ada@example.com', role: 'owner' }], 'robot:hub');

async function setting() {
  const hub = await oidcUnderTest();
  const { host } = new URL(hub.client.redirectUri);
  const pachd = await aPachd(
    {
      pachd: {
        rootToken: ROOT_TOKEN,
        pachAuthClusterRoleBindings: { ...(BINDINGS as Record<string, string[]>) },
      },
      oidc: {
        mockIDP: false,
        requireVerifiedEmail: true,
        upstreamIDPs: dexConnectors(ISSUER, hub.client),
      },
      proxy: { enabled: true, host, tls: { enabled: true } },
    },
    { clock: hub.clock, fetch: hub.fetch },
  );
  const pachyderm = await openPachyderm(reachOf(pachd, host), { clock: hub.clock, random: seededRandom(4) });
  const signIn = (uid: 'ada' | 'grace' | 'olga') =>
    pachyderm.signIn((request) => hub.browser().signIn(request.searchParams, hub.as(uid)));
  return {
    hub,
    pachyderm,
    signIn,
    [Symbol.dispose]() {
      pachyderm.close();
      pachd.close();
    },
  };
}

describe('a Pachyderm whose one provider is Hub', () => {
  test('takes its owner for who they are', async () => {
    using at = await setting();
    const token = await at.signIn('ada');
    expect(await at.pachyderm.whoAmI(token)).toMatchObject({ known: true, username: 'user:ada@example.com' });
  });

  test('gets nobody who is no member: Hub refuses before dex hears of it', async () => {
    using at = await setting();
    await expect(at.signIn('olga')).rejects.toThrow('the sign-in was refused');
  });

  test('shows that it is locked', async () => {
    using at = await setting();
    await at.pachyderm.setMembers(ROOT_TOKEN, BINDINGS);
    const proof = await at.pachyderm.proveLocked(ROOT_TOKEN, {
      ...{ version: '2.12.1', owner: 'ada@example.com', bindings: BINDINGS, issuer: ISSUER },
    });
    expect(proof.checks.filter(({ ok }) => !ok)).toEqual([]);
  });
});
