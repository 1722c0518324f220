import { mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, writeWanted } from './files.ts';

const aHome = (): string => mkdtempSync(join(tmpdir(), 'hub-files-'));

test('a session is read by its user alone, and each Hub has its own', () => {
  const XDG_CONFIG_HOME = aHome();
  const files = filesIn({ env: { XDG_CONFIG_HOME } });
  const [a, b] = ['https://a.example', 'https://a.example:8443'].map((address) => files.of(address));
  a?.write('session.json', { refreshToken: 'of a' });
  b?.write('session.json', { refreshToken: 'of b' });
  const folder = join(XDG_CONFIG_HOME, 'hub/hubs', encodeURIComponent('https://a.example'));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'session.json')).mode & 0o777).toBe(0o600);
  a?.removeAll();
  expect(a?.read('session.json')).toBeUndefined();
  expect(b?.read('session.json')).toEqual({ refreshToken: 'of b' });
});

test('what nobody has written is taken for nothing', () => {
  const XDG_CONFIG_HOME = aHome();
  const files = filesIn({ env: { XDG_CONFIG_HOME } });
  expect(files.hub()).toBeUndefined();
  files.setHub('https://a.example');
  writeFileSync(join(XDG_CONFIG_HOME, 'hub/config.json'), '{"hub":');
  expect(files.hub()).toBeUndefined();
});

test('a file that a person names is theirs alone, a link stays one, and what is no file is only written to', () => {
  const home = aHome();
  const [file, link] = [join(home, 'file'), join(home, 'link')];
  writeFileSync(file, 'old', { mode: 0o644 });
  symlinkSync(file, link);
  writeWanted(link, 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeWanted('/dev/null', 'gone');
  expect(statSync('/dev/null').isFile()).toBe(false);
});
