import { describe, expect, test } from 'vitest';
import { deployedRewrites, deployedSite, rewritesIn, siteIn } from './deployed.ts';

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
  for (const source of ['/@(a|b)', 'a', '/a*', '/a/?']) expect(() => rewrites(source)).toThrow();
});

test('what no function serves is one page, and no function of its own', () => {
  const [only] = rewritesIn({
    hosting: {
      rewrites: [
        { source: '/v1/**', function: { functionId: 'api' } },
        { source: '!/assets/**', destination: '/index.html' },
      ],
    },
  });
  expect(only?.name).toBe('api');
});

test('a page is whatever somebody may link to; a file that a release has taken away is none', () => {
  const { isPage } = deployedSite();
  for (const path of ['/', '/clusters/abc', '/operator/audit', '/signin/oidc', '/assetsx', '/a.b'])
    expect(isPage(path)).toBe(true);
  for (const path of ['/assets', '/assets/index-abc.js', '/assets/deep/index-abc.css'])
    expect(isPage(path)).toBe(false);
});

describe('headers of the console', () => {
  const { headersFor } = deployedSite();

  test('of two rules the later one holds', () => {
    const rule = (source: string, value: string) => ({ source, headers: [{ key: 'X-A', value }] });
    const site = siteIn({ hosting: { rewrites: [], headers: [rule('**', '1'), rule('/a/**', '2')] } });
    expect(site.headersFor('/').get('x-a')).toBe('1');
    expect(site.headersFor('/a/b').get('x-a')).toBe('2');
  });

  test('files that are named after their content are kept, pages are asked for again, sign-ins never kept', () => {
    expect(headersFor('/assets/index-abc.js').get('cache-control')).toContain('immutable');
    for (const path of ['/', '/clusters/abc', '/index.html'])
      expect(headersFor(path).get('cache-control')).toBe('no-cache');
    expect(headersFor('/signin/oidc').get('cache-control')).toBe('no-store');
  });

  test('nothing runs, is styled or framed but what is Hub’s own or Google’s for signing in', () => {
    const policy = headersFor('/').get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*(?!\.firebaseapp\.com)|data:|blob:|http:/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headersFor('/').get('strict-transport-security')).toMatch(/max-age=\d{8}/);
  });
});
