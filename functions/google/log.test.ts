import { expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { entryOf } from './log.ts';

test('a trace is written by the names under which Cloud Logging looks for it', () => {
  expect(entryOf({ trace: 'abc', span: 'def', cluster: 'c', count: 1 }, 'my-project')).toEqual({
    'logging.googleapis.com/trace': 'projects/my-project/traces/abc',
    'logging.googleapis.com/spanId': 'def',
    cluster: 'c',
    count: 1,
  });
});

test('an entry without a trace says nothing of one', () => {
  expect(entryOf({ function: 'api' }, 'my-project')).toEqual({ function: 'api' });
});

test('what every entry carries is scrubbed like the rest', () => {
  const lines: unknown[] = [];
  const log = createLog((_, event, fields) => lines.push({ event, ...fields }), { trace: 'ada@example.com' });
  log.info('said', { detail: 'Bearer abc.def' });
  expect(lines).toEqual([{ event: 'said', trace: '[email]', detail: 'Bearer [token]' }]);
});
