import { expect, test } from 'vitest';
import { proxyRemedy } from './http.ts';

const HUB = { hostname: 'hub.example.com' };

test('a proxy that Node passes by is told, with the variable that changes it', () => {
  for (const name of ['HTTPS_PROXY', 'https_proxy'])
    expect(proxyRemedy(HUB, { [name]: 'http://proxy:3128' })).toContain('NODE_USE_ENV_PROXY=1');
});

test('nothing is said of a proxy that is used, is not there, or would not be asked', () => {
  const HTTPS_PROXY = 'http://proxy:3128';
  for (const env of [
    {},
    { HTTPS_PROXY: '' },
    { HTTPS_PROXY, NODE_USE_ENV_PROXY: '1' },
    { HTTPS_PROXY, NODE_OPTIONS: '--max-old-space-size=512 --use-env-proxy' },
  ])
    expect(proxyRemedy(HUB, env)).toBeUndefined();
  expect(proxyRemedy({ hostname: '127.0.0.1' }, { HTTPS_PROXY })).toBeUndefined();
});
