/** In the environment, which secret is given to which function is checked by functions/config.test.ts; that it comes from Secret Manager, by test/terraform. */
import { committed, secrets } from './checks/source.ts';
import { promiseOf } from './promise.ts';

const files = committed();
const plus = (name: string, text: string) => new Map([...files, [name, text]]);
const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)}`;

promiseOf('25', 'nothing that is committed is a secret', secrets, files, {
  'a private key is': plus('docs/more.md', key),
  'an API key is': plus('web/src/more.ts', `const key = 'AIza${'x'.repeat(35)}';`),
  'a token is': plus('scripts/more.ts', `npm_${'a'.repeat(36)}`),
  'the key of a service account is': plus('more.json', '{"type": "service_account"}'),
  'an environment is': plus('.env', 'HUB_PAGE_TOKEN_KEY=x'),
});
