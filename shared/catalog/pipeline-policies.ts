/**
 * What the pods of pipelines may be made of, and what their account and pachd's may do: a pipeline is its author's own code, and its spec may
 * name any Secret of the namespace and any service account (`transform.secrets`, `pod_patch`). The API server itself judges what is asked of
 * it by these, whoever asks. What they close and what not: docs/decisions/0023-pipelines-are-judged-by-the-cluster.md. Pure.
 *
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 * https://github.com/pachyderm/pachyderm/blob/master/src/server/pps/server/worker_rc.go
 */

import { type Json, PRIORITY_CLASS } from './product.ts';

/** An object of Kubernetes. The chart takes it for a template, so that no text in it may have two opening braces together. */
export type PolicyObject = {
  apiVersion: string;
  kind: 'ValidatingAdmissionPolicy' | 'ValidatingAdmissionPolicyBinding';
  metadata: { name: string };
  spec: { [field: string]: Json };
};

interface PolicyNames {
  /** The product's. */
  namespace: string;
  /** Those with the passwords of the database: pipelines get one of them, and only as Pachyderm itself hands it to them. */
  databaseSecrets: readonly string[];
}

/** Each policy, and after it what puts it into force. */
export function pipelinePolicies(names: PolicyNames): PolicyObject[] {
  const { namespace } = names;
  const account = (name: string): string => `system:serviceaccount:${namespace}:${name}`;
  const policies: Policy[] = [
    {
      name: 'hub-pipelines',
      of: 'replicationcontrollers',
      operations: ['CREATE', 'UPDATE'],
      // One that was made before these were, and is only scaled, goes on.
      when: {
        name: 'template',
        expression:
          "has(object.spec.template) && (request.operation == 'CREATE' || object.spec.template != oldObject.spec.template)",
      },
      ...podRules('object.spec.template', names),
    },
    {
      // What is made past pachd, by whatever way, is judged once more.
      name: 'hub-pipeline-pods',
      of: 'pods',
      operations: ['CREATE'],
      when: {
        name: 'ofPipelines',
        expression:
          "has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.kind == 'ReplicationController')",
      },
      ...podRules('object', names),
    },
    {
      name: 'hub-workers-pods',
      of: 'pods',
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      when: asked('worker', account(WORKERS)),
      validations: [['false', 'Pipelines make, change and delete no pods.']],
    },
    {
      name: 'hub-workers-services',
      of: 'services',
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      when: asked('worker', account(WORKERS)),
      // A worker makes one for the S3 gateway beside it, and another one could stand in the place of pachd.
      validations: [
        [
          all(
            `${NAME}.startsWith('s3-')`,
            any(
              "request.operation == 'DELETE'",
              all(
                "request.operation == 'CREATE'",
                "has(object.spec.clusterIP) && object.spec.clusterIP == 'None'",
                "has(object.spec.selector) && 'app' in object.spec.selector && object.spec.selector['app'] == 'pipeline'",
              ),
            ),
          ),
          'Pipelines have Services of their S3 gateways only.',
        ],
      ],
    },
    {
      name: 'hub-pachd-secrets',
      of: 'secrets',
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      when: asked('pachd', account(PACHD)),
      // Editors have pachd make Secrets. One of the type for tokens would be filled with that of any account.
      validations: [
        [
          any("request.operation == 'DELETE'", '!has(object.type)', `object.type in ${listed(PLAIN_TYPES)}`),
          'A Secret of Pachyderm holds no token of a service account.',
        ],
        [`!${NAME}.startsWith('hub-') && !${NAME}.startsWith('sh.helm.')`, 'This Secret is not Pachyderm’s.'],
      ],
    },
  ];
  return policies.flatMap((policy) => [policyObject(policy), bindingObject(policy, namespace)]);
}

/** Pachyderm's, and those of Kubernetes itself. */
const HIGH_CLASSES = [PRIORITY_CLASS, 'system-cluster-critical', 'system-node-critical'];

/** Names of the chart's. */
const PACHD = 'pachyderm';
const WORKERS = 'pachyderm-worker';
const STORAGE_SECRET = 'pachyderm-storage-secret';
const CHARTS_DATABASE_KEY = 'postgresql-password';
/** Of each spout its own: https://github.com/pachyderm/pachyderm/blob/master/src/server/pps/server/s3g_sidecar.go */
const SPOUT_SECRET = 'spout-pachctl-secret-';

const PLAIN_TYPES = [
  '',
  'Opaque',
  'kubernetes.io/dockerconfigjson',
  'kubernetes.io/dockercfg',
  'kubernetes.io/basic-auth',
  'kubernetes.io/ssh-auth',
  'kubernetes.io/tls',
];

/** Of what the request is about: one to make something with a generated name, or to delete many, has none itself. */
const NAME = "(request.operation == 'DELETE' ? oldObject : object).metadata.name";

interface Policy {
  name: string;
  of: string;
  operations: ('CREATE' | 'UPDATE' | 'DELETE')[];
  when: { name: string; expression: string };
  variables?: readonly (readonly [name: string, expression: string])[];
  validations: readonly (readonly [expression: string, message: string])[];
}

const asked = (name: string, username: string): Policy['when'] => ({
  name,
  expression: `request.userInfo.username == '${username}'`,
});

const all = (...expressions: readonly string[]): string => expressions.map((one) => `(${one})`).join(' && ');
const any = (...expressions: readonly string[]): string => expressions.map((one) => `(${one})`).join(' || ');
const listed = (texts: readonly string[]): string => `[${texts.map((text) => `'${text}'`).join(', ')}]`;

/** @param pod where the pod's `metadata` and `spec` are */
function podRules(
  pod: string,
  { databaseSecrets }: PolicyNames,
): Required<Pick<Policy, 'variables' | 'validations'>> {
  const spec = `${pod}.spec`;
  const ofContainers = (field: string): string => {
    const lists = (containers: string): string =>
      `${spec}.${containers}.map(c, has(c.${field}) ? c.${field} : [])`;
    return `${lists('containers')} + (has(${spec}.initContainers) ? ${lists('initContainers')} : [])`;
  };
  const label = (name: string, end = ''): string =>
    `('${name}' in variables.labels ? variables.labels['${name}']${end && ` + '${end}'`} : '')`;
  const runsAsWorker = (field: string) =>
    [
      any(`!has(${spec}.${field})`, `${spec}.${field} in ${listed(['', 'default', WORKERS])}`),
      'A pipeline runs as pachyderm-worker and as nobody else.',
    ] as const;
  const handedPassword = `e.valueFrom.secretKeyRef.name in ${listed(databaseSecrets)} && e.valueFrom.secretKeyRef.key == '${CHARTS_DATABASE_KEY}'`;
  return {
    variables: [
      ['labels', `has(${pod}.metadata.labels) ? ${pod}.metadata.labels : {}`],
      ['volumes', `has(${spec}.volumes) ? ${spec}.volumes : []`],
      ['envs', ofContainers('env')],
      ['envFroms', ofContainers('envFrom')],
      ['own', `'${SPOUT_SECRET}' + ${label('pipelineProject', '-')} + ${label('pipelineName')}`],
    ],
    validations: [
      runsAsWorker('serviceAccountName'),
      runsAsWorker('serviceAccount'),
      [
        any(`!has(${spec}.priorityClassName)`, `!(${spec}.priorityClassName in ${listed(HIGH_CLASSES)})`),
        'A pipeline has no priority over Pachyderm.',
      ],
      [
        `variables.volumes.all(v, ${any(
          ...['emptyDir', 'secret', 'configMap', 'downwardAPI', 'ephemeral'].map((kind) => `has(v.${kind})`),
          // The account's own token, which Kubernetes adds.
          'has(v.projected) && (!has(v.projected.sources) || v.projected.sources.all(s, !has(s.secret)))',
        )})`,
        'A pipeline has only volumes of the kinds emptyDir, secret, configMap, downwardAPI and ephemeral.',
      ],
      [
        `variables.volumes.all(v, ${any('!has(v.secret)', isForPipelines('v.secret.secretName', databaseSecrets))})`,
        'A pipeline mounts a Secret that is not for pipelines.',
      ],
      [
        any(
          `!has(${spec}.imagePullSecrets)`,
          `${spec}.imagePullSecrets.all(s, ${any('!has(s.name)', isForPipelines('s.name', databaseSecrets))})`,
        ),
        'A pipeline pulls with a Secret that is not for pipelines.',
      ],
      [
        `variables.envFroms.all(l, l.all(e, ${any('!has(e.secretRef)', isForPipelines('e.secretRef.name', databaseSecrets))}))`,
        'A pipeline reads a Secret that is not for pipelines.',
      ],
      [
        `variables.envs.all(l, l.all(e, ${any(
          '!has(e.valueFrom)',
          '!has(e.valueFrom.secretKeyRef)',
          handedPassword,
          isForPipelines('e.valueFrom.secretKeyRef.name', databaseSecrets),
        )}))`,
        'A pipeline reads a Secret that is not for pipelines.',
      ],
    ],
  };
}

/** Those that people had pachd make; of those that are Hub's, the chart's and Helm's the bucket's alone, of those of spouts its own. */
function isForPipelines(name: string, databaseSecrets: readonly string[]): string {
  const reserved = any(
    `${name}.startsWith('hub-')`,
    `${name}.startsWith('pachyderm-')`,
    `${name}.startsWith('sh.helm.')`,
    `${name} in ${listed(databaseSecrets)}`,
    `${name}.startsWith('${SPOUT_SECRET}') && ${name} != variables.own`,
  );
  return any(`${name} == '${STORAGE_SECRET}'`, `!(${reserved})`);
}

const API = 'admissionregistration.k8s.io/v1';

const policyObject = ({ name, of, operations, when, variables, validations }: Policy): PolicyObject => ({
  apiVersion: API,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: {
    // What cannot be judged is refused.
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations, resources: [of], scope: 'Namespaced' },
      ],
    },
    matchConditions: [when],
    ...(variables && {
      variables: variables.map(([variable, expression]) => ({ name: variable, expression })),
    }),
    validations: validations.map(([expression, message]) => ({ expression, message, reason: 'Forbidden' })),
  },
});

const bindingObject = ({ name }: Policy, namespace: string): PolicyObject => ({
  apiVersion: API,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec: {
    policyName: name,
    validationActions: ['Deny'],
    matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
  },
});
