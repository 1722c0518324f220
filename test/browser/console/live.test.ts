/** The page shows what is so, as it becomes so, to whoever may see it: over one open stream, and again after that was away. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { scopesOf } from '../../../local/firestore/documents.ts';
import { PROJECT } from '../../../local/hub.ts';
import { aCluster, clusterIdOf } from '../../builders.ts';
import { watchChannel } from './channel.ts';
import { type DeafLine, deafLine } from './deaf-line.ts';
import {
  accountMenu,
  create,
  createButton,
  describeConsole,
  isReady,
  mark,
  openCreateDialog,
  signIn,
} from './setting.ts';

/** https://github.com/firebase/firebase-js-sdk/blob/main/packages/firestore/src/platform/browser/webchannel_connection.ts */
const LISTEN = '/google.firestore.v1.Firestore/Listen/channel';

describeConsole('a page that is open', (setting) => {
  let written = 0;
  const stored = async (uids: readonly string[], name: string): Promise<string> => {
    const [owner = '', ...others] = uids;
    const members = Object.fromEntries([
      [owner, 'owner' as const],
      ...others.map((uid) => [uid, 'editor' as const] as const),
    ]);
    const id = clusterIdOf(++written);
    await setting.store(aCluster({ id, name, owner, members }));
    return id;
  };
  const write = (id: string, fields: object) =>
    setting.driver.firestore.doc(`clusters/${id}`).update({ ...fields });

  test('has a cluster appear to which somebody is invited, once they look at it', async () => {
    const host = await setting.driver.person(await setting.newcomer('hugo'));
    const email = await setting.newcomer('iris');
    const page = await setting.openAs(email);
    await page.getByRole('heading', { name: 'Clusters', exact: true }).waitFor();
    const look = (state: string) =>
      page.evaluate(
        `Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${state}' });
        document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await look('hidden');
    const ids = [
      await setting.make('shown', { hugo: 'owner' }),
      await setting.make('hidden', { hugo: 'owner' }),
    ];
    const invite = (id = '') => host('PUT', `/v1/clusters/${id}/members/${email}`, { role: 'viewer' });
    await invite(ids[1]);
    // Told over the same stream as what follows, which is written later.
    await stored(['hugo', 'iris'], 'told later');
    await page.getByRole('link', { name: 'told later' }).waitFor();
    expect(await page.getByRole('link', { name: 'hidden' }).count()).toBe(0);
    await look('visible');
    await page.getByRole('link', { name: 'hidden' }).waitFor();
    await invite(ids[0]);
    await page.getByRole('link', { name: 'shown' }).waitFor();
  });

  /** What a page asked for, and was sent, while a cluster was made before its eyes. Looked at once, for the two tests that follow. */
  const watching = async () => {
    const email = await setting.newcomer('rita');
    const page = await setting.open('/');
    const channel = await watchChannel(page);
    await page.reload();
    await signIn(page, email);
    const dialog = await openCreateDialog(page);
    await dialog.getByLabel('Name').fill('watched');
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (['fetch', 'xhr', 'document', 'eventsource', 'websocket'].includes(request.resourceType()))
        asked.push(`${request.method()} ${pathname}`);
    });
    const commits: string[] = [];
    const anyCluster = `projects/${PROJECT}/databases/(default)/documents/clusters/any`;
    const stop = setting.driver.hub.cloud.firestore.model.watch({
      topics: scopesOf(anyCluster),
      notify: (names) => void commits.push(...names),
    });
    await createButton(dialog).click();
    await isReady(page);
    stop();
    const id = new URL(page.url()).pathname.replace('/clusters/', '');
    const path = `clusters/${id}`;
    const writes = commits.filter((name) => name.endsWith(`/${path}`)).length;
    return { id, asked, reads: channel.reads(path), writes };
  };
  let watched: ReturnType<typeof watching> | undefined;
  const watch = () => (watched ??= watching());

  test('is told of a creation by its stream alone', async () => {
    const { id, asked } = await watch();
    // What the press does, and what the page of the cluster opens with; then all is told to it.
    expect(asked.filter((line) => !line.endsWith(LISTEN))).toEqual([
      'POST /v1/clusters',
      `GET /v1/clusters/${id}/members`,
    ]);
  });

  // At most eight times on the way to ready, while the cloud takes no longer than it usually does: test/journeys/virtual.test.ts.
  test('reads a cluster that is made no oftener than it is written', async () => {
    const { reads, writes } = await watch();
    expect(reads).toBeGreaterThan(1);
    expect(reads).toBeLessThanOrEqual(writes);
  });

  test('says when Hub is not well, to who is signed in and who is not, and stops when it is over', async () => {
    const [outside, inside] = [await setting.open('/'), await setting.openAs(await setting.newcomer('nora'))];
    const said = (page: Page) => page.getByText('Deleting clusters takes longer than usual.');
    // Only an operator can help them, so the next looks find them as they are.
    const stuck = [await stored(['olga'], 'one'), await stored(['olga'], 'two')];
    for (const id of stuck) await write(id, { state: 'stuck' });
    for (const page of [outside, inside]) await said(page).waitFor();
    for (const id of stuck) await setting.driver.firestore.doc(`clusters/${id}`).delete();
    for (const page of [outside, inside]) await said(page).waitFor({ state: 'hidden' });
  });

  test('shows two members the same change, and a stranger nothing', async () => {
    const [vera, victor, stranger] = [
      await setting.newcomer('vera'),
      await setting.newcomer('victor'),
      await setting.newcomer('sten'),
    ];
    const id = await stored(['vera', 'victor'], 'telescope');
    const pages = [await setting.openAs(vera), await setting.openAs(victor, `/clusters/${id}`)] as const;
    const marks = await Promise.all(pages.map(mark));
    await pages[0].getByRole('link', { name: 'telescope' }).waitFor();
    await pages[1].getByRole('heading', { name: 'telescope' }).waitFor();
    await write(id, { state: 'repairing', progress: 0.4, detail: 'Putting its gateway back.' });
    await pages[0].getByText('Maintaining it').waitFor();
    await pages[1].getByText('Putting its gateway back.').first().waitFor();
    await write(id, { state: 'ready', progress: 1 });
    for (const page of pages) await page.getByText('Ready', { exact: true }).first().waitFor();
    expect(await Promise.all(marks.map((isSame) => isSame()))).toEqual([true, true]);

    const page = await setting.open('/');
    const channel = await watchChannel(page);
    await page.goto(`${setting.driver.hub.url}/clusters/${id}`);
    await signIn(page, stranger);
    await page.getByRole('heading', { name: 'There is no such cluster, or it is not yours' }).waitFor();
    expect(channel.reads(`clusters/${id}`)).toBe(0);
    expect(await page.content()).not.toContain('telescope');
    // The same as of an id that never was.
    const answer = await page.locator('main').innerText();
    await page.goto(`${setting.driver.hub.url}/clusters/${clusterIdOf(999)}`);
    await page.getByRole('heading', { name: 'There is no such cluster, or it is not yours' }).waitFor();
    expect(await page.locator('main').innerText()).toBe(answer);
  });

  test('says when the browser is offline, and catches up by itself', async () => {
    const email = await setting.newcomer('olga');
    const id = await stored(['olga'], 'before');
    const page = await setting.openAs(email);
    await page.getByRole('link', { name: 'before' }).waitFor();
    const isSamePage = await mark(page);
    await page.context().setOffline(true);
    await page.getByText('The connection is lost.').waitFor();
    await write(id, { name: 'after' });
    await page.context().setOffline(false);
    await page.getByRole('link', { name: 'after' }).waitFor();
    await page.getByText('The connection is lost.').waitFor({ state: 'detached' });
    expect(await isSamePage()).toBe(true);
  });

  test('that never reached Firestore says so, and does not take silence for an empty list', async () => {
    const email = await setting.newcomer('nell');
    await stored(['nell'], 'there-all-along');
    const page = await setting.open('/');
    await page.clock.install();
    await page.route(`**${LISTEN}**`, (route) => route.abort());
    await page.reload();
    await page.getByLabel('E-mail').waitFor();
    // However long somebody takes to sign in, nothing is late before they have.
    await page.clock.fastForward('00:20');
    await signIn(page, email);
    await page.getByText('Loading your clusters').waitFor({ state: 'attached' });
    expect(await page.getByText('Hub cannot be reached at the moment.').count()).toBe(0);
    await page.clock.fastForward('00:10');
    await page.getByText('Hub cannot be reached at the moment.').waitFor();
    expect(await page.getByText('Your first cluster is one click away').count()).toBe(0);
    await page.unroute(`**${LISTEN}**`);
    // However long the SDK meant to wait until its next try.
    await page.clock.fastForward('05:00');
    await page.getByRole('link', { name: 'there-all-along' }).waitFor();
    await page.getByText('Hub cannot be reached at the moment.').waitFor({ state: 'detached' });
  });

  /** A page whose way to Firestore is in the hands of the test. */
  const onALine = async (work: (page: Page, line: DeafLine, id: string) => Promise<void>): Promise<void> => {
    const uid = `liam-${++written}`;
    const email = await setting.newcomer(uid);
    const id = await stored([uid], 'before');
    const line = await deafLine(setting.driver.hub.cloud.firestore.port);
    try {
      // The policy names Firestore's own port.
      const page = await setting.open('/', { bypassCSP: true });
      await page.route('**/__/firebase/init.json', async (route) => {
        const config = await (await route.fetch()).json();
        await route.fulfill({
          json: { ...config, hub: { ...config.hub, firestore: `127.0.0.1:${line.port}` } },
        });
      });
      await page.reload();
      await signIn(page, email);
      await page.getByRole('link', { name: 'before' }).waitFor();
      await work(page, line, id);
      await page.context().close();
    } finally {
      await line.close();
    }
  };

  test('that was asleep on a dead connection catches up when somebody looks at it again', () =>
    onALine(async (page, line, id) => {
      const show = (isHidden: boolean): Promise<void> =>
        page.evaluate(`
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
          document.dispatchEvent(new Event('visibilitychange'));
        `);
      await show(true);
      line.deafen();
      await write(id, { name: 'after' });
      await page.evaluate(() => {
        const now = Date.now;
        Date.now = () => now() + 61_000;
      });
      await show(false);
      await page.getByRole('link', { name: 'after' }).waitFor();
    }));

  test('whose line to Firestore is cut says so, and heals by itself', () =>
    onALine(async (page, line, id) => {
      await line.cut();
      await page.getByText('The connection is lost.').waitFor();
      await write(id, { name: 'after' });
      await line.mend();
      await page.getByRole('link', { name: 'after' }).waitFor();
      await page.getByText('The connection is lost.').waitFor({ state: 'detached' });
    }));

  test.each(['revoked', 'deleted'] as const)(
    'whose session is %s says so, and keeps its place',
    async (how) => {
      const uid = `xenia-${how}`;
      const email = await setting.newcomer(uid);
      const id = await stored([uid], 'kept');
      const page = await setting.open(`/clusters/${id}`);
      // What the page asks for by itself must have been answered: the press below is what finds out.
      const own = ['/v1/me', '/v1/catalog', `/v1/clusters/${id}/members`].map((path) =>
        page.waitForResponse((answer) => new URL(answer.url()).pathname === path),
      );
      await signIn(page, email);
      await Promise.all(own);
      const { model } = setting.driver.hub.cloud.auth;
      const user = model.findUser(uid);
      if (!user) throw new Error('there is no such user');
      if (how === 'deleted') model.deleteUser(uid);
      // Times of a sign-in are whole seconds: as if it had been made before.
      else model.saveUser({ ...user, validSinceS: Math.floor(Date.now() / 1000) + 1 });
      await page.getByRole('button', { name: 'Download a kubeconfig' }).click();
      await page.getByText('Your session has ended. Sign in again to continue where you were.').waitFor();
      expect(new URL(page.url()).pathname).toBe(`/clusters/${id}`);
      expect(await page.getByText('kept').count()).toBe(0);
      model.saveUser({ ...user, validSinceS: 0 });
      await signIn(page, email);
      await page.getByRole('heading', { name: 'kept' }).waitFor();
    },
  );

  test('is emptied for whoever signs in next', async () => {
    const [first, second] = [await setting.newcomer('fay'), await setting.newcomer('sid')];
    await stored(['fay'], 'of-fay');
    const page = await setting.openAs(first);
    await page.getByRole('link', { name: 'of-fay' }).waitFor();
    await accountMenu(page).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await signIn(page, second);
    await page.getByRole('heading', { name: 'Your first cluster is one click away' }).waitFor();
    expect(await page.content()).not.toContain('of-fay');
    // The dialog proposes a name from what it knows.
    await create(page, 'of-sid');
  });
});
