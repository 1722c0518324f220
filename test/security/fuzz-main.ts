/** `npm run fuzz`: requests by chance from the OpenAPI document, see `checks/fuzz.ts`. Exit code 0: nothing is wrong; 1: something is; 2: it cannot begin. */
import { readOptions, runCommand, wholeNumber } from '../../local/command.ts';
import { MAX_SEED } from '../../local/options.ts';

const USAGE = 'usage: npm run fuzz -- [--seed 1] [--requests 10000]\n';

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, ['seed', 'requests'], USAGE);
  const seed = wholeNumber('--seed', options.seed, { from: 0, to: MAX_SEED, fallback: 1 });
  const requests = wholeNumber('--requests', options.requests, {
    from: 1,
    to: 1_000_000_000,
    fallback: 10_000,
  });
  // Loaded only now: whoever called it wrongly is told at once.
  const { fuzz } = await import('./checks/fuzz.ts');
  const run = await fuzz({ seed, requests });
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  for (const [name, { asked, passed }] of Object.entries(run.endpoints))
    print(`${name}: ${asked} asked, ${passed} passed`);
  print(`${run.requests} requests of seed ${seed}, by status: ${JSON.stringify(run.statuses)}`);
  for (const finding of run.findings) print(`FOUND ${finding}`);
  print(`${run.findings.length} findings`);
  return run.findings.length === 0 ? 0 : 1;
}

await runCommand(main);
