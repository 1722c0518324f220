import { describe, expect, test } from 'vitest';
import { refusalError, unreachableError } from './errors.ts';
import { apiPath } from './kinds.ts';

describe('an answer of the API', () => {
  test.each([
    [401, 'PERMISSION_DENIED'],
    [403, 'PERMISSION_DENIED'],
    [429, 'LEAF_UNAVAILABLE'],
    [500, 'LEAF_UNAVAILABLE'],
    [503, 'LEAF_UNAVAILABLE'],
    [400, 'BUG'],
    [404, 'BUG'],
    [409, 'BUG'],
    [422, 'BUG'],
  ])('%i is %s', (status, code) => {
    const error = refusalError('GET /x', { status, reason: 'Because', message: 'so it is' });
    expect(error).toMatchObject({ code, detail: `GET /x: ${status} Because so it is` });
  });

  test.each([
    [404, 'NotFound', 'namespaces "hello" not found'],
    [
      403,
      'Forbidden',
      'secrets "a" is forbidden: unable to create new content in namespace hello because it is being terminated',
    ],
  ])('that the namespace goes at this moment is no fault of Hub’s: %i', (status, reason, message) => {
    expect(refusalError('PATCH /x', { status, reason, message }).code).toBe('LEAF_UNAVAILABLE');
  });

  test('is told without the values it quotes', () => {
    const message =
      'Secret "a" is invalid: data[key]: Invalid value: "s3cr\\"et": must be base64, type: Unsupported value: "other": supported values: "x"';
    const { detail } = refusalError('PATCH /x', { status: 422, reason: 'Invalid', message });
    expect(detail).toContain('must be base64');
    expect(detail).not.toContain('s3cr');
    expect(detail).not.toContain('other');
  });
});

test('a connection that fails names its cause, and no token', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  const error = unreachableError('GET /x', new TypeError('fetch failed', { cause }));
  expect(error).toMatchObject({
    code: 'LEAF_UNAVAILABLE',
    detail: 'GET /x: connect ECONNREFUSED 127.0.0.1:1',
  });
  expect(unreachableError('GET /x', new Error('Bearer ya29.abc was odd')).detail).not.toContain('ya29');
});

describe('the address of an object', () => {
  test.each([
    [{ apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'b' }, '/api/v1/namespaces/a/pods/b'],
    [{ apiVersion: 'v1', kind: 'Pod' }, '/api/v1/pods'],
    [{ apiVersion: 'v1', kind: 'Namespace', name: 'a' }, '/api/v1/namespaces/a'],
    [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'a' }, '/apis/apps/v1/namespaces/a/deployments'],
    [
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', namespace: 'ignored', name: 'a:b' },
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab',
    ],
  ])('%j is %s', (target, path) => {
    expect(apiPath(target)).toBe(path);
  });

  test('needs a kind that Hub knows, and a namespace where there must be one', () => {
    expect(() => apiPath({ apiVersion: 'v1', kind: 'Unheard' })).toThrow('no row');
    expect(() => apiPath({ apiVersion: 'v1', kind: 'Pod', name: 'a' })).toThrow('needs a namespace');
  });
});
