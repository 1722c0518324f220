/**
 * `npm run soak -- --minutes 10`: fails if a process of Hub holds more at the end than after it was warm. Exit code 0: nothing grows; 1:
 * something does; 2: it cannot begin.
 */
import { decimalNumber, readOptions, runCommand, wholeNumber } from '../../local/command.ts';
import { minutes } from '../../shared/units.ts';
import { MEASURES, type Sample } from './soak/samples.ts';

const USAGE = `usage: npm run soak -- [--minutes 10] [--width 6]
--width: how many clusters live at a time.
`;
const MAX_MINUTES = 10_000;
const MAX_WIDTH = 1000;

process.env.METADATA_SERVER_DETECTION = 'none';
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const line = (cells: readonly string[]): void =>
  console.log(cells.map((cell, at) => cell.padStart(at < 2 ? 8 : 9)).join(' '));
const cellsOf = (sample: Sample): string[] => MEASURES.map((measure) => sample[measure].toFixed(0));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, ['minutes', 'width'], USAGE);
  const forMs = minutes(
    decimalNumber('--minutes', options.minutes, { from: 0.1, to: MAX_MINUTES, fallback: 10 }),
  );
  const width = wholeNumber('--width', options.width, { from: 1, to: MAX_WIDTH, fallback: 6 });
  line([
    'minute',
    'clusters',
    ...['cloud', 'host'].flatMap((name) => MEASURES.map((m) => `${name[0]}.${m}`)),
  ]);
  // Loaded only now: whoever called it wrongly is told at once.
  const { soak } = await import('./soak.ts');
  const { trends, flat } = await soak({
    forMs,
    width,
    onReading: ({ atMs, clusters, cloud, host }) =>
      line([(atMs / minutes(1)).toFixed(1), String(clusters), ...cellsOf(cloud), ...cellsOf(host)]),
  });
  for (const [name, found] of Object.entries(trends)) {
    for (const trend of found) {
      const [from, to] = [trend.from.toFixed(1), trend.to.toFixed(1)];
      console.log(`${name} ${trend.measure}: ${from} → ${to}${trend.flat ? '' : '  GROWS'}`);
    }
  }
  console.log(flat ? 'flat: nothing grows' : 'something grows');
  return flat ? 0 : 1;
}

await runCommand(main);
