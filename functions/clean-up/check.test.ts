import { flattenedVerify, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { memoryCleanUpKey } from '../../local/memory/clean-up-keys.ts';
import { cleanUpReport } from '../../shared/clean-up-report.ts';
import { aStatement, publicHalves, signed } from '../../test/certificates.ts';
import { checkCleanUp, readCleanUpKeys } from './check.ts';
import { cleanUpKeySet } from './keys.ts';
import { signJws } from './signature.ts';

const key = memoryCleanUpKey(1);
const keys = publicHalves(key);
const file = signed(aStatement());
const faultOf = (changed: unknown, known = keys): string => {
  const verdict = checkCleanUp(changed, known);
  return verdict.holds ? 'none' : verdict.fault;
};

/** Every leaf of a document: its path, and how to change it. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
}
function changedAt(value: unknown, [name, ...rest]: (string | number)[]): unknown {
  if (name === undefined) return typeof value === 'number' ? value + 1 : anotherText(String(value));
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[name] = changedAt(copy[name], rest);
  return copy;
}
/** Looks alike: the last digit of an instant, a letter of a name. */
const anotherText = (text: string): string =>
  text.replace(/\d(?=\D*$)|\w(?=\W*$)/, (one) => (one === '1' ? '2' : '1'));

describe('a certificate', () => {
  test('holds, with what can be read beside it or alone', () => {
    for (const one of [file, file.certificate]) {
      expect(checkCleanUp(one, keys)).toEqual({ holds: true, statement: aStatement(), kid: key.kid });
    }
  });

  test('is a JWS to everybody else, too', async () => {
    const { payload, protectedHeader } = await flattenedVerify(
      file.certificate,
      await importJWK({ ...key.publicJwk }),
      { algorithms: ['EdDSA'] },
    );
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(aStatement());
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: key.kid, typ: 'hub-clean-up+json' });
  });

  test.each(leaves(aStatement()).map((path) => [path.join('.'), path] as const))(
    'with another %s than was signed does not hold',
    (_, path) => {
      const altered = changedAt(aStatement(), path);
      expect(altered).not.toEqual(aStatement());
      // In what is read, in what is signed, and in both.
      expect(faultOf({ ...(altered as object), certificate: file.certificate })).toBe('altered');
      const payload = Buffer.from(JSON.stringify(altered)).toString('base64url');
      const certificate = { ...file.certificate, payload };
      expect(faultOf(certificate)).toBe('bad-signature');
      expect(faultOf({ ...(altered as object), certificate })).toBe('bad-signature');
    },
  );

  test('with a field more or less than was signed does not hold', () => {
    expect(faultOf({ ...file, owner: 'ada' })).toBe('altered');
    for (const field of Object.keys(aStatement())) {
      const { [field as keyof typeof file]: _, ...less } = file;
      expect(faultOf(less)).toBe('altered');
    }
  });

  test.each(['protected', 'payload', 'signature'] as const)(
    'with any letter of its %s changed does not hold',
    (part) => {
      const text = file.certificate[part];
      for (let at = 0; at < text.length; at++) {
        const other = text[at] === 'A' ? 'B' : 'A';
        const certificate = { ...file.certificate, [part]: text.slice(0, at) + other + text.slice(at + 1) };
        expect(checkCleanUp({ ...file, certificate }, keys).holds).toBe(false);
      }
    },
  );

  test('with its signature written in another way does not hold', () => {
    const { signature } = file.certificate;
    for (const other of [
      `${signature}==`,
      ` ${signature}`,
      `${signature.replaceAll('-', '+').replaceAll('_', '/')}=`,
    ]) {
      expect(faultOf({ ...file.certificate, signature: other })).toBe('bad-signature');
    }
  });

  test('with the signature of another certificate does not hold', () => {
    const other = signed(aStatement({ cluster: 'another' }));
    const { signature } = other.certificate;
    expect(faultOf({ ...file, certificate: { ...file.certificate, signature } })).toBe('bad-signature');
  });
});

describe('a certificate of a time in which places were away', () => {
  const except = (place: string, version: 1 | 2 = 2) => {
    const { listing, ...rest } = aStatement();
    const scopes = listing.scopes.map((scope) => ({ ...scope, except: [place] }));
    return signed({ ...rest, version, listing: { ...listing, scopes } });
  };

  test('holds, and says so', () => {
    const verdict = checkCleanUp(except('europe-west9-a'), keys);
    expect(verdict).toMatchObject({ holds: true, statement: { version: 2 } });
    expect(cleanUpReport(verdict)).toContain('not in europe-west9-a');
  });

  test('does not hold if something was there, or if its version does not know that', () => {
    for (const place of ['europe-west1-b', 'europe-west1-c', 'europe-west1'])
      expect(faultOf(except(place))).toBe('untrue');
    expect(faultOf(except('europe-west9-a', 1))).toBe('untrue');
    expect(faultOf(signed(aStatement({ version: 2 })))).toBe('untrue');
  });
});

describe('keys', () => {
  test('of somebody else do not prove it', () => {
    expect(faultOf(file, publicHalves(memoryCleanUpKey(2)))).toBe('unknown-key');
    const theirs = signed(aStatement(), memoryCleanUpKey(2));
    expect(faultOf(theirs)).toBe('unknown-key');
    // Who signs with a key of theirs and names ours.
    const certificate = { ...theirs.certificate, protected: file.certificate.protected };
    expect(faultOf({ ...theirs, certificate })).toBe('bad-signature');
  });

  test('that signed once and were replaced still prove it, by their public halves', () => {
    const fresh = memoryCleanUpKey(2);
    const published = publicHalves(fresh, key);
    expect(faultOf(file, published)).toBe('none');
    expect(faultOf(signed(aStatement(), fresh), published)).toBe('none');
  });

  test('are read from what Hub answers, and others in it are left alone', () => {
    const rsa = { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'other' };
    expect(readCleanUpKeys({ keys: [rsa, ...cleanUpKeySet([key]).keys] })).toEqual(keys);
  });

  test.each([
    ['no set', key.publicJwk],
    ['a set of nothing', { keys: [] }],
    ['a key by the name of another', { keys: [{ ...memoryCleanUpKey(2).publicJwk, kid: key.kid }] }],
  ])('are not read from %s', (_, set) => {
    expect(() => readCleanUpKeys(set)).toThrow();
  });
});

describe('what is signed and cannot be', () => {
  const [first, second] = aStatement().resources;
  if (!first || !second) throw new Error('it names two');
  const late = '2026-01-01T02:00:00.000Z';
  test.each([
    [
      'a resource that was gone after the cluster was called deleted',
      { resources: [first, { ...second, goneAt: late }] },
    ],
    [
      'a resource that was gone before it was asked for',
      { resources: [first, { ...second, plannedAt: '2026-01-01T01:00:00.500Z' }] },
    ],
    [
      'a listing before the last resource was gone',
      { listing: { ...aStatement().listing, at: '2026-01-01T00:59:30.000Z' } },
    ],
    ['a listing after the end', { listing: { ...aStatement().listing, at: late } }],
    ['a resource named twice', { resources: [first, first] }],
    ['counts of something else', { counts: { planned: 3, gone: 2 } }],
  ])('%s does not hold', (_, fields) => {
    expect(faultOf(signed(aStatement(fields)))).toBe('untrue');
  });
});

describe('something else', () => {
  test.each([
    ['text', 'hello'],
    ['nothing', null],
    ['a list', [file]],
    ['another document', { keys }],
    ['a certificate in parts', { ...file, certificate: { payload: file.certificate.payload } }],
    ['another thing signed with the same key', signJws({ hello: 'world' }, [key])],
    ['a statement of another version', signJws({ ...aStatement(), version: 3 }, [key])],
    [
      'something found after all',
      signJws({ ...aStatement(), listing: { ...aStatement().listing, found: 1 } }, [key]),
    ],
  ])('%s is no certificate', (_, other) => {
    expect(faultOf(other)).toBe('not-a-certificate');
  });

  test('a token of another kind, whoever signed it, is no certificate', () => {
    for (const head of [
      { alg: 'EdDSA', kid: key.kid, typ: 'JWT' },
      { alg: 'none', kid: key.kid, typ: 'hub-clean-up+json' },
      { alg: 'EdDSA', kid: key.kid, typ: 'hub-clean-up+json', crit: ['b64'], b64: false },
      { alg: 'EdDSA', typ: 'hub-clean-up+json', jwk: key.publicJwk },
    ]) {
      const part = Buffer.from(JSON.stringify(head)).toString('base64url');
      expect(faultOf({ ...file.certificate, protected: part })).toBe('not-a-certificate');
    }
  });

  test('a record of the days before Hub signed is told apart', () => {
    const { certificate: _, listing: __, ...record } = file;
    expect(faultOf(record)).toBe('unsigned');
  });
});
