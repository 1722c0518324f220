/** What is set up on a Hub that was here before. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../functions/log.ts';
import { MANIFEST } from '../functions/manifest.ts';
import { TOPICS } from '../shared/messages.ts';
import { startCloud } from './cloud.ts';
import { RULES_FILE } from './deployed.ts';
import { listen } from './http.ts';
import { setUp } from './setup.ts';

/** Functions that are given hints and never answer, so that these stay. */
async function deafFunctions() {
  let hints = 0;
  const { port, close } = await listen(
    createServer(({ url = '' }) => {
      // The Scheduler comes by as well.
      if (url.endsWith(`/topics/${TOPICS.hint}`)) hints++;
    }),
    0,
  );
  return { hints: () => hints, ports: Object.fromEntries(MANIFEST.map(({ name }) => [name, port])), close };
}

test('what Pub/Sub kept over a restart is brought to where the functions are now, and nothing of it to where they were', async () => {
  const dataPath = mkdtempSync(join(tmpdir(), 'hub-setup-'));
  const start = () =>
    startCloud({
      ...{ port: 0, speed: 1, faults: {}, seed: 1, log: silentLog },
      ...{ dataPath, rulesFile: RULES_FILE, projectId: 'p' },
    });
  const old = await deafFunctions();
  const first = await start();
  setUp(first, old.ports, 1);
  first.pubsub.model.publish(TOPICS.hint, 'x');
  await expect.poll(old.hints).toBe(1);
  await first.close();

  const second = await start();
  const fresh = await deafFunctions();
  setUp(second, fresh.ports, 1);
  await expect.poll(fresh.hints).toBe(1);
  expect(old.hints()).toBe(1);
  await second.close();
  await Promise.all([old.close(), fresh.close()]);
  rmSync(dataPath, { recursive: true });
});
