/** One suite for both sides of the port to whoever lets Helm read charts: what it gives opens the registry, as long as it was asked for. */
import { OAuth2Client } from 'google-auth-library';
import { afterEach, describe, expect, test } from 'vitest';
import { type Charts, registryConfig } from '../../functions/charts.ts';
import { createCharts } from '../../functions/google/charts.ts';
import { aWorld } from '../../local/a-world.ts';
import { type VirtualClock, virtualClock } from '../../local/clock.ts';
import { createIamModel } from '../../local/iam/model.ts';
import { serveIam } from '../../local/iam/server.ts';
import { memoryCharts } from '../../local/memory/charts.ts';
import { chartAccountOf, chartSourceOf, createRegistry, type Registry } from '../../local/registry/model.ts';
import type { Face } from '../../local/service.ts';
import { minutes, seconds } from '../../shared/units.ts';

const PROJECT = 'hub-test';
const ACCOUNT = chartAccountOf(PROJECT);
const SOURCE = chartSourceOf(PROJECT);
const HOST = 'europe-docker.pkg.dev';
const PATH = `${PROJECT}/charts/hello`;
const FUNCTION = 'ya29.function';

interface Side {
  clock: VirtualClock;
  charts: Charts;
  registry: Registry;
}

const faces: Face[] = [];
afterEach(async () => {
  for (const face of faces.splice(0)) await face.close();
});

const chartsAt = (port: number, account = ACCOUNT, token = FUNCTION): Charts => {
  const rest = new OAuth2Client();
  rest.setCredentials({ access_token: token });
  return createCharts({ account, rest, credentialsUrl: `http://127.0.0.1:${port}/v1` });
};

async function overTheWire() {
  const clock = virtualClock();
  const world = aWorld({ clock, projectId: PROJECT });
  const model = createIamModel(world);
  const face = await serveIam(
    world,
    0,
    {
      verifySubject: async () => undefined,
      mayImpersonate: (token, email) => token === FUNCTION && email.startsWith('hub-'),
    },
    model,
  );
  faces.push(face);
  const registry = createRegistry({ source: SOURCE, reader: ACCOUNT, identify: model.identify });
  return { clock, charts: chartsAt(face.port), registry, port: face.port, model };
}

const SIDES: Record<string, () => Promise<Side>> = {
  'over the wire': overTheWire,
  async 'in memory'() {
    const clock = virtualClock();
    const charts = memoryCharts(clock, PROJECT);
    return { clock, charts, registry: charts.registry };
  },
};

const authOf = (token: string): string | undefined =>
  (registryConfig(SOURCE, token) as { auths: Record<string, { auth: string }> }).auths[HOST]?.auth;

describe.each(Object.keys(SIDES))('charts, %s', (name) => {
  const side = (): Promise<Side> => (SIDES[name] as () => Promise<Side>)();

  test('are read with a token until its time is over', async () => {
    const { clock, charts, registry } = await side();
    const auth = authOf(await charts.issueToken(minutes(30)));
    expect(registry.refusal(HOST, PATH, auth)).toBeUndefined();
    await clock.runFor(minutes(30) - seconds(1));
    expect(registry.refusal(HOST, PATH, auth)).toBeUndefined();
    await clock.runFor(seconds(2));
    expect(registry.refusal(HOST, PATH, auth)).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  });

  test('are read by nobody else; other repositories are everybody’s', async () => {
    const { charts, registry } = await side();
    const token = await charts.issueToken(minutes(30));
    expect(registry.refusal(HOST, PATH, undefined)).toMatchObject({ status: 403, code: 'DENIED' });
    for (const text of [`somebody:${token}`, `oauth2accesstoken:${token}x`, 'oauth2accesstoken:', token, ''])
      expect(registry.refusal(HOST, PATH, Buffer.from(text).toString('base64'))).toMatchObject({
        status: 401,
      });
    expect(registry.refusal(HOST, 'another/charts/hello', undefined)).toBeUndefined();
    expect(registry.refusal('registry.example.com', PATH, undefined)).toBeUndefined();
  });

  test('have another token each time', async () => {
    const { charts } = await side();
    expect(await charts.issueToken(minutes(30))).not.toBe(await charts.issueToken(minutes(30)));
  });
});

describe('over the wire', () => {
  test('another account may not read them', async () => {
    const { port, registry } = await overTheWire();
    const auth = authOf(
      await chartsAt(port, `hub-nodes@${PROJECT}.iam.gserviceaccount.com`).issueToken(60_000),
    );
    expect(registry.refusal(HOST, PATH, auth)?.message).toMatch(
      /^Permission "artifactregistry\.[\w.]+" denied/,
    );
  });

  test.each([
    ['whoever may not act as the account', ACCOUNT, 'ya29.somebody'],
    ['an account that is not there', `nobody@${PROJECT}.iam.gserviceaccount.com`, FUNCTION],
  ])('%s is refused, and the refusal holds no token', async (_who, account, token) => {
    const { port } = await overTheWire();
    const refused = chartsAt(port, account, token).issueToken(minutes(30));
    await expect(refused).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('ya29') });
  });

  test('an IAM that is away is waited for', async () => {
    const { port } = await overTheWire();
    await faces.splice(0)[0]?.close();
    await expect(chartsAt(port).issueToken(minutes(30))).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
  });

  test.each([
    ['a token without a lifetime', { scope: ['x'], lifetime: '0s' }],
    ['one for more than an hour', { scope: ['x'], lifetime: '3601s' }],
    ['one for nothing', { lifetime: '60s' }],
  ])('%s is not given', async (_what, body) => {
    const { port } = await overTheWire();
    const url = `http://127.0.0.1:${port}/v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`;
    const headers = { authorization: `Bearer ${FUNCTION}` };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } });
  });
});
