/** What lets strangers in is reached by nobody, until somebody has found out why. */
import { withCondition } from '../access/conditions.ts';
import { ensureClosed } from '../access/expose.ts';
import type { Site } from '../access/site.ts';
import { asAppError } from '../failure.ts';
import { failedBy, type StepResult } from './step.ts';

/**
 * Closes the way in if that is what a step met, and ends the step; anything else is thrown on.
 * @throws what it was given, and the AppErrors of `Dns` and `Leaf`
 */
export async function shutIfOpen(site: Site, thrown: unknown): Promise<StepResult> {
  if (asAppError(thrown).code !== 'LOCK_FAILED') throw thrown;
  await ensureClosed(site);
  const { cluster, ports } = site;
  const now = new Date(ports.clock.now());
  const { detail } = asAppError(thrown);
  const message = [
    'Others could have got in, so it was closed.',
    ...(detail ? [`Seen: ${detail}.`] : []),
    UNDONE,
  ];
  const conditions = withCondition(cluster.conditions, 'Locked', false, message.join(' '), now);
  return { ...failedBy(thrown, cluster, ports, { endpoints: {}, conditions }), final: true };
}

/** By a repair; see `startAnew`. */
const UNDONE =
  'Hub restarts it and tries again by itself, which undoes what was set from inside. If it stays so, tell the operator.';
