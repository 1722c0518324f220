/**
 * `npm run fuzz`: requests by chance from the OpenAPI document, see `checks/fuzz.ts`.
 *
 *     --seed N --requests N    (1, 10000)
 */
import { parseArgs } from 'node:util';
import { fuzz } from './checks/fuzz.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, requests: { type: 'string', default: '10000' } },
});
const run = await fuzz({ seed: Number(values.seed), requests: Number(values.requests) });
const print = (text: string): void => void process.stdout.write(`${text}\n`);
for (const [name, { asked, passed }] of Object.entries(run.endpoints))
  print(`${name}: ${asked} asked, ${passed} passed`);
print(`${run.requests} requests of seed ${values.seed}, by status: ${JSON.stringify(run.statuses)}`);
for (const finding of run.findings) print(`FOUND ${finding}`);
print(`${run.findings.length} findings`);
process.exitCode = run.findings.length === 0 ? 0 : 1;
