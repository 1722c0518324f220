/** What members are given in order to work in a cluster with tools of their own, on the stand-ins of Kubernetes and of Pachyderm. */
import { decodeJwt } from 'jose';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import { aPachd, ROOT_TOKEN, reachOf } from '../../local/pachd/testing.ts';
import { seededRandom } from '../../local/random.ts';
import { pachctlConfigReply } from '../../shared/api/credentials.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { HUB_PRINCIPAL } from '../../shared/catalog/pachyderm.ts';
import { accountPath } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { STATES, type State } from '../../shared/lifecycle/table.ts';
import { minutes } from '../../shared/units.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, aSpec, clusterIdOf, writeOf } from '../../test/builders.ts';
import { ISSUER, oidcUnderTest } from '../../test/oidc.ts';
import { memberAccountName } from '../access/member-account.ts';
import { MEMBERS_NAMESPACE } from '../leaf/names.ts';
import { type LogFields, scrub, silentLog } from '../log.ts';
import { openPachyderm } from '../pachyderm/client.ts';
import { dexConnectors } from '../pachyderm/dex.ts';
import { bindingsOf } from '../pachyderm/members.ts';
import type { Pachyderms, Whereabouts } from '../pachyderm/pachyderm.ts';
import type { Ports } from '../ports.ts';
import type { Observed, Provider } from '../providers/provider.ts';
import { createApi } from './app.ts';
import { CREDENTIALS_ENDPOINTS } from './credentials.ts';

const id = clusterIdOf(1);
const pathOf = (kind: string, cluster = id): string => `/v1/clusters/${cluster}/credentials?kind=${kind}`;
const members = { ada: 'owner', grace: 'viewer' } as const;

/** As the function of this name. */
async function ask(ports: Ports, path: string, token: string) {
  const lines: [string, LogFields | undefined][] = [];
  const log = { ...silentLog, info: (event: string, fields?: LogFields) => void lines.push([event, fields]) };
  const app = createApi({ ...ports, log }, CREDENTIALS_ENDPOINTS);
  const response = await app.request(path, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, headers: response.headers, text: await response.text(), lines };
}

const IN_USE: readonly State[] = ['ready', 'sharing', 'repairing'];

test.each(STATES.filter((state) => state !== 'warm' && !IN_USE.includes(state)))(
  'a cluster that is %s gives none',
  async (state) => {
    const api = apiUnderTest();
    await api.given(aCluster({ members, state }));
    for (const kind of ['kubeconfig', 'pachctl']) {
      const { status, body } = await api.send<Problem>('GET', pathOf(kind), api.as('ada'));
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'NOT_ACCEPTED_IN_STATE' });
    }
  },
);

test.each(['', '?kind=root', '?kind=kubeconfig&kind=pachctl', '?kind=kubeconfig&uid=ada'])(
  'a request with %j is refused',
  async (query) => {
    const api = apiUnderTest();
    await api.given(aCluster({ members }));
    const { status } = await api.send('GET', `/v1/clusters/${id}/credentials${query}`, api.as('ada'));
    expect(status).toBe(400);
  },
);

test('who operates Hub, and who was a member, gets none', async () => {
  const api = apiUnderTest();
  await api.given(aCluster({ members }));
  const former = api.as('grace');
  await api.send('DELETE', `/v1/clusters/${id}/members/grace@example.com`, former);
  for (const token of [former, api.as('op', { operator: true }), api.as('eve')])
    expect((await api.send('GET', pathOf('kubeconfig'), token)).status).toBe(404);
});

test.each([
  ['ada', 'ACCOUNT_SUSPENDED'],
  ['grace', 'OWNER_SUSPENDED'],
])('a cluster of an owner who is suspended gives none, to %s neither', async (uid, code) => {
  const api = apiUnderTest();
  await api.given(aCluster({ owner: 'ada', members }));
  const standing = { state: 'suspended', reason: 'busy', since: new Date(0), by: 'hub' };
  const data = { schema: 1, clusters: 0, hourlyMicros: 0, standing };
  await api.documents.commit([{ op: 'set', path: accountPath('ada'), data }]);
  const { status, body } = await api.send<Problem>('GET', pathOf('kubeconfig'), api.as(uid));
  expect({ status, code: body.code }).toEqual({ status: 403, code });
});

test('the function serves nothing else, and the API does not serve these', async () => {
  const { ports, app, as } = apiUnderTest();
  const token = as('ada');
  expect((await ask(ports, '/v1/me', token)).status).toBe(404);
  const response = await app.request(pathOf('kubeconfig'), { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(404);
});

describe('for kubectl', () => {
  /** A running cluster, in which these have an account. */
  async function given(...uids: string[]) {
    const hub = memoryHub();
    const target = { id, generation: 1, location: 'europe-west1-b' };
    const { provider } = hub.ports;
    const seen = async () => {
      const observed = await hub.run(provider.observeCluster(target));
      return observed.status === 'ready' ? observed.connection : undefined;
    };
    await hub.run(
      provider.ensureCluster({
        ...target,
        region: 'europe-west1',
        machineType: 'e2-standard-4',
        nodes: 2,
        diskGiB: 50,
      }),
    );
    let connection = await seen();
    for (; !connection; connection = await seen()) await hub.clock.runFor(minutes(1));
    const leaf = hub.ports.leaves.open(connection);
    const apply = (kind: string, metadata: { name: string; namespace?: string }) =>
      hub.run(leaf.apply({ apiVersion: 'v1', kind, metadata }));
    await apply('Namespace', { name: MEMBERS_NAMESPACE });
    for (const uid of uids)
      await apply('ServiceAccount', { name: memberAccountName(uid), namespace: MEMBERS_NAMESPACE });
    await hub.run(hub.documents.commit([writeOf(aCluster({ members, location: target.location }))]));
    const as = (uid: string): string =>
      hub.tokens.issue({ uid, email: `${uid}@example.com`, emailVerified: true, operator: false });
    return { hub, connection, get: (uid: string) => hub.run(ask(hub.ports, pathOf('kubeconfig'), as(uid))) };
  }

  test.each(['ada', 'grace'])(
    '%s gets a configuration as themself, for the product, for less than an hour',
    async (uid) => {
      const { hub, connection, get } = await given('ada', 'grace');
      const { commits } = hub.documents.counters;
      const { status, headers, text, lines } = await get(uid);
      expect({ status, type: headers.get('content-type'), cache: headers.get('cache-control') }).toEqual({
        status: 200,
        type: 'application/yaml',
        cache: 'no-store',
      });
      const { users, ...config } = load(text) as { users: { name: string; user: { token: string } }[] };
      const name = `hub-${id}`;
      expect(config).toEqual({
        apiVersion: 'v1',
        kind: 'Config',
        // Of no other cluster that is called so: configurations are merged by these names.
        'current-context': `cluster-${id.slice(-4)}`,
        // In memory there is no wire to trust.
        clusters: [{ name, cluster: { server: connection.server } }],
        contexts: [
          {
            name: `cluster-${id.slice(-4)}`,
            context: { cluster: name, user: name, namespace: 'pachyderm' },
          },
        ],
      });
      const token = users[0]?.user.token ?? '';
      const { sub, exp = 0 } = decodeJwt(token);
      expect(sub).toBe(`system:serviceaccount:${MEMBERS_NAMESPACE}:${memberAccountName(uid)}`);
      expect(exp * 1000).toBeLessThanOrEqual(hub.clock.now() + minutes(60));
      expect(exp * 1000).toBeGreaterThan(hub.clock.now() + minutes(50));
      // The entry of the audit log, and nothing else.
      expect(hub.documents.counters.commits).toBe(commits + 1);
      expect(lines[0]).toEqual([
        'audit',
        {
          ...{ cluster: id, actor: uid, action: 'issue-credentials', resource: `clusters/${id}` },
          reason: 'kubeconfig',
          ...{ trace: expect.any(String), span: expect.any(String) },
        },
      ]);
      expect(JSON.stringify(lines)).not.toContain(token);
    },
  );

  test('a member of whom the cluster has not heard yet is asked to come again', async () => {
    const { get } = await given('ada');
    const { status, headers, text } = await get('grace');
    expect({ status, code: (JSON.parse(text) as Problem).code }).toEqual({
      status: 409,
      code: 'ACCESS_NOT_READY',
    });
    expect(headers.get('retry-after')).toBe('5');
  });
});

describe('for pachctl', () => {
  /** Hub's own OpenID provider, and a Pachyderm that knows no other. */
  async function given(fields: Partial<Cluster> = {}) {
    const hub = await oidcUnderTest();
    await hub.given(aCluster({ id: hub.mine, members, location: 'europe-west1-b', ...fields }));
    const host = new URL(hub.client.redirectUri).host;
    const bindings = bindingsOf(
      [
        { email: 'ada@example.com', role: 'owner' },
        { email: 'grace@example.com', role: 'viewer' },
      ],
      HUB_PRINCIPAL,
    );
    const pachd = await aPachd(
      {
        pachd: {
          rootToken: ROOT_TOKEN,
          pachAuthClusterRoleBindings: { ...(bindings as Record<string, string[]>) },
        },
        oidc: {
          mockIDP: false,
          requireVerifiedEmail: true,
          upstreamIDPs: dexConnectors(ISSUER, hub.client),
        },
        proxy: { enabled: true, host, tls: { enabled: true } },
      },
      { clock: hub.clock, fetch: hub.fetch },
    );
    const dialled: Whereabouts[] = [];
    const open = () => openPachyderm(reachOf(pachd, host), { clock: hub.clock, random: seededRandom(4) });
    const pachyderms: Pachyderms = {
      inside(to) {
        dialled.push(to);
        return open();
      },
      outside: () => Promise.reject(new Error('nobody begins a sign-in from outside')),
    };
    const connection = { server: 'https://10.0.0.2', ca: '' };
    const observed: Observed = { status: 'ready', connection };
    const provider = { observeCluster: async () => observed } as Partial<Provider> as Provider;
    // It is only opened: what is done in the cluster goes over the port to the application.
    const { leaves } = memoryHub().ports;
    return {
      hub,
      open,
      dialled,
      get: (uid: string, ports: Partial<Ports> = {}) =>
        ask(
          { ...hub.ports, pachyderms, provider, leaves, ...ports },
          pathOf('pachctl', hub.mine),
          hub.as(uid),
        ),
      [Symbol.dispose]: () => void pachd.close(),
    };
  }

  test.each(['ada', 'grace'])('%s gets a session as themself for less than an hour', async (uid) => {
    using at = await given();
    const { status, headers, text, lines } = await at.get(uid);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    const { v2 } = pachctlConfigReply.strict().parse(JSON.parse(text));
    expect(v2.active_context).toMatch(new RegExp(`-${at.hub.mine.slice(-4)}$`));
    const { session_token: token = '', ...context } = v2.contexts[v2.active_context] ?? {};
    expect(token).toMatch(/^[a-z2-7]{52}$/);
    expect(context).toEqual({
      source: 'HUB',
      pachd_address: `grpcs://${at.hub.mine}.clusters.example.com:443`,
      cluster_deployment_id: at.hub.mine,
      project: 'default',
    });
    expect(at.dialled).toEqual([
      { connection: expect.anything(), namespace: 'pachyderm', host: `${at.hub.mine}.clusters.example.com` },
    ]);
    const pachyderm = await at.open();
    const who = await pachyderm.whoAmI(token);
    pachyderm.close();
    expect(who).toMatchObject({ known: true, username: `user:${uid}@example.com` });
    const expiresAt = who.known ? (who.expiresAt ?? 0) : 0;
    expect(expiresAt).toBeLessThanOrEqual(at.hub.clock.now() + minutes(60));
    expect(expiresAt).toBeGreaterThan(at.hub.clock.now() + minutes(50));
    const told = JSON.stringify(lines);
    expect(told).toContain('issue-credentials');
    expect(told).not.toContain(token);
    expect(scrub(told)).toBe(told);
  });

  test('the port of the zone is in the address', async () => {
    using at = await given();
    const settings = { ...at.hub.ports.settings, zone: 'clusters.localhost:4013' };
    // The provider knows its clients by the zone that it has; only what is handed out is looked at.
    const { text } = await at.get('ada', { settings });
    expect(text).toContain(`grpcs://${at.hub.mine}.clusters.localhost:4013`);
  });

  test('a product without Pachyderm has none', async () => {
    using at = await given({ spec: aSpec({ product: 'hello', version: '1.1.0' }) });
    const { status, text } = await at.get('ada');
    expect({ status, code: (JSON.parse(text) as Problem).code }).toEqual({
      status: 422,
      code: 'UNSUPPORTED_CREDENTIALS',
    });
    expect(at.dialled).toEqual([]);
  });

  test('a Pachyderm whose sign-in leads elsewhere is not signed in to', async () => {
    using at = await given();
    const { status, text } = await at.get('ada', {
      settings: {
        ...at.hub.ports.settings,
        oidc: { ...at.hub.ports.settings.oidc, issuer: 'https://other.example.com/oidc' },
      },
    });
    expect({ status, code: (JSON.parse(text) as Problem).code }).toEqual({
      status: 503,
      code: 'PRODUCT_REFUSED',
    });
  });
});
