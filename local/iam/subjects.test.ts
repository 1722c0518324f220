/** Tokens of real leaf clusters: good for the pool if their cluster signed them, and for nothing if another one did. */
import { beforeEach, expect, test } from 'vitest';
import { seconds } from '../../shared/units.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import { aLeaf, made, TARGET, type TestLeaf } from '../kubernetes/testing.ts';
import { requestToken } from '../kubernetes/tokens.ts';
import { poolName } from './principals.ts';
import type { IamOptions } from './server.ts';
import { subjectsOf } from './subjects.ts';

const PROJECT = 'hub-test';

let here: TestLeaf;
let other: LeafCluster;
let subjects: IamOptions;
beforeEach(async () => {
  here = await aLeaf();
  other = here.kubernetes.add({ ...TARGET, name: 'hub-other-g1', ca: '' });
  for (const leaf of [here.leaf, other]) {
    made(leaf, KINDS.ServiceAccount, { metadata: { name: 'pachyderm' } });
  }
  subjects = subjectsOf(PROJECT, (name, location) => here.kubernetes.find(name, location));
});

const tokenOf = (leaf: LeafCluster, audiences = [poolName(PROJECT)]): string => {
  const reply = requestToken(leaf, 'default', 'pachyderm', { spec: { audiences, expirationSeconds: 600 } });
  return (reply as { status: { token: string } }).status.token;
};
const WORKLOAD = {
  projectId: PROJECT,
  location: TARGET.location,
  cluster: TARGET.name,
  namespace: 'default',
  serviceAccount: 'pachyderm',
};

test('the same account in two clusters is told apart by who signed', async () => {
  expect(await subjects.verifySubject(tokenOf(here.leaf))).toEqual(WORKLOAD);
  expect(await subjects.verifySubject(tokenOf(other))).toEqual({ ...WORKLOAD, cluster: 'hub-other-g1' });
});

test('a token that names the victim’s cluster and is signed by another is good for nothing', async () => {
  const [header = '', , signature = ''] = tokenOf(other).split('.');
  const [, victim = ''] = tokenOf(here.leaf).split('.');
  expect(await subjects.verifySubject(`${header}.${victim}.${signature}`)).toBeUndefined();
});

test('neither are tokens for the cluster’s API, that have expired, of a cluster that is gone, or none', async () => {
  expect(await subjects.verifySubject(tokenOf(here.leaf, []))).toBeUndefined();
  const token = tokenOf(here.leaf);
  await here.clock.runFor(seconds(601));
  expect(await subjects.verifySubject(token)).toBeUndefined();
  const fresh = tokenOf(other);
  here.kubernetes.remove('hub-other-g1', TARGET.location);
  expect(await subjects.verifySubject(fresh)).toBeUndefined();
  for (const none of ['', 'x', 'a.b.c', `a.${Buffer.from('null').toString('base64url')}.c`]) {
    expect(await subjects.verifySubject(none)).toBeUndefined();
  }
});
