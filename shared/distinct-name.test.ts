import { expect, test } from 'vitest';
import { distinctName } from './distinct-name.ts';

test('two clusters of one name are called differently', () => {
  const names = ['aaaaaaaaaaaaaaab', 'aaaaaaaaaaaaaaac'].map((id) => distinctName({ id, name: 'genomes' }));
  expect(names).toEqual(['genomes-aaab', 'genomes-aaac']);
});
