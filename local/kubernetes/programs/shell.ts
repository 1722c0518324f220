/** A few words of shell: enough to run a command line given as arguments and to decide what its failure means. */
import type { Program } from '../containers.ts';
import { programFor } from './index.ts';

export const succeed: Program = () => ({ exit: 0 });

export const fail: Program = () => ({ exit: 1 });

export const echo: Program = ({ argv, log }) => {
  log(argv.slice(1).join(' '));
  return { exit: 0 };
};

export const sleep: Program = ({ argv, elapsedMs, stopping }) => {
  const forMs = Number(argv[1]) * 1000;
  if (stopping) return { exit: 143 };
  return elapsedMs >= forMs ? { exit: 0 } : { againMs: forMs - elapsedMs };
};

/** `"$@"` runs the remaining arguments; `"$@" || echo "…"` turns their failure into a line of log. */
const ARGUMENTS = /^"\$@"(?:\s*\|\|\s*(?:echo "([^"$`\\]*)"|true))?$/;

/**
 * `sh -c '"$@" || echo "…"' name command argument …`, and `sh -c 'exit N'`. Any other script is refused rather than taken for a
 * success.
 */
export const shell: Program = (run) => {
  const [, flag, script = '', , ...rest] = run.argv;
  const exit = /^exit (\d+)$/.exec(script);
  if (flag === '-c' && exit) return { exit: Number(exit[1]) };
  const forwards = ARGUMENTS.exec(script);
  if (flag !== '-c' || !forwards || rest.length === 0) {
    run.log(`sh: the stand-in's shell cannot run: ${script}`);
    return { exit: 2 };
  }
  const outcome = programFor(rest)({ ...run, argv: rest });
  if (!('exit' in outcome) || outcome.exit === 0 || !script.includes('||')) return outcome;
  if (forwards[1] !== undefined) run.log(forwards[1]);
  return { exit: 0 };
};
