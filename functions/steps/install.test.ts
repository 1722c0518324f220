/** Charts of a registry that asks who reads them, as Artifact Registry does: with either inside, from the order to the end. */
import { describe, expect, test } from 'vitest';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';
import { CHART_TOKEN_MS } from '../leaf/manifests.ts';
import type { Ports } from '../ports.ts';

const HELLO = { product: 'hello', version: '1.1.0' } as const;
const secretsOf = async (hub: RunningHub, id: string): Promise<string[]> =>
  (await (await hub.leaf(id)).list({ apiVersion: 'v1', kind: 'Secret', namespace: 'hub-system' })).map(
    ({ metadata }) => metadata.name,
  );
/** What is said of a cluster that was not installed. */
async function failureOf(hub: RunningHub): Promise<string> {
  const id = await hub.create(HELLO);
  await hub.reach(id, 'failed');
  return (await hub.events(id)).map(({ error }) => error?.message ?? '').join('\n');
}
const giving = (hub: RunningHub, issueToken: Ports['charts']['issueToken']): void => {
  hub.ports.charts.issueToken = issueToken;
};

describe.each(INTERIORS)('charts that not everybody may read, with the inside %s', (inside) => {
  test('are read with a token that is asked for once, and is gone when the installer has ended', async () => {
    const hub = runHub({ inside });
    const asked: number[] = [];
    const { issueToken } = hub.charts;
    giving(hub, (lifetimeMs) => {
      asked.push(lifetimeMs);
      return issueToken(lifetimeMs);
    });
    const id = await hub.created(HELLO);
    expect(asked).toEqual([CHART_TOKEN_MS]);
    expect((await secretsOf(hub, id)).filter((name) => name.startsWith('install-'))).toEqual([]);
  });

  test('are not read without one, and Helm’s own words say why', async () => {
    const hub = runHub({ inside });
    const { chartAccount: _, ...install } = hub.ports.settings.install;
    hub.ports.settings = { ...hub.ports.settings, install };
    const said = await failureOf(hub);
    expect(said).toContain(
      'failed to perform "FetchReference" on source: GET "https://europe-docker.pkg.dev/v2/hub-memory/charts/base/manifests/',
    );
    expect(said).toContain('response status code 403: denied: Unauthenticated request.');
  });

  test('are not read with one that is no good any more', async () => {
    const hub = runHub({ inside });
    giving(hub, async () => 'ya29.c.another');
    expect(await failureOf(hub)).toContain('response status code 401: unauthorized: authentication failed');
  });

  test('are read by the last try of the Job too', async () => {
    const hub = runHub({ inside });
    hub.faults.force('job-fails', { times: 2 });
    await hub.created(HELLO);
    expect(hub.charts.issued).toHaveLength(1);
  });

  test('are read again by a repair, with a token of its own', async () => {
    const hub = runHub({ inside });
    const id = await hub.created(HELLO);
    await hub.sleep(2 * CHART_TOKEN_MS);
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'hello', name: 'hello' };
    await (await hub.leaf(id)).delete(deployment);
    await hub.look(id);
    await hub.reach(id, 'ready');
    expect(await (await hub.leaf(id)).find(deployment)).toBeDefined();
    expect(new Set(hub.charts.issued).size).toBe(2);
  });

  test('wait for IAM where it does not answer, and start nothing before', async () => {
    const hub = runHub({ inside });
    const { issueToken } = hub.charts;
    let left = 2;
    giving(hub, (lifetimeMs) =>
      left-- > 0 ? Promise.reject(new Error('it does not answer')) : issueToken(lifetimeMs),
    );
    const id = await hub.created(HELLO);
    expect((await hub.cluster(id)).state).toBe('ready');
    expect(hub.charts.issued).toHaveLength(1);
  });
});
