/** The scanner that all checks of references stand on. */
import { expect, test } from 'vitest';
import { expressionsIn, referencesIn } from './expressions.ts';

const namesIn = (text: string): string[] =>
  referencesIn(text).references.map(({ root, steps }) => [root, ...steps].join('.'));

test.each<[string, string[]]>([
  ['plain', []],
  ['${var.a}', ['var.a']],
  ['a ${var.a} b ${local.b}', ['var.a', 'local.b']],
  ['$${var.a}', []],
  ['${var.a.b["c"].d}', ['var.a.b.[].d']],
  ['${var.a[each.key]}', ['var.a.[]', 'each.key']],
  ['${x.y[*].z}', ['x.y.[].z']],
  ['${one(module.ci[*].provider)}', ['module.ci.[].provider']],
  ['${join("," , [for f in var.l : f.name])}', ['var.l', 'f.name']],
  ['${var.a ? "x ${local.b}" : "}"}', ['var.a', 'local.b']],
  ['${upper("a \\"${var.q}\\" b")}', ['var.q']],
  ['${{ for k, v in a.b : k => v.c if can(v.d) }}', ['a.b', 'v.c', 'v.d']],
  ['${file("${path.module}/x")}', ['path.module']],
  ['${1.5 + var.a}', ['var.a']],
])('%s', (text, names) => {
  expect(namesIn(text).sort()).toEqual([...names].sort());
});

test('the names of loops are told with what they are over', () => {
  const { loops } = referencesIn('${{ for k, v in google_x.y : k => v.z }}');
  expect(loops).toEqual([{ names: ['k', 'v'], over: { root: 'google_x', steps: ['y'] } }]);
});

test('an expression ends at its own bracket', () => {
  expect([...expressionsIn('${ { a = "}" } } b ${c}')]).toEqual([' { a = "}" } ', 'c']);
});
