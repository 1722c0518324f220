/** A cluster of a Hub of before, and one in which a newer Hub goes on. */
import { describe, expect, test } from 'vitest';
import { clusterPath } from '../../shared/documents/cluster.ts';
import { hours } from '../../shared/units.ts';
import { AGAIN, deployment, mended, told, untrue } from '../../test/looks.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';
import { heldBy } from '../access/certificate.ts';
import { upgradeAfterMs } from '../access/drift.ts';
import { ensureInstallation, installationOf } from '../access/installation.ts';
import type { DocumentData } from '../cloud.ts';
import type { KubeObject, Leaf } from '../leaf/leaf.ts';
import { ISTIO_VERSION, meshAlone } from '../leaf/mesh.ts';

const BEFORE = '1.28.0';

/** As a Hub of before left it. */
async function downgrade(it: RunningHub, id: string): Promise<void> {
  const place = await it.site(id);
  const plan = meshAlone(await installationOf(place, 'before'));
  const before = { ...plan, releases: plan.releases.map((release) => ({ ...release, version: BEFORE })) };
  await it.until(async () => (await ensureInstallation(place, before)).status === 'done');
}

async function meshOf(it: RunningHub, id: string): Promise<(string | undefined)[]> {
  const leaf = await it.leaf(id);
  const found = await Promise.all(
    [
      ['istiod', 'istio-system'],
      ['hub-gateway', 'istio-ingress'],
    ].map(([name = '', namespace = '']) => leaf.find({ ...deployment(name), namespace })),
  );
  return found.map((one) => one?.metadata.labels?.['app.kubernetes.io/version']);
}

/** Until its turn has come, whenever that is, and Hub does not leave it alone because it was at work in it. */
const untilItsTurn = (it: RunningHub, id: string): Promise<void> =>
  it.sleep(Math.max(upgradeAfterMs(id), hours(12)));

describe.each(INTERIORS)('a mesh of a Hub of before (%s)', (inside) => {
  test('is upgraded when its turn has come, and the application goes on meanwhile', async () => {
    const it = runHub({ inside });
    const id = await it.created();
    const leaf = await it.leaf(id);
    const rootToken = async () =>
      (await leaf.find({ apiVersion: 'v1', kind: 'Secret', name: 'pachyderm-auth', namespace: 'pachyderm' }))
        ?.data?.['root-token'];
    const before = await rootToken();
    await downgrade(it, id);
    expect(await meshOf(it, id)).toEqual([BEFORE, BEFORE]);
    expect(await told(it, id, () => it.look(id))).toEqual([]);
    expect(untrue(await it.cluster(id))).toEqual(['UpToDate']);
    expect(await it.cluster(id)).not.toHaveProperty('flawedSince');
    await untilItsTurn(it, id);
    expect(await mended(it, id)).toEqual(['Its gateway needs an upgrade.', AGAIN]);
    expect(await meshOf(it, id)).toEqual([ISTIO_VERSION, ISTIO_VERSION]);
    // Helm would have made another one.
    expect(await rootToken()).toBe(before);
  });

  test('is upgraded with all the rest where parts are missing', async () => {
    const it = runHub({ inside });
    const id = await it.created();
    await downgrade(it, id);
    await (await it.leaf(id)).delete(deployment('console'));
    expect(await mended(it, id)).toEqual([
      '1 of its 8 parts is missing. Its gateway needs an upgrade.',
      AGAIN,
    ]);
    expect(await meshOf(it, id)).toEqual([ISTIO_VERSION, ISTIO_VERSION]);
  });

  test.each(['no order', 'an order that came to nothing'])(
    'that cannot be upgraded keeps no certificate from being renewed, with %s',
    async (begun) => {
      const it = runHub({ inside });
      const id = await it.created({ product: 'hello' });
      const { certificate } = await it.cluster(id);
      await downgrade(it, id);
      await untilItsTurn(it, id);
      const record = { name: `_acme-challenge.${it.name(id)}`, value: 'of-long-ago' };
      const order =
        begun === 'no order' ? {} : { order: 'https://acme.example.com/order/of-long-ago', record };
      const due = { ...certificate, renewAt: new Date(it.clock.now()), ...order } as DocumentData;
      await it.run(
        it.documents.commit([{ op: 'update', path: clusterPath(id), data: { certificate: due } }]),
      );
      it.faults.force('job-fails');
      await it.look(id);
      await it.clock.runFor(hours(1));
      const after = await it.cluster(id);
      expect(after).toMatchObject({ state: 'ready', error: { code: 'INSTALL_FAILED' } });
      expect(after.certificate?.fingerprint).not.toBe(certificate?.fingerprint);
      expect(after.certificate?.renewAt?.getTime()).toBeGreaterThan(it.clock.now());
      const held = await heldBy(await it.leaf(id), it.name(id));
      expect(held?.fingerprint).toBe(after.certificate?.fingerprint);
    },
  );

  test('is upgraded in a spare, which waits for an owner again', async () => {
    const it = runHub({ inside });
    await it.pool(1, 'hello');
    const [id = ''] = await it.spares();
    await downgrade(it, id);
    await it.look(id);
    await untilItsTurn(it, id);
    await it.look(id);
    await it.reach(id, 'warm');
    expect(await meshOf(it, id)).toEqual([ISTIO_VERSION, ISTIO_VERSION]);
    expect(untrue(await it.cluster(id))).toEqual([]);
  });

  test('of a newer release is let alone: the Hub before this one may be back', async () => {
    const it = runHub({ inside });
    const id = await it.created({ product: 'hello' });
    const leaf = await it.leaf(id);
    const gateway = await leaf.find({ ...deployment('hub-gateway'), namespace: 'istio-ingress' });
    if (!gateway) throw new Error('there is no gateway');
    const labels = { 'app.kubernetes.io/version': '1.99.0' };
    const { name, namespace = '' } = gateway.metadata;
    await leaf.apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace, labels } });
    expect(await mended(it, id)).toEqual([]);
  });
});

const PRIORITY = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', name: 'hub-product' };
const HUB = { apiVersion: 'v1', kind: 'Namespace', name: 'hub-system' };
const LIMIT = { apiVersion: 'v1', kind: 'LimitRange', name: 'hub', namespace: 'hello' };
const MISSING = 'Some of the limits and rights that Hub sets in it are missing.';

describe.each(INTERIORS)('what guards a cluster (%s)', (inside) => {
  /** As a Hub left it that knew nothing of the class, and wrote down something else, or nothing. */
  async function setBack(leaf: Leaf, guards?: string): Promise<void> {
    const { metadata } = (await leaf.find(HUB)) as KubeObject;
    const { name, labels = {} } = metadata;
    const annotations = guards === undefined ? {} : { 'hub/guards': guards };
    await leaf.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } });
    await leaf.delete(PRIORITY);
  }

  const recordOf = async (leaf: Leaf): Promise<string> =>
    (await leaf.find(HUB))?.metadata.annotations?.['hub/guards'] ?? '';

  test('and is taken away comes back at once', async () => {
    const it = runHub({ inside });
    const id = await it.created({ product: 'hello' });
    const leaf = await it.leaf(id);
    await leaf.delete(LIMIT);
    await leaf.delete(PRIORITY);
    expect(await mended(it, id)).toEqual([MISSING, AGAIN]);
    expect(await leaf.find(LIMIT)).toBeDefined();
    expect(await leaf.find(PRIORITY)).toBeDefined();
  });

  test('comes back at once where the whole of Hub’s namespace was taken away', async () => {
    const it = runHub({ inside });
    const id = await it.created({ product: 'hello' });
    const leaf = await it.leaf(id);
    const before = await recordOf(leaf);
    await leaf.delete(HUB);
    await it.until(async () => (await leaf.find(HUB)) === undefined);
    expect(await mended(it, id)).toEqual([MISSING, AGAIN]);
    expect(await recordOf(leaf)).toBe(before);
  });

  test.each(['wrote down others', 'wrote down none'])(
    'of a Hub of before, which %s, waits for its turn',
    async (which) => {
      const it = runHub({ inside });
      const id = await it.created({ product: 'hello' });
      const leaf = await it.leaf(id);
      const now = await recordOf(leaf);
      await setBack(leaf, which === 'wrote down none' ? undefined : 'of-before');
      expect(await told(it, id, () => it.look(id))).toEqual([]);
      expect(untrue(await it.cluster(id))).toEqual(['UpToDate']);
      await untilItsTurn(it, id);
      expect(await mended(it, id)).toEqual([
        'The limits and rights that Hub sets in it need an upgrade.',
        AGAIN,
      ]);
      expect(await leaf.find(PRIORITY)).toBeDefined();
      expect(await recordOf(leaf)).toBe(now);
    },
  );

  test('and that Hub knew, too, comes back at once while the rest waits', async () => {
    const it = runHub({ inside });
    const id = await it.created({ product: 'hello' });
    const leaf = await it.leaf(id);
    // One that the Hub of now has not, and of all the others one less.
    const known = (await recordOf(leaf)).split(' ');
    const [first = '', ...others] = known;
    expect(first).not.toBe('');
    await setBack(leaf, others.join(' '));
    expect(untrue(await it.cluster(id))).toEqual([]);
    expect(await mended(it, id)).toEqual([
      `${MISSING} The limits and rights that Hub sets in it need an upgrade.`,
      AGAIN,
    ]);
    expect(await recordOf(leaf)).toBe(known.join(' '));
  });

  test('is not written down anew by looks and by repairs of a Hub that keeps the same', async () => {
    const it = runHub({ inside });
    const id = await it.created();
    const leaf = await it.leaf(id);
    const before = await recordOf(leaf);
    await leaf.delete(deployment('console'));
    await mended(it, id);
    expect(await recordOf(leaf)).toBe(before);
    await it.look(id);
    expect(untrue(await it.cluster(id))).toEqual([]);
  });
});

test('the turns of clusters are spread over two days', () => {
  const quarters = [0, 0, 0, 0];
  for (let index = 0; index < 1000; index++) {
    const quarter = Math.floor(upgradeAfterMs(`cluster-${index}`) / hours(12));
    quarters[quarter] = (quarters[quarter] ?? 0) + 1;
  }
  expect(quarters).toHaveLength(4);
  for (const count of quarters) expect(count).toBeGreaterThan(200);
});

describe.each(INTERIORS)('a repair in the middle of which Hub is deployed anew (%s)', (inside) => {
  test('ends the installer of before, and begins again when that is gone', async () => {
    const it = runHub({ inside });
    const id = await it.created();
    const leaf = await it.leaf(id);
    const jobs = () => leaf.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'hub-system' });
    it.faults.force('pod-crash', { subject: 'pachyderm/console' });
    await leaf.delete(deployment('console'));
    await it.look(id);
    // All its parts are there again, and Helm is still at work.
    await it.until(async () => (await leaf.find(deployment('console'))) !== undefined);
    expect(await jobs()).toHaveLength(2);
    const { settings } = it.ports;
    it.ports.settings = { ...settings, install: { ...settings.install, helmImage: 'mirror/helm:next' } };
    await it.until(async () => (await jobs()).length === 1);
    it.faults.clear();
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace: 'pachyderm' };
    for (const { metadata } of await leaf.list({ ...pods, labelSelector: 'app=console' }))
      await leaf.delete({ ...pods, name: metadata.name });
    const isRunning = ({ status }: KubeObject) => !['Succeeded', 'Failed'].includes(status?.phase);
    const installers = { apiVersion: 'v1', kind: 'Pod', namespace: 'hub-system' };
    await it.until(
      async () => {
        expect((await leaf.list(installers)).filter(isRunning).length).toBeLessThanOrEqual(1);
        return (await it.cluster(id)).state === 'ready';
      },
      hours(1),
      500,
    );
    expect((await it.messagesOf(id)).at(-1)).toBe(AGAIN);
    const images = (await jobs()).map(({ spec }) => spec.template.spec.initContainers[0].image);
    expect(images.sort()).toEqual([settings.install.helmImage, 'mirror/helm:next'].sort());
    const secrets = await leaf.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'hub-system' });
    expect(secrets.filter(({ metadata }) => metadata.name.startsWith('install-'))).toEqual([]);
  });
});
