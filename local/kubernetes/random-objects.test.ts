/** Whatever well-typed object comes, the API answers it or refuses it, and nothing in the cluster fails over it. */
import { describe, expect, test } from 'vitest';
import type { Random } from '../../functions/cloud.ts';
import { seconds } from '../../shared/units.ts';
import { seededRandom } from '../random.ts';
import { apply, create, remove } from './api.ts';
import { ApiError } from './errors.ts';
import { BUILT_IN, type Kind } from './kinds.ts';
import type { Fields } from './objects.ts';
import { aLeaf } from './testing.ts';
import { messageType, type Type, typeOfKind } from './wire/types.ts';

const WORDS =
  '|a|web|Wrong Name|default|1|10%|*/5 * * * *|Always|Never|TCP|NodePort|RollingUpdate|In|Exists|Role|10.0.0.0/8'.split(
    '|',
  );
const DEEPEST = 7;

const pick = <T>(random: Random, list: readonly T[]): T =>
  list[Math.floor(random.fraction() * list.length)] as T;
const some = <T>(random: Random, make: () => T): T[] =>
  Array.from({ length: Math.floor(random.fraction() * 3) }, make);

function randomValue(random: Random, type: Type, depth: number): unknown {
  if (random.fraction() < 0.03) return null;
  if (type.is === 'scalar') return randomScalar(random, type.of);
  if (depth > DEEPEST) return undefined;
  if (type.is === 'message') return randomMessage(random, type.of, depth);
  const values = some(random, () => randomValue(random, type.of, depth + 1));
  if (type.is !== 'map') return values;
  return Object.fromEntries(values.map((value) => [pick(random, ['app', 'cpu', 'a b', 'x/y/z']), value]));
}

function randomScalar(random: Random, type: string): unknown {
  switch (type) {
    case 'string':
      return pick(random, WORDS);
    case 'bool':
      return random.fraction() < 0.5;
    case 'int32':
    case 'int64':
    case 'double':
      return pick(random, [0, 1, -1, 80, 70_000, 600]);
    case 'bytes':
      return 'YQ==';
    case 'time':
    case 'microtime':
      return '2026-01-01T00:00:00Z';
    case 'quantity':
      return pick(random, ['1', '0', '-1', '1Gi', '500m']);
    case 'intorstring':
      return pick(random, [1, '10%', 'http', -1]);
    default:
      return {};
  }
}

function randomMessage(random: Random, name: string, depth: number): Fields {
  const out: Fields = {};
  for (const field of messageType(name)?.byName.values() ?? []) {
    if (random.fraction() < (depth < 3 ? 0.6 : 0.35))
      out[field.name] = randomValue(random, field.type, depth + 1);
  }
  return out;
}

function randomObject(random: Random, kind: Kind): Fields {
  const object = randomMessage(random, typeOfKind(kind.apiVersion, kind.kind)?.name ?? '', 0);
  const { labels, annotations, finalizers, ownerReferences } = (object.metadata ?? {}) as Fields;
  const metadata = random.fraction() < 0.2 ? { labels, annotations, finalizers, ownerReferences } : {};
  const name = pick(random, ['a', 'b', 'c']);
  return { ...object, apiVersion: kind.apiVersion, kind: kind.kind, metadata: { ...metadata, name } };
}

describe.each([1, 2, 3])('with the seed %i', (seed) => {
  test('700 random objects are stored or refused', async () => {
    const { leaf, clock, errors } = await aLeaf();
    const random = seededRandom(seed);
    const kinds = BUILT_IN.filter((kind) => !kind.review && kind.kind !== 'Node');
    const codes = new Map<number, number>();
    for (let i = 0; i < 700; i++) {
      const kind = pick(random, kinds);
      const namespace = kind.namespaced ? 'default' : undefined;
      // As it would come over the wire.
      const object = JSON.parse(JSON.stringify(randomObject(random, kind))) as Fields;
      const { name } = object.metadata;
      const act = pick(random, [
        () => create(leaf, kind, namespace, object, { manager: 'one' }),
        () => apply(leaf, kind, namespace, name, object, { manager: 'two', force: random.fraction() < 0.5 }),
        () => remove(leaf, kind, namespace, name),
      ]);
      let code = 200;
      try {
        act();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        code = error.code;
      }
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (i % 20 === 0) await clock.runFor(seconds(30));
    }
    expect(errors).toEqual([]);
    expect([...codes.keys()].filter((code) => code >= 500)).toEqual([]);
    // Some got through, or nothing was tried.
    expect(codes.get(200)).toBeGreaterThan(100);
  });
});
