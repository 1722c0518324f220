import { describe, expect, test } from 'vitest';
import { minutes } from '../../shared/units.ts';
import { type RunningHub, runHub } from '../../test/running-hub.ts';
import { heldBy } from './certificate.ts';

const HELLO = { product: 'hello' } as const;

/** The document speaks of the certificate that the cluster has, and of nothing that is over. */
async function agree(it: RunningHub, id: string): Promise<void> {
  const { certificate } = await it.cluster(id);
  const held = await heldBy(await it.leaf(id), it.name(id));
  expect(held).toBeDefined();
  const { notBefore: _, ...known } = held ?? {};
  expect(certificate).toEqual({ ...known, renewAt: expect.any(Date) });
}

describe('a certificate', () => {
  test.each(['unavailable', 'reply-lost'] as const)(
    'whose way into the cluster broke off (%s) is there in the end',
    async (fault) => {
      const it = runHub();
      it.faults.force(fault, { times: 1, subject: 'PATCH Secret istio-ingress/hub-certificate' });
      const id = await it.created(HELLO);
      await agree(it, id);
    },
  );

  test('that was asked for twice at once is one', async () => {
    const it = runHub();
    it.faults.force('duplicate', { subject: 'step-expose' });
    const id = await it.created(HELLO);
    it.faults.clear();
    await it.clock.runFor(minutes(5));
    await agree(it, id);
    await it.look(id);
    expect((await it.cluster(id)).conditions.every(({ status }) => status)).toBe(true);
  });

  test('for another name is none', async () => {
    const it = runHub();
    const [id, other] = [await it.created(HELLO), await it.created(HELLO)];
    expect(await heldBy(await it.leaf(id), it.name(other))).toBeUndefined();
  });
});
