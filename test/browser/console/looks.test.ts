/** What the console looks like to whoever comes: without a mouse, without sight, on a telephone, in the dark, with two hundred clusters. */
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type AuditFields, auditPath, KEEP_AUDIT_MS } from '../../../shared/documents/audit.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { type DeadLetter, deadLetterPath } from '../../../shared/documents/dead-letter.ts';
import { type ClusterEvent, eventPath } from '../../../shared/documents/event.ts';
import { DOCUMENT_SCHEMA } from '../../../shared/documents/fields.ts';
import { hours } from '../../../shared/units.ts';
import { aCluster, aDeadLetter, anOrphan, clusterIdOf } from '../../builders.ts';
import { findingsOf } from './axe.ts';
import {
  accountMenu,
  createButton,
  describeConsole,
  idOnPage,
  isReady,
  openCreateDialog,
  PASSWORD,
  signIn,
} from './setting.ts';

const MANY = 200;

describeConsole('the looks of the console', (setting) => {
  const store = (clusters: readonly Cluster[]): Promise<void> => setting.store(...clusters);

  const bury = async (letter: DeadLetter): Promise<void> => {
    const { id, ...data } = letter;
    await setting.driver.firestore.doc(deadLetterPath(id)).set(data);
  };

  test('everything can be done by keyboard, and one sees where one is', async () => {
    const email = await setting.newcomer('kim');
    const page = await setting.open();
    await page.getByLabel('E-mail').waitFor();
    await tabTo(page, page.getByLabel('E-mail'));
    await page.keyboard.type(email);
    await tabTo(page, page.getByLabel('Password'));
    await page.keyboard.type('hub-local');
    await page.keyboard.press('Enter');
    await accountMenu(page).waitFor();

    const skip = page.getByRole('link', { name: 'Skip to the content' });
    await tabTo(page, skip);
    expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');

    const first = page.getByRole('button', { name: 'Create your first cluster' });
    await tabTo(page, first);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Create a cluster' });
    await expect.poll(() => hasFocus(dialog.getByLabel('Name'))).toBe(true);
    // The focus stays inside, however long one goes on.
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab');
      await expect.poll(() => holdsFocus(dialog)).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => hasFocus(first)).toBe(true);

    await page.keyboard.press('Enter');
    await expect.poll(() => hasFocus(dialog.getByLabel('Name'))).toBe(true);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('by-hand');
    await page.keyboard.press('Enter');
    await idOnPage(page, 'by-hand');
    // Whoever reads by ear begins with the new page.
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
    await isReady(page);

    await tabTo(page, page.getByRole('link', { name: 'Clusters', exact: true }).first(), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('link', { name: 'by-hand' }));
    await page.keyboard.press('Enter');
    await isReady(page);
    await tabTo(page, accountMenu(page), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await expect.poll(() => hasFocus(accountMenu(page))).toBe(true);
    await page.keyboard.press('Enter');
    // The menu takes the focus at the next frame; a key before that is the button's.
    await expect.poll(() => holdsFocus(page.getByRole('menu'))).toBe(true);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  test(`${MANY} clusters are all there, and are found`, async () => {
    const email = await setting.newcomer('manny');
    const of = (n: number): Cluster =>
      aCluster({
        id: clusterIdOf(5000 + n),
        name: `plant-${String(n).padStart(3, '0')}`,
        owner: 'manny',
        state: n % 10 === 0 ? 'failed' : n % 10 === 1 ? 'installing' : 'ready',
        createdAt: new Date(Date.UTC(2026, 0, 1) + n),
      });
    await store(Array.from({ length: MANY }, (_, n) => of(n)));
    const page = await setting.openAs(email);
    const names = page.getByRole('main').getByRole('listitem').getByRole('link');
    await expect.poll(() => names.count()).toBe(MANY);
    // Newest first.
    expect(await names.first().innerText()).toBe('plant-199');
    await page.keyboard.press('End');
    await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(0);
    await names.last().scrollIntoViewIfNeeded();
    expect(await names.last().innerText()).toBe('plant-000');

    await page.getByRole('radio', { name: 'Need attention' }).check();
    await expect.poll(() => names.count()).toBe(MANY / 10);
    await page.getByRole('radio', { name: 'In progress' }).check();
    await expect.poll(() => names.count()).toBe(MANY / 10);
    await page.getByRole('radio', { name: 'All' }).check();
    const search = page.getByRole('searchbox');
    await search.pressSequentially('plant-12');
    expect(await search.inputValue()).toBe('plant-12');
    await expect.poll(() => names.count()).toBe(10);
    // Also by what a row says, which is not what the document says.
    await search.fill('Belgium');
    await expect.poll(() => names.count()).toBe(MANY);
    await search.fill('no such plant');
    await page.getByText('No cluster matches.').waitFor();
    await search.fill('');
    await expect.poll(() => names.count()).toBe(MANY);
    await expect.poll(() => new URL(page.url()).search).toBe('');
    // One more, while all of them are there.
    await store([of(MANY)]);
    await page.getByRole('link', { name: 'plant-200' }).waitFor();
  });

  test('of many that are deleted one is told what only the command line has', async () => {
    const email = await setting.newcomer('mabel');
    const gone = (n: number): Cluster =>
      aCluster({
        id: clusterIdOf(5400 + n),
        name: `husk-${n}`,
        owner: 'mabel',
        state: 'deleted',
        createdAt: new Date(Date.UTC(2026, 0, 1) + n),
      });
    const rest = 'Only your newest 100 deleted clusters are read here; hub list --all has the rest.';
    const none = 'There are none among your newest 100 deleted clusters.';
    await store(Array.from({ length: 99 }, (_, n) => gone(n + 2)));
    const page = await setting.openAs(email, '/?show=deleted');
    const names = page.getByRole('main').getByRole('listitem').getByRole('link');
    await expect.poll(() => names.count()).toBe(99);
    expect(await page.getByText(rest).count()).toBe(0);
    await store([gone(0), gone(1)]);
    await page.getByText(rest).waitFor();
    expect(await names.count()).toBe(100);
    await page.getByRole('searchbox').fill('husk-0');
    await page.getByText(none).waitFor();
  });

  test('who comes back to the list finds what they had looked for, where they were', async () => {
    const email = await setting.newcomer('mara');
    const of = (n: number): Cluster =>
      aCluster({
        id: clusterIdOf(5300 + n),
        name: `berry-${String(n).padStart(2, '0')}`,
        owner: 'mara',
        state: n % 2 === 0 ? 'failed' : 'ready',
        createdAt: new Date(Date.UTC(2026, 0, 1) + n),
      });
    await store(Array.from({ length: 60 }, (_, n) => of(n)));
    // A link is followed through the door.
    const page = await setting.openAs(email, '/?show=attention');
    const names = page.getByRole('main').getByRole('listitem').getByRole('link');
    await expect.poll(() => names.count()).toBe(30);
    const search = page.getByRole('searchbox');
    await search.pressSequentially('berry-');
    await expect.poll(() => new URL(page.url()).search).toBe('?show=attention&q=berry-');
    await names.last().scrollIntoViewIfNeeded();
    const before = await page.evaluate<number>('scrollY');
    expect(before).toBeGreaterThan(0);
    await names.last().click();
    await idOnPage(page, 'berry-00');
    expect(await page.evaluate('scrollY')).toBe(0);
    await page.goBack();
    await expect.poll(() => page.evaluate<number>('scrollY')).toBeGreaterThan(0);
    // The row that was pressed is in sight.
    const height = page.viewportSize()?.height ?? 0;
    await expect
      .poll(async () => (await names.last().boundingBox())?.y ?? Number.POSITIVE_INFINITY)
      .toBeLessThan(height);
    expect(Math.abs((await page.evaluate<number>('scrollY')) - before)).toBeLessThan(height / 4);
    expect(await search.inputValue()).toBe('berry-');
    expect(await page.getByRole('radio', { name: 'Need attention' }).isChecked()).toBe(true);
    expect(await names.count()).toBe(30);
    // Nothing of it is pushed: what was typed is not gone back through.
    await page.getByRole('link', { name: 'Clusters', exact: true }).click();
    await expect.poll(() => search.inputValue()).toBe('');
    await expect.poll(() => names.count()).toBe(60);
  });

  test('of a long audit log one loads more, up to its end', async () => {
    const entries = 230;
    const batch = setting.driver.firestore.batch();
    for (let n = 0; n < entries; n++)
      batch.set(setting.driver.firestore.doc(auditPath(`of-busy-${n}`)), anEntry(n, 'busy'));
    await batch.commit();
    const page = await setting.openAs('operator@example.com', '/operator/audit?actor=busy');
    const shown = page.getByRole('main').getByRole('listitem');
    const more = page.getByRole('button', { name: 'Load more' });
    const numbers = async (): Promise<string[]> =>
      (await shown.allInnerTexts()).map((text) => /number (\d+)/.exec(text)?.[1] ?? '');
    for (const count of [100, 200]) {
      await expect.poll(() => shown.count()).toBe(count);
      // Newest first, and none of them twice.
      expect(await numbers()).toEqual(Array.from({ length: count }, (_, n) => String(entries - 1 - n)));
      await more.click();
    }
    await page.getByText('That is all.').waitFor();
    expect(await numbers()).toEqual(Array.from({ length: entries }, (_, n) => String(entries - 1 - n)));
    expect(await more.count()).toBe(0);
    // Another one begins at its own beginning.
    await page.getByLabel('Cluster id or uid').fill('nobody');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('There are no entries for this id.').waitFor();
  });

  test('of a long timeline one shows the rest, and is told what only the API has', async () => {
    const email = await setting.newcomer('tilda');
    const id = clusterIdOf(9001);
    await store([aCluster({ id, name: 'long-lived', owner: 'tilda', epoch: 204 })]);
    const batch = setting.driver.firestore.batch();
    for (let epoch = 0; epoch < 205; epoch++)
      batch.set(setting.driver.firestore.doc(eventPath(id, epoch)), anEvent(epoch));
    await batch.commit();
    const page = await setting.openAs(email, `/clusters/${id}`);
    const shown = page.locator('.timeline').getByRole('listitem');
    const show = page.getByRole('button', { name: 'Show 188 more' });
    await show.waitFor();
    expect(await shown.count()).toBe(12);
    expect(await shown.first().innerText()).toContain('happened for the 204. time');
    await show.click();
    await page.getByText('These are the newest 200; the API lists the others.').waitFor();
    expect(await shown.count()).toBe(200);
    expect(await shown.last().innerText()).toContain('happened for the 5. time');
    expect(await page.getByRole('button', { name: /^Show \d+ more$/ }).count()).toBe(0);
  });

  test('every answer of the console has the headers of the site', async () => {
    const { url } = setting.driver.hub;
    const page = await fetch(`${url}/clusters/aaaaaaaaaaaaaaaa`);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self' /),
      'strict-transport-security': expect.stringContaining('max-age='),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'cache-control': 'no-cache',
    });
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const weak of ['unsafe-inline', 'unsafe-eval', '*']) expect(policy).not.toContain(weak);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? '';
    const answer = await fetch(`${url}${script}`, { headers: { 'accept-encoding': 'br' } });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': expect.stringContaining('javascript'),
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    expect((await fetch(`${url}/signin/oidc?interaction=x`)).headers.get('cache-control')).toBe('no-store');
  });

  test('before one is somebody: the door, the first page, the dialog, and where nothing is', async () => {
    const page = await setting.open('/signin/oidc?interaction=aaaaaaaaaaaaaaaa');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('button', { name: /^Continue as/ }).count()).toBe(0);
    const found = await findingsOf(page, 'the door of a cluster, too late');
    await page.goto(setting.driver.hub.url);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    found.push(...(await findingsOf(page, 'sign-in')));
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByRole('heading', { name: 'Create an account' }).waitFor();
    await page.getByLabel('E-mail').fill('noah@example.com');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Confirm your e-mail address.').waitFor();
    await page.getByRole('button', { name: 'Create your first cluster' }).waitFor();
    found.push(...(await findingsOf(page, 'empty list, address not confirmed')));
    const dialog = await openCreateDialog(page);
    await dialog.getByText('Availability, isolation and lifetime').click();
    found.push(...(await findingsOf(page, 'create dialog')));
    expect(await createButton(dialog).isDisabled()).toBe(true);
    await page.goto(`${setting.driver.hub.url}/nowhere`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    found.push(...(await findingsOf(page, 'no such page')));
    await page.goto(`${setting.driver.hub.url}/clusters/aaaaaaaaaaaaaaaa`);
    await page.getByRole('heading', { name: 'There is no such cluster, or it is not yours' }).waitFor();
    found.push(...(await findingsOf(page, 'no such cluster')));
    expect(found).toEqual([]);
  });

  test('the door of a cluster, and turning round in it', async () => {
    const email = await setting.newcomer('dave');
    const id = clusterIdOf(8001);
    await store([aCluster({ id, owner: 'dave' })]);
    const { clientId, redirectUri } = await setting.driver.register(id);
    const page = await setting.openAs(email);
    // The cluster itself is not there.
    await page.route(`${redirectUri}**`, (route) => route.fulfill({ body: 'the cluster' }));
    const request = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email profile',
      state: 'of the cluster',
    });
    await page.goto(`${setting.driver.hub.url}/oidc/authorize?${request}`);
    await page.getByText(new URL(redirectUri).host).waitFor();
    await page.getByRole('button', { name: `Continue as ${email}` }).waitFor();
    expect(await findingsOf(page, 'the door of a cluster')).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('the cluster', { exact: true }).waitFor();
    const answer = new URL(page.url());
    expect(answer.origin + answer.pathname).toBe(redirectUri);
    expect(answer.searchParams.get('error')).toBe('access_denied');
    expect(answer.searchParams.get('state')).toBe('of the cluster');
    expect(answer.searchParams.has('code')).toBe(false);
  });

  test('the list, and a cluster in each state', async () => {
    const email = await setting.newcomer('alex');
    // As full as the one in the queue says; otherwise it would be let in.
    const full = { schema: 1, clusters: 1, hourlyMicros: 0, maxClusters: 1 };
    await setting.driver.firestore.doc('accounts/alex').set(full);
    await store(ofSomebody('alex', 6000));
    const page = await setting.openAs(email);
    await page.getByRole('link', { name: 'in-the-making' }).waitFor();
    const found = await findingsOf(page, 'list');
    await accountMenu(page).click();
    await page.getByRole('menu').waitFor();
    found.push(...(await findingsOf(page, 'menu')));
    await page.keyboard.press('Escape');
    for (const name of ['in-the-making', 'in-use', 'gone-wrong', 'in-the-queue']) {
      await page.getByRole('link', { name: 'Hub, your clusters' }).click();
      await page.getByRole('link', { name, exact: true }).click();
      await idOnPage(page, name);
      found.push(...(await findingsOf(page, name)));
    }
    await page.getByRole('button', { name: 'Ask for more' }).click();
    await page.getByRole('dialog', { name: 'Ask for more' }).waitFor();
    found.push(...(await findingsOf(page, 'asking for more')));
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Hub, your clusters' }).click();
    await page.getByRole('link', { name: 'in-use', exact: true }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('alertdialog').waitFor();
    found.push(...(await findingsOf(page, 'deleting')));
    expect(found).toEqual([]);
  });

  test('a name that cannot be is told what is wrong with it, and a price what it comes to, in sight of the button', async () => {
    const page = await setting.openAs(await setting.newcomer('nell'));
    const dialog = await openCreateDialog(page);
    const name = dialog.getByLabel('Name');
    const sum = dialog.locator('footer .sum');
    await name.fill('My cluster');
    await dialog.getByText('A name has no capital letters.').waitFor();
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    expect(await createButton(dialog).isDisabled()).toBe(true);
    await name.fill('mine');
    await dialog.getByText('Lower-case letters, digits and hyphens.').waitFor();
    expect(await createButton(dialog).isDisabled()).toBe(false);

    const quote = dialog.getByRole('status');
    await quote.filter({ hasText: /\$[\d,]+ per month/ }).waitFor();
    expect(await sum.isVisible()).toBe(false);
    await dialog.getByText('Availability, isolation and lifetime').click();
    await sum.waitFor();
    expect(await sum.innerText()).toContain('per hour');
    await dialog.getByLabel('Lifetime').selectOption('A day');
    await quote.filter({ hasText: /\$\d+\.\d\d until its end/ }).waitFor();
  });

  test('the list says how much is in use, and of what waits or failed why', async () => {
    const email = await setting.newcomer('abel');
    const full = { schema: 1, clusters: 1, hourlyMicros: 380_000, maxClusters: 1 };
    await setting.driver.firestore.doc('accounts/abel').set(full);
    await store(ofSomebody('abel', 6100).filter(({ state }) => state === 'failed' || state === 'queued'));
    const page = await setting.openAs(email);
    await page.getByText('1 of 1 in use, about $0.38 per hour').waitFor();
    const row = (name: string): Locator => page.getByRole('listitem').filter({ hasText: name });
    await row('gone-wrong').getByText(WRONG.message).waitFor();
    await row('in-the-queue')
      .getByText('You have as many clusters as you may have at once. Number 3 in the queue.')
      .waitFor();
    // Nothing moves while it waits.
    expect(await row('in-the-queue').getByRole('progressbar').count()).toBe(0);
    await page.getByRole('link', { name: 'in-the-queue' }).click();
    await page.getByRole('button', { name: 'Ask for more' }).waitFor();
    await page.getByText('Waiting for room. Number 3 in the queue.').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });

  test('who has deleted their last cluster is no newcomer, and reads when it went', async () => {
    const email = await setting.newcomer('dora');
    const since = new Date(Date.UTC(2026, 0, 3));
    const gone = aCluster({
      id: clusterIdOf(6201),
      name: 'bygone',
      owner: 'dora',
      state: 'deleted',
      since,
      expiresAt: new Date(Date.UTC(2026, 0, 9)),
    });
    await store([gone]);
    const page = await setting.open();
    await page.evaluate(`new MutationObserver(() => {
      if (document.body.textContent.includes('first cluster')) globalThis.isGreeted = true;
    }).observe(document.body, { childList: true, subtree: true })`);
    await signIn(page, email);
    await page.getByRole('heading', { name: 'You have no clusters at the moment' }).waitFor();
    expect(await page.evaluate(() => 'isGreeted' in globalThis)).toBe(false);
    await page.getByRole('button', { name: 'Show deleted clusters' }).click();
    await page.getByRole('listitem').getByText('Deleted 3 Jan 2026').waitFor();
    await page.getByRole('link', { name: 'bygone' }).click();
    await idOnPage(page, 'bygone');
    const facts = page.getByRole('complementary');
    await facts.getByText('3 Jan 2026').waitFor();
    // Its lifetime would have ended later.
    expect(await facts.getByText('Deleted automatically').count()).toBe(0);
  });

  test('an owner who is asked to pay reads so above all, and can accept or decline there', async () => {
    const email = await setting.newcomer('otto');
    const id = clusterIdOf(6301);
    await store([
      aCluster({
        id,
        name: 'offered',
        owner: 'oda',
        offeredTo: 'otto',
        members: { oda: 'owner', otto: 'owner' },
        emails: { oda: 'oda@example.com', otto: email },
      }),
    ]);
    const page = await setting.openAs(email, `/clusters/${id}`);
    const offer = page.getByRole('region', { name: 'An offer' });
    await offer.getByText('oda@example.com asks you to pay for this cluster from now on.').waitFor();
    expect(await findingsOf(page, 'an offer')).toEqual([]);
    await offer.getByRole('button', { name: 'Pay for it' }).click();
    const question = page.getByRole('alertdialog', { name: 'Pay for this cluster from now on?' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    await offer.getByRole('button', { name: 'Decline' }).click();
    const refusal = page.getByRole('alertdialog', { name: 'Decline to pay for this cluster?' });
    await refusal.getByRole('button', { name: 'Decline' }).click();
    await offer.waitFor({ state: 'detached' });
    await page.getByText('You declined to pay for this cluster.').waitFor();
  });

  test('a cluster that is gone', async () => {
    const email = await setting.newcomer('gina');
    const gina = await setting.driver.person(email);
    const { body } = await gina('POST', '/v1/clusters', { name: 'bygone', product: 'hello' });
    await setting.driver.until(body.id, 'ready');
    await gina('DELETE', `/v1/clusters/${body.id}`);
    await setting.driver.until(body.id, 'deleted');
    const page = await setting.openAs(email, `/clusters/${body.id}`);
    await page.getByRole('button', { name: 'Download the certificate' }).waitFor();
    expect(await findingsOf(page, 'deleted')).toEqual([]);
  });

  test('the pages of operators, none of them empty', async () => {
    await setting.newcomer('quinn');
    await store([
      aCluster({ id: clusterIdOf(7001), pool: 'default', state: 'warm' }),
      aCluster({ id: clusterIdOf(7002), name: 'in-trouble', owner: 'quinn', state: 'failed', error: WRONG }),
      aCluster({
        id: clusterIdOf(7003),
        name: 'of-today',
        owner: 'quinn',
        createdAt: new Date(Date.now() - 60_000),
        readyAt: new Date(),
      }),
    ]);
    const at = new Date();
    const parked = {
      at,
      deadLetter: '17',
      reason: 'Its message was delivered 10 times, and no step could be taken.',
    };
    await store([
      aCluster({
        id: clusterIdOf(7004),
        name: 'left-alone',
        owner: 'quinn',
        state: 'provisioning',
        dueAt: new Date(at.getTime() + hours(1)),
        parked,
      }),
    ]);
    const body = JSON.stringify({ schema: 1, id: clusterIdOf(7004), epoch: 3 });
    await bury(aDeadLetter({ body, cluster: clusterIdOf(7004), diedAt: at }));
    const [quinn, operator] = [
      await setting.driver.person('quinn@example.com'),
      await setting.driver.person('operator@example.com'),
    ];
    await operator('PUT', '/v1/admin/accounts/quinn', { maxClusters: 1 });
    const asked = await quinn('PUT', '/v1/me/quotaRequest', { maxClusters: 9, reason: 'A course.' });
    expect(asked.status).toBe(202);
    const page = await setting.openAs('operator@example.com', '/operator/pools');
    const found: string[] = [];
    const look = async (name: string, ...there: Locator[]): Promise<void> => {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
      await page.getByRole('heading', { name, level: 1 }).waitFor();
      for (const one of there) await one.first().waitFor();
      found.push(...(await findingsOf(page, name)));
    };
    const main = page.getByRole('main');
    await look('Pools', main.getByText('default'));
    await page.getByRole('button', { name: 'New pool' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).waitFor();
    found.push(...(await findingsOf(page, 'new pool')));
    await page.keyboard.press('Escape');
    await look(
      'Trouble',
      main.getByRole('link', { name: 'in-trouble' }),
      main.getByText(WRONG.code),
      main.getByRole('region', { name: 'Parked' }).getByRole('link', { name: 'left-alone' }),
    );
    await look('Dead letters', main.getByText(body));
    await page.getByRole('button', { name: 'Replay' }).first().click();
    await page.getByRole('dialog', { name: 'Replay the message' }).waitFor();
    found.push(...(await findingsOf(page, 'replay')));
    await page.keyboard.press('Escape');
    const { firestore, hub } = setting.driver;
    // The sweep takes nothing for gone that it cannot list; whether one falls into this time is the clock’s affair.
    hub.cloud.faults.force('unavailable', { subject: 'storage.buckets.list', mayMiss: true });
    const orphan = anOrphan({ kind: 'bucket', name: 'waits', foundAt: new Date(), owner: 'quinn' });
    await firestore.doc('orphans/waits').set(orphan);
    await firestore.doc('orphans/theirs').set({ ...orphan, name: 'theirs', state: 'unproven' });
    await firestore.doc('orphans/gone').set({ ...orphan, state: 'gone', goneAt: new Date() });
    await look('Orphans', main.getByText('theirs'), main.getByRole('heading', { name: 'Already gone' }));
    await page.getByRole('button', { name: 'Delete now: the bucket waits' }).click();
    await page.getByRole('dialog', { name: 'Delete it now?' }).waitFor();
    found.push(...(await findingsOf(page, 'deleting an orphan')));
    await page.keyboard.press('Escape');
    hub.cloud.faults.clear('unavailable');
    await look('Quotas', main.getByText('A course.'), main.getByRole('table'));
    await page.getByRole('button', { name: 'Grant the request of quinn@example.com' }).click();
    await page.getByRole('dialog', { name: 'Grant more' }).waitFor();
    found.push(...(await findingsOf(page, 'grant more')));
    await page.keyboard.press('Escape');
    const standing = { state: 'throttled', reason: 'sign-ups', since: new Date(), by: 'hub' };
    await firestore.doc('accounts/held').set({ schema: 1, clusters: 0, hourlyMicros: 0, standing });
    await main.getByText('is throttled: cannot create anything new').waitFor();
    await page.getByRole('button', { name: 'Restore the account of held' }).click();
    await page.getByRole('dialog', { name: 'Restore the account' }).waitFor();
    found.push(...(await findingsOf(page, 'restoring an account')));
    await page.keyboard.press('Escape');
    await look('Audit log', main.getByRole('heading', { name: 'Set the limits of an account' }));
    await look('Insights', main.locator('.charts').getByRole('heading'));
    expect(found).toEqual([]);
  });
});

const WRONG = {
  code: 'INSTALL_FAILED',
  message: 'The application could not be installed.',
  remedy: 'Start it anew; if that does not help, tell the operator.',
  fault: 'hub',
} as const;

const LONG_AGO = Date.UTC(2026, 0, 1);

const anEntry = (n: number, actor: string): AuditFields => ({
  schema: DOCUMENT_SCHEMA,
  at: new Date(LONG_AGO + n),
  actor,
  action: 'set-limits',
  target: 'accounts/ada',
  reason: `number ${n}`,
  // Counted from today: the embedded Firestore deletes what is due by the real clock.
  purgeAt: new Date(Date.now() + KEEP_AUDIT_MS),
});

const anEvent = (epoch: number): ClusterEvent => ({
  schema: DOCUMENT_SCHEMA,
  epoch,
  at: new Date(LONG_AGO + epoch),
  from: 'ready',
  to: 'ready',
  cause: 'extend',
  message: `It happened for the ${epoch}. time.`,
  durationMs: 0,
  nonce: `n${epoch}`,
});

/** Their ids are those from `first` + 1 on. */
const ofSomebody = (owner: string, first: number): Cluster[] => [
  aCluster({
    id: clusterIdOf(first + 1),
    name: 'in-the-making',
    owner,
    state: 'installing',
    progress: 0.6,
    detail: 'Pachyderm is being installed: 3 of 5 parts are there.',
    etaAt: new Date(Date.now() + 60_000),
  }),
  aCluster({
    id: clusterIdOf(first + 2),
    name: 'in-use',
    owner,
    members: { [owner]: 'owner', 'somebody-with-a-long-name': 'editor' },
    endpoints: {
      pachd: 'grpcs://pachd.aaaaaaaaaaaaaaaa.clusters.hub.example:30650',
      console: 'https://console.aaaaaaaaaaaaaaaa.clusters.hub.example',
    },
    readyAt: new Date(Date.UTC(2026, 0, 2)),
    cost: { micros: 12_340_000, hourlyMicros: 380_000, since: new Date(Date.UTC(2026, 0, 1)) },
    conditions: [
      {
        type: 'Reachable',
        status: true,
        message: 'It answers at its address.',
        since: new Date(Date.UTC(2026, 0, 1)),
      },
      {
        type: 'Certified',
        status: false,
        message: 'Its certificate is old.',
        since: new Date(Date.UTC(2026, 0, 1)),
      },
    ],
  }),
  aCluster({ id: clusterIdOf(first + 3), name: 'gone-wrong', owner, state: 'failed', error: WRONG }),
  aCluster({
    id: clusterIdOf(first + 4),
    name: 'in-the-queue',
    owner,
    state: 'queued',
    detail: 'Number 3 in the queue.',
    error: {
      code: 'ACCOUNT_QUOTA',
      message: 'You have as many clusters as you may have at once.',
      remedy: 'Delete one, or ask for more.',
      fault: 'user',
    },
  }),
];

const hasFocus = (element: Locator): Promise<boolean> =>
  element.evaluate((one: PageElement) => one === one.ownerDocument.activeElement);

/** It itself, or something inside of it. */
const holdsFocus = (around: Locator): Promise<boolean> =>
  around.evaluate((one: PageElement) => one.contains(one.ownerDocument.activeElement));

/** Of what the page's elements have: the tests are not compiled for a browser. */
interface PageElement {
  ownerDocument: { activeElement: unknown };
  contains(other: unknown): boolean;
}

/** Presses Tab until it is there; whatever has the focus on the way must be seen to have it. */
async function tabTo(page: Page, goal: Locator, key = 'Tab'): Promise<void> {
  await goal.waitFor({ state: 'attached' });
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press(key);
    const seen = await page.evaluate<string>(FOCUS);
    expect(seen).toBe('seen');
    if (await hasFocus(goal)) return;
  }
  throw new Error(`the keyboard does not lead to ${goal}`);
}

/** A ring around it, around what it fills, or (of a choice) around its label. */
const FOCUS = `(() => {
  const element = document.activeElement;
  if (element === document.body) return 'seen';
  const around = [
    getComputedStyle(element),
    getComputedStyle(element, '::after'),
    ...(element.parentElement ? [getComputedStyle(element.parentElement)] : []),
  ];
  const isSeen = around.some(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px');
  return isSeen ? 'seen' : 'nothing shows that this has the focus: ' + element.outerHTML.slice(0, 120);
})()`;
