/** Every endpoint × everybody. That the API answers cell by cell what its own table says is tested in functions/api/policy.test.ts. */
import { matrix, strangers } from './checks/api.ts';
import { promise } from './promise.ts';

const POLICY = 'functions/api/policy.ts';

promise('1, 2', 'only those get through who are promised to', {
  check: matrix,
  in: ['api.ts', 'matrix'],
  broken: {
    'members may delete': {
      file: POLICY,
      from: "'DELETE /v1/clusters/{id}': owners",
      to: "'DELETE /v1/clusters/{id}': members",
      finds: /^viewer is let through to DELETE \/v1\/clusters\/\{id\}$/,
    },
    'operators get credentials': {
      file: POLICY,
      from: "'GET /v1/clusters/{id}/credentials': membersOnly",
      to: "'GET /v1/clusters/{id}/credentials': members",
      finds: /^operator is let through to GET \/v1\/clusters\/\{id\}\/credentials$/,
    },
    'the table is not asked': {
      file: POLICY,
      from: "throw new AppError(refusal === 'allow' ? 'NOT_FOUND' : refusal);",
      to: 'return;',
      finds: /^stranger is let through to GET \/v1\/clusters\/\{id\}$/,
    },
    'a cluster is shown before it is asked whose it is': {
      file: 'functions/api/require-cluster.ts',
      from: '  authorize(cluster);\n',
      to: '',
      finds: /^stranger is let through to GET \/v1\/clusters\/\{id\}$/,
    },
  },
});

promise('1', 'a cluster of others looks like one that does not exist', {
  check: strangers,
  in: ['api.ts', 'strangers'],
  broken: {
    'a stranger is told that it is there': {
      file: POLICY,
      from: "stranger: 'NOT_FOUND' }",
      to: "stranger: 'OWNER_ONLY' }",
      finds: /OWNER_ONLY.* is not .*NOT_FOUND/,
    },
  },
});
