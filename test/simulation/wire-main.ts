/** `npm run simulate:wire -- --wire 3 --seed 7`: so many seeds over real wires, one after the other, from that one on. */
import { parseArgs } from 'node:util';
import { runWireSeed } from './wire.ts';

process.env.METADATA_SERVER_DETECTION = 'none';
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const { values } = parseArgs({
  options: {
    wire: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    deeds: { type: 'string', default: '20' },
  },
});
const first = Number(values.seed);
let failed = 0;
for (let seed = first; seed < first + Number(values.wire); seed++) {
  const {
    findings,
    trace = [],
    folder,
    ...result
  } = await runWireSeed(seed, { deeds: Number(values.deeds) });
  console.log(JSON.stringify({ ...result, findings: findings.length }));
  if (findings.length === 0) continue;
  failed++;
  console.log([...trace, '', ...findings, '', `its data: ${folder}`].join('\n'));
}
console.log(`${failed} of ${values.wire} seeds over wires found something wrong`);
process.exitCode = failed > 0 ? 1 : 0;
