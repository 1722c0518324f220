/** What Hub makes once in a Pachyderm: the passwords of its database, and the secrets of its clients. Its own, and the same for as long as it lives. */
import { describe, expect, test } from 'vitest';
import { CLIENTS_SECRET, DATABASE_SECRET, pachyderm } from '../../shared/catalog/pachyderm.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';
import { accessOf } from './access.ts';

const { namespace } = pachyderm;
const secretOf = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', name, namespace });

async function passwordsIn(it: RunningHub, id: string): Promise<string[]> {
  const data = (await (await it.leaf(id)).find(secretOf(DATABASE_SECRET)))?.data ?? {};
  return ['postgresql-password', 'postgresql-postgres-password'].map((key) =>
    Buffer.from(String(data[key]), 'base64').toString('utf8'),
  );
}

describe.each(INTERIORS)('a database (%s)', (inside) => {
  test('has random passwords, others in each cluster, and not the chart’s', async () => {
    const it = runHub({ inside });
    const [one, other] = [await it.created(), await it.created()];
    const all = [...(await passwordsIn(it, one)), ...(await passwordsIn(it, other))];
    for (const password of all) expect(password).toMatch(/^[a-z2-7]{52}$/);
    expect(new Set(all).size).toBe(4);
    expect(await (await it.leaf(one)).find(secretOf('postgres'))).toBeUndefined();
  });

  test('keeps them through a repair that installs again', async () => {
    const it = runHub({ inside });
    const id = await it.created();
    const before = await passwordsIn(it, id);
    await (await it.leaf(id)).delete({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'console',
      namespace,
    });
    await it.look(id);
    await it.reach(id, 'ready');
    expect((await it.messagesOf(id)).at(-1)).toBe('Everything is in order again.');
    expect(await passwordsIn(it, id)).toEqual(before);
  });

  test('keeps those of the chart where it was made with them', async () => {
    const it = runHub({ inside });
    const id = await it.created();
    const site = await it.site(id);
    await site.leaf.delete(secretOf(DATABASE_SECRET));
    const data = { 'postgresql-password': 'b2xk', 'postgresql-postgres-password': 'b2xkZXI=' };
    const { name, ...rest } = secretOf('postgres');
    await site.leaf.create({ ...rest, metadata: { name, namespace }, type: 'Opaque', data });
    await it.run(accessOf(site).prepare(site));
    expect(await passwordsIn(it, id)).toEqual(['old', 'older']);
  });
});

describe.each(INTERIORS)('the clients of the dex inside (%s)', (inside) => {
  const KEYS = ['pachd-oauth-client-secret', 'OAUTH_CLIENT_SECRET'];
  const secretsIn = async (it: RunningHub, id: string): Promise<string[]> => {
    const data = (await (await it.leaf(id)).find(secretOf(CLIENTS_SECRET)))?.data ?? {};
    return KEYS.map((key) => Buffer.from(String(data[key]), 'base64').toString('utf8'));
  };

  test('have secrets of their own, which a repair that installs again leaves as they are', async () => {
    const it = runHub({ inside });
    const id = await it.created();
    const leaf = await it.leaf(id);
    const before = await secretsIn(it, id);
    for (const secret of before) expect(secret).toMatch(/^[a-z2-7]{52}$/);
    expect(new Set(before).size).toBe(2);
    const console = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'console', namespace };
    await leaf.delete(console);
    await it.look(id);
    await it.reach(id, 'ready');
    expect(await secretsIn(it, id)).toEqual(before);
    // None of the chart's own, which are others after each Helm.
    expect(await leaf.find(secretOf('pachyderm-console-secret'))).toBeUndefined();
    expect((await leaf.find(secretOf('pachyderm-auth')))?.data).not.toHaveProperty(KEYS[0] ?? '');
  });
});
