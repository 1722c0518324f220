import { describe, expect, test } from 'vitest';
import { Unusable } from '../command.ts';
import { parseIndexConfig, singleFieldIndexes } from './index-config.ts';
import { parseFieldPath } from './paths.ts';

const index = (fields: unknown, more: object = {}) => ({
  indexes: [{ collectionGroup: 'c', queryScope: 'COLLECTION', fields, ...more }],
});
const parse = (json: unknown) => parseIndexConfig(JSON.stringify(json));

describe('firestore.indexes.json', () => {
  test('the name is implied, in the direction of the last field', () => {
    const { composites } = parse(
      index([
        { fieldPath: 'tags', arrayConfig: 'CONTAINS' },
        { fieldPath: 'at', order: 'DESCENDING' },
      ]),
    );
    expect(composites).toEqual([
      {
        collectionId: 'c',
        group: false,
        fields: [
          { path: 'tags', mode: 'contains' },
          { path: 'at', mode: 'descending' },
          { path: '__name__', mode: 'descending' },
        ],
      },
    ]);
  });

  test('spellings of one field path are one field', () => {
    const config = parse({ fieldOverrides: [{ collectionGroup: 'c', fieldPath: 'a.`b`', indexes: [] }] });
    expect(singleFieldIndexes(config, 'c', parseFieldPath('a.b'))).toEqual([]);
    expect(singleFieldIndexes(config, 'c', parseFieldPath('`a.b`'))).toHaveLength(3);
    expect(singleFieldIndexes(config, 'other', parseFieldPath('a.b'))).toHaveLength(3);
  });

  test('an empty file has nothing but the automatic indexes', () => {
    expect(singleFieldIndexes(parse({}), 'c', parseFieldPath('a'))).toHaveLength(3);
  });

  const ok = [
    { fieldPath: 'a', order: 'ASCENDING' },
    { fieldPath: 'b', order: 'ASCENDING' },
  ];
  test.each<[string, unknown, string]>([
    ['a misspelt key', { indices: [] }, 'indices'],
    ['a misspelt direction', index([{ fieldPath: 'a', order: 'UP' }, ok[1]]), 'indexes[0].fields[0].order: '],
    ['no direction', index([{ fieldPath: 'a' }, ok[1]]), 'indexes[0].fields[0]: needs exactly one of'],
    [
      'a bad path',
      index([{ fieldPath: 'a..b', order: 'ASCENDING' }, ok[1]]),
      'indexes[0].fields[0].fieldPath: ',
    ],
    ['one field only', index([ok[0]]), 'indexes[0]: an index of one field is not composite'],
    ['no scope', { indexes: [{ collectionGroup: 'c', fields: ok }] }, 'indexes[0].queryScope: '],
    [
      'an override without indexes',
      { fieldOverrides: [{ collectionGroup: 'c', fieldPath: 'a' }] },
      'fieldOverrides[0].indexes: ',
    ],
    ['a list', [], 'expected object'],
  ])('%s is told with its place', (_name, json, told) => {
    expect(() => parse(json)).toThrow(Unusable);
    expect(() => parse(json)).toThrow(/^firestore\.indexes\.json: /);
    expect(() => parse(json)).toThrow(told);
  });

  test('what is no JSON is told', () => {
    expect(() => parseIndexConfig('{', 'my.json')).toThrow(/^my\.json: /);
  });
});
