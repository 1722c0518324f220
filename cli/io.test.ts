import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { exitCodeOf, inWords } from './failure.ts';
import { askLine } from './io.ts';

/** A terminal, and what is typed into it once the question is there. */
async function asked(typed: string, isTTY = true): Promise<{ answer: unknown; shown: string }> {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { isTTY });
  const answer = askLine(input, output, 'Sure? ', 'Nothing was deleted.').catch((error: unknown) => error);
  input.end(typed);
  return { answer: await answer, shown: String(output.read()) };
}

test('a line that is typed is the answer', async () => {
  expect((await asked('mine\r')).answer).toBe('mine');
  expect((await asked('mine\n', false)).answer).toBe('mine');
});

test('Ctrl-C at a question ends the command as shells have it, with a line of its own', async () => {
  const { answer, shown } = await asked('min\u0003');
  expect(exitCodeOf(answer)).toBe(130);
  expect(inWords(answer)).toBe('Nothing was deleted.');
  expect(shown.endsWith('\n')).toBe(true);
});

test('Ctrl-D, or the end of what is read, is no answer', async () => {
  for (const { answer, shown } of [await asked('\u0004'), await asked(''), await asked('', false)]) {
    expect(answer).toBe('');
    expect(shown.endsWith('\n')).toBe(true);
  }
});
