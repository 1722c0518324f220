/** `npm run hub -- …`: the command `hub` out of its sources. npm runs it in the folder of the package; files are named from where it was called. */
import { chdir, env } from 'node:process';

chdir(env.INIT_CWD ?? '.');
await import('../cli/main.ts');
