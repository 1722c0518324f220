/** What goes wrong between a page and Hub, or is pressed by mistake: the page says so, and goes on when it can. */
import { FieldValue } from '@google-cloud/firestore';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { type Cluster, clusterPath, type Role } from '../../../shared/documents/cluster.ts';
import { flawedSinceOf } from '../../../shared/flaws.ts';
import { hours, minutes, seconds } from '../../../shared/units.ts';
import { aCluster, clusterIdOf } from '../../builders.ts';
import { findingsOf } from './axe.ts';
import {
  accountMenu,
  createButton,
  describeConsole,
  mark,
  openCreateDialog,
  SPEED,
  signIn,
} from './setting.ts';

const BUSY_SAYS = 'Hub cannot do this at the moment.';
const BUSY = {
  status: 503,
  contentType: 'application/problem+json',
  body: JSON.stringify({ code: 'UNAVAILABLE', title: BUSY_SAYS, remedy: 'Repeat it.', status: 503 }),
};
const UNREACHABLE = 'Hub cannot be reached at the moment.';

describeConsole('mishaps in the console', (setting) => {
  let written = 0;
  const stored = async (members: Record<string, Role>, fields: Partial<Cluster> = {}): Promise<string> => {
    const emails = Object.fromEntries(Object.keys(members).map((uid) => [uid, `${uid}@example.com`]));
    const [owner = ''] = Object.keys(members);
    const id = clusterIdOf(7000 + ++written);
    await setting.store(aCluster({ id, owner, members, emails, ...fields }));
    return id;
  };
  const failed: Partial<Cluster> = {
    state: 'failed',
    error: { code: 'INSTALL_FAILED', message: 'It failed.', remedy: 'Try again.', fault: 'hub' },
  } as Partial<Cluster>;
  const membersOf = async (id: string): Promise<unknown> =>
    (await setting.driver.firestore.doc(`clusters/${id}`).get()).data()?.members;
  afterEach(() => setting.driver.hub.cloud.faults.clear());

  test('a role that the keyboard passes over is not given, and a new owner is a question', async () => {
    const email = await setting.newcomer('rhea');
    await setting.newcomer('rolf');
    const id = await setting.make('roles', { rhea: 'owner', rolf: 'viewer' });
    const page = await setting.openAs(email, `/clusters/${id}`);
    const put: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT') put.push(new URL(request.url()).pathname);
    });
    await page.getByLabel('Role of rolf@example.com').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('button', { name: 'Change the role of rolf@example.com' }).click();
    const confirm = page.getByRole('alertdialog', { name: 'Make rolf@example.com an owner?' });
    await confirm.getByRole('button', { name: 'Cancel' }).click();
    await confirm.waitFor({ state: 'detached' });
    expect(put).toEqual([]);
    await page.getByRole('button', { name: 'Change the role of rolf@example.com' }).click();
    await confirm.getByRole('button', { name: 'Make an owner' }).click();
    await expect.poll(() => membersOf(id)).toEqual({ rhea: 'owner', rolf: 'owner' });
    expect(put).toEqual([`/v1/clusters/${id}/members/rolf%40example.com`]);
    await page.getByText('rolf@example.com is now an owner of roles.').waitFor();
  });

  test('who changes a role by keyboard is told of it, and is still where they were', async () => {
    const email = await setting.newcomer('rita');
    await setting.newcomer('rosa');
    // Nothing runs that would have to be told.
    const id = await stored({ rita: 'owner', rosa: 'viewer' }, { ...failed, name: 'told' });
    const page = await setting.openAs(email, `/clusters/${id}`);
    await page.getByLabel('Role of rosa@example.com').selectOption('editor');
    const change = page.getByRole('button', { name: 'Change the role of rosa@example.com' });
    await change.focus();
    await page.keyboard.press('Enter');
    await page.getByText('rosa@example.com is now an editor of told.').waitFor();
    await change.waitFor({ state: 'detached' });
    expect(await page.evaluate<string>('document.activeElement.ariaLabel')).toBe('Role of rosa@example.com');
  });

  test('who invites is given the link to send, for Hub sends none, and it leads whoever is invited there', async () => {
    const email = await setting.newcomer('ruth');
    const id = await stored({ ruth: 'owner' }, { ...failed, name: 'linked' });
    const page = await setting.openAs(email, `/clusters/${id}`);
    const members = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Members' }) });
    expect(await members.getByText('Hub sends no e-mail.').count()).toBe(0);
    await members.getByLabel('Share with').fill('sven@example.com');
    await members.getByRole('button', { name: 'Share', exact: true }).click();
    await members.getByText('Hub sends no e-mail.').filter({ hasText: 'holds for 30 days' }).waitFor();
    await members.getByText(/^invited until .+\d\d:\d\d.*; becomes a member when/).waitFor();
    const link = await members.getByText(/^http/).innerText();
    expect(link).toBe(`${setting.driver.hub.url}/clusters/${id}`);
    const guest = await setting.openAs(await setting.newcomer('sven'), new URL(link).pathname);
    await guest.getByRole('heading', { name: 'linked', level: 1 }).waitFor();
    // Nobody is left to whom it would have to be sent.
    await members.getByText('Hub sends no e-mail.').waitFor({ state: 'detached' });
  });

  test('who reads by ear is told each new state, in what was there before', async () => {
    const email = await setting.newcomer('enid');
    const id = await stored({ enid: 'owner' }, { name: 'heard', state: 'exposing' });
    const page = await setting.openAs(email, `/clusters/${id}`);
    const status = page.locator('article > [role=status].unseen');
    await status.waitFor({ state: 'attached' });
    expect(await status.textContent()).toBe('');
    const isSame = await status.evaluateHandle((one) => one);
    await setting.driver.firestore.doc(`clusters/${id}`).update({ state: 'ready' });
    await expect.poll(() => status.textContent()).toBe('Ready.');
    const moving = { state: 'repairing', detail: 'Putting its gateway back.' };
    await setting.driver.firestore.doc(`clusters/${id}`).update(moving);
    await expect.poll(() => status.textContent()).toBe(moving.detail);
    expect(await status.evaluate((one, before) => one === before, isSame)).toBe(true);
  });

  test('a list whose index is still being built after an update is there as soon as it is', async () => {
    const { faults } = setting.driver.hub.cloud;
    const page = await setting.open('/');
    await page.clock.install();
    await page.reload();
    await stored({ ilse: 'owner' }, { name: 'orchid' });
    const building = faults.force('index-building', { subject: 'clusters' });
    await signIn(page, await setting.newcomer('ilse'));
    const link = page.getByRole('link', { name: 'orchid' });
    await expect.poll(() => building.struck).toBeGreaterThan(0);
    await page.clock.fastForward('00:06');
    expect(await link.isVisible()).toBe(false);
    faults.clear();
    await page.clock.fastForward('00:06');
    await link.waitFor();
  });

  test('what is not loaded, because a release took its place, says so and is loaded anew', async () => {
    const page = await setting.openAs(await setting.newcomer('lena'));
    const isSamePage = await mark(page);
    await page.route('**/assets/create-dialog-*.js', (route) => route.fulfill({ status: 404 }));
    const create = page.getByRole('button', { name: 'Create cluster' });
    await create.click();
    await page.getByText('This page could not be loaded.').waitFor();
    expect(await isSamePage()).toBe(true);
    await page.unroute('**/assets/create-dialog-*.js');
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.waitForFunction('!("marked" in globalThis)');
    await create.click();
    await page.getByRole('dialog', { name: 'Create a cluster' }).getByLabel('Name').waitFor();
  });

  test('a page that a release took away is loaded anew by itself, and once', async () => {
    const email = await setting.newcomer('lars');
    const page = await setting.open('/');
    await page.clock.install();
    await page.reload();
    await signIn(page, email);
    await mark(page);
    let asked = 0;
    await page.route('**/assets/account-page-*.js', (route) => {
      asked++;
      return route.fulfill({ status: 404 });
    });
    await page.clock.fastForward('02:00');
    await accountMenu(page).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await page.getByText('This page could not be loaded.').waitFor();
    expect(await page.evaluate('"marked" in globalThis')).toBe(false);
    expect(asked).toBe(2);
    // The rest of the console is still there, and goes on.
    await page.getByRole('link', { name: 'Clusters', exact: true }).click();
    await page.getByRole('heading', { name: 'Clusters', exact: true }).waitFor();
    await page.unroute('**/assets/account-page-*.js');
    await accountMenu(page).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await page.getByRole('heading', { name: 'Your account', level: 1 }).waitFor();
  });

  test('who is offline keeps the page', async () => {
    const email = await setting.newcomer('levi');
    const page = await setting.open('/');
    await page.clock.install();
    await page.reload();
    await signIn(page, email);
    const isSamePage = await mark(page);
    await page.clock.fastForward('02:00');
    await page.context().setOffline(true);
    await accountMenu(page).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await page.getByText('This page could not be loaded.').waitFor();
    expect(await isSamePage()).toBe(true);
  });

  test('a page that breaks says so, and the others are still there', async () => {
    const email = await setting.newcomer('brit');
    const page = await setting.open('/');
    // What is reported would be a fault of the test.
    await page.addInitScript('globalThis.reportError = ({ message }) => { globalThis.reported = message; }');
    await page.route('**/assets/account-page-*.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: "export default () => { throw new Error('broken'); };",
      }),
    );
    await page.goto(`${setting.driver.hub.url}/account`);
    await signIn(page, email);
    await page.getByText('This page cannot be shown.').waitFor();
    expect(await page.evaluate('globalThis.reported')).toBe('broken');
    await page.getByRole('link', { name: 'Clusters', exact: true }).click();
    await page.getByRole('button', { name: 'Create cluster' }).waitFor();
  });

  /** Sends the order, closes the dialog before it is answered, goes elsewhere, and then has it answered. */
  const orderAndLeave = async (
    page: Page,
    name: string,
    meanwhile: () => Promise<unknown> = async () => undefined,
  ): Promise<void> => {
    const answer = Promise.withResolvers<void>();
    await page.route('**/v1/clusters', async (route) => {
      await answer.promise;
      await route.fulfill({ response: await route.fetch() });
    });
    const dialog = await openCreateDialog(page);
    await dialog.getByLabel('Name').fill(name);
    await createButton(dialog).click();
    await page.getByText('Requesting').waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await accountMenu(page).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await page.getByRole('heading', { name: 'Your account', level: 1 }).waitFor();
    const answered = page.waitForResponse('**/v1/clusters');
    await meanwhile();
    answer.resolve();
    await answered;
  };

  test('who has closed the dialog is not taken to the cluster, and is told of it', async () => {
    const page = await setting.openAs(await setting.newcomer('cleo'));
    await orderAndLeave(page, 'later');
    await page.getByText('later is being created.').waitFor();
    expect(new URL(page.url()).pathname).toBe('/account');
    await page.getByRole('link', { name: 'Clusters', exact: true }).click();
    await page.getByRole('link', { name: 'later' }).waitFor();
  });

  test('a refusal that comes after the dialog was closed is kept where the cluster would be', async () => {
    const email = await setting.newcomer('cora');
    const account = setting.driver.firestore.doc('accounts/cora');
    const standing = { state: 'suspended', reason: 'busy', since: new Date(), by: 'hub' };
    const page = await setting.openAs(email);
    await orderAndLeave(page, 'refused', () =>
      account.set({ schema: 1, clusters: 0, hourlyMicros: 0, standing }),
    );
    await page.getByText('refused was not created.').waitFor();
    await page.getByRole('link', { name: 'Clusters', exact: true }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'refused' });
    await row.getByText('Your account is suspended.').waitFor();
    await account.set({ schema: 1, clusters: 0, hourlyMicros: 0 });
    await row.getByRole('button', { name: 'Ask again for refused' }).click();
    await page.getByRole('link', { name: 'refused' }).waitFor();
  });

  test('what there is to choose from, and its price, are asked for again', async () => {
    const email = await setting.newcomer('cato');
    const page = await setting.open('/');
    await page.route('**/v1/catalog', (route) => route.abort());
    await page.route('**/v1/quote?*', (route) => route.abort());
    await signIn(page, email);
    await page.getByRole('button', { name: 'Create cluster' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create a cluster' });
    await dialog.getByText(UNREACHABLE).waitFor();
    await dialog.getByRole('button', { name: 'Try again' }).waitFor();
    await page.unroute('**/v1/catalog');
    // By itself, after a while.
    await dialog.getByLabel('Name').waitFor();
    // The price is that of the catalog.
    const said = dialog.getByRole('status');
    await said.filter({ hasText: 'per hour' }).waitFor();
    await dialog.getByText('How long it takes is unknown at the moment.').waitFor();
    await page.unroute('**/v1/quote?*');
    await said.filter({ hasText: 'Ready in' }).waitFor();

    await page.reload();
    let isBack = false;
    await page.route('**/v1/catalog', (route) => (isBack ? route.continue() : route.abort()));
    await page.clock.install();
    await page.reload();
    await page.getByRole('button', { name: 'Create cluster' }).click();
    const again = dialog.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    // Not into the past, however late this machine is. From then on nothing is asked by itself.
    await page.clock.pauseAt(Date.now() + minutes(1));
    isBack = true;
    // What was asked as the clock went on may still be under way, and whoever presses meanwhile asks for nothing more.
    await expect
      .poll(async () => {
        if (await again.isVisible()) await again.click({ timeout: seconds(5) });
        return dialog.getByLabel('Name').count();
      })
      .toBe(1);
  });

  test('a page that was open while something was taken out offers what there is now, once it is refused', async () => {
    const page = await setting.open('/');
    await page.route('**/v1/catalog', async (route) => {
      const answer = await route.fetch();
      const catalog = await answer.json();
      for (const size of catalog.sizes) if (size.id === catalog.defaults.size) size.id = 'bygone';
      catalog.defaults.size = 'bygone';
      await route.fulfill({ response: answer, json: catalog });
    });
    await signIn(page, await setting.newcomer('otis'));
    await page.getByRole('button', { name: 'Create cluster' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create a cluster' });
    await dialog.getByRole('radio', { name: /^Bygone/, checked: true }).waitFor();
    await page.unroute('**/v1/catalog');
    await createButton(dialog).click();
    await dialog.getByText('There is no such size.').waitFor();
    await dialog.getByText('Choose again from what there is now.').waitFor();
    await dialog.getByRole('radio', { name: /^Bygone/ }).waitFor({ state: 'detached' });
    expect(await dialog.getByRole('radio', { checked: true }).first().isVisible()).toBe(true);
    await createButton(dialog).click();
    await page.getByRole('heading', { name: 'my-cluster', level: 1 }).waitFor();
  });

  test('price and wait are those of what is chosen now, however late the answer comes', async () => {
    const page = await setting.openAs(await setting.newcomer('pia'));
    const dialog = await openCreateDialog(page);
    const said = dialog.getByRole('status');
    await said.filter({ hasText: 'Ready in' }).waitFor();
    const cheap = (await said.locator('strong').innerText()).trim();
    const answer = Promise.withResolvers<void>();
    await page.route('**/v1/quote?*', async (route) => {
      await answer.promise;
      await route.continue();
    });
    await dialog.getByRole('radio', { name: 'Large' }).check();
    await said.filter({ hasText: 'Checking how long it takes' }).waitFor();
    const large = dialog.locator('label', { hasText: 'Large' });
    const dear = (await said.locator('strong').innerText()).trim();
    expect(dear).not.toBe(cheap);
    expect(await large.innerText()).toContain(dear);
    expect(await said.getByText('Ready in').count()).toBe(0);
    answer.resolve();
    await said.filter({ hasText: 'Ready in' }).waitFor();
    expect((await said.locator('strong').innerText()).trim()).toBe(dear);
  });

  test('what Hub could not tell at first is asked again, until the word of it goes away by itself', async () => {
    const email = await setting.newcomer('otto');
    const id = await stored({ otto: 'owner' });
    const page = await setting.open('/');
    const paths = ['me', 'account', 'clusters/*/members'].map((path) => `**/v1/${path}`);
    for (const path of paths) await page.route(path, (route) => route.fulfill(BUSY));
    await signIn(page, email);
    await page.goto(`${setting.driver.hub.url}/clusters/${id}`);
    const unknown = page.getByText('Open invitations cannot be shown at the moment.');
    await unknown.waitFor();
    await accountMenu(page).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await page.getByText(BUSY_SAYS).waitFor();
    // Nobody has told Hub of them yet, so that the invitation is one.
    await setting.newcomer('oda');
    const other = await setting.make('invited-to', { oda: 'owner' });
    await setting.driver.firestore.doc(`invitations/${'i'.repeat(16)}`).set({
      ...{ schema: 1, cluster: other, email, role: 'viewer', invitedBy: 'oda' },
      ...{ createdAt: new Date(), expiresAt: new Date(Date.now() + hours(1)) },
    });
    for (const path of paths) await page.unroute(path);
    await page.getByRole('heading', { name: 'About you' }).waitFor();
    expect(await page.getByText(BUSY_SAYS).count()).toBe(0);
    await page.getByRole('link', { name: 'Clusters', exact: true }).click();
    await page.getByRole('link', { name: 'invited-to' }).waitFor();
  });

  test('of the pages that an operator and a former owner look at, too', async () => {
    const email = await setting.newcomer('nell');
    const id = await stored({ nell: 'owner' }, { name: 'never-made', state: 'deleted' });
    const page = await setting.open('/');
    await page.route('**/v1/clusters/*/cleanup', (route) => route.fulfill(BUSY));
    await page.goto(`${setting.driver.hub.url}/clusters/${id}`);
    await signIn(page, email);
    await page.getByText(BUSY_SAYS).waitFor();
    await page.unroute('**/v1/clusters/*/cleanup');
    await page.getByText('Hub never asked the cloud for anything').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    expect(await page.getByText(BUSY_SAYS).count()).toBe(0);

    const desk = await setting.open('/operator/quotas');
    await desk.route('**/v1/admin/cells', (route) => route.fulfill(BUSY));
    await signIn(desk, 'operator@example.com');
    await desk.getByText(BUSY_SAYS).waitFor();
    await desk.unroute('**/v1/admin/cells');
    await desk.getByText(BUSY_SAYS).waitFor({ state: 'detached' });
  });

  test('what no document tells is asked again while somebody looks, and the states of an account’s clusters are live', async () => {
    const email = await setting.newcomer('opal');
    const id = await stored({ opal: 'owner' }, { name: 'changing', state: 'exposing' });
    const page = await setting.openAs(email, '/account');
    const row = page.getByRole('row', { name: /changing/ });
    await row.getByText('Giving it an address and a certificate').waitFor();
    await setting.driver.firestore.doc(`clusters/${id}`).update({ state: 'ready' });
    await row.getByText('Ready').waitFor();

    const desk = await setting.open('/operator/quotas');
    await desk.clock.install();
    let asked = 0;
    desk.on('request', (request) => {
      if (request.url().endsWith('/v1/admin/cells')) asked++;
    });
    await signIn(desk, 'operator@example.com');
    await expect.poll(() => asked).toBeGreaterThan(0);
    const before = asked;
    await desk.clock.fastForward(31_000);
    await expect.poll(() => asked).toBeGreaterThan(before);
  });

  test('what waits is not compared with what it usually takes, and more is offered only where that helps', async () => {
    const email = await setting.newcomer('walt');
    const error = { code: 'REGION_EXHAUSTED', message: 'No room.', remedy: 'Wait.', fault: 'cloud' } as const;
    const id = await stored({ walt: 'owner' }, { state: 'queued', error });
    const page = await setting.openAs(email, `/clusters/${id}`);
    const now = page.locator('[aria-current=step]');
    await now.waitFor();
    expect(await now.innerText()).not.toContain('usually');
    await page.route('**/v1/quote?*', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), room: error } });
    });
    const dialog = await openCreateDialog(page);
    await dialog.getByText('It has to wait: No room.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Ask for more' }).count()).toBe(0);
  });

  test('what is ready and of no use says so wherever it is shown; what is only due does not', async () => {
    const email = await setting.newcomer('flora');
    const since = new Date(Date.now() - hours(1));
    const gone = 'The cluster itself is gone: somebody deleted it in the cloud.';
    const idle = '2 of its 7 parts do not run.';
    const named = async (name: string, type: string, message: string): Promise<string> => {
      const conditions = [{ type, status: false, message, since }];
      const flawedSince = flawedSinceOf({ state: 'ready', conditions });
      const endpoints = { console: 'https://console.example.com' };
      return stored({ flora: 'owner' }, { name, endpoints, conditions, ...(flawedSince && { flawedSince }) });
    };
    await named('gone-one', 'Exists', gone);
    await named('idle-one', 'Workloads', idle);
    const due = await named('due-one', 'UpToDate', 'Its gateway needs an upgrade.');

    const page = await setting.openAs(email);
    const rowOf = (name: string) => page.getByRole('listitem').filter({ hasText: name });
    await rowOf('gone-one').getByText('Needs attention').waitFor();
    await rowOf('gone-one').getByText(gone).waitFor();
    await rowOf('due-one').getByText('Ready', { exact: true }).waitFor();
    await page.getByText('Need attention', { exact: false }).first().click();
    await rowOf('idle-one').getByText(idle).waitFor();
    await rowOf('due-one').waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'idle-one' }).click();
    await page.getByRole('alert').getByText(idle).waitFor();
    await page.getByText('This may not work while something is wrong').waitFor();
    expect(await findingsOf(page, 'not usable')).toEqual([]);
    await page.getByRole('link', { name: 'Clusters', exact: true }).first().click();
    await page.getByRole('link', { name: 'gone-one' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('Until it is deleted, it goes on costing').waitFor();
    await alert.getByRole('button', { name: 'Delete' }).waitFor();
    expect(await page.getByRole('button', { name: 'Delete', exact: true }).count()).toBe(1);
    expect(await page.getByRole('heading', { name: 'Use it' }).count()).toBe(0);

    await page.goto(new URL(`/clusters/${due}`, page.url()).href);
    await page.getByText('Hub sees to it by itself').waitFor();
    await page.getByRole('heading', { name: 'Use it' }).waitFor();
    expect(await page.getByRole('main').locator('.bad, .bad-text').count()).toBe(0);
    expect(await findingsOf(page, 'due')).toEqual([]);

    const operators = await setting.openAs('operator@example.com', '/operator/trouble');
    const flawed = operators.getByRole('region', { name: 'Not usable' });
    await flawed.getByRole('link', { name: 'gone-one' }).waitFor();
    await flawed.getByRole('link', { name: 'idle-one' }).waitFor();
    expect(await operators.getByRole('link', { name: 'due-one' }).count()).toBe(0);
    expect(await findingsOf(operators, 'trouble')).toEqual([]);
  });

  test('a question that is open stays, with what was typed, when something else stands in the way', async () => {
    const email = await setting.newcomer('wren');
    const quota = { code: 'ACCOUNT_QUOTA', message: 'No more.', remedy: 'Ask.', fault: 'user' } as const;
    const busy = { code: 'CELL_BUSY', message: 'Many are made.', remedy: 'Wait.', fault: 'hub' } as const;
    const id = await stored({ wren: 'owner' }, { name: 'patient', state: 'queued', error: quota });
    const page = await setting.openAs(email, `/clusters/${id}`);
    const become = (fields: object) => setting.driver.firestore.doc(`clusters/${id}`).update(fields);
    await page.getByRole('button', { name: 'Ask for more' }).click();
    const asking = page.getByRole('dialog', { name: 'Ask for more' });
    await asking.getByLabel('What for').fill('A course.');
    await become({ error: busy });
    await page.getByText(busy.message).waitFor();
    expect(await asking.getByLabel('What for').inputValue()).toBe('A course.');
    await asking.getByRole('button', { name: 'Cancel' }).click();

    await become({ state: 'ready', error: FieldValue.delete() });
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const sure = page.getByRole('alertdialog').getByLabel('Type patient to confirm');
    await sure.fill('pat');
    // Hub could not do what was asked of it before.
    await become({ error: { ...busy, message: 'It could not be shared.' } });
    await page.getByText('It could not be shared.').waitFor();
    expect(await sure.inputValue()).toBe('pat');
  });

  test('what one’s own account would be refused is not offered, and is again once it is restored', async () => {
    const email = await setting.newcomer('hetty');
    await setting.newcomer('hal');
    const expiresAt = new Date(Date.now() + minutes(30) / SPEED);
    const id = await stored(
      { hetty: 'owner', hal: 'owner' },
      { name: 'doubted', expiresAt, endpoints: { console: 'https://console.example', pachd: 'grpcs://p:1' } },
    );
    const account = setting.driver.firestore.doc('accounts/hetty');
    await account.set({ schema: 1, clusters: 1, hourlyMicros: 1 });
    const page = await setting.openAs(email, `/clusters/${id}`);
    const names = ['Share', 'Extend', 'Let them pay', 'Download', 'Open the console'];
    const offered = async (): Promise<string[]> => {
      const found = await page.locator('article').locator('button, a.button').allInnerTexts();
      return names.filter((name) => found.some((text) => text.includes(name)));
    };
    const role = page.getByLabel('Role of hal@example.com');
    await expect.poll(offered).toEqual(names);
    await role.waitFor();

    const standing = { reason: 'busy', since: new Date(), by: 'hub' };
    await account.update({ standing: { ...standing, state: 'throttled' } });
    await expect.poll(offered).toEqual(['Share', 'Download', 'Open the console']);
    await account.update({ standing: { ...standing, state: 'suspended' } });
    await expect.poll(offered).toEqual([]);
    expect(await role.count()).toBe(0);
    // To look, to delete and to shut somebody out is nobody refused.
    await page.getByRole('button', { name: 'Delete', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Remove hal@example.com' }).waitFor();
    expect(await findingsOf(page, 'a cluster of a suspended account')).toEqual([]);
    await account.update({ standing: FieldValue.delete() });
    await expect.poll(offered).toEqual(names);
  });

  test('what costs more than one may is not to be had, until one may, while the dialog is open', async () => {
    const email = await setting.newcomer('bess');
    const account = setting.driver.firestore.doc('accounts/bess');
    await account.set({ schema: 1, clusters: 0, hourlyMicros: 0, maxHourlyMicros: 1 });
    const page = await setting.openAs(email);
    const dialog = await openCreateDialog(page);
    await dialog.getByText('This size costs more per hour than your account allows.').waitFor();
    expect(await createButton(dialog).isDisabled()).toBe(true);
    // What is in the way is the money, and so that is what is asked for.
    await dialog.getByRole('button', { name: 'Ask for more' }).click();
    const asking = page.getByRole('dialog', { name: 'Ask for more' });
    expect(await asking.getByLabel('Clusters at once').inputValue()).toBe('500');
    await asking.getByLabel('Dollars per hour').fill('90');
    await asking.getByLabel('What for').fill('A larger model.');
    await asking.getByRole('button', { name: 'Ask', exact: true }).click();
    await dialog.getByText('You asked an operator for 500 clusters for $90.00 per hour').waitFor();
    expect((await account.get()).data()?.request).toMatchObject({ maxHourlyMicros: 90_000_000 });
    await account.update({ maxHourlyMicros: 90_000_000 });
    await dialog.getByRole('status').filter({ hasText: 'Ready in' }).waitFor();
    expect(await createButton(dialog).isDisabled()).toBe(false);
  });

  test('of two clusters of one name one sees which is whose, also before one is deleted', async () => {
    const email = await setting.newcomer('tess');
    await setting.newcomer('tom');
    const [mine, hers] = [
      await stored({ tess: 'owner' }, { name: 'twin' }),
      await stored({ tom: 'owner', tess: 'owner' }, { name: 'twin' }),
    ];
    await stored({ tess: 'owner' }, { name: 'single' });
    const page = await setting.openAs(email);
    const row = (id: string) => page.getByRole('listitem').filter({ has: page.locator(`[href$="${id}"]`) });
    await row(mine)
      .getByText(`of tess@example.com, id …${mine.slice(-4)}`)
      .waitFor();
    await row(hers)
      .getByText(`of tom@example.com, id …${hers.slice(-4)}`)
      .waitFor();
    expect(await page.getByText(', id …').count()).toBe(2);
    expect(await findingsOf(page, 'clusters of one name')).toEqual([]);
    await row(hers).getByRole('link').click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page
      .getByRole('alertdialog')
      .getByText(`of tom@example.com, id …${hers.slice(-4)}`)
      .waitFor();
  });

  test('what there is to choose from of a pool says when it is not known', async () => {
    const page = await setting.open('/operator/pools');
    await page.route('**/v1/catalog', (route) => route.abort());
    await signIn(page, 'operator@example.com');
    await page.getByRole('button', { name: 'New pool' }).click();
    const dialog = page.getByRole('dialog', { name: 'New pool' });
    await dialog.getByText(UNREACHABLE).waitFor();
    await page.unroute('**/v1/catalog');
    await dialog.getByLabel('Id').fill('My-pool');
    await dialog.getByText('An id has no capital letters.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Create the pool' }).isEnabled()).toBe(false);
  });

  test('a page that is older than the state of a spare shows it all the same, until it is gone', async () => {
    const page = await setting.openAs('operator@example.com', '/operator/pools');
    const id = clusterIdOf(701);
    const spare = {
      ...aCluster({ id, name: 'newer', pool: 'default', readers: [] }),
      state: 'warping' as never,
    };
    await setting.store(spare);
    const link = page.getByRole('link', { name: 'newer', exact: true });
    await link.waitFor();
    await page.getByText('Working', { exact: true }).waitFor();
    await setting.driver.firestore.doc(clusterPath(id)).update({ state: 'deleted' });
    await link.waitFor({ state: 'detached' });
  });

  test('at the door of a cluster: what cannot be asked is told in words, and is asked again', async () => {
    const page = await setting.open('/');
    await page.route('**/oidc/interactions/**', (route) => route.abort());
    await page.goto(`${setting.driver.hub.url}/signin/oidc?interaction=abc`);
    await page.getByText(UNREACHABLE).waitFor();
    await page.unroute('**/oidc/interactions/**');
    await page.route('**/oidc/interactions/**', (route) =>
      route.fulfill({ status: 502, contentType: 'text/html', body: '<html>Bad gateway</html>' }),
    );
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Hub answered something that this page does not understand (502).').waitFor();
    await page.unroute('**/oidc/interactions/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('This sign-in is over, or was started in another browser.').waitFor();
    // To ask once more would not help.
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  test('whom an operator has added is sent a link that proves the address, at the door of a cluster too', async () => {
    const { model } = setting.driver.hub.cloud.auth;
    const email = await setting.newcomer('uma');
    const added = model.findUser('uma');
    if (added) model.saveUser({ ...added, emailVerified: false });
    const id = await stored({ uma: 'owner' });
    const { clientId, redirectUri } = await setting.driver.register(id);
    const page = await setting.openAs(email);
    const banner = page.getByRole('region', { name: 'Your e-mail address' });
    await banner
      .getByText(`A link proves that ${email} is yours: have it sent there, and open it.`)
      .waitFor();

    // The cluster itself is not there.
    await page.route(`${redirectUri}**`, (route) => route.fulfill({ body: 'the cluster' }));
    const request = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email profile',
    });
    await page.goto(`${setting.driver.hub.url}/oidc/authorize?${request}`);
    const go = page.getByRole('button', { name: `Continue as ${email}` });
    await go.click();
    await banner.getByRole('button', { name: 'Send the link' }).click();
    await banner.getByText('Sent.', { exact: true }).waitFor();
    const mail = model.oobCodes().find((code) => code.email === email && code.requestType === 'VERIFY_EMAIL');
    expect((await fetch(mail?.oobLink ?? '')).status).toBe(200);
    await banner.getByRole('button', { name: 'I have opened it' }).click();
    await banner.waitFor({ state: 'detached' });
    expect(await page.getByRole('alert').count()).toBe(0);
    await go.click();
    await page.getByText('the cluster', { exact: true }).waitFor();
  });

  test('at the door of a cluster one press is sent, however many there are', async () => {
    const email = await setting.newcomer('dora');
    const page = await setting.openAs(email);
    const answer = Promise.withResolvers<void>();
    const sent: string[] = [];
    const asked = Promise.withResolvers<void>();
    await page.route('**/oidc/interactions/**', async (route) => {
      if (route.request().method() === 'POST') {
        sent.push(route.request().postDataJSON().decision);
        await answer.promise;
        return route.fulfill(BUSY);
      }
      await asked.promise;
      return route.fulfill({ json: { cluster: 'a', host: 'a.hub.test' } });
    });
    await page.goto(`${setting.driver.hub.url}/signin/oidc?interaction=abc`);
    await page.getByText('Loading which cluster asks').waitFor();
    asked.resolve();
    await page.getByRole('button', { name: `Continue as ${email}` }).click();
    await page.getByRole('button', { name: 'Cancel' }).dispatchEvent('click');
    await page.getByRole('button', { name: 'Use another account' }).dispatchEvent('click');
    answer.resolve();
    await page.getByText(BUSY_SAYS).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => sent).toEqual(['continue', 'cancel']);
  });

  /** The page opened anew when its token is too old to be used, and whoever makes a new one cannot be reached. */
  const openWithOldToken = async (email: string): Promise<Page> => {
    const page = await setting.open('/');
    await page.clock.install();
    await page.reload();
    await signIn(page, email);
    // Before time goes by: a page that is open renews its token.
    await page.route('**/securetoken.googleapis.com/**', (route) => route.abort());
    await page.clock.fastForward('01:01:00');
    await page.reload();
    await page.getByText('Hub cannot be reached at the moment. This page keeps trying.').waitFor();
    return page;
  };

  test('who opens the page while nobody can be asked who they are stays signed in', async () => {
    const page = await openWithOldToken(await setting.newcomer('olga'));
    await page.unroute('**/securetoken.googleapis.com/**');
    await page.clock.fastForward('00:10');
    await accountMenu(page).waitFor();
  });

  test('and is in at once when the network is there again; but not whose session is over', async () => {
    const page = await openWithOldToken(await setting.newcomer('olaf'));
    await page.unroute('**/securetoken.googleapis.com/**');
    await page.evaluate("dispatchEvent(new Event('online'))");
    await accountMenu(page).waitFor();

    const over = await openWithOldToken(await setting.newcomer('oona'));
    await over.unroute('**/securetoken.googleapis.com/**');
    await over.route('**/securetoken.googleapis.com/**', (route) =>
      route.fulfill({ status: 400, json: { error: { code: 400, message: 'TOKEN_EXPIRED' } } }),
    );
    await over.evaluate("dispatchEvent(new Event('online'))");
    await over.getByText('Your session has ended.').waitFor();
  });

  const signOut = async (page: Page): Promise<void> => {
    await accountMenu(page).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
  };
  /** A press on what deletes it. Where nobody could work yet, nothing is to be typed. */
  const deleteOnPage = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('link', { name: 'Hub, your clusters' }).click();
    await page.getByRole('link', { name }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete it' }).click();
  };

  test('what one person is told, the next one does not read', async () => {
    const [email, next] = [await setting.newcomer('vera'), await setting.newcomer('vito')];
    await stored({ vera: 'owner' }, { ...failed, name: 'secret-name' });
    const late = await stored({ vera: 'owner' }, { ...failed, name: 'late-name' });
    await stored({ vito: 'owner' }, { ...failed, name: 'own-name' });
    const page = await setting.openAs(email);
    await deleteOnPage(page, 'secret-name');
    await page.getByText('secret-name is being deleted.').waitFor();

    const answer = Promise.withResolvers<void>();
    await page.route(`**/v1/clusters/${late}`, async (route) => {
      await answer.promise;
      await route.fulfill({ response: await route.fetch() });
    });
    await deleteOnPage(page, 'late-name');
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await signOut(page);
    await signIn(page, next);
    const toasts = page.locator('.toast');
    expect(await toasts.allInnerTexts()).toEqual([]);

    const answered = page.waitForResponse(`**/v1/clusters/${late}`);
    answer.resolve();
    await answered;
    await deleteOnPage(page, 'own-name');
    await page.getByText('own-name is being deleted.').waitFor();
    expect(await toasts.allInnerTexts()).toEqual(['own-name is being deleted.']);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await toasts.waitFor({ state: 'detached' });
  });

  /** Keeps what is asked of this address until `refuse`, which says that Hub is busy. */
  const held = async (page: Page, address: string): Promise<{ refuse(): Promise<void> }> => {
    const answer = Promise.withResolvers<void>();
    await page.route(address, async (route) => {
      if (route.request().method() === 'GET') return route.fallback();
      await answer.promise;
      await route.fulfill(BUSY);
    });
    return {
      refuse: async () => {
        const answered = page.waitForResponse(address);
        answer.resolve();
        await answered;
      },
    };
  };

  test('what is refused after its dialog was closed is told, and does not stand in the next one', async () => {
    const email = await setting.newcomer('dave');
    const id = await stored({ dave: 'owner' }, { ...failed, name: 'kept' });
    const page = await setting.openAs(email, `/clusters/${id}`);
    const request = await held(page, `**/v1/clusters/${id}`);
    const confirm = page.getByRole('alertdialog');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await confirm.getByRole('button', { name: 'Delete it' }).click();
    await page.keyboard.press('Escape');
    await confirm.waitFor({ state: 'detached' });
    await request.refuse();
    await page.getByText(`“Delete kept?” was not done. ${BUSY_SAYS}`).waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await confirm.getByRole('button', { name: 'Delete it' }).waitFor();
    expect(await confirm.getByRole('alert').count()).toBe(0);
    // Whoever waits for it reads it there.
    await confirm.getByRole('button', { name: 'Delete it' }).click();
    await confirm.getByText(BUSY_SAYS).waitFor();
  });

  test('so it is with a form', async () => {
    await setting.driver.firestore.doc('accounts/form').set({ schema: 1, clusters: 0, hourlyMicros: 0 });
    const page = await setting.openAs('operator@example.com', '/operator/quotas');
    const request = await held(page, '**/v1/admin/accounts/form');
    await page.getByRole('button', { name: 'Change the limits of form' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change limits' });
    await dialog.getByLabel('Clusters at once').fill('3');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await request.refuse();
    await page.getByText(`“Change limits” was not done. ${BUSY_SAYS}`).waitFor();
  });

  test('nothing is wrong only where all was looked at', async () => {
    const page = await setting.open('/operator/trouble');
    // What is parked is asked of a collection that nobody may read.
    await page.route('**/google.firestore.v1.Firestore/Listen/channel?*', (route) => {
      const body = route.request().postData();
      if (body === null) return route.continue();
      const postData = body
        .split('&')
        .map((part) => (part.includes('parked.at') ? part.replace('clusters', 'ledgers') : part))
        .join('&');
      return route.continue({ postData });
    });
    await signIn(page, 'operator@example.com');
    await page.getByRole('heading', { name: 'This page cannot show what is parked' }).waitFor();
    expect(await page.getByText('Nothing is wrong').count()).toBe(0);
  });

  const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent');
  test('whoever works by keyboard goes on at a heading when their button is gone', async () => {
    const email = await setting.newcomer('finn');
    await setting.newcomer('fara');
    for (const [name, button, sure] of [
      ['deleted-one', 'Delete', 'Delete it'],
      ['retried-one', 'Retry', 'Start again'],
    ] as const) {
      const id = await stored({ finn: 'owner' }, { ...failed, name });
      const page = await setting.open(`/clusters/${id}`);
      await signIn(page, email);
      await page.getByRole('button', { name: button, exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('alertdialog').getByRole('button', { name: sure }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: button, exact: true }).first().waitFor({ state: 'detached' });
      await expect.poll(() => focused(page), { timeout: 20_000 }).toBe(name);
    }

    await setting.newcomer('felix');
    const id = await setting.make('kept', { fara: 'owner', finn: 'owner', felix: 'viewer' });
    const page = await setting.openAs(email, `/clusters/${id}`);
    await page.getByRole('button', { name: 'Remove' }).last().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('felix@example.com', { exact: true }).waitFor({ state: 'detached' });
    await expect.poll(() => focused(page), { timeout: 20_000 }).toBe('Members');

    await page.getByLabel(`Role of ${email}`).selectOption('viewer');
    await page.getByRole('button', { name: `Change the role of ${email}` }).focus();
    await page.keyboard.press('Enter');
    const confirm = page.getByRole('alertdialog', { name: 'Stop being an owner?' });
    await confirm.getByRole('button', { name: 'Become a viewer' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel(`Role of ${email}`, { exact: true }).waitFor({ state: 'detached' });
    await expect.poll(() => focused(page), { timeout: 20_000 }).toBe('Members');
  });

  test('an operator sees which page they are on, on a telephone too', async () => {
    const page = await setting.openAs('operator@example.com', '/operator/pools', {
      viewport: { width: 390, height: 800 },
    });
    const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Insights' });
    await link.evaluate((one: { click(): void }) => one.click());
    await page.getByRole('heading', { name: 'Insights', level: 1 }).waitFor();
    await expect
      .poll(async () => {
        const box = await link.boundingBox();
        return box !== null && box.x >= 0 && box.x + box.width <= 390;
      })
      .toBe(true);
  });
});
