/** What is noted of a build, in repositories of their own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { builtFrom } from './commit.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'hub-commit-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

test('a build is of the commit that is checked out, and says so if that was changed', () => {
  const root = folder();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      cwd: root,
      encoding: 'utf8',
    }).trim();
  git('init', '-q');
  writeFileSync(join(root, 'a'), 'a');
  git('add', '.');
  git('commit', '-qm', 'a');
  const commit = git('rev-parse', 'HEAD');
  expect(builtFrom(root)).toBe(commit);
  writeFileSync(join(root, 'a'), 'b');
  expect(builtFrom(root)).toBe(`${commit}-changed`);
});

test('sources without git are of no commit', () => {
  expect(builtFrom(folder())).toBe('unknown');
});
