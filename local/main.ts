/** `npm start`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCloudLog } from '../functions/google/log.ts';
import { PROJECT, type RunningHub, startHub } from './hub.ts';
import { parseOptions, UsageError } from './options.ts';

const FOLDER = fileURLToPath(new URL('../.hub/', import.meta.url));

let hub: RunningHub | undefined;
let ending = false;
/** Before Hub is up there is nothing to end: the functions' host goes with its parent, and a lock left behind is known to be stale. */
const end = (): void => {
  if (ending) return;
  ending = true;
  if (!hub) process.exit(0);
  hub.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
// Before anybody can have read that Hub is ready: a signal without a handler would end only this process, and at once.
process.on('SIGINT', end);
process.on('SIGTERM', end);

try {
  const options = parseOptions(process.env);
  hub = await startHub(options, createCloudLog({ service: 'embedded cloud' }, PROJECT));
  mkdirSync(FOLDER, { recursive: true });
  // Beside the data too: several Hubs may run from one checkout.
  for (const folder of [FOLDER, ...(options.dataFolder ? [options.dataFolder] : [])]) {
    writeFileSync(join(folder, 'local.json'), `${JSON.stringify(hub.addresses, null, 2)}\n`);
  }
  process.stdout.write(`Hub is ready at ${hub.url}\n`);
} catch (error) {
  const { message } = error as Error;
  process.stderr.write(
    error instanceof UsageError ? `hub: ${message}\n` : `hub: ${(error as Error).stack ?? message}\n`,
  );
  process.exit(error instanceof UsageError ? 2 : 1);
}
