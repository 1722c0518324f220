/** Who pays for a cluster that several people own: one hands it to another, and one leaves Hub while another wants to keep it. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { OwnAccountReply } from '../../../shared/api/account.ts';
import type { Role } from '../../../shared/documents/cluster.ts';
import { findingsOf } from './axe.ts';
import { describeConsole, isReady, mark } from './setting.ts';

describeConsole('who pays for a cluster', (setting) => {
  /** Each of them is somebody new. */
  const shared = async (name: string, members: Record<string, Role>): Promise<string> => {
    for (const uid of Object.keys(members)) await setting.newcomer(uid);
    return setting.make(name, members);
  };
  const paying = async (uid: string): Promise<number> =>
    (await setting.driver.firestore.doc(`accounts/${uid}`).get()).data()?.clusters ?? 0;
  const rowOf = (page: Page, email: string) =>
    page.locator('.members').getByRole('listitem').filter({ hasText: email });
  const confirm = (page: Page, title: string, action: string) =>
    page.getByRole('alertdialog', { name: title }).getByRole('button', { name: action, exact: true }).click();

  test('is another owner once both have said so, and who paid so far can leave', async () => {
    const id = await shared('orchard', { paul: 'owner', otto: 'owner' });
    const otto = await setting.openAs('otto@example.com', `/clusters/${id}`);
    const paul = await setting.openAs('paul@example.com', `/clusters/${id}`);
    const marks = await Promise.all([paul, otto].map(mark));
    const take = rowOf(otto, 'otto@example.com').getByRole('button', { name: 'Pay for it' });
    await rowOf(paul, 'otto@example.com').waitFor();
    expect(await paul.getByRole('button', { name: 'Leave', exact: true }).count()).toBe(0);

    // Offered, and thought better of.
    await paul.getByRole('button', { name: 'Let them pay: otto@example.com' }).click();
    await confirm(paul, 'Ask otto@example.com to pay for this cluster?', 'Ask them');
    await take.waitFor();
    await paul.getByRole('button', { name: 'Withdraw the offer to otto@example.com' }).click();
    await confirm(paul, 'Withdraw the offer to otto@example.com?', 'Withdraw the offer');
    await take.waitFor({ state: 'detached' });

    await paul.getByRole('button', { name: 'Let them pay: otto@example.com' }).click();
    await confirm(paul, 'Ask otto@example.com to pay for this cluster?', 'Ask them');
    await rowOf(paul, 'otto@example.com').getByText('was asked to pay for it').waitFor();
    // Nobody pays who has not said so.
    expect([await paying('paul'), await paying('otto')]).toEqual([1, 0]);
    await take.click();
    await confirm(otto, 'Pay for this cluster from now on?', 'Pay for it');
    await otto.getByText('You now pay for this cluster.').waitFor();
    for (const page of [paul, otto])
      await rowOf(page, 'otto@example.com').getByText('pays for it', { exact: true }).waitFor();
    expect([await paying('paul'), await paying('otto')]).toEqual([0, 1]);
    await paul.getByText('otto@example.com now pays for it.').waitFor();

    await paul.getByRole('button', { name: 'Leave', exact: true }).click();
    await confirm(paul, 'Leave orchard?', 'Leave');
    await paul.getByText('You have left orchard.').waitFor();
    await rowOf(otto, 'paul@example.com').waitFor({ state: 'detached' });
    expect(await Promise.all(marks.map((isSame) => isSame()))).toEqual([true, true]);
    expect(await setting.driver.until(id, 'ready')).toMatchObject({
      owner: 'otto',
      members: { otto: 'owner' },
    });
  });

  test('deletes their account: everybody on it is told, and an owner who takes it over keeps it', async () => {
    const id = await shared('vineyard', { zelda: 'owner', ivo: 'owner', vic: 'viewer' });
    const [ivo, vic, zelda] = [
      await setting.openAs('ivo@example.com', `/clusters/${id}`),
      await setting.openAs('vic@example.com', `/clusters/${id}`),
      await setting.openAs('zelda@example.com', `/clusters/${id}`),
    ];
    const pages = [ivo, vic, zelda];
    for (const page of pages) await isReady(page);
    const banner = (page: Page) => page.getByRole('region', { name: 'Will be deleted' });
    for (const page of pages) expect(await banner(page).count()).toBe(0);

    const leaver = await setting.driver.person('zelda@example.com');
    const seen = await leaver<OwnAccountReply>('GET', '/v1/account');
    expect(seen.body.clusters).toMatchObject([{ id, whenDeleted: 'offered' }]);
    const ifMatch = { 'if-match': seen.headers.get('etag') ?? '' };
    expect((await leaver('DELETE', '/v1/account', undefined, ifMatch)).status).toBe(202);

    for (const page of [ivo, vic])
      await banner(page)
        .getByText('The person who pays for this cluster is deleting their account.')
        .waitFor();
    await banner(zelda).getByText('You are deleting your account.').waitFor();
    await banner(zelda).getByText('you can delete it now').waitFor();
    await banner(vic).getByText('ask one of its owners to take it over').waitFor();
    await banner(ivo).getByText('choose “Pay for it” next to your name below').waitFor();
    expect(await vic.getByRole('button', { name: 'Pay for it' }).count()).toBe(0);
    expect(await findingsOf(ivo, 'whose payer leaves')).toEqual([]);
    await ivo.setViewportSize({ width: 1280, height: 800 });

    await rowOf(ivo, 'ivo@example.com').getByRole('button', { name: 'Pay for it' }).click();
    await confirm(ivo, 'Pay for this cluster from now on?', 'Pay for it');
    await rowOf(ivo, 'ivo@example.com').getByText('pays for it', { exact: true }).waitFor();
    for (const page of [ivo, vic]) await banner(page).waitFor({ state: 'detached' });
    // What was asked for goes on, and takes only themselves away.
    await rowOf(ivo, 'zelda@example.com').waitFor({ state: 'detached' });
    await expect.poll(() => setting.driver.hub.cloud.auth.model.findUser('zelda')).toBeUndefined();
    const kept = await setting.driver.until(id, 'ready');
    expect(kept).toMatchObject({ owner: 'ivo', members: { ivo: 'owner', vic: 'viewer' } });
    expect(kept.handOverUntilAt).toBeUndefined();
    expect(await paying('ivo')).toBe(1);
  });
});
