import { expect, test } from 'vitest';
import type { Fields, Stored } from './objects.ts';
import { strategicMergePatch } from './strategic-merge.ts';

const deployment = (spec: Fields, metadata: Fields = {}): Stored => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', uid: '', resourceVersion: '', creationTimestamp: '', ...metadata },
  spec,
});
const template = (pod: Fields): Fields => ({ template: { spec: pod } });
const patched = (live: Stored, patch: Fields): Fields => strategicMergePatch(live, patch);

test('containers merge by name, arguments are replaced', () => {
  const live = deployment(
    template({
      containers: [
        { name: 'a', image: 'a:1', args: ['x'] },
        { name: 'b', image: 'b:1' },
      ],
    }),
  );
  const spec = template({
    containers: [
      { name: 'a', image: 'a:2', args: ['y', 'z'] },
      { name: 'b', $patch: 'delete' },
      { name: 'c' },
    ],
  });
  expect(patched(live, { spec }).spec).toEqual(
    template({ containers: [{ name: 'a', image: 'a:2', args: ['y', 'z'] }, { name: 'c' }] }),
  );
});

test('null takes a field away, a directive replaces a map or empties it', () => {
  const live = deployment({ replicas: 2 }, { labels: { a: '1' }, annotations: { b: '2' } });
  const next = patched(live, {
    metadata: { labels: { $patch: 'replace', c: '3' }, annotations: { $patch: 'delete' } },
    spec: { replicas: null },
  });
  expect(next).toMatchObject({ metadata: { labels: { c: '3' }, annotations: {} }, spec: {} });
  expect(next.spec).toEqual({});
});

test('only the keys that are to be retained stay', () => {
  const live = deployment({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } });
  const next = patched(live, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } });
  expect(next.spec.strategy).toEqual({ type: 'Recreate' });
});

test('lists of texts that merge gain and lose single items', () => {
  const live = deployment({}, { finalizers: ['a', 'b'] });
  const next = patched(live, {
    metadata: { finalizers: ['c', 'b'], '$deleteFromPrimitiveList/finalizers': ['a'] },
  });
  expect(next.metadata.finalizers.sort()).toEqual(['b', 'c']);
});

test('the order that is asked for holds, and what it does not name keeps its place', () => {
  const names = (list: Fields[]): string[] => list.map(({ name }) => name);
  const env = (...list: string[]): Fields[] => list.map((name) => ({ name, value: name }));
  const live = deployment(template({ containers: [{ name: 'a', env: env('one', 'server', 'two') }] }));
  const next = patched(live, {
    spec: template({
      containers: [
        {
          name: 'a',
          '$setElementOrder/env': [{ name: 'two' }, { name: 'new' }, { name: 'one' }],
          env: env('new'),
        },
      ],
    }),
  });
  expect(names(next.spec.template.spec.containers[0].env)).toEqual(['server', 'two', 'new', 'one']);
});

test('an item without its key is refused', () => {
  const live = deployment(template({ containers: [{ name: 'a' }] }));
  expect(() => patched(live, { spec: template({ containers: [{ image: 'x' }] }) })).toThrow(
    expect.objectContaining({ code: 400, message: expect.stringContaining('declared merge key: name') }),
  );
});
