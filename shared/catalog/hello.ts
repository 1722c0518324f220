import type { Product } from './product.ts';

/** The smallest product there can be; it keeps Hub generic and makes a quick check of a new installation. */
export const hello: Product = {
  id: 'hello',
  label: 'Hello',
  description: 'A page that says hello: the quickest check that Hub works.',
  namespace: 'hello',
  release: 'hello',
  chart: 'hello',
  versions: [{ version: '1.1.0', default: true }, { version: '1.0.0' }],
  values: ({ version }) => ({ image: { tag: version } }),
  podSecurity: 'restricted',
  access: 'public',
  routes: [{ matches: [], service: 'hello', port: 80 }],
  endpoints: (host) => ({ console: `https://${host}/` }),
};
