import { describe, expect, test } from 'vitest';
import type { Fields } from '../../values.ts';
import { decide } from '../testing.ts';

const FIELDS: Fields = {
  map: { map: { a: 1, b: { map: { c: 2 } }, n: null } },
  // Sunday, 2024-03-10 13:14:15.000016 UTC.
  at: { time: [1_710_076_455, 16] },
  early: { time: [-1, 500_000] },
  nan: { double: 'NaN' },
  infinite: { double: '-Infinity' },
  least: { int: '-9223372036854775808' },
  bytes: { bytes: Buffer.from([0, 255, 16]).toString('base64') },
  berlin: { geo: [52.52, 13.405] },
  paris: { geo: [48.8566, 2.3522] },
  emoji: 'a🌍b',
  long: Array.from({ length: 300 }, (_, index) => index),
};

/** What holds, by the page of the reference that says so. */
const HOLDS: Record<string, string[]> = {
  'rules.String': [
    "'ABC'.lower() == 'abc' && 'ABC123'.lower() == 'abc123' && 'abc'.upper() == 'ABC'",
    "'  foo '.trim() == 'foo'",
    "'a'.size() == 1 && 'abc'.size() == 3 && resource.data.emoji.size() == 3 && resource.data.emoji[2] == 'b'",
    "'user@domain.com'.matches('.*@domain[.]com')",
    "!'banana'.matches('.*@domain[.]com')",
    "!'abc'.matches('b') && 'abc'.matches('a.c') && 'a1'.matches('[a-z]\\\\d')",
    "'banana'.replace('a', 'o') == 'bonono' && 'banana'.replace('ana', 'ee') == 'beena'",
    "'foo@test.com'.replace('.', '-') == '------------'",
    "'ab'.replace('(a)', '$1-') == '$1-b'",
    "'a/b/c'.split('/') == ['a', 'b', 'c'] && 'a1b22c'.split('[0-9]+') == ['a', 'b', 'c']",
    "'abc'.split(',') == ['abc'] && ',a,'.split(',') == ['', 'a', '']",
    "'\\u2200'.toUtf8() == b'\\xe2\\x88\\x80'",
    "string(true) == 'true' && string(1) == '1' && string(2.0) == '2.0' && string(null) == 'null'",
    "string(2.5) == '2.5' && string('a') == 'a' && string(/a/b) == '/a/b' && string(-3) == '-3'",
  ],
  'rules.Integer, rules.Float, rules.Boolean': [
    "int('2') == 2 && int(2.0) == 2 && int(2.9) == 2 && int(-2.9) == -2 && int(3) == 3 && int('-7') == -7",
    "float('2.2') == 2.2 && float(1) is float && float('1') == 1.0 && float('1e3') == 1000",
    "bool('true') && !bool('false') && bool(true)",
  ],
  'rules.Bytes': [
    'resource.data.bytes.size() == 3',
    "resource.data.bytes.toBase64() == 'AP8Q' && resource.data.bytes.toHexString() == '00FF10'",
  ],
  'rules.List': [
    "['a', 'b'].concat(['c']) == ['a', 'b', 'c']",
    "['a', 'b'].hasAll(['a']) && !['a', 'b'].hasAll(['a', 'c']) && ['a'].hasAll([])",
    "['a', 'b'].hasAny(['c', 'a']) && !['a', 'b'].hasAny(['c']) && !['a'].hasAny([])",
    "!['a', 'b'].hasOnly(['a', 'c']) && ['a', 'b'].hasOnly(['a', 'b', 'c']) && ['a', 'b'].hasOnly(['b', 'a'])",
    "['a', 'a', 'b'].hasOnly(['a', 'b', 'b']) && ['a', 'a', 'b'].hasOnly(['a', 'b', 'b', 'c'])",
    "['a', 1, true].join('-') == 'a-1-true' && [].join(',') == ''",
    "['a', 'b', 'a', 'c'].removeAll(['a']) == ['b', 'c']",
    '[1, 2, 1.0].size() == 3 && [1, 2, 1.0].toSet().size() == 2',
    "['a'].hasAny(['a', 'b'].toSet())",
    'resource.data.long.hasAll(resource.data.long) && resource.data.long.toSet().size() == 300',
    '!resource.data.long.hasAny([-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13])',
    '[[1], {"a": 1}, null, 1.0].hasAll([{"a": 1.0}, [1], 1])',
  ],
  'rules.Set': [
    "['a','b'].toSet().difference(['a','c'].toSet()) == ['b'].toSet()",
    "!['a','b'].toSet().hasAll(['a','c']) && ['d','e','f'].toSet().hasAll(['d','e'])",
    "!['a','b'].toSet().hasAny(['c','d'].toSet()) && ['a','b'].toSet().hasAny(['a','c'].toSet())",
    "!['a','b'].toSet().hasOnly(['a','c']) && ['a','b'].toSet().hasOnly(['a','b']) && ['a'].toSet().hasOnly(['a','b'])",
    "['a','b'].toSet().intersection(['a','c'].toSet()) == ['a'].toSet()",
    "['a','b'].toSet().union(['a','c'].toSet()) == ['c','b','a'].toSet()",
    "['a','b'].toSet().size() == 2 && ['a'].toSet() != ['b'].toSet()",
  ],
  'rules.Map': [
    "resource.data.map.get('a', 7) == 1 && resource.data.map.get('z', 7) == 7 && resource.data.map.get('n', 7) == null",
    "resource.data.map.get(['b', 'c'], 7) == 2 && resource.data.map.get(['b', 'z'], 7) == 7",
    "resource.data.map.get(['a', 'c'], 7) == 7 && resource.data.map.get(['z', 'c'], 7) == 7",
    "{'a': 1, 'b': 2}.keys() == ['a', 'b'] && {'a': 1, 'b': 2}.values() == [1, 2]",
    "{'a': 1}.size() == 1 && {}.size() == 0",
    "resource.data.map.keys().hasAll(['a', 'b']) && resource.data.map.keys().toSet().hasOnly(['a', 'b', 'n'])",
  ],
  'rules.MapDiff': [
    "{'a': 1, 'b': 2}.diff({'b': 2}).addedKeys() == ['a'].toSet()",
    "{'b': 2}.diff({'a': 1, 'b': 2}).removedKeys() == ['a'].toSet()",
    "{'a': 1, 'b': 2}.diff({'a': 3, 'b': 2}).changedKeys() == ['a'].toSet()",
    "{'a': 1, 'b': 2}.diff({'a': 3, 'b': 2.0}).unchangedKeys() == ['b'].toSet()",
    "{'a': 1, 'b': 2, 'd': 5}.diff({'a': 3, 'c': 4, 'd': 5}).affectedKeys() == ['a', 'b', 'c'].toSet()",
    "{'a': {'x': [1]}}.diff({'a': {'x': [2]}}).affectedKeys().hasOnly(['a'])",
  ],
  'rules.Path': [
    '(/path/$(foo)/$(bar)).bind({"foo": "something", "bar": "another"}) == /path/something/another',
    '/path/$(foo).bind({"foo": "x"}).foo == "x" && /path/$(foo).bind({"foo": "x"})["foo"] == "x"',
    '/path/$(foo).bind({"foo": "x"})[1] == "x" && /path/$(id).bind({}) == /path/x',
  ],
  'rules.Timestamp': [
    'resource.data.at.year() == 2024 && resource.data.at.month() == 3 && resource.data.at.day() == 10',
    'resource.data.at.hours() == 13 && resource.data.at.minutes() == 14 && resource.data.at.seconds() == 15',
    'resource.data.at.nanos() == 16000 && resource.data.at.dayOfWeek() == 7 && resource.data.at.dayOfYear() == 70',
    'resource.data.at.toMillis() == 1710076455000 && resource.data.early.toMillis() == -500',
    'resource.data.at.date() == timestamp.date(2024, 3, 10)',
    'resource.data.at.time() == duration.time(13, 14, 15, 16000)',
    'resource.data.early.year() == 1969 && resource.data.early.hours() == 23 && resource.data.early.dayOfYear() == 365',
    "timestamp.date(2024, 3, 10) + duration.value(1, 'd') == timestamp.date(2024, 3, 11)",
    "duration.value(1, 'd') + timestamp.date(2024, 3, 10) == timestamp.date(2024, 3, 11)",
    "timestamp.date(2024, 3, 10) - duration.value(10, 'd') == timestamp.date(2024, 2, 29)",
    "timestamp.date(2024, 3, 2) - timestamp.date(2024, 3, 1) == duration.value(24, 'h')",
    'timestamp.value(0) == timestamp.date(1970, 1, 1) && timestamp.value(1) > timestamp.value(0)',
    'timestamp.date(2024, 1, 1).dayOfWeek() == 1 && timestamp.date(50, 1, 1).year() == 50',
  ],
  'rules.Duration': [
    "duration.value(1, 'w') == duration.value(7, 'd') && duration.value(2, 'm') == duration.value(120, 's')",
    "duration.value(1, 'ms') == duration.value(1000000, 'ns') && duration.value(1, 'h').seconds() == 3600",
    "duration.value(-1500, 'ms').seconds() == -1 && duration.value(-1500, 'ms').nanos() == -500000000",
    "duration.abs(duration.value(-1, 's')) == duration.value(1, 's')",
    "duration.value(1, 's') + duration.value(1, 's') > duration.value(1999, 'ms')",
    "duration.value(1, 's') - duration.value(2, 's') == duration.value(-1, 's')",
  ],
  'rules.LatLng': [
    'resource.data.berlin.latitude() == 52.52 && resource.data.berlin.longitude() == 13.405',
    'latlng.value(52.52, 13.405) == resource.data.berlin && latlng.value(1, 2) is latlng',
    // 878 km.
    'math.round(resource.data.berlin.distance(resource.data.paris) / 1000) == 877 || math.round(resource.data.berlin.distance(resource.data.paris) / 1000) == 878',
    'resource.data.berlin.distance(resource.data.berlin) == 0',
  ],
  'rules.math': [
    'math.abs(-1) == 1 && math.abs(1) == 1 && math.abs(-1.5) == 1.5 && math.abs(-1) is int',
    'math.ceil(2.0) == 2 && math.ceil(2.1) == 3 && math.ceil(2.7) == 3 && math.ceil(2.1) is int && math.ceil(3) == 3',
    'math.floor(1.9) == 1 && math.floor(2.0) == 2 && math.floor(2.7) == 2 && math.floor(-1.5) == -2',
    'math.round(2.4) == 2 && math.round(2.5) == 3 && math.round(-2.4) == -2',
    'math.pow(2, 2) == 4 && math.pow(1.5, 2) == 2.25 && math.pow(4, 0.5) == 2 && math.pow(2, 2) is float',
    'math.sqrt(4) == 2 && math.sqrt(4) is float && math.isNaN(math.sqrt(-1))',
    'math.isNaN(resource.data.nan) && !math.isNaN(100) && !math.isNaN(1.5)',
    'math.isInfinite(resource.data.infinite) && !math.isInfinite(100) && !math.isInfinite(resource.data.nan)',
  ],
  'rules.hashing': [
    // The check values of the catalogue of CRCs, and the digests of RFC 1321 and FIPS 180.
    "hashing.crc32('123456789').toHexString() == 'CBF43926'",
    "hashing.crc32c('123456789').toHexString() == 'E3069283'",
    "hashing.md5('abc').toHexString() == '900150983CD24FB0D6963F7D28E17F72'",
    "hashing.sha256('abc').toHexString() == 'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD'",
    "hashing.sha256(b'abc') == hashing.sha256('abc')",
  ],
};

/** What is an error, with what the reason says. */
const FAULTS: [string, string][] = [
  ["'a'.matches('[' + '')", 'is no regular expression'],
  ["'a'.matches(1)", 'The pattern must be a string, not a int'],
  ["'a'.split(null) == []", 'The separator must be a string'],
  ["int('2.5') == 2", '"2.5" is no int'],
  ["int('9223372036854775808') == 1", 'does not fit'],
  ['int(resource.data.nan) == 0', 'cannot become an int'],
  ['int(null) == 0', 'A null cannot become an int'],
  ["float('x') == 0.0", 'is no float'],
  ["bool('yes')", '"yes" is no bool'],
  ['bool(1)', 'cannot become a bool'],
  ['string([]) == ""', 'A list cannot become a string'],
  ['[1].hasAll(1)', 'The argument must be a list or set, not a int'],
  ['[{}].join(",") == ""', 'A map cannot become a string'],
  ['{}.diff(1).addedKeys().size() == 0', 'The argument of diff() must be a map'],
  ['{}.get(1, 2) == 2', 'A key must be a string'],
  ["duration.value(1, 'y') > duration.value(1, 's')", '"y" is no unit'],
  ["duration.value(1, 'toString') > duration.value(1, 's')", 'is no unit'],
  ["duration.value(1.5, 's') > duration.value(1, 's')", 'The magnitude must be an int'],
  ["duration.value(9223372036854775807, 'w') > duration.value(1, 's')", 'longer than 10,000 years'],
  ["timestamp.date(9999, 12, 31) + duration.value(1, 'd') > request.time", 'outside the years 1 to 9999'],
  ['timestamp.date(2023, 2, 29) < request.time', 'There is no date 2023-2-29'],
  ['timestamp.date(2023, 13, 1) < request.time', 'There is no date'],
  ['timestamp.value(1.5) < request.time', 'must be an int'],
  ['timestamp.date(2023, 2, 1) < 1', 'cannot compare a timestamp with a int'],
  ['latlng.value(91, 0) is latlng', 'Latitude 91 is not within'],
  ['latlng.value(0, 181) is latlng', 'Longitude 181'],
  ['math.abs(resource.data.least) > 0', 'does not fit into 64 bits'],
  ["math.abs('1') == 1", 'The argument must be a number'],
  ['math.ceil(resource.data.infinite) == 1', 'cannot become an int'],
  ['math.floor(1e300) == 1', 'does not fit'],
  ['hashing.md5(1).size() == 16', 'must be a string, not a int'],
  ['/a/$(foo).bind({"foo": 1}) == /a/b', 'cannot be bound'],
  ['/a/b.foo == "b"', 'Nothing is bound to foo'],
];

describe.each(Object.entries(HOLDS))('%s', (_, conditions) => {
  test.each(conditions)('%s', (condition) => {
    expect(decide(condition, FIELDS)).toMatchObject({ allowed: true });
  });
});

describe('an error makes the condition false', () => {
  test.each(FAULTS)('%s', (condition, reason) => {
    const decision = decide(condition, FIELDS);
    expect(decision.allowed).toBe(false);
    expect(decision.reason).toContain(reason);
  });
});

test('a pattern that would take a backtracking matcher years is no trouble', () => {
  const fields = { text: `${'a'.repeat(50_000)}!` };
  expect(decide("resource.data.text.matches('(a+)+')", fields).allowed).toBe(false);
  expect(decide("resource.data.text.matches('(a+)+!')", fields).allowed).toBe(true);
});

test('a pattern may come from the document', () => {
  expect(decide('"abc".matches(resource.data.pattern)', { pattern: 'a.c' }).allowed).toBe(true);
  expect(decide('"abc".matches(resource.data.pattern)', { pattern: '(' }).allowed).toBe(false);
});
