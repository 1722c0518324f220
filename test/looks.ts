/** What a look at a cluster that stands finds, and what is done about it. */
import { expect } from 'vitest';
import type { Cluster } from '../shared/documents/cluster.ts';
import type { RunningHub } from './running-hub.ts';

/** What does not hold. */
export const untrue = ({ conditions }: Cluster): string[] =>
  conditions.filter(({ status }) => !status).map(({ type }) => type);

/** What the timeline says of what is done meanwhile. */
export async function told(it: RunningHub, id: string, work: () => Promise<unknown>): Promise<string[]> {
  const { epoch } = await it.cluster(id);
  await work();
  return (await it.events(id)).filter((event) => event.epoch > epoch).map(({ message }) => message);
}

/** A look that finds what was just broken, with all that follows from it. */
export const mended = async (it: RunningHub, id: string): Promise<string[]> => {
  const messages = await told(it, id, async () => {
    await it.look(id);
    await it.reach(id, 'ready');
  });
  expect(untrue(await it.cluster(id))).toEqual([]);
  expect(await it.cluster(id)).not.toHaveProperty('flawedSince');
  return messages;
};
export const AGAIN = 'Everything is in order again.';

export const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name,
  namespace: 'pachyderm',
});
