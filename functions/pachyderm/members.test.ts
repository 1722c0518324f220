import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pachctlConfig } from './context.ts';
import { type Bindings, bindingsOf, bindingsText, planBindings, planStrangers } from './members.ts';

const HUB = 'user:hub@hub.test';

const principals = fc.constantFrom(
  ...[
    'user:a@x.test',
    'user:b@x.test',
    'group:g',
    'robot:r',
    'allClusterUsers',
    'pach:root',
    'internal:auth-server',
  ],
);
const roles = fc.uniqueArray(fc.constantFrom('clusterAdmin', 'repoReader', 'projectWriter'), {
  minLength: 1,
});
const bindings: fc.Arbitrary<Bindings> = fc.dictionary(principals, roles);
const wantable: fc.Arbitrary<Bindings> = fc.dictionary(
  fc.constantFrom('user:a@x.test', 'user:b@x.test', HUB),
  roles,
);

const after = (present: Bindings, changes: ReturnType<typeof planBindings>): Bindings => {
  const result: Record<string, readonly string[]> = { ...present };
  for (const { principal, roles: wanted } of changes) {
    if (wanted.length === 0) delete result[principal];
    else result[principal] = wanted;
  }
  return result;
};

const sorted = (all: Bindings) =>
  Object.fromEntries(Object.entries(all).map(([who, what]) => [who, [...what].sort()]));

describe('the plan of bindings', () => {
  test('leads from any bindings to the wanted ones, Pachyderm’s own aside, and then to nothing more', () => {
    fc.assert(
      fc.property(bindings, wantable, (present, wanted) => {
        const reached = after(present, planBindings(present, wanted));
        const own = Object.fromEntries(
          Object.entries(present).filter(([who]) => /^(pach|internal):/.test(who)),
        );
        expect(sorted(reached)).toEqual(sorted({ ...own, ...wanted }));
        expect(planBindings(reached, wanted)).toEqual([]);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test('grants before it removes', () => {
    const plan = planBindings(
      { 'user:old@x.test': ['clusterAdmin'] },
      { 'user:new@x.test': ['clusterAdmin'] },
    );
    expect(plan.map(({ principal }) => principal)).toEqual(['user:new@x.test', 'user:old@x.test']);
  });

  test('takes from people who are no members, in projects and repositories, and from nobody else', () => {
    const present = {
      'user:a@x.test': ['repoOwner'],
      'user:b@x.test': ['repoReader'],
      'pipeline:p': ['repoReader'],
    };
    expect(planStrangers(present, { 'user:a@x.test': ['clusterAdmin'] })).toEqual([
      { principal: 'user:b@x.test', roles: [] },
    ]);
  });
});

test('the Secret of the bindings names everybody with nothing', () => {
  const text = bindingsText(bindingsOf([{ email: 'a@x.test', role: 'viewer' }], HUB));
  expect(JSON.parse(text)).toEqual({
    allClusterUsers: [],
    [HUB]: ['clusterAdmin'],
    'user:a@x.test': ['projectViewer', 'repoReader'],
  });
});

test('the configuration of pachctl has the exact shape that it reads', () => {
  const input = { name: 'genomes', host: 'abc.hub.test', token: 't', deploymentId: 'd', ca: 'PEM' };
  expect(pachctlConfig(input)).toEqual({
    v2: {
      active_context: 'genomes',
      contexts: {
        genomes: {
          source: 'HUB',
          pachd_address: 'grpcs://abc.hub.test:443',
          server_cas: Buffer.from('PEM').toString('base64'),
          session_token: 't',
          cluster_deployment_id: 'd',
          project: 'default',
        },
      },
      metrics: false,
    },
  });
});
