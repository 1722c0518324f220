import { expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import { shapeOf } from '../../shared/documents/cluster.ts';
import { aSpec } from '../../test/builders.ts';
import { conceive } from './commands.ts';

test('no cluster has an id that ends in z, for the platform keeps some such addresses for itself', () => {
  const hub = memoryHub();
  const drawn = [`${'a'.repeat(15)}z`, `${'z'.repeat(16)}`, `${'z'.repeat(15)}a`];
  const random = { ...hub.ports.random, base32: () => drawn.shift() ?? 'b'.repeat(16) };
  const spec = aSpec();
  const birth = conceive(
    { ...hub.ports, random },
    { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' },
  );
  expect(birth.cluster.id).toBe(`${'z'.repeat(15)}a`);
});
