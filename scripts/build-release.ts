/** Builds what Hosting gets as `npm run build` does: as build-web.ts, and the command `hub` tells of which commit it is. */
import { fileURLToPath } from 'node:url';
import { buildWeb } from './build-web.ts';
import { builtFrom } from './commit.ts';

const commit = builtFrom(fileURLToPath(new URL('..', import.meta.url)));
await buildWeb(commit === 'unknown' ? '' : commit);
