import { describe, expect, test } from 'vitest';
import { jsonPatch, mergePatch } from './patches.ts';
import { parseFieldSelector, parseLabelSelector, selects } from './selectors.ts';

test('a merge patch follows RFC 7396', () => {
  expect(mergePatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null, e: 3 }, d: [2, 3] })).toEqual({
    a: { c: 2, e: 3 },
    d: [2, 3],
  });
});

describe('a JSON patch', () => {
  const target = { a: [1, 2], b: { 'c/d': 1 } };
  test.each([
    [
      { op: 'add', path: '/a/1', value: 9 },
      { a: [1, 9, 2], b: { 'c/d': 1 } },
    ],
    [
      { op: 'add', path: '/a/-', value: 9 },
      { a: [1, 2, 9], b: { 'c/d': 1 } },
    ],
    [
      { op: 'remove', path: '/a/0' },
      { a: [2], b: { 'c/d': 1 } },
    ],
    [
      { op: 'replace', path: '/b/c~1d', value: 2 },
      { a: [1, 2], b: { 'c/d': 2 } },
    ],
    [
      { op: 'move', from: '/b/c~1d', path: '/e' },
      { a: [1, 2], b: {}, e: 1 },
    ],
    [
      { op: 'copy', from: '/a', path: '/b/f' },
      { a: [1, 2], b: { 'c/d': 1, f: [1, 2] } },
    ],
    [{ op: 'test', path: '/a', value: [1, 2] }, target],
  ])('%j', (operation, result) => {
    expect(jsonPatch(target, [operation])).toEqual(result);
  });

  test('leaves its target as it was', () => {
    jsonPatch(target, [{ op: 'remove', path: '/a' }]);
    expect(target).toEqual({ a: [1, 2], b: { 'c/d': 1 } });
  });

  test.each([
    [{ op: 'test', path: '/a/0', value: 5 }, 422],
    [{ op: 'remove', path: '/nothing' }, 422],
    [{ op: 'guess', path: '/a' }, 400],
  ])('%j is refused', (operation, code) => {
    expect(() => jsonPatch(target, [operation])).toThrow(expect.objectContaining({ code }));
  });
});

describe('selectors', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      labels: { app: 'web', tier: 'front' },
    },
    status: { phase: 'Running' },
  };
  test.each([
    ['app=web', true],
    ['app==web,tier!=back', true],
    ['app=db', false],
    ['app in (web, db),tier', true],
    ['app notin (web)', false],
    ['!missing', true],
    ['missing', false],
    ['missing!=x', true],
  ])('labels: %s', (text, matches) => {
    expect(parseLabelSelector(text)(object)).toBe(matches);
  });

  test.each([
    ['metadata.name=p', true],
    ['metadata.name!=p', false],
    ['status.phase=Running,metadata.namespace=', true],
  ])('fields: %s', (text, matches) => {
    expect(parseFieldSelector(text)(object)).toBe(matches);
  });

  test.each(['app in web', 'a b', '=x'])('%s is refused', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ code: 400 }));
  });

  test('of workloads: labels and expressions together', () => {
    const selector = {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['front'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    };
    expect(selects(selector, { app: 'web', tier: 'front' })).toBe(true);
    expect(selects(selector, { app: 'web', tier: 'front', old: '1' })).toBe(false);
    expect(selects(undefined, {})).toBe(false);
  });
});
