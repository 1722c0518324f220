import { beforeAll, describe, expect, test } from 'vitest';
import { HUB_PRINCIPAL } from '../../shared/catalog/pachyderm.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { aSpec } from '../../test/builders.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';
import { GATEWAY } from '../access/exposure.ts';
import { areMembersApplied } from '../access/members.ts';
import { EVERYBODY } from '../pachyderm/members.ts';
import { claimSpare } from '../pool/claim.ts';

const ADMIN = ['clusterAdmin'];

describe.each(INTERIORS)('a spare (%s)', (inside) => {
  let it: RunningHub;
  beforeAll(async () => {
    it = runHub({ inside });
    await it.pool(3);
    await it.until(async () => (await it.spares()).length === 3);
  });
  const claim = async (owner: string): Promise<string> => {
    const wish = { name: 'mine', spec: aSpec(), owner, email: `${owner}@example.com` };
    const claimed = await it.run(claimSpare(it.ports, wish, () => []));
    return claimed?.id ?? '';
  };
  const people = async (id: string): Promise<object> =>
    Object.fromEntries(Object.entries(await it.bindings(id)).filter(([one]) => one.startsWith('user:')));

  /** What must be true of a cluster that became this person's. */
  async function belongsTo(id: string, owner: string): Promise<void> {
    const bindings = { [HUB_PRINCIPAL]: ADMIN, [`user:${owner}@example.com`]: ADMIN };
    expect(await people(id)).toEqual(bindings);
    expect(await it.keptBindings(id)).toEqual({ [EVERYBODY]: [], ...bindings });
    expect(await it.run(areMembersApplied(await it.site(id)))).toBe(true);
    expect(await it.cluster(id)).toMatchObject({ owner, endpoints: { console: expect.any(String) } });
  }

  test('is its owner’s a moment after the claim, knew nobody before, and knows them after a restart', async () => {
    for (const spare of await it.spares()) expect(await people(spare)).toEqual({ [HUB_PRINCIPAL]: ADMIN });
    const id = await claim('ada');
    await it.reach(id, 'ready', { stepMs: 10 });
    const [claimed, ready] = (await it.events(id)).slice(-2);
    expect([claimed?.cause, ready?.to]).toEqual(['claim', 'ready']);
    expect(ready?.durationMs).toBeLessThan(1500);
    await belongsTo(id, 'ada');

    await it.restart(id, 'pachd');
    await it.asHub(id, async (pachyderm) => pachyderm.version());
    await belongsTo(id, 'ada');
    await it.look(id);
    expect((await it.events(id)).at(-1)?.to).toBe('ready');
  });

  test('that lets strangers in is closed at once, and is nobody’s', async () => {
    const hub = runHub({ inside });
    await hub.pool(1);
    await hub.until(async () => (await hub.spares()).length === 1);
    const [id = ''] = await hub.spares();
    (await hub.pachd(id)).bindings = {};
    const wish = { name: 'mine', spec: aSpec(), owner: 'ada', email: 'ada@example.com' };
    await hub.run(claimSpare(hub.ports, wish, () => []));
    await hub.reach(id, 'undoing', { limitMs: seconds(10), stepMs: 20 });
    expect(await hub.cluster(id)).toMatchObject({ endpoints: {}, error: { code: 'LOCK_FAILED' } });
    expect(await (await hub.leaf(id)).find(GATEWAY)).toBeUndefined();
  });

  test('is its owner’s although word of the claim got lost', async () => {
    it.faults.force('lost', { times: 1, subject: 'step-personalize' });
    const id = await claim('grace');
    await it.reach(id, 'ready', { limitMs: minutes(3) });
    await belongsTo(id, 'grace');
  });

  test('is its owner’s although the step ran twice at once', async () => {
    it.faults.force('duplicate', { times: 1, subject: 'step-personalize' });
    const id = await claim('barbara');
    await it.reach(id, 'ready');
    await it.clock.runFor(minutes(2));
    await belongsTo(id, 'barbara');
    expect((await it.events(id)).slice(-2).map(({ to }) => to)).toEqual(['personalizing', 'ready']);
  });
});
