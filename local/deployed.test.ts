import { expect, test } from 'vitest';
import { deployedRewrites, rewritesIn } from './deployed.ts';

const functionFor = (path: string): string | undefined =>
  deployedRewrites().find(({ matches }) => matches(path))?.name;

test.each([
  ['/v1', 'api'],
  ['/v1/', 'api'],
  ['/v1/clusters', 'api'],
  ['/v1/clusters/abc', 'api'],
  ['/v1/clusters/abc/credentials', 'credentials'],
  ['/v1/clusters/abc/credentials/', 'api'],
  ['/v1/clusters/abc/credentials/more', 'api'],
  ['/v1/clusters//credentials', 'api'],
  ['/v1/clusters/abc/def/credentials', 'api'],
  ['/v1/clusters/abc/members/credentials', 'api'],
  ['/v1x/clusters', undefined],
  ['/oidc/authorize', 'oidc'],
  ['/', undefined],
])('%s goes to %s', (path, name) => {
  expect(functionFor(path)).toBe(name);
});

const rewrites = (...sources: string[]) =>
  rewritesIn({
    hosting: { rewrites: sources.map((source) => ({ source, function: { functionId: source } })) },
  });

test('the first that fits is taken, and a dot is a dot', () => {
  const found = rewrites('/a/*/c', '/a/**', '/robots.txt');
  const names = (path: string) => found.filter(({ matches }) => matches(path)).map(({ name }) => name);
  expect(names('/a/b/c')).toEqual(['/a/*/c', '/a/**']);
  expect(names('/robots.txt')).toEqual(['/robots.txt']);
  expect(names('/robots-txt')).toEqual([]);
});

test('a source of another kind is refused, not guessed at', () => {
  for (const source of ['/@(a|b)', '**', '/a*', '/a/?']) expect(() => rewrites(source)).toThrow('source');
});
