import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../shared/errors.ts';
import {
  asProviderError,
  CloudRefusal,
  grpcRefusal,
  restRefusal,
  type Status,
  shortageIn,
} from './errors.ts';

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
  [
    'RESOURCE_EXHAUSTED',
    'RATE_LIMIT_EXCEEDED',
    'Quota exceeded: requests per minute',
    'PROVIDER_UNAVAILABLE',
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
    'PERMISSION_DENIED',
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
  expect(shortageIn('Internal error.')).toBeUndefined();
});
