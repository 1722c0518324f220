/** The form of the policies, which the API server would refuse to install otherwise; what they say of requests is in `test/security/33-pipelines.test.ts.off`. */
import { expect, test } from 'vitest';
import { pachyderm } from './pachyderm.ts';
import { type PolicyObject, pipelinePolicies } from './pipeline-policies.ts';

const POLICIES = pipelinePolicies({
  namespace: 'pachyderm',
  databaseSecrets: ['hub-postgres', 'postgres'],
});
const ofKind = (kind: PolicyObject['kind']): PolicyObject[] => POLICIES.filter((one) => one.kind === kind);
const policies = ofKind('ValidatingAdmissionPolicy');
const bindings = ofKind('ValidatingAdmissionPolicyBinding');

test('come with the chart of the database', () => {
  const input = { clusterId: 'a', version: '2.12.2', bucket: 'b', host: 'h', licensed: false, volumes: {} };
  const values = pachyderm.values({ ...input, machine: { cpus: 4, memoryGiB: 16 } });
  expect(values.postgresql).toMatchObject({ extraDeploy: POLICIES });
});

test('each is in force in the product’s namespace, where it denies, and whatever cannot be judged is refused', () => {
  expect(policies.map(({ metadata }) => metadata.name)).toEqual([
    'hub-pipelines',
    'hub-pipeline-pods',
    'hub-workers-pods',
    'hub-workers-services',
    'hub-pachd-secrets',
  ]);
  expect(bindings.map(({ metadata, spec }) => ({ name: metadata.name, ...spec }))).toEqual(
    policies.map(({ metadata: { name } }) => ({
      name,
      policyName: name,
      validationActions: ['Deny'],
      matchResources: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'pachyderm' } },
      },
    })),
  );
  for (const { spec } of policies) expect(spec.failurePolicy).toBe('Fail');
});

test('are about objects of the core in namespaces', () => {
  const rules = policies.map(({ spec }) => JSON.parse(JSON.stringify(spec)).matchConstraints.resourceRules);
  expect(rules).toEqual(
    [
      ['replicationcontrollers', 'CREATE', 'UPDATE'],
      ['pods', 'CREATE'],
      ['pods', 'CREATE', 'UPDATE', 'DELETE'],
      ['services', 'CREATE', 'UPDATE', 'DELETE'],
      ['secrets', 'CREATE', 'UPDATE', 'DELETE'],
    ].map(([resource, ...operations]) => [
      { apiGroups: [''], apiVersions: ['v1'], operations, resources: [resource], scope: 'Namespaced' },
    ]),
  );
});

/** The chart evaluates what it is given as a template of Go: https://pkg.go.dev/text/template */
test('no text of theirs is an action of a template', () => {
  expect(JSON.stringify(POLICIES)).not.toMatch(/\{\{|\}\}"/);
  for (const text of textsOf(POLICIES)) expect(text).not.toMatch(/\{\{|\}\}|\n/);
});

/** https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-expression: a message has one line. */
test('what each refuses is told in a sentence', () => {
  for (const { spec } of policies)
    for (const { message, reason } of spec.validations as { message: string; reason: string }[]) {
      expect(message).toMatch(/^[A-Z][^\n]+\.$/);
      expect(reason).toBe('Forbidden');
    }
});

const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsOf)
      : [];
