/** What a container can run: real behaviour for the programs that Hub's Jobs use, and a short, quiet success for any other. */
import type { Program } from '../containers.ts';
import { gcloud } from './gcloud.ts';
import { helm } from './helm.ts';
import { echo, fail, shell, sleep, succeed } from './shell.ts';

const PROGRAMS: Readonly<Record<string, Program>> = {
  helm,
  gcloud,
  sh: shell,
  bash: shell,
  true: succeed,
  false: fail,
  echo,
  sleep,
};

const UNKNOWN_MS = 2_000;

const anything: Program = ({ elapsedMs, stopping }) =>
  elapsedMs >= UNKNOWN_MS || stopping ? { exit: 0 } : { againMs: UNKNOWN_MS - elapsedMs };

export function programFor(argv: readonly string[]): Program {
  const path = argv[0] ?? '';
  return PROGRAMS[path.slice(path.lastIndexOf('/') + 1)] ?? anything;
}
