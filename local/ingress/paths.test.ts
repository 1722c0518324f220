import { expect, test } from 'vitest';
import { normalPath } from './paths.ts';

test.each([
  ['/', '/'],
  ['/a/b?c=%41/../d', '/a/b?c=%41/../d'],
  ['/a/./b/../c', '/a/c'],
  ['/a/..', '/'],
  ['/../../a', '/a'],
  ['/a/%2e%2E/b', '/b'],
  ['/a\\..\\b', '/b'],
  ['/%61%5f%7E%2d%30', '/a_~-0'],
  ['/a%2f..%2fb', '/a%2f..%2fb'],
  ['/a%5cb%20c', '/a%5cb%20c'],
  ['/a//b', '/a//b'],
  ['/a/%252e', '/a/%252e'],
])('%s becomes %s', (path, normal) => expect(normalPath(path)).toBe(normal));
