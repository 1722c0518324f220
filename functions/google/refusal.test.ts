import { expect, test } from 'vitest';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { CONDITIONS, meaningOf } from '../providers/gke/conditions.ts';
import {
  asProviderError,
  CloudRefusal,
  grpcRefusal,
  REASONS,
  restRefusal,
  type Status,
  shortageIn,
} from './refusal.ts';

const QUOTA_403 =
  "Insufficient regional quota to satisfy request: resource \"CPUS\": request requires '12.0' and is short '4.0'.";

test.each<[Status, string | undefined, string, ErrorCode]>([
  ['UNAVAILABLE', undefined, 'The service is currently unavailable.', 'PROVIDER_UNAVAILABLE'],
  ['DEADLINE_EXCEEDED', undefined, 'Deadline exceeded', 'PROVIDER_UNAVAILABLE'],
  ['INTERNAL', undefined, 'Internal error', 'PROVIDER_UNAVAILABLE'],
  ['ABORTED', undefined, 'aborted', 'PROVIDER_UNAVAILABLE'],
  ['PERMISSION_DENIED', undefined, 'Required "container.clusters.create"', 'PERMISSION_DENIED'],
  ['UNAUTHENTICATED', undefined, 'no credentials', 'PERMISSION_DENIED'],
  ['PERMISSION_DENIED', undefined, QUOTA_403, 'CLOUD_QUOTA'],
  [
    'PERMISSION_DENIED',
    undefined,
    'Your project already has the maximum number of clusters: (50) in location x.',
    'CLOUD_QUOTA',
  ],
  ['RESOURCE_EXHAUSTED', 'GCE_QUOTA_EXCEEDED', 'Quota exceeded', 'CLOUD_QUOTA'],
  ['RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED', 'Quota exceeded: requests per minute', 'CLOUD_BUSY'],
  [
    'RESOURCE_EXHAUSTED',
    undefined,
    'Too many operations: cluster "x" hits the concurrent operations quota 5, please try again later.',
    'CLOUD_BUSY',
  ],
  ['RESOURCE_EXHAUSTED', 'ZONE_RESOURCE_POOL_EXHAUSTED', 'none left', 'ZONE_EXHAUSTED'],
  ['FAILED_PRECONDITION', 'CLUSTER_ALREADY_HAS_OPERATION', 'whatever', 'OPERATION_IN_PROGRESS'],
  [
    'FAILED_PRECONDITION',
    undefined,
    'Operation operation-1-2 is currently creating cluster a. Please wait and try again once it is done.',
    'OPERATION_IN_PROGRESS',
  ],
  [
    'FAILED_PRECONDITION',
    undefined,
    'Location violates constraint constraints/gcp.resourceLocations',
    'CLOUD_SETUP',
  ],
  ['INVALID_ARGUMENT', undefined, 'Machine type does not exist', 'BUG'],
])('%s %s "%s" is %s', (status, reason, message, code) => {
  expect(asProviderError(new CloudRefusal(status, message, reason))).toMatchObject({ code, detail: message });
});

test('what is no refusal stays what it is', () => {
  const bug = new TypeError('x is not a function');
  expect(asProviderError(bug)).toBe(bug);
  expect(grpcRefusal(bug)).toBe(bug);
  expect(restRefusal(bug)).toBe(bug);
});

test('what Google says of accounts and keys comes into no document', () => {
  const said = new CloudRefusal('PERMISSION_DENIED', 'ada@example.com may not; token=abc123');
  expect(asProviderError(said)).toMatchObject({ detail: '[email] may not; token=[secret]' });
});

test('a refusal by gRPC keeps status, wording and reason', () => {
  const error = Object.assign(new Error('9 FAILED_PRECONDITION: busy'), {
    code: 9,
    details: 'busy',
    reason: 'CLUSTER_ALREADY_HAS_OPERATION',
  });
  expect(grpcRefusal(error)).toMatchObject({
    status: 'FAILED_PRECONDITION',
    message: 'busy',
    reason: 'CLUSTER_ALREADY_HAS_OPERATION',
  });
});

const reply = (status: number, reason?: string): Error =>
  Object.assign(new Error('http'), {
    config: {},
    response: {
      status,
      data: { error: { code: status, message: 'said so', errors: reason ? [{ reason }] : [] } },
    },
  });

test.each<[number, string | undefined, Status]>([
  [404, 'notFound', 'NOT_FOUND'],
  [400, 'resourceInUseByAnotherResource', 'FAILED_PRECONDITION'],
  [400, 'resourceNotReady', 'FAILED_PRECONDITION'],
  [400, 'invalid', 'INVALID_ARGUMENT'],
  [403, 'forbidden', 'PERMISSION_DENIED'],
  [403, 'rateLimitExceeded', 'RESOURCE_EXHAUSTED'],
  [429, undefined, 'RESOURCE_EXHAUSTED'],
  [503, 'backendError', 'UNAVAILABLE'],
])('HTTP %s %s is %s', (http, reason, status) => {
  expect(restRefusal(reply(http, reason))).toMatchObject({ status, message: 'said so' });
});

test('no answer at all is UNAVAILABLE', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { config: {}, code: 'ECONNREFUSED' });
  expect(restRefusal(refused)).toMatchObject({ status: 'UNAVAILABLE' });
});

test('a stock-out is told from a quota by code or wording', () => {
  expect(shortageIn('GCE_STOCKOUT')).toBe('ZONE_EXHAUSTED');
  expect(
    shortageIn(
      'Google Compute Engine does not have enough resources available to fulfill request: europe-west1-b.',
    ),
  ).toBe('ZONE_EXHAUSTED');
  expect(shortageIn("Quota 'CPUS' exceeded.  Limit: 8.0 in region europe-west1.")).toBe('CLOUD_QUOTA');
  expect(
    shortageIn(
      'The network "hub" does not have available private IP space in 10.0.0.0/9 to reserve a /19 block for pods',
    ),
  ).toBe('CLOUD_QUOTA');
  expect(shortageIn('Internal error.')).toBeUndefined();
});

test.each(Object.entries(REASONS))(
  'a reason decides, whatever the words and the status say: %s is %s',
  (reason, code) => {
    for (const status of [
      'RESOURCE_EXHAUSTED',
      'PERMISSION_DENIED',
      'FAILED_PRECONDITION',
      'UNAVAILABLE',
    ] as const)
      for (const words of ['quota', 'STOCKOUT', 'constraints/x', 'per minute', ''])
        expect(asProviderError(new CloudRefusal(status, words, reason))).toMatchObject({ code });
  },
);

test('what passes by itself takes no attempts, and what no waiting cures is not tried again', () => {
  const retryOf = (code: ErrorCode) => ERRORS[code].retry;
  for (const code of ['CLOUD_BUSY', 'OPERATION_IN_PROGRESS', 'PROVIDER_UNAVAILABLE'] as const)
    expect(retryOf(code)).toBe('free');
  expect(retryOf('CLOUD_SETUP')).toBe(false);
});

test('an upgrade of Google’s own is waited for, and the operation that holds the cluster is told', () => {
  const refusal = new CloudRefusal(
    'FAILED_PRECONDITION',
    'Cluster is running incompatible operation operation-1-2.',
    'CLUSTER_ALREADY_HAS_OPERATION',
  );
  expect(asProviderError(refusal)).toMatchObject({
    code: 'OPERATION_IN_PROGRESS',
    detail: expect.stringContaining('operation-1-2'),
  });
});

test.each([
  ['gRPC, as its client decodes it', { retryDelay: { seconds: '7', nanos: 500_000_000 } }, 7500],
  ['gRPC, without the whole seconds', { retryDelay: { nanos: 250_000_000 } }, 250],
])('the delay that the cloud asks for is kept: %s', (_, detail, retryAfterMs) => {
  const error = Object.assign(new Error('busy'), { code: 8, statusDetails: [{ reason: 'x' }, detail] });
  expect(asProviderError(grpcRefusal(error))).toMatchObject({ retryAfterMs });
});

test('of a REST error the ErrorInfo counts before the older reason, and its delay is kept', () => {
  const details = [{ reason: 'CONCURRENT_OPERATIONS_QUOTA_EXCEEDED' }, { retryDelay: '3.5s' }];
  const error = Object.assign(new Error('http'), {
    config: {},
    response: {
      status: 403,
      data: {
        error: { code: 403, message: 'Rate Limit Exceeded', errors: [{ reason: 'forbidden' }], details },
      },
    },
  });
  expect(asProviderError(restRefusal(error))).toMatchObject({ code: 'CLOUD_BUSY', retryAfterMs: 3500 });
});

test.each(Object.entries(CONDITIONS))('the condition %s means %s, whatever the words', (code, meaning) => {
  expect(meaningOf([{ code, message: 'Quota exceeded' }])).toBe(meaning);
});

test.each([
  [[], undefined],
  [[{ code: 'UNKNOWN', message: 'Internal error.', canonicalCode: 'INTERNAL' }], undefined],
  [[{ code: 'UNKNOWN', message: 'The zone does not have enough resources available' }], 'ZONE_EXHAUSTED'],
  [[{ code: 'UNKNOWN', message: 'All taken.', canonicalCode: 'RESOURCE_EXHAUSTED' }], 'CLOUD_QUOTA'],
  [
    [
      { code: 'GCE_STOCKOUT', message: '' },
      { code: 'CLOUD_KMS_KEY_ERROR', message: '' },
    ],
    'CLOUD_SETUP',
  ],
])('the conditions %j mean %s', (conditions, meaning) => {
  expect(meaningOf(conditions)).toBe(meaning);
});
