/** Takes away what was built, so that what is built next is made of the sources alone, whatever was there. */
import { rmSync } from 'node:fs';

for (const folder of ['dist', 'web/dist'])
  rmSync(new URL(`../${folder}`, import.meta.url), { recursive: true, force: true });
