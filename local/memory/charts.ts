/** The `Charts` port, and who may read charts with its tokens, without a wire and with nothing left to chance. */
import type { Charts } from '../../functions/charts.ts';
import type { Clock } from '../../functions/cloud.ts';
import { chartAccountOf, chartSourceOf, createRegistry, type Registry } from '../registry/model.ts';

export interface MemoryCharts extends Charts {
  readonly registry: Registry;
  /** All tokens so far. */
  readonly issued: readonly string[];
}

export function memoryCharts(clock: Clock, projectId: string): MemoryCharts {
  const source = chartSourceOf(projectId);
  const reader = chartAccountOf(projectId);
  const issued: string[] = [];
  const expiries = new Map<string, number>();
  return {
    issued,
    registry: createRegistry({
      source,
      reader,
      identify: (token) =>
        (expiries.get(token) ?? 0) > clock.now() ? { kind: 'serviceAccount', email: reader } : undefined,
    }),
    async issueToken(lifetimeMs) {
      const token = `ya29.c.chart-${issued.length + 1}`;
      issued.push(token);
      expiries.set(token, clock.after(lifetimeMs));
      return token;
    },
  };
}
