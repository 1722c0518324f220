import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { asYaml, type Kubeconfig, kubeconfigPath, mergeInto, withCommand } from './kubeconfig.ts';

const given = (name: string, token = 'secret'): Kubeconfig => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': name,
  clusters: [{ name: `hub-${name}`, cluster: { server: 'https://10.0.0.1' } }],
  users: [{ name: `hub-${name}`, user: { token } }],
  contexts: [{ name, context: { cluster: `hub-${name}`, user: `hub-${name}`, namespace: 'pachyderm' } }],
});
const ours = (name: string) =>
  withCommand(given(name), 'abcdefghijklmnop', 'https://hub.example.com', [
    '/usr/bin/node',
    '/home/ada/hub.mjs',
  ]);

test('has a command in the place of the token, by paths that do not depend on where kubectl runs', () => {
  const config = ours('a');
  expect(asYaml(config)).not.toContain('secret');
  expect(config.users[0]?.user.exec).toMatchObject({
    command: '/usr/bin/node',
    args: ['/home/ada/hub.mjs', 'token', 'abcdefghijklmnop', '--hub', 'https://hub.example.com'],
  });
});

test('is merged: what is called the same is replaced, everything else stays', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'hub-kube-')), 'deep', 'config');
  mergeInto(path, ours('a'));
  writeFileSync(
    path,
    asYaml({ ...(load(readFileSync(path, 'utf8')) as object), preferences: { colors: true } }),
  );
  mergeInto(path, ours('b'));
  mergeInto(path, ours('b'));
  const merged = load(readFileSync(path, 'utf8')) as Kubeconfig & { preferences: object };
  expect(merged).toMatchObject({ 'current-context': 'b', preferences: { colors: true } });
  for (const list of [merged.clusters, merged.users, merged.contexts]) expect(list).toHaveLength(2);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that is no kubeconfig is left as it is', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'hub-kube-')), 'config');
  for (const text of ['- a list', 'a: [', 'words']) {
    writeFileSync(path, text);
    expect(() => mergeInto(path, ours('a'))).toThrow(/cannot be read as a kubeconfig/);
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
});

test('the file is the first of KUBECONFIG, else kubectl’s own, and a link stays one', () => {
  const home = mkdtempSync(join(tmpdir(), 'hub-kube-'));
  expect(kubeconfigPath({ env: { HOME: home, KUBECONFIG: ['', '/a', '/b'].join(delimiter) } })).toBe('/a');
  const own = join(home, '.kube', 'config');
  expect(kubeconfigPath({ env: { HOME: home } })).toBe(own);
  mkdirSync(join(home, '.kube'));
  writeFileSync(join(home, 'elsewhere'), '');
  symlinkSync(join(home, 'elsewhere'), own);
  mergeInto(kubeconfigPath({ env: { HOME: home } }), ours('a'));
  expect(readFileSync(join(home, 'elsewhere'), 'utf8')).toContain('hub-a');
  expect(existsSync(own)).toBe(true);
});
