import { expect, test } from 'vitest';
import { INTERIORS, runHub } from '../../test/running-hub.ts';

test.each(INTERIORS)(
  'what a Pachyderm keeps goes with its cluster, and stays through its restarts (%s)',
  async (inside) => {
    const it = runHub({ inside });
    const id = await it.created();
    const { store } = [...it.leaves.all()][0]?.world ?? {};
    const kept = () => store?.table('pachd').size;
    const bindings = await it.bindings(id);
    await it.restart(id, 'pachd');
    await it.look(id);
    expect(await it.bindings(id)).toEqual(bindings);
    expect(kept()).toBe(1);
    await it.delete(id);
    await it.reach(id, 'deleted');
    expect(kept()).toBe(0);
  },
);
