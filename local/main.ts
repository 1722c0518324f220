/** `npm start`; what it takes are variables: options.ts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCloudLog } from '../functions/google/log.ts';
import { runCommand, takeNothing } from './command.ts';
import { PROJECT, type RunningHub, startHub } from './hub.ts';
import { parseOptions } from './options.ts';

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

async function main(args: readonly string[]): Promise<void> {
  takeNothing(args, 'start');
  const options = parseOptions(process.env);
  hub = await startHub(options, createCloudLog({ service: 'embedded cloud' }, PROJECT));
  mkdirSync(FOLDER, { recursive: true });
  // Beside the data too: several Hubs may run from one checkout.
  for (const folder of [FOLDER, ...(options.dataFolder ? [options.dataFolder] : [])]) {
    writeFileSync(join(folder, 'local.json'), `${JSON.stringify(hub.addresses, null, 2)}\n`);
  }
  process.stdout.write(`Hub is ready at ${hub.url}\n`);
}

await runCommand(main);
