import { expect, test } from 'vitest';
import { asOffered, isUnoffered } from './offer.ts';

const catalog = {
  products: [
    { id: 'pachyderm', label: 'Pachyderm', versions: [{ version: '2.13', default: true }] },
    { id: 'hello', label: 'Hello', versions: [{ version: '1', default: true }, { version: '2' }] },
  ],
  sizes: [{ id: 'small' }, { id: 'large' }],
  regions: [{ id: 'europe-west1' }],
  defaults: { product: 'pachyderm', version: '2.13', size: 'small', region: 'europe-west1' },
} as unknown as Parameters<typeof asOffered>[0];
const chosen = { name: 'mine', product: 'hello', version: '2', size: 'large', region: 'europe-west1' };

test('what is still offered stays as it was chosen', () => {
  expect(asOffered(catalog, chosen)).toBe(chosen);
});

test.each([
  ['a version', { version: '0' }, { version: '1' }],
  ['a product', { product: 'gone' }, { product: 'pachyderm', version: '2.13' }],
  ['a size', { size: 'huge' }, { size: 'small' }],
  ['a region', { region: 'mars' }, { region: 'europe-west1' }],
])('%s that is not offered any more gives way to what is proposed, and nothing else does', (_, of, then) => {
  expect(asOffered(catalog, { ...chosen, ...of })).toEqual({ ...chosen, ...then });
});

test('the catalog is asked for anew for what is not in it, and for no other refusal', () => {
  expect(isUnoffered({ code: 'UNKNOWN_VERSION' })).toBe(true);
  expect(isUnoffered({ code: 'ACCOUNT_QUOTA' })).toBe(false);
});
