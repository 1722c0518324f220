import { expect, test } from 'vitest';
import type { Status } from '../../../shared/documents/status.ts';
import { troubleIn } from './health.ts';

const since = new Date(0);
const aCell = (creating: Status['health'], sweeps: Status['health']): Status => {
  const well = { health: 'operational' as const, since, message: 'All is well.' };
  return {
    ...{ schema: 1, overdueSeconds: 0, deadLetters: 0, orphans: 0, stuck: 0, updatedAt: since },
    health: 'operational',
    components: {
      ...{ deleting: well, access: well, pools: well },
      creating: { health: creating, since, message: `creating is ${creating}` },
      sweeps: { health: sweeps, since, message: `sweeps are ${sweeps}` },
    },
  };
};

test('nothing is said while all is well', () => {
  expect(troubleIn([aCell('operational', 'operational')])).toEqual([]);
  expect(troubleIn([])).toEqual([]);
});

test('the worst comes first, and what two cells suffer from is said once', () => {
  expect(troubleIn([aCell('degraded', 'down'), aCell('degraded', 'operational')])).toEqual([
    'sweeps are down',
    'creating is degraded',
  ]);
});
