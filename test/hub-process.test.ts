/** What is kept of a Hub's output: a stand-in for its process says it, as a busy one does. */
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { startHubProcess } from './hub-process.ts';

test('a line that one stream had only begun when the other spoke is kept whole, and one that has not ended is not there yet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-output-'));
  writeFileSync(join(folder, 'local.json'), '{}');
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const starting = startHubProcess(folder, {}, () =>
    Object.assign(new EventEmitter() as ChildProcess, { stdout, stderr }),
  );
  stdout.write('Hub is ready at http://127.0.0.1:1\n');
  const hub = await starting;
  const line = Buffer.from('{"message":"für"}\n');
  // Within the ü.
  stdout.write(line.subarray(0, 14));
  stderr.write('{"message":"between"}\n{"message":{"begun":1}');
  stdout.write(line.subarray(14));
  await expect.poll(() => hub.log().length).toBe(2);
  expect(hub.log()).toEqual([{ message: 'between' }, { message: 'für' }]);
  rmSync(folder, { recursive: true });
});
