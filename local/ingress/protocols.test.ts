import { expect, test } from 'vitest';
import { exposureOf } from '../../functions/access/exposure.ts';
import { pachyderm } from '../../shared/catalog/pachyderm.ts';
import type { Fields } from '../kubernetes/objects.ts';
import { speaksHttp2 } from './protocols.ts';

test.each([
  [{ name: 'grpc' }, true],
  [{ name: 'GRPC-web-api' }, true],
  [{ name: 'http2-api' }, true],
  [{ name: 'http' }, false],
  // Only what comes before the first hyphen counts.
  [{ name: 'api-grpc-port' }, false],
  [{}, false],
  [{ name: 'api-grpc-port', appProtocol: 'kubernetes.io/h2c' }, true],
  [{ name: 'grpc', appProtocol: 'http' }, false],
])('a port with %o speaks HTTP/2: %s', (port, expected) => {
  expect(speaksHttp2(port, undefined)).toBe(expected);
});

const rule = (trafficPolicy: Fields): Fields => ({ spec: { trafficPolicy } });
const pool = (h2UpgradePolicy: string): Fields => ({ connectionPool: { http: { h2UpgradePolicy } } });
const port = { name: 'api-grpc-port', port: 1650 };

test('a rule upgrades all ports of a Service, or the one that it names', () => {
  expect(speaksHttp2(port, rule(pool('UPGRADE')))).toBe(true);
  expect(speaksHttp2(port, rule(pool('DEFAULT')))).toBe(false);
  const one = (number: number, policy: string): Fields => ({
    portLevelSettings: [{ port: { number }, ...pool(policy) }],
  });
  expect(speaksHttp2(port, rule(one(1650, 'UPGRADE')))).toBe(true);
  expect(speaksHttp2(port, rule(one(1600, 'UPGRADE')))).toBe(false);
  expect(speaksHttp2(port, rule({ ...pool('UPGRADE'), ...one(1650, 'DO_NOT_UPGRADE') }))).toBe(false);
});

test('Hub’s own upgrades that port of pachd alone', () => {
  const found = exposureOf('abc.clusters.example.com', pachyderm).filter(
    ({ kind }) => kind === 'DestinationRule',
  );
  expect(found.map(({ spec }) => spec.host)).toEqual(['pachd-proxy-backend.pachyderm.svc.cluster.local']);
  const upgraded = [1600, 1650, 1657, 1658, 1659].filter((number) =>
    speaksHttp2({ name: 'x', port: number }, found[0]),
  );
  expect(upgraded).toEqual([1650]);
});
