/** What a page may see under the deployed rules, as who is signed in there; and what it may see no more. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Backend } from './backend.ts';
import type { Tab } from './browser.ts';
import { confirmed, describeInChromium, eventually, type Setting } from './setting.ts';

const RULES = readFileSync(new URL('../../../firestore.rules', import.meta.url), 'utf8');
/** Nobody may anything. */
const CLOSED = `rules_version = '2'; service cloud.firestore { match /databases/{database}/documents {} }`;
/** The password of the accounts that a new Auth stand-in has. */
const PASSWORD = 'hub-local';

const mine = (uid: string) => ({
  collection: 'clusters',
  where: [['readers', 'array-contains', uid]] as ['readers', 'array-contains', string][],
});
const timeline = (cluster: string) => ({ collection: `clusters/${cluster}/events` });

/** A page with ada in it. */
async function openAsAda({ backend, open }: Setting): Promise<Tab> {
  const tab = await open({ authPort: backend.guarded.auth.port });
  expect(await tab.run('signIn', 'ada@example.com', PASSWORD)).toBe('ada');
  return tab;
}

const ended = (tab: Tab, listener: string) =>
  eventually(async () => (await tab.run('seen', listener)).error).toBe('permission-denied');

/** The first request of a stream has no session yet. */
const opensListen = (request: string) => request.includes('/Listen/channel') && !request.includes('&SID=');

async function makeCluster({ admin }: Backend, id: string, readers: string[]): Promise<void> {
  await admin.doc(`clusters/${id}`).set({ readers });
  await admin.doc(`clusters/${id}/events/e1`).set({ epoch: 1 });
}

describeInChromium('under security rules', (inChromium) => {
  const withRules = (name: string, run: (setting: Setting) => Promise<void>) =>
    inChromium(name, run, { rules: RULES });

  withRules('a signed-in user sees what is theirs, and nobody else does', async (setting) => {
    const { backend } = setting;
    await makeCluster(backend, 'a', ['ada', 'grace']);
    await makeCluster(backend, 'g', ['grace']);
    const tab = await openAsAda(setting);
    await tab.run('listen', 'mine', mine('ada'));
    await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada', 'grace'] } });
    expect(await tab.run('read', 'clusters/a')).toEqual({ readers: ['ada', 'grace'] });
    await backend.admin.doc('clusters/b').set({ readers: ['ada'] });
    await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada', 'grace'] }, b: { readers: ['ada'] } });
    const nobody = await setting.open({ authPort: backend.guarded.auth.port });
    expect(await nobody.run('readCode', 'clusters/a')).toBe('permission-denied');
    await nobody.run('listen', 'mine', mine('ada'));
    await ended(nobody, 'mine');
  });

  withRules('what is refused is refused alone: other listeners and the page go on', async (setting) => {
    const { backend } = setting;
    await makeCluster(backend, 'a', ['ada']);
    await makeCluster(backend, 'g', ['grace']);
    const tab = await openAsAda(setting);
    await tab.run('listen', 'mine', mine('ada'));
    await tab.run('listen', 'one', { document: 'clusters/a' });
    await confirmed(tab, 'one').toEqual({ a: { readers: ['ada'] } });
    await tab.run('listen', 'of grace', { document: 'clusters/g' });
    await ended(tab, 'of grace');
    await tab.run('listen', 'all', { collection: 'clusters' });
    await ended(tab, 'all');
    expect(await tab.run('readCode', 'clusters/g')).toBe('permission-denied');
    expect(await tab.run('queryCode', mine('grace'))).toBe('permission-denied');
    expect(await tab.run('countCode', mine('grace'))).toBe('permission-denied');
    expect(await tab.run('set', 'clusters/a', { readers: [] })).toBe('permission-denied');
    expect(await tab.run('remove', 'clusters/a')).toBe('permission-denied');
    expect(await tab.run('incrementCode', 'clusters/a')).toBe('permission-denied');
    // Its own refused write was taken back, and the stream it came on lives.
    await backend.admin.doc('clusters/a').update({ n: 2 });
    await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada'], n: 2 } });
    await confirmed(tab, 'one').toEqual({ a: { readers: ['ada'], n: 2 } });
  });

  withRules('who signs out is heard no more, and is again after signing in', async (setting) => {
    const { backend } = setting;
    await makeCluster(backend, 'a', ['ada']);
    const tab = await openAsAda(setting);
    await tab.run('listen', 'mine', mine('ada'));
    await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada'] } });
    await tab.run('leave');
    await ended(tab, 'mine');
    expect(await tab.run('readCode', 'clusters/a')).toBe('permission-denied');
    await tab.run('signIn', 'grace@example.com', PASSWORD);
    await tab.run('listen', 'mine', mine('ada'));
    await ended(tab, 'mine');
    await tab.run('signIn', 'ada@example.com', PASSWORD);
    await tab.run('listen', 'mine', mine('ada'));
    await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada'] } });
  });

  withRules('a new token carries new claims, and listeners go on over it', async (setting) => {
    const { backend } = setting;
    const { model } = backend.guarded.auth;
    await makeCluster(backend, 'a', ['ada']);
    await backend.admin.doc('pools/p').set({ wanted: 3 });
    const tab = await openAsAda(setting);
    await tab.run('listen', 'mine', mine('ada'));
    await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada'] } });
    expect(await tab.run('queryCode', { collection: 'pools' })).toBe('permission-denied');
    const ada = model.findUser('ada');
    if (!ada) throw new Error('ada is missing');
    model.saveUser({ ...ada, customAttributes: '{"operator":true}' });
    expect(await tab.run('queryCode', { collection: 'pools' })).toBe('permission-denied');
    const { listened } = backend.model.counters;
    expect(await tab.run('refreshToken')).toBe(true);
    await tab.run('listen', 'pools', { collection: 'pools' });
    await confirmed(tab, 'pools').toEqual({ p: { wanted: 3 } });
    await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada'] } });
    // Only the pool: what was known before the new stream was not sent again.
    expect(backend.model.counters.listened - listened).toBe(1);
  });

  withRules(
    'a stream whose token is too old ends, and its listeners go on under a new one',
    async (setting) => {
      const { backend } = setting;
      await makeCluster(backend, 'a', ['ada']);
      backend.guarded.tokenLifeS = 2;
      const tab = await openAsAda(setting);
      await tab.run('listen', 'mine', mine('ada'));
      await eventually(() => tab.requests.filter(opensListen).length).toBeGreaterThanOrEqual(2);
      backend.guarded.tokenLifeS = Number.POSITIVE_INFINITY;
      await backend.admin.doc('clusters/a').update({ n: 1 });
      await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada'], n: 1 } });
    },
  );

  withRules(
    'a member who was removed loses cluster and timeline at once, and nothing else',
    async (setting) => {
      const { backend } = setting;
      await makeCluster(backend, 'a', ['ada', 'grace']);
      await makeCluster(backend, 'b', ['ada']);
      const tab = await openAsAda(setting);
      const both = { a: { readers: ['ada', 'grace'] }, b: { readers: ['ada'] } };
      await tab.run('listen', 'mine', mine('ada'));
      await tab.run('listen', 'cluster', { document: 'clusters/a' });
      await tab.run('listen', 'event', { document: 'clusters/a/events/e1' });
      await tab.run('listen', 'timeline', timeline('a'));
      await tab.run('listen', 'other cluster', { document: 'clusters/b' });
      await tab.run('listen', 'other timeline', timeline('b'));
      await confirmed(tab, 'mine').toEqual(both);
      await confirmed(tab, 'cluster').toEqual({ a: both.a });
      await confirmed(tab, 'event').toEqual({ e1: { epoch: 1 } });
      await confirmed(tab, 'timeline').toEqual({ e1: { epoch: 1 } });

      const removal = backend.admin.batch();
      removal.update(backend.admin.doc('clusters/a'), { readers: ['grace'], secret: true });
      removal.create(backend.admin.doc('clusters/a/events/e2'), { epoch: 2, secret: true });
      await removal.commit();
      await ended(tab, 'cluster');
      await ended(tab, 'event');
      await confirmed(tab, 'mine').toEqual({ b: both.b });
      await ended(tab, 'timeline');
      for (const listener of ['cluster', 'timeline'])
        expect(JSON.stringify(await tab.run('seen', listener))).not.toContain('secret');

      await backend.admin.doc('clusters/a').update({ later: true });
      await backend.admin.doc('clusters/b').update({ n: 1 });
      await backend.admin.doc('clusters/b/events/e2').set({ epoch: 2 });
      await confirmed(tab, 'other cluster').toEqual({ b: { ...both.b, n: 1 } });
      await confirmed(tab, 'other timeline').toEqual({ e1: { epoch: 1 }, e2: { epoch: 2 } });
      await confirmed(tab, 'mine').toEqual({ b: { ...both.b, n: 1 } });
    },
  );

  withRules('rules that are replaced end listeners at once, and let them in again', async (setting) => {
    const { backend } = setting;
    const { access } = backend.guarded;
    await makeCluster(backend, 'a', ['ada']);
    const tab = await openAsAda(setting);
    await tab.run('listen', 'mine', mine('ada'));
    await tab.run('listen', 'one', { document: 'clusters/a' });
    await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada'] } });
    await confirmed(tab, 'one').toEqual({ a: { readers: ['ada'] } });
    access.load(CLOSED);
    await ended(tab, 'mine');
    await ended(tab, 'one');
    expect(await tab.run('readCode', 'clusters/a')).toBe('permission-denied');
    access.load(RULES);
    await tab.run('listen', 'mine', mine('ada'));
    await confirmed(tab, 'mine').toEqual({ a: { readers: ['ada'] } });
  });
});
