/** Hub at work in an application where others end its sessions. */
import { beforeEach, expect, test } from 'vitest';
import { HUB_PRINCIPAL } from '../../shared/catalog/pachyderm.ts';
import { AppError } from '../../shared/errors.ts';
import { codeOf } from '../../test/refusals.ts';
import { type RunningHub, runHub } from '../../test/running-hub.ts';
import { bindingsOf } from '../pachyderm/members.ts';
import type { Pachyderm } from '../pachyderm/pachyderm.ts';
import { membersOf } from './cluster-members.ts';
import { asHub, signInAsHub } from './hub-principal.ts';

let it: RunningHub;
let id: string;
beforeEach(async () => {
  it = runHub();
  id = await it.created();
});

async function opened(): Promise<Pachyderm> {
  const { connection, product, host } = await it.site(id);
  return it.ports.pachyderms.inside({ connection, namespace: product.namespace, host });
}

const bindings = async () => bindingsOf(membersOf(await it.cluster(id)), HUB_PRINCIPAL);

/** As another handler that makes the cluster forget a former owner. */
async function disown(): Promise<void> {
  const pachyderm = await opened();
  await pachyderm.disown(await signInAsHub(it.ports, id, pachyderm), await bindings());
  pachyderm.close();
}

/** @returns in how many sessions */
async function worked(before: (session: number) => Promise<void>): Promise<number> {
  const sessions = new Set<string>();
  await asHub(it.ports, id, opened(), async (pachyderm, admin) => {
    sessions.add(admin);
    await before(sessions.size);
    await pachyderm.setMembers(admin, await bindings());
  });
  return sessions.size;
}

test('what was refused because another handler ended its session is done in another one', async () => {
  expect(await it.run(worked(async () => undefined))).toBe(1);
  expect(await it.run(worked(async (session) => (session === 1 ? disown() : undefined)))).toBe(2);
});

test('but not for ever: an owner may end each of them, and is not to hide so that nothing shows it to be locked', async () => {
  expect(await codeOf(it.run(worked(disown)))).toBe('PRODUCT_REFUSED');
});

test('what it is refused in a session that goes on is not asked twice', async () => {
  let asked = 0;
  const work = asHub(it.ports, id, opened(), async () => {
    asked++;
    throw new AppError('PRODUCT_REFUSED');
  });
  expect(await codeOf(it.run(work))).toBe('PRODUCT_REFUSED');
  expect(asked).toBe(1);
});
