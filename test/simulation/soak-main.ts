/** `npm run soak -- --minutes 10`: fails if a process of Hub holds more at the end than after it was warm. */
import { parseArgs } from 'node:util';
import { minutes } from '../../shared/units.ts';
import { MEASURES, type Sample } from './soak/samples.ts';
import { soak } from './soak.ts';

process.env.METADATA_SERVER_DETECTION = 'none';
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, width: { type: 'string', default: '6' } },
});

const line = (cells: readonly string[]): void =>
  console.log(cells.map((cell, at) => cell.padStart(at < 2 ? 8 : 9)).join(' '));
const cellsOf = (sample: Sample): string[] => MEASURES.map((measure) => sample[measure].toFixed(0));

line(['minute', 'clusters', ...['cloud', 'host'].flatMap((name) => MEASURES.map((m) => `${name[0]}.${m}`))]);
const { trends, flat } = await soak({
  forMs: minutes(Number(values.minutes)),
  width: Number(values.width),
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
process.exitCode = flat ? 0 : 1;
