/**
 * Loaded into each process of a Hub under soak (`--import`): on SIGUSR2 it collects garbage and writes what is left, so that what is measured
 * is what is held.
 */
import { subscribe } from 'node:diagnostics_channel';
import { renameSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as (how: {
  type: 'major';
  execution: 'sync';
  flavor: 'last-resort';
}) => void;
/** As thoroughly as before memory runs out: an ordinary collection leaves what was compiled and is not used any more. */
const collect = (): void => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });

/**
 * Our servers keep an idle connection for ten minutes, as Google's do: what the busiest moment of that time needed would be counted. They keep
 * it for less than the rest before a reading, and what is still open then is in use.
 */
const IDLE_MS = 50_000;
subscribe('http.server.request.start', (message) => {
  const { server } = message as { server: Server };
  server.keepAliveTimeout = Math.min(server.keepAliveTimeout, IDLE_MS);
});

process.on('SIGUSR2', () => {
  // What has an end of life of its own goes in the second round.
  collect();
  setImmediate(() => {
    collect();
    const file = join(process.env.HUB_PROBE ?? '', `${process.pid}.json`);
    const resources: Record<string, number> = {};
    for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
    writeFileSync(`${file}.new`, JSON.stringify({ ...process.memoryUsage(), resources }));
    renameSync(`${file}.new`, file);
  });
});
