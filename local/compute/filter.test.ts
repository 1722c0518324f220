import { expect, test } from 'vitest';
import { parseFilter } from './filter.ts';

const disk = {
  name: 'gke-hub-abc-g1-default-00000000-0000',
  labels: { 'hub-cluster': 'abc', env: 'dev' },
  sizeGb: '10',
};

test.each([
  ['', true],
  ['labels.hub-cluster=abc', true],
  ['labels.hub-cluster = "abc"', true],
  ['labels.hub-cluster=abcd', false],
  ['labels.hub-cluster!=abc', false],
  ['labels.hub-cluster:*', true],
  ['labels.owner:*', false],
  ['labels.owner=x OR labels.env=dev', true],
  ['labels.env=dev AND labels.owner=x', false],
  ['(labels.env=dev) (labels.hub-cluster=abc)', true],
  ['labels.env=prod AND labels.env=dev OR labels.hub-cluster=abc', false],
  ['NOT labels.env=dev', false],
  ['sizeGb=10', true],
  ['name eq gke-hub-abc-g1-.*', true],
  ['name eq "gke-hub-abc-g.*|k8s-.*"', true],
  ["name eq 'hub-abc'", false],
  ['name ne .*default.*', false],
  ['(name eq gke-.*) (name ne .*-0001)', true],
])('%s → %s', (filter, expected) => {
  expect(parseFilter(filter)(disk)).toBe(expected);
});

test.each([
  'name',
  'name eq',
  'name eq "[" ',
  '(name=x',
  'name=x)',
  'name=x extra',
  'name eq x OR labels.a=b',
])('%s is refused', (filter) => {
  expect(() => parseFilter(filter)).toThrow('Invalid list filter expression');
});
