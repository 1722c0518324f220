/** The command as operators run it, against a server that answers in Google's place. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { ISTIO_SUPPORTED_UNTIL, ISTIO_VERSION } from '../functions/leaf/mesh.ts';
import { REGIONS } from '../shared/catalog/catalog.ts';
import { days } from '../shared/units.ts';
import { wantedCharts } from './mirror.ts';

const COMMAND = fileURLToPath(new URL('doctor.ts', import.meta.url));
type Replies = Record<string, { status?: number; body?: object }>;

const policy = (rules: object[]) => ({ body: { spec: { rules } } });
const quota = (metric: string, limit: number) => ({ metric, limit });
const REGION = {
  body: {
    quotas: [
      quota('CPUS', 500),
      quota('SSD_TOTAL_GB', 10_000),
      quota('IN_USE_ADDRESSES', 50),
      quota('STATIC_ADDRESSES', 50),
    ],
  },
};
const PROJECT = {
  body: {
    quotas: [
      quota('CPUS_ALL_REGIONS', 500),
      quota('FIREWALLS', 82),
      ...['FORWARDING_RULES', 'TARGET_POOLS', 'HEALTH_CHECKS', 'SUBNETWORKS'].map((metric) =>
        quota(metric, 10),
      ),
    ],
  },
};
const SERVERS = ['ns-a1.example.', 'ns-a2.example.'];
const regionPath = (id: string) => `/compute.googleapis.com/compute/v1/projects/p/regions/${id}`;
const [BELGIUM = { id: '' }] = REGIONS;
const tagPath = (chart: string, version: string, region = 'europe-west1') =>
  `/artifactregistry.googleapis.com/v1/projects/p/locations/${region}/repositories/charts/packages/${chart}/tags/${version}`;
const users = (next = '') =>
  `/identitytoolkit.googleapis.com/v1/projects/p/accounts:batchGet?maxResults=1000${next}`;
const services = (region = 'europe-west1') =>
  `/run.googleapis.com/v2/projects/p/locations/${region}/services?pageSize=100`;
const service = (name: string, ...traffic: object[]) => ({
  name: `projects/p/locations/r/services/${name}`,
  traffic,
});
const functions = (region = 'europe-west1') =>
  `/cloudfunctions.googleapis.com/v2/projects/p/locations/${region}/functions?pageSize=100`;
const folder = mkdtempSync(join(tmpdir(), 'hub-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));
const ARCHIVE = join(folder, 'functions.zip');
writeFileSync(ARCHIVE, 'what was built');
const BUILT = createHash('sha256').update('what was built').digest('hex');
const built = (name: string, more: object = {}, archive: string | undefined = BUILT) => ({
  name: `projects/p/locations/r/functions/${name}`,
  state: 'ACTIVE',
  buildConfig: { environmentVariables: { GOOGLE_NODE_RUN_SCRIPTS: '', HUB_ARCHIVE: archive } },
  ...more,
});
const LATEST = { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 };
const operator = { localId: 'op', customAttributes: '{"operator":true}' };
const cpuQuota = (...limits: [effectiveLimit: string, region?: string][]) => ({
  body: {
    consumerQuotaLimits: [
      {
        unit: '1/{project}/{region}',
        quotaBuckets: limits.map(([effectiveLimit, region]) => ({
          effectiveLimit,
          ...(region !== undefined && { dimensions: { region } }),
        })),
      },
    ],
  },
});
const ancestry = (...types: string[]) => ({
  body: { ancestor: types.map((type) => ({ resourceId: { type, id: 'p' } })) },
});
const PATHS = {
  ancestry: '/cloudresourcemanager.googleapis.com/v1/projects/p:getAncestry',
  project: '/cloudresourcemanager.googleapis.com/v3/projects/p',
  billing: '/cloudbilling.googleapis.com/v1/projects/p/billingInfo',
  zone: '/dns.googleapis.com/dns/v1/projects/p/managedZones/hub-clusters',
  resolver: '/dns.google/resolve?name=hub-clusters.example.com&type=NS',
  console: '/firebasehosting.googleapis.com/v1beta1/projects/p/sites/p-console/customDomains/hub.example.com',
  signIn: '/identitytoolkit.googleapis.com/admin/v2/projects/p/config',
  google: '/identitytoolkit.googleapis.com/admin/v2/projects/p/defaultSupportedIdpConfigs/google.com',
  github: '/identitytoolkit.googleapis.com/admin/v2/projects/p/defaultSupportedIdpConfigs/github.com',
  quotas: '/compute.googleapis.com/compute/v1/projects/p',
  cpu: '/serviceusage.googleapis.com/v1beta1/projects/p/services/run.googleapis.com/consumerQuotaMetrics/run.googleapis.com%2Fcpu_allocation',
  network: '/compute.googleapis.com/compute/v1/projects/p/global/networks/default',
  members:
    '/orgpolicy.googleapis.com/v2/projects/p/policies/iam.allowedPolicyMemberDomains:getEffectivePolicy',
  keys: '/orgpolicy.googleapis.com/v2/projects/p/policies/iam.disableServiceAccountKeyCreation:getEffectivePolicy',
  locations: '/orgpolicy.googleapis.com/v2/projects/p/policies/gcp.resourceLocations:getEffectivePolicy',
  copies:
    '/storage.googleapis.com/storage/v1/b/p-hub-exports/o?matchGlob=**.overall_export_metadata&fields=items(timeCreated)',
  softDelete:
    '/orgpolicy.googleapis.com/v2/projects/p/policies/storage.softDeletePolicySeconds:getEffectivePolicy',
};
const WELL: Replies = {
  [PATHS.project]: { body: { state: 'ACTIVE' } },
  [PATHS.billing]: { body: { billingEnabled: true, billingAccountName: 'billingAccounts/0A' } },
  [PATHS.zone]: { body: { nameServers: SERVERS } },
  [PATHS.resolver]: { body: { Answer: SERVERS.map((data) => ({ data })) } },
  [PATHS.console]: {
    body: {
      hostState: 'HOST_ACTIVE',
      ownershipState: 'OWNERSHIP_ACTIVE',
      cert: { state: 'CERT_ACTIVE' },
    },
  },
  [PATHS.signIn]: { body: { authorizedDomains: ['hub.example.com'] } },
  [PATHS.google]: { body: { enabled: true, clientId: 'x' } },
  [PATHS.copies]: {
    body: {
      items: ['2026-11-27T02:23:40Z', '2026-11-01T02:23:40Z'].map((timeCreated) => ({ timeCreated })),
    },
  },
  [PATHS.ancestry]: ancestry('project', 'organization'),
  [PATHS.members]: policy([{ allowAll: true }]),
  [PATHS.keys]: policy([{ enforce: true }]),
  [PATHS.locations]: policy([{ allowAll: true }]),
  [PATHS.softDelete]: policy([{ allowAll: true }]),
  [PATHS.quotas]: PROJECT,
  [PATHS.cpu]: cpuQuota(['0'], ['20000', 'europe-west1'], ['-1', 'us-central1']),
  ...Object.fromEntries(REGIONS.map(({ id }) => [regionPath(id), REGION])),
  [users()]: { body: { users: [{ localId: 'ada' }, operator] } },
  [services()]: { body: { services: [service('api', LATEST), service('sweep', LATEST)] } },
  [functions()]: { body: { functions: [built('api'), built('sweep')] } },
  ...Object.fromEntries(wantedCharts().map(({ chart, version }) => [tagPath(chart, version), {}])),
};

const run = (args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [COMMAND, ...args], (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

/** Of which the mesh that is installed is supported; the real one does not matter here. */
const SUPPORTED = '2026-11-29';

async function doctor(replies: Replies, ...more: string[]) {
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    // Google's APIs are told who asks, and nobody else is.
    expect(headers.authorization === undefined).toBe(url.startsWith('/dns.google/'));
    const { status = 200, body = {} } = replies[url] ?? { status: 404 };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const given = ['--project', 'p', '--domain', 'hub.example.com', '--endpoint', `http://127.0.0.1:${port}`];
  const unless = (option: string, value: string) => (more.includes(option) ? [] : [option, value]);
  return run([
    ...given,
    ...unless('--products', 'pachyderm,hello'),
    ...unless('--today', SUPPORTED),
    ...unless('--archive', ARCHIVE),
    ...more,
  ]);
}

test('a mesh whose support has ended is told from that day on', async () => {
  const dayBefore = new Date(Date.parse(ISTIO_SUPPORTED_UNTIL) - days(1)).toISOString().slice(0, 10);
  const copied = { ...WELL, [PATHS.copies]: { body: { items: [{ timeCreated: dayBefore }] } } };
  expect(await doctor(copied, '--today', dayBefore)).toMatchObject({
    code: 0,
    out: expect.stringContaining(`ok   support of Istio ${ISTIO_VERSION}`),
  });
  expect(await doctor(copied, '--today', ISTIO_SUPPORTED_UNTIL)).toMatchObject({
    code: 1,
    out: expect.stringContaining(`BAD  support of Istio ${ISTIO_VERSION}: has ended`),
  });
});

test('a project that can be a Hub is well', async () => {
  const { code, out, err } = await doctor(WELL, '--billing-account', '0A');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('All is well.');
  expect(out).toContain('ok   no network default');
  expect(out).not.toContain('BAD');
});

/** All at once: each finding is a line of its own. */
test('whatever is not well is told, with what to do', async () => {
  const { code, out } = await doctor(
    {
      ...WELL,
      [PATHS.project]: { body: { state: 'DELETE_REQUESTED' } },
      [PATHS.billing]: { body: { billingEnabled: true, billingAccountName: 'billingAccounts/0B' } },
      [PATHS.resolver]: { body: { Answer: [{ data: 'NS.ELSEWHERE.example.' }] } },
      [PATHS.console]: { body: { hostState: 'HOST_UNHOSTED', ownershipState: 'OWNERSHIP_MISSING' } },
      [PATHS.signIn]: { body: { authorizedDomains: ['localhost'] } },
      [PATHS.google]: { body: { enabled: true, clientId: '' } },
      [PATHS.copies]: { body: { items: [{ timeCreated: '2026-11-26T23:59:59Z' }] } },
      [PATHS.network]: { body: { name: 'default' } },
      [PATHS.cpu]: cpuQuota(['4000'], ['20000', 'europe-north1']),
      [regionPath(BELGIUM.id)]: { body: { quotas: [quota('CPUS', 24)] } },
      [PATHS.members]: policy([{ values: { allowedValues: ['C01'] } }]),
      [PATHS.keys]: policy([]),
      [PATHS.locations]: policy([{ values: { allowedValues: ['in:europe-locations'] } }]),
      [users()]: {
        body: { users: [{ ...operator, disabled: true }, { customAttributes: '{"operator":"yes"}' }, {}] },
      },
      [tagPath('istiod', ISTIO_VERSION)]: { status: 404 },
      [tagPath('hello', '1.1.0')]: { status: 404 },
      [services()]: {
        body: {
          services: [
            service(
              'api',
              { ...LATEST, percent: 0 },
              { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: 'api-00007', percent: 100 },
            ),
            service('sweep', LATEST),
          ],
        },
      },
      [functions()]: {
        body: {
          functions: [
            built('api', {}, '0'.repeat(64)),
            built('drift', { buildConfig: {} }),
            built('hint', { state: 'UNKNOWN' }),
            built('signal', { stateMessages: [{ severity: 'ERROR', message: 'Build failed\nat step 3' }] }),
            built('sweep', { stateMessages: [{ severity: 'INFO', message: 'x' }] }),
          ],
        },
      },
      [PATHS.softDelete]: policy([{ values: { allowedValues: ['604800', '0604800'] } }]),
      [PATHS.quotas]: {
        body: {
          quotas: PROJECT.body.quotas.map(({ metric, limit }) =>
            quota(metric, metric === 'CPUS_ALL_REGIONS' ? 32 : limit - 1),
          ),
        },
      },
    },
    '--billing-account',
    '0A',
  );
  expect(code).toBe(1);
  for (const line of [
    'project p: is DELETE_REQUESTED',
    'billing: the project is linked to billingAccounts/0B',
    'gcloud billing projects link p --billing-account 0A',
    'leads to ns.elsewhere.example.',
    'ns-a1.example. ns-a2.example.',
    'certificate undefined',
    'sign-in from hub.example.com: is refused',
    'sign-in with Google: is switched off',
    'copies of the database: the newest that is complete is of 2026-11-26T23:59:59Z',
    'gcloud scheduler jobs run firestore-export --location europe-west1 --project p',
    'network default: is there, and lets the whole world in',
    'gcloud compute networks delete default --project p',
    'quota of CPU of the functions in europe-west1: is 4 vCPU, and one function alone may take 10',
    'CPUS is 24 and should be 80, SSD_TOTAL_GB is 0',
    'quotas of all regions together: CPUS_ALL_REGIONS is 32 and should be 80, FIREWALLS is 81 and should be 82',
    'FORWARDING_RULES is 9 and should be 10, TARGET_POOLS is 9',
    'buckets may not be without soft delete',
    'the three public functions may not be public',
    'keys of service accounts can be made',
    'us-central1, asia-northeast1 are not allowed',
    'operators: there is none who may sign in',
    `charts: the mirror in europe-west1 has no istiod ${ISTIO_VERSION}, hello 1.1.0`,
    'npm run charts -- --project p --region europe-west1',
    'functions: api is of another build, drift is of another build, hint is UNKNOWN, signal failed (Build failed)\n',
    `terraform apply -replace='module.cell["default"].module.functions.google_cloudfunctions2_function.this["signal"]'`,
    'revisions: not the newest is called: api is api-00007',
    'gcloud run services update-traffic api --to-latest --region europe-west1 --project p',
  ])
    expect(out).toContain(line);
  expect(out).not.toContain(`quotas of us-central1:`);
});

describe('ways to sign in', () => {
  const { [PATHS.google]: works = {}, ...without } = WELL;

  test('that are not offered need not be there', async () => {
    expect(await doctor(without, '--sign-in', 'none')).toMatchObject({
      code: 0,
      out: expect.not.stringContaining('sign-in with'),
    });
  });

  test('that are offered must work, each of them', async () => {
    const { code, out } = await doctor(WELL, '--sign-in', 'google,github');
    expect(code).toBe(1);
    expect(out).toContain('BAD  sign-in with GitHub: there is no OAuth client');
    const both = await doctor({ ...WELL, [PATHS.github]: works }, '--sign-in', 'google,github');
    expect(both).toMatchObject({ code: 0, out: expect.stringContaining('ok   sign-in with GitHub') });
  });

  test('that work and are not offered are worth a word', async () => {
    const { code, out } = await doctor({ ...WELL, [PATHS.github]: works });
    expect(code).toBe(0);
    expect(out).toContain('note sign-in with GitHub: works, and the console does not offer it');
  });
});

test.each(['clusters.hub.example.com', 'hub.example.com', 'x.p.firebaseapp.com'])(
  'clusters at %s, where people are let sign in, are told',
  async (name) => {
    const { code, out } = await doctor(
      {
        ...WELL,
        [PATHS.signIn]: { body: { authorizedDomains: ['hub.example.com', 'p.firebaseapp.com'] } },
        [PATHS.resolver.replace('hub-clusters.example.com', name)]: WELL[PATHS.resolver] ?? {},
      },
      '--clusters-domain',
      name,
    );
    expect(code).toBe(1);
    expect(out).toContain(`BAD  sign-in from ${name}: is let in with`);
    expect(out).toContain('1 of ');
  },
);

test('clusters beside the console are not, whatever else it is', async () => {
  const beside = 'other-hub.example.com';
  const { code, out } = await doctor(
    { ...WELL, [PATHS.resolver.replace('hub-clusters.example.com', beside)]: WELL[PATHS.resolver] ?? {} },
    '--clusters-domain',
    beside,
  );
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('All is well.') });
});

test('that no copy of the database was ever completed is told', async () => {
  const { code, out } = await doctor({ ...WELL, [PATHS.copies]: { body: {} } });
  expect(code).toBe(1);
  expect(out).toContain('copies of the database: none is complete in p-hub-exports');
});

test('of charts it asks for those of what is offered, and there must be such a product', async () => {
  const { code, out } = await doctor(
    { ...WELL, [tagPath('hello', '1.1.0')]: { status: 404 } },
    '--products',
    'pachyderm',
  );
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('ok   charts\n') });
  expect(await doctor(WELL, '--products', 'pachyderm,none')).toMatchObject({
    code: 2,
    err: expect.stringContaining('the catalog has no none, but pachyderm, hello'),
  });
});

test('a revision that never became ready is told, and an archive that is not there', async () => {
  const { code, out } = await doctor(
    {
      ...WELL,
      [services()]: {
        body: {
          services: [
            { ...service('api', LATEST), latestCreatedRevision: 'api-2', latestReadyRevision: 'api-1' },
            { ...service('sweep', LATEST), latestCreatedRevision: 'sweep-2', latestReadyRevision: 'sweep-2' },
          ],
        },
      },
    },
    '--archive',
    join(folder, 'none.zip'),
  );
  expect(code).toBe(1);
  expect(out).toContain('revisions: the newest never became ready: api\n');
  expect(out).toContain('none.zip to compare them with');
});

test('an operator is found on whatever page, and a cell where it is', async () => {
  const region = 'us-central1';
  const { code, out } = await doctor(
    {
      ...WELL,
      [users()]: { body: { users: [{}], nextPageToken: 'a=b' } },
      [users('&nextPageToken=a%3Db')]: { body: { users: [operator] } },
      [services(region)]: WELL[services()] ?? {},
      [functions(region)]: WELL[functions()] ?? {},
      ...Object.fromEntries(
        wantedCharts().map(({ chart, version }) => [tagPath(chart, version, region), {}]),
      ),
      [services()]: { status: 500 },
    },
    '--region',
    region,
  );
  expect(out).not.toContain('BAD');
  expect(code).toBe(0);
});

const LIST = (...allowedValues: string[]) => [{ values: { allowedValues } }];
const IN_REGIONS = 'in:us-central1-locations in:asia-northeast1-locations'.split(' ');

test.each<[string, string, object[], string | undefined]>([
  ['the EU has Belgium', PATHS.locations, LIST('in:eu-locations', ...IN_REGIONS), undefined],
  [
    'Switzerland is none of it',
    PATHS.locations,
    LIST('in:europe-west6-locations', ...IN_REGIONS),
    'europe-west1',
  ],
  [
    'one region is not another',
    PATHS.locations,
    LIST('in:europe-west12-locations', ...IN_REGIONS),
    'europe-west1',
  ],
  [
    'North America has Iowa',
    PATHS.locations,
    LIST('in:northamerica-locations', 'in:asia-locations', 'europe-west1'),
    undefined,
  ],
  [
    'what is denied is not allowed',
    PATHS.locations,
    [{ values: { deniedValues: ['in:us-locations'] } }],
    'us-central1 are',
  ],
  ['nothing is', PATHS.locations, [{ denyAll: true }], 'europe-west1, us-central1, asia-northeast1 are'],
  ['nobody is', PATHS.members, [{ denyAll: true }], 'may not be public'],
  ['none may be kept', PATHS.softDelete, LIST('0', '604800'), undefined],
  ['none must be kept', PATHS.softDelete, [{ values: { deniedValues: ['is:0'] } }], 'without soft delete'],
])('of lists of an organisation: %s', async (_, path, rules, says) => {
  const { code, out } = await doctor({ ...WELL, [path]: policy(rules) });
  expect(code).toBe(says === undefined ? 0 : 1);
  expect(out).toContain(says ?? 'All is well.');
});

test.each<[string, Replies[string], boolean]>([
  ['without an organisation nobody can forbid keys, which is noted', ancestry('project'), true],
  ['in an organisation keys can be forbidden', ancestry('project', 'organization'), false],
  ['in a folder, too', ancestry('project', 'folder'), false],
  ['where it cannot be seen, there may be one', { status: 403 }, false],
  ['an answer that names not even the project says nothing', { body: {} }, false],
])('%s', async (_, above, isNoted) => {
  const { code, out } = await doctor({ ...WELL, [PATHS.ancestry]: above, [PATHS.keys]: policy([]) });
  expect(code).toBe(isNoted ? 0 : 1);
  const about = 'policy iam.disableServiceAccountKeyCreation: keys of service accounts can be made';
  expect(out).toContain(isNoted ? `note ${about}, and without an organisation` : `BAD  ${about}\n`);
});

test('without an organisation what is wrong otherwise is wrong all the same', async () => {
  const { code, out } = await doctor({
    ...WELL,
    [PATHS.ancestry]: ancestry('project'),
    [PATHS.members]: policy([{ denyAll: true }]),
  });
  expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('may not be public') });
});

test('what is not there yet, or may not be seen, is told as that', async () => {
  const { code, out } = await doctor({
    [PATHS.billing]: { status: 403, body: { error: { message: 'no right\nand more' } } },
    [PATHS.signIn]: WELL[PATHS.signIn] ?? {},
    [PATHS.network]: { status: 403, body: { error: { message: 'no right' } } },
  });
  expect(code).toBe(1);
  for (const line of [
    'billing: cannot be seen (403 no right)',
    'network default: cannot be seen (403 no right)',
    'there is no zone yet',
    'is not known to Hosting',
    'there is no OAuth client',
    'operators: cannot be seen (404)',
    `charts: the mirror in europe-west1 has no ${wantedCharts()
      .map(({ chart, version }) => `${chart} ${version}`)
      .join(', ')}`,
  ])
    expect(out).toContain(line);
});

test.each<[string, string[], string]>([
  ['nothing is said', [], 'usage: npm run doctor'],
  [
    'nobody knows who is to sign people in',
    ['--project', 'p', '--domain', 'hub.example.com', '--sign-in', 'pigeon'],
    'must be none, or some of google, github',
  ],
  ['an option is misspelt', ['--projekt', 'p'], 'usage: npm run doctor'],
  [
    'clusters are no number',
    ['--project', 'p', '--domain', 'd.example.com', '--clusters', 'x'],
    '--clusters: "x" is not valid',
  ],
  [
    'nobody says where the clusters are',
    ['--project', 'p', '--domain', 'example.com'],
    '--clusters-domain must be given: example.com has none by default',
  ],
  [
    'Google is away',
    ['--project', 'p', '--domain', 'd.example.com', '--endpoint', 'http://127.0.0.1:1'],
    'cloudresourcemanager.googleapis.com cannot be reached',
  ],
])('where %s, it says so and that nothing was looked at', async (_, args, says) => {
  const { code, out, err } = await run(args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(says);
});
