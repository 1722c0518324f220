/** In the environment, which secret is given to which function is checked by functions/config.test.ts; that it comes from Secret Manager, by test/terraform. */
import { committed, secrets } from './checks/source.ts';
import { promiseOf } from './promise.ts';

const files = committed();
const plus = (name: string, text: string) => new Map([...files, [name, text]]);
const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)}`;

promiseOf('25', 'nothing that is committed is a secret', secrets, files, {
  'a private key is': {
    of: plus('docs/more.md', key),
    finds: /^docs\/more\.md has something like .*PRIVATE KEY/,
  },
  'an API key is': {
    of: plus('web/src/more.ts', `const key = 'AIza${'x'.repeat(35)}';`),
    finds: /^web\/src\/more\.ts has something like .*AIza/,
  },
  'a token is': {
    of: plus('scripts/more.ts', `npm_${'a'.repeat(36)}`),
    finds: /^scripts\/more\.ts has something like .*npm_/,
  },
  'the key of a service account is': {
    of: plus('more.json', '{"type": "service_account"}'),
    finds: /^more\.json has something like .*service_account/,
  },
  'an environment is': { of: plus('.env', 'HUB_PAGE_TOKEN_KEY=x'), finds: /^\.env is committed$/ },
});
