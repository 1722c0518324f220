/** What people come for, as they go about it: from the first press to the proof that nothing is left, and what goes wrong on the way. */
import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { checkCleanUp, readCleanUpKeys } from '../../../functions/clean-up/check.ts';
import type { ClusterReply } from '../../../shared/api/clusters.ts';
import { deadLetterPath } from '../../../shared/documents/dead-letter.ts';
import { hours, minutes } from '../../../shared/units.ts';
import { aCluster, aDeadLetter, aSpec, clusterIdOf } from '../../builders.ts';
import { findingsOf } from './axe.ts';
import {
  accountMenu,
  create,
  createButton,
  describeConsole,
  idOnPage,
  isReady,
  mark,
  openCreateDialog,
  PASSWORD,
  SPEED,
} from './setting.ts';

describeConsole('journeys in the console', (setting) => {
  afterEach(async () => {
    setting.driver.hub.cloud.faults.clear();
    await setting.driver.firestore.doc('pools/default').update({ wanted: 0 });
  });

  test('of a newcomer: one press to sign in, a cluster, a guest, and nothing left at the end', async () => {
    const page = await setting.open();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Continue as Ada' }).click();
    await page.getByRole('button', { name: 'Create your first cluster' }).click();

    const dialog = page.getByRole('dialog', { name: 'Create a cluster' });
    await dialog.getByLabel('Name').fill('genomes');
    // Price and wait are said before anything is pressed.
    const quote = dialog.getByRole('status');
    await quote.filter({ hasText: /\$\d+\.\d\d per hour/ }).waitFor();
    await quote.filter({ hasText: /Ready in about \d+ min/ }).waitFor();
    // Long enough to be seen on its way.
    setting.driver.hub.cloud.faults.force('slow-operation', { times: 1 });
    await createButton(dialog).click();
    const id = await idOnPage(page, 'genomes');
    const steps = page.getByRole('region', { name: 'Steps' });
    await steps.locator('[aria-current=step]').waitFor();
    expect(await steps.getByRole('listitem').count()).toBeGreaterThanOrEqual(4);

    await isReady(page);
    const { endpoints } = (await setting.driver.firestore.doc(`clusters/${id}`).get()).data() ?? {};
    await page.getByText(endpoints.console, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Copy the address of the console' }).click();
    await page.getByText('Copied the address of the console').waitFor({ state: 'attached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(endpoints.console);
    const file = `genomes-${id.slice(-4)}`;
    const config = load(await downloaded(page, 'Download a kubeconfig', `${file}.kubeconfig`));
    expect(config).toMatchObject({
      clusters: [{ cluster: { server: expect.stringMatching(/^https:/) } }],
      users: [{ user: { token: expect.stringMatching(/./) } }],
    });
    const context = JSON.parse(await downloaded(page, 'Download a pachctl context', `${file}.pachctl.json`));
    expect(JSON.stringify(context)).toContain(endpoints.pachd);

    const guest = await setting.openAs('grace@example.com');
    await guest.getByRole('heading', { name: 'Your first cluster is one click away' }).waitFor();
    const isSamePage = await mark(guest);
    await page.getByLabel('Share with').fill('grace@example.com');
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await guest.getByRole('link', { name: 'genomes' }).click();
    await isReady(guest);
    await page.getByText('grace@example.com', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await guest.getByRole('heading', { name: 'You are no longer a member of genomes' }).waitFor();
    expect(await guest.getByText(endpoints.console).count()).toBe(0);
    expect(await isSamePage()).toBe(true);

    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const confirm = page.getByRole('alertdialog', { name: 'Delete genomes?' });
    const sure = confirm.getByRole('button', { name: 'Delete it' });
    expect(await sure.isDisabled()).toBe(true);
    await confirm.getByLabel('Type genomes to confirm').fill('genomes');
    await sure.click();
    await page.getByRole('heading', { name: 'Nothing is left' }).waitFor();
    const record = JSON.parse(await downloaded(page, 'Download the certificate', `${file}.clean-up.json`));
    const keys = readCleanUpKeys(await (await fetch(`${setting.driver.hub.url}/v1/keys`)).json());
    expect(checkCleanUp(record, keys)).toMatchObject({ holds: true, statement: { cluster: id } });
    const kinds = record.resources.map(({ kind }: { kind: string }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['cluster', 'bucket', 'dns-record']));
    expect(setting.driver.left().filter((name) => name.includes(id))).toEqual([]);
  });

  test('a spare that waits is had at once, and however often one presses, it is one cluster', async () => {
    const email = await setting.newcomer('wanda');
    const operator = await setting.driver.person('operator@example.com');
    const pool = async (wanted: number): Promise<void> => {
      expect((await operator('PUT', '/v1/pools/default', { wanted })).status).toBe(200);
    };
    await pool(1);
    await expect.poll(() => spares('warm')).toBe(1);
    const page = await setting.openAs(email);
    const posted: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && /\/v1\//.test(request.url())) posted.push(request.url());
    });

    const dialog = await openCreateDialog(page);
    await dialog.getByText('Ready at once: a spare is waiting for you.').waitFor();
    await dialog.getByLabel('Name').fill('at-once');
    await dialog.getByRole('button', { name: 'Create, ready at once' }).dblclick();
    await isReady(page);
    const { claimedFrom } =
      (await setting.driver.firestore.doc(`clusters/${await idOnPage(page, 'at-once')}`).get()).data() ?? {};
    expect(claimedFrom).toBe('default');
    await pool(0);

    const again = await openCreateDialog(page);
    await again.getByLabel('Name').fill('by-key');
    await Promise.all([page.keyboard.press('Enter'), page.keyboard.press('Enter')]);
    await idOnPage(page, 'by-key');
    await isReady(page);
    expect(posted).toHaveLength(2);
    expect(await namesOf(email)).toEqual(['at-once', 'by-key']);
  });

  test('an order whose answer was lost is sent again and stays one cluster', async () => {
    const email = await setting.newcomer('lola');
    const page = await setting.openAs(email);
    let lost = 0;
    await page.route('**/v1/clusters', async (route) => {
      if (lost++ > 0) return route.continue();
      await route.fetch();
      return route.abort();
    });
    const dialog = await openCreateDialog(page);
    await dialog.getByLabel('Name').fill('once');
    await createButton(dialog).click();
    await dialog.getByText('Hub cannot be reached at the moment.').waitFor();
    await createButton(dialog).click();
    await idOnPage(page, 'once');
    await isReady(page);
    expect(await namesOf(email)).toEqual(['once']);
  });

  test('what one may not have yet waits, says why, and starts by itself once it is granted', async () => {
    const email = await setting.newcomer('quentin');
    const operator = await setting.driver.person('operator@example.com');
    expect((await operator('PUT', '/v1/admin/accounts/quentin', { maxClusters: 1 })).status).toBe(200);
    const page = await setting.openAs(email);
    await create(page, 'first');
    const dialog = await openCreateDialog(page);
    await dialog.getByText('It has to wait:').waitFor();
    await dialog.getByLabel('Name').fill('second');
    await createButton(dialog).click();
    await idOnPage(page, 'second');
    await page.getByText('Waiting for room').first().waitFor();
    await page.getByRole('button', { name: 'Ask for more' }).click();
    const asking = page.getByRole('dialog', { name: 'Ask for more' });
    await asking.getByLabel('Clusters at once').fill('2');
    await asking.getByLabel('What for').fill('A second project.');
    await asking.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('You asked an operator for 2 clusters').waitFor();
    expect((await setting.driver.firestore.doc('accounts/quentin').get()).data()?.request).toMatchObject({
      maxClusters: 2,
      reason: 'A second project.',
    });

    const isSamePage = await mark(page);
    await page.getByRole('button', { name: 'Withdraw it' }).click();
    const ask = async (button: string): Promise<void> => {
      await page.getByRole('button', { name: button }).click();
      await asking.getByText('You may have 1 at once, for $').waitFor();
      await asking.getByLabel('What for').fill('A second project.');
      await asking.getByRole('button', { name: 'Ask', exact: true }).click();
    };
    await ask('Ask for more');
    const desk = await setting.openAs('operator@example.com', '/operator/quotas');
    await desk.getByRole('button', { name: `Decline the request of ${email}` }).click();
    await desk.getByRole('alertdialog').getByRole('button', { name: 'Decline' }).click();
    await page.getByText('An operator declined your request for 2 clusters').waitFor();
    expect(await findingsOf(page, 'a request that was declined')).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await ask('Ask again');
    await desk.getByText('A second project.').waitFor();
    await desk.getByRole('button', { name: `Grant the request of ${email}` }).click();
    const granting = desk.getByRole('dialog', { name: 'Grant more' });
    expect(await granting.getByLabel('Clusters at once').inputValue()).toBe('2');
    await granting.getByRole('button', { name: 'Grant', exact: true }).click();
    await desk.getByText('A second project.').waitFor({ state: 'detached' });
    await isReady(page);
    expect(await isSamePage()).toBe(true);
  });

  test('one that fails says so, and can be tried again or deleted', async () => {
    const email = await setting.newcomer('felix');
    const { faults } = setting.driver.hub.cloud;
    faults.force('job-fails');
    const page = await setting.openAs(email);
    const unlucky = await create(page, 'unlucky');
    await create(page, 'hopeless');
    await page.getByText('Failed', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete it' }).click();
    await page.getByRole('heading', { name: 'Nothing is left' }).waitFor();

    await page.goto(`${setting.driver.hub.url}/clusters/${unlucky}`);
    await page.getByText('Failed', { exact: true }).waitFor();
    faults.clear();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Start again' }).click();
    await isReady(page);
  });

  test('a message that was given up comes to the operators, and one replays it with a reason', async () => {
    const { firestore } = setting.driver;
    await setting.newcomer('paula');
    const desk = await setting.openAs('operator@example.com', '/operator/dead-letters');
    const isSamePage = await mark(desk);
    await desk.getByRole('heading', { name: 'No message was given up' }).waitFor();
    const at = new Date();
    const id = clusterIdOf(8001);
    const cluster = aCluster({
      id,
      name: 'left-alone',
      owner: 'paula',
      spec: aSpec({ product: 'hello', version: '1.1.0' }),
      state: 'queued',
      epoch: 3,
      dueAt: new Date(at.getTime() + hours(1)),
      parked: { at, deadLetter: '17', reason: 'Its message was delivered 10 times.' },
    });
    await setting.store(cluster);
    const body = JSON.stringify({ schema: 1, id, epoch: 3 });
    const { id: letter, ...data } = aDeadLetter({ topic: 'step-admit', body, cluster: id, diedAt: at });
    await firestore.doc(deadLetterPath(letter)).set(data);

    await desk.getByText(body).waitFor();
    expect(await desk.getByRole('link', { name: id }).getAttribute('href')).toBe(`/clusters/${id}`);
    await desk.getByRole('button', { name: 'Replay' }).click();
    const dialog = desk.getByRole('dialog', { name: 'Replay the message' });
    const send = dialog.getByRole('button', { name: 'Replay', exact: true });
    await dialog.getByLabel('Why it should work this time').fill('   ');
    await send.click();
    await dialog.getByRole('alert').getByText('reason').waitFor();
    await dialog.getByLabel('Why it should work this time').fill('The database is back.');
    await send.click();
    await dialog.waitFor({ state: 'detached' });
    await desk.getByRole('heading', { name: 'No message was given up' }).waitFor();
    await desk.getByRole('radio', { name: 'Replayed' }).check();
    await desk.getByText('by operator: The database is back.').waitFor();
    expect(await isSamePage()).toBe(true);
    expect((await setting.driver.until(id, 'ready')).parked).toBeUndefined();
  });

  test('of somebody who leaves: a look at what goes, the address typed, and the door is shut', async () => {
    const email = await setting.newcomer('zoe');
    const zoe = await setting.driver.person(email);
    const ada = await setting.driver.person('ada@example.com');
    const wish = { product: 'hello', version: '1.1.0' };
    const { body: mine } = await zoe('POST', '/v1/clusters', { ...wish, name: 'theses' });
    const { body: hers } = await ada('POST', '/v1/clusters', { ...wish, name: 'shared' });
    await Promise.all([mine, hers].map(({ id }) => setting.driver.until(id, 'ready')));
    await ada('PUT', `/v1/clusters/${hers.id}/members/${email}`, { role: 'editor' });
    await zoe('GET', '/v1/clusters');

    const page = await setting.openAs(email);
    await accountMenu(page).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await page.getByRole('heading', { name: 'Your account', level: 1 }).waitFor();
    const clusters = page.getByRole('region', { name: 'Table of your clusters' });
    await clusters.getByRole('row', { name: /theses.*is deleted/ }).waitFor();
    await clusters.getByRole('row', { name: /shared.*stays, without you/ }).waitFor();
    expect(await findingsOf(page, 'an account')).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    const held = JSON.parse(await downloaded(page, 'Download your data', 'hub-account.json'));
    expect(held).toMatchObject({ uid: 'zoe', profile: { email } });
    expect(held.log.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['create', 'share']),
    );

    // What they look at may be old by then.
    const { body: more } = await zoe('POST', '/v1/clusters', { ...wish, name: 'later' });
    await page.getByRole('button', { name: 'Delete account' }).click();
    const confirm = page.getByRole('alertdialog', { name: 'Delete your account?' });
    await confirm.getByText('later is deleted').waitFor();
    await confirm.getByText('shared stays, without you').waitFor();
    const sure = confirm.getByRole('button', { name: 'Delete my account' });
    expect(await sure.isDisabled()).toBe(true);
    await zoe('DELETE', `/v1/clusters/${more.id}`);
    await setting.driver.until(more.id, 'deleted');
    await confirm.getByLabel(`Type ${email} to confirm`).fill(email);
    expect(await findingsOf(page, 'the deletion of an account')).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await sure.click();
    await confirm.getByRole('alert').filter({ hasText: 'has changed since you looked at it' }).waitFor();
    await expect.poll(() => confirm.getByText('later is deleted').count()).toBe(0);
    await sure.click();
    await page.getByRole('heading', { name: 'Your account is being deleted' }).waitFor();
    expect(await findingsOf(page, 'an account that is being deleted')).toEqual([]);

    await setting.driver.until(mine.id, 'deleted');
    await setting.driver.until(hers.id, ({ members }) => members.zoe === undefined);
    await expect.poll(async () => (await zoe('GET', '/v1/me')).status, { timeout: 60_000 }).toBe(401);
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect((await setting.driver.firestore.doc(`clusters/${mine.id}`).get()).data()).toMatchObject({
      name: 'deleted',
      members: {},
    });
  });

  test('of a lifetime: its last hour is told to all who use it, and an owner puts its end off', async () => {
    const [email, guest] = [await setting.newcomer('lena'), await setting.newcomer('vito')];
    // Half an hour of cloud time. Nobody comes to end it: that is another test's.
    const expiresAt = new Date(Date.now() + minutes(30) / SPEED);
    const id = clusterIdOf(4242);
    const course = aCluster({
      id,
      name: 'course',
      owner: 'lena',
      members: { lena: 'owner', vito: 'editor' },
      spec: aSpec({ ttlHours: 1 }),
      expiresAt,
    });
    await setting.store(course);
    const page = await setting.openAs(email);
    await page
      .getByRole('listitem')
      .filter({ hasText: 'course' })
      .getByText('Deleted automatically in')
      .waitFor();
    await page.getByRole('link', { name: 'course' }).click();
    const ending = page.getByRole('region', { name: 'Its end' });
    await ending.getByRole('status').filter({ hasText: 'It is deleted automatically at' }).waitFor();
    const theirs = await setting.openAs(guest, `/clusters/${id}`);
    await theirs.getByText('Its owners can extend it.').waitFor();
    expect(await theirs.getByRole('button', { name: 'Extend' }).count()).toBe(0);

    await ending.getByRole('button', { name: 'Extend' }).click();
    const dialog = page.getByRole('dialog', { name: 'Extend course' });
    await dialog.getByLabel('From now on it stays for').selectOption('A week');
    expect(await findingsOf(page, 'an end that is put off')).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await dialog.getByRole('button', { name: 'Extend it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Its lifetime was extended').waitFor();
    await Promise.all(
      [ending, theirs.getByText('Its owners can extend it.')].map((one) =>
        one.waitFor({ state: 'detached' }),
      ),
    );
    const after = (await setting.driver.firestore.doc(`clusters/${id}`).get()).data();
    expect(after?.expiresAt.toMillis()).toBeGreaterThan(expiresAt.getTime() + hours(24 * 6) / SPEED);
    expect(after).toMatchObject({ state: 'ready', dueAt: after?.expiresAt, spec: { ttlHours: 24 * 7 } });
    // What would end it sooner is not offered.
    await page.getByRole('button', { name: 'Extend' }).click();
    const offered = await dialog.getByLabel('From now on it stays for').locator('option').allInnerTexts();
    expect(offered).toContain('30 days');
    expect(offered).not.toContain('A day');
  });

  test('an account that is held comes to the operators, one restores it with a reason, and the audit log says so', async () => {
    const { firestore } = setting.driver;
    const email = await setting.newcomer('harriet');
    const standing = { state: 'suspended', reason: 'busy', since: new Date(), by: 'hub' };
    await firestore.doc('accounts/harriet').set({ schema: 1, clusters: 0, hourlyMicros: 0, standing });
    const page = await setting.openAs(email);
    // Before they try anything.
    const banner = page.getByText('Your account is suspended.').first();
    await banner.waitFor();
    const dialog = await openCreateDialog(page);
    await dialog.getByLabel('Name').fill('mine');
    await dialog.getByText('Your account is suspended.').waitFor();
    expect(await dialog.getByText('It has to wait').count()).toBe(0);
    expect(await createButton(dialog).isDisabled()).toBe(true);
    expect(await findingsOf(page, 'an account that is held')).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });

    const desk = await setting.openAs('operator@example.com', '/operator/quotas');
    await desk.getByText('is suspended: can only view and delete').waitFor();
    await desk.getByRole('button', { name: 'Restore the account of harriet' }).click();
    const restoring = desk.getByRole('dialog', { name: 'Restore the account' });
    await restoring.getByLabel('Why you restore it').fill('It was a load test.');
    await restoring.getByRole('button', { name: 'Restore', exact: true }).click();
    await desk.getByText('is suspended: can only view and delete').waitFor({ state: 'detached' });
    await desk.goto(`${setting.driver.hub.url}/operator/audit`);
    await desk.getByText('It was a load test.').waitFor();
    await desk.getByRole('heading', { name: 'Restored an account' }).waitFor();
    await banner.waitFor({ state: 'detached' });
    await dialog.getByRole('status').filter({ hasText: 'Ready in' }).waitFor();
    await createButton(dialog).click();
    await idOnPage(page, 'mine');
  });

  test('an operator suspends an account with a reason, and an address leads to what one person did', async () => {
    await setting.newcomer('hank');
    await setting.driver.firestore.doc('accounts/hank').set({ schema: 1, clusters: 0, hourlyMicros: 0 });
    const desk = await setting.openAs('operator@example.com', '/operator/quotas');
    await desk.getByRole('button', { name: 'Hold the account of hank' }).click();
    const holding = desk.getByRole('dialog', { name: 'Hold the account' });
    await holding.getByLabel('How').selectOption('suspended');
    await holding.getByLabel('Why').fill('It mines.');
    await holding.getByRole('button', { name: 'Suspend', exact: true }).click();
    await desk.getByRole('button', { name: 'Restore the account of hank' }).waitFor();
    expect(await desk.getByRole('button', { name: 'Hold the account of hank' }).count()).toBe(0);

    await desk.goto(`${setting.driver.hub.url}/operator/audit?actor=hank`);
    await desk.getByText('There are no entries for this id.').waitFor();
    await desk.goto(`${setting.driver.hub.url}/operator/audit?actor=hank@example.com`);
    await desk.getByText('The audit log knows people by their uid, not by their address.').waitFor();
    await desk.getByLabel('Cluster id or uid').fill('operator');
    await desk.getByRole('button', { name: 'Show', exact: true }).click();
    await desk.getByText('It mines.').waitFor();
    expect(new URL(desk.url()).search).toBe('?actor=operator');
    expect(await findingsOf(desk, 'the audit log of a person')).toEqual([]);
  });

  test('an operator takes over the suspension by Hub of somebody who leaves, and reads what that means', async () => {
    const email = await setting.newcomer('hugo');
    const [since, reason] = [new Date(), 'busy'];
    // Until it is over, so is nothing of his account.
    const promised = {
      ...{ id: clusterIdOf(4343), owner: 'hugo', members: { hugo: 'owner', hope: 'owner' } as const },
      emails: { hugo: email },
      handOverUntilAt: new Date(Date.now() + hours(72)),
    };
    await setting.store(aCluster(promised));
    await setting.driver.firestore.doc('accounts/hugo').set({
      ...{ schema: 1, clusters: 1, hourlyMicros: 1, closing: { since, by: 'hugo' } },
      standing: { state: 'suspended', reason, since, by: 'hub' },
    });
    const desk = await setting.openAs('operator@example.com', '/operator/quotas');
    await desk.getByRole('button', { name: 'Hold the account of hugo@example.com' }).waitFor();
    const keep = desk.getByRole('button', { name: 'Keep the account of hugo@example.com suspended' });
    await keep.click();
    const keeping = desk.getByRole('dialog', { name: 'Keep the account suspended' });
    await keeping.getByText('nobody can take over the clusters that they pay for').waitFor();
    expect(await findingsOf(desk, 'a suspension that is kept')).toEqual([]);
    await desk.setViewportSize({ width: 1280, height: 800 });
    await keeping.getByLabel('Why').fill('It mines.');
    await keeping.getByRole('button', { name: 'Suspend', exact: true }).click();
    await keeping.waitFor({ state: 'detached' });
    await keep.waitFor({ state: 'detached' });
    expect(await desk.getByRole('button', { name: 'Hold the account of hugo@example.com' }).count()).toBe(0);
    expect((await setting.driver.firestore.doc('accounts/hugo').get()).data()?.standing).toMatchObject({
      state: 'suspended',
      by: 'operator',
    });
  });

  test('by e-mail: a slip is told in words, and who signs up proves the address first', async () => {
    await setting.newcomer('edna');
    const page = await setting.open();
    await page.getByLabel('E-mail').fill('edna@example.com');
    await page.getByLabel('Password').fill('not-it');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('The e-mail address or the password is wrong.').waitFor();

    await page.getByRole('button', { name: 'Create an account' }).click();
    // That was said of signing in.
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByText('At least 8 characters.').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('An account with this address already exists').waitFor();
    await page.getByLabel('E-mail').fill('nina@example.com');
    await page.getByRole('button', { name: 'Create account' }).click();
    const banner = page.getByRole('region', { name: 'Your e-mail address' });
    await banner.getByText('Open the link that was sent to nina@example.com.').waitFor();
    await banner.getByRole('button', { name: 'I have opened it' }).click();
    await banner.getByText('It is not confirmed yet.').waitFor();
    const refused = await openCreateDialog(page);
    await refused.getByText('Your e-mail address is not verified.').waitFor();
    expect(await createButton(refused).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');

    const [mail] = setting.driver.hub.cloud.auth.model
      .oobCodes()
      .filter(({ email, requestType }) => email === 'nina@example.com' && requestType === 'VERIFY_EMAIL');
    expect((await fetch(mail?.oobLink ?? '')).status).toBe(200);
    await banner.getByRole('button', { name: 'I have opened it' }).click();
    await banner.waitFor({ state: 'detached' });
    await create(page, 'proved');
    await isReady(page);
  });

  test('with Google: what was asked for before is behind that door too', async () => {
    const page = await setting.open('/clusters/aaaaaaaaaaaaaaaa');
    const [chooser] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('button', { name: 'Continue with Google' }).click(),
    ]);
    await chooser.getByLabel('E-mail address').fill('gustav@example.com');
    await chooser.getByRole('button', { name: 'Sign in' }).click();
    await accountMenu(page).waitFor();
    await page.getByRole('heading', { name: 'There is no such cluster, or it is not yours' }).waitFor();
  });

  test('where operators alone make accounts: who has none reads whom to ask, whichever way they came', async () => {
    const { model } = setting.driver.hub.cloud.auth;
    const page = await setting.open();
    model.changeSettings({ disabledUserSignup: true });
    try {
      const [chooser] = await Promise.all([
        page.waitForEvent('popup'),
        page.getByRole('button', { name: 'Continue with Google' }).click(),
      ]);
      await chooser.getByLabel('E-mail address').fill('nora@example.com');
      await chooser.getByRole('button', { name: 'Sign in' }).click();
      const says = 'Only people whom the operator of this Hub has added are let in. Ask them to add';
      await page.getByText(`${says} the address of your account.`).waitFor();

      await page.getByRole('button', { name: 'Create an account' }).click();
      await page.getByLabel('E-mail').fill('nora@example.com');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByText(`${says} nora@example.com.`).waitFor();
    } finally {
      model.changeSettings({ disabledUserSignup: false });
    }
  });

  const spares = async (state: string): Promise<number> => {
    const clusters = setting.driver.firestore.collection('clusters');
    return (await clusters.where('pool', '==', 'default').where('state', '==', state).get()).size;
  };
  const namesOf = async (email: string): Promise<string[]> => {
    const person = await setting.driver.person(email);
    const { body } = await person<{ clusters: ClusterReply[] }>('GET', '/v1/clusters?pageSize=100');
    return body.clusters.map(({ name }) => name).sort();
  };
});

/** Presses the button and reads what the browser saves. */
async function downloaded(page: Page, button: string, file: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(file);
  return readFile(await download.path(), 'utf8');
}
