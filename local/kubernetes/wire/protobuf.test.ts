import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../errors.ts';
import { decodeProtobuf } from './protobuf.ts';

type Part = Buffer | string | number;

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** One field: a number as varint, all else with its length. */
function field(number: number, value: Part): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);

const envelope = (apiVersion: string, kind: string, ...fields: Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    field(1, message(field(1, apiVersion), field(2, kind))),
    field(2, message(...fields)),
    // contentEncoding and contentType, as Go's clients write them: empty.
    field(3, ''),
    field(4, ''),
  ]);

const named = (name: string): Buffer =>
  field(1, message(field(1, name), field(2, ''), field(3, ''), field(8, message())));

describe('an object in protobuf', () => {
  test('is what it would be in JSON: empty fields say nothing', () => {
    expect(
      decodeProtobuf(
        envelope('v1', 'Namespace', named('a'), field(2, message()), field(3, message(field(1, '')))),
      ),
    ).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'a' },
    });
  });

  test('keeps a zero where zero and nothing are two things', () => {
    const spec = (replicas: number) => field(2, message(field(1, replicas), field(5, 0), field(7, 0)));
    expect(decodeProtobuf(envelope('apps/v1', 'Deployment', named('a'), spec(0))).spec).toEqual({
      replicas: 0,
    });
    expect(decodeProtobuf(envelope('apps/v1', 'Deployment', named('a'), spec(-1))).spec).toEqual({
      replicas: -1,
    });
  });

  test('has maps, bytes, lists, times and quantities', () => {
    const entry = (key: string, value: Part): Buffer => message(field(1, key), field(2, value));
    const secret = envelope(
      'v1',
      'Secret',
      named('a'),
      field(2, entry('one', 'first')),
      field(2, entry('two', 'second')),
      field(3, 'Opaque'),
    );
    expect(decodeProtobuf(secret)).toMatchObject({
      data: { one: Buffer.from('first').toString('base64'), two: Buffer.from('second').toString('base64') },
      type: 'Opaque',
    });
    const quota = envelope(
      'v1',
      'ResourceQuota',
      named('a'),
      field(2, message(field(1, entry('pods', message(field(1, '5')))))),
    );
    expect(decodeProtobuf(quota).spec).toEqual({ hard: { pods: '5' } });
    const lease = envelope(
      'coordination.k8s.io/v1',
      'Lease',
      named('a'),
      field(2, message(field(3, message(field(1, 1_700_000_000), field(2, 123_456_000))))),
    );
    expect(decodeProtobuf(lease).spec).toEqual({ acquireTime: '2023-11-14T22:13:20.123456Z' });
  });

  test('has the fields of what stands in it, and either numbers or texts', () => {
    const port = (value: Buffer) => message(field(3, 80), field(4, value));
    const service = envelope(
      'v1',
      'Service',
      named('a'),
      field(
        2,
        message(
          field(1, port(message(field(1, 0), field(2, 8080), field(3, '')))),
          field(1, port(message(field(1, 1), field(2, 0), field(3, 'web')))),
        ),
      ),
    );
    expect(decodeProtobuf(service).spec.ports).toEqual([
      { port: 80, targetPort: 8080 },
      { port: 80, targetPort: 'web' },
    ]);
    const volume = message(field(1, 'data'), field(2, message(field(2, message()))));
    const pod = envelope('v1', 'Pod', named('a'), field(2, message(field(1, volume))));
    expect(decodeProtobuf(pod).spec.volumes).toEqual([{ name: 'data', emptyDir: {} }]);
  });

  test('passes over the fields of later versions', () => {
    expect(
      decodeProtobuf(envelope('v1', 'Namespace', named('a'), field(999, 'x'), field(998, 7))),
    ).toMatchObject({
      metadata: { name: 'a' },
    });
  });

  test('of an unknown kind is 415 and says which', () => {
    expect(() => decodeProtobuf(envelope('example.org/v1', 'Gate', named('a')))).toThrow(
      expect.objectContaining({ code: 415, message: expect.stringContaining('Gate in example.org/v1') }),
    );
  });

  test.each([
    ['no magic', Buffer.from('{"kind":"Pod"}')],
    ['nothing', Buffer.alloc(0)],
    ['an end within a field', envelope('v1', 'Namespace', named('abcdefgh')).subarray(0, 40)],
    ['a number where a message is', Buffer.concat([Buffer.from('k8s\0'), field(1, 5)])],
  ])('with %s is 400', (_what, bytes) => {
    expect(() => decodeProtobuf(bytes)).toThrow(expect.objectContaining({ code: 400 }));
  });

  test('with any damage is decoded or refused, and nothing else', () => {
    const sound = envelope(
      'apps/v1',
      'Deployment',
      named('a'),
      field(2, message(field(1, 2), field(3, message(named('b'))))),
    );
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = Buffer.from(sound);
        damaged[at] = byte;
        try {
          expect(decodeProtobuf(damaged)).toBeTypeOf('object');
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
