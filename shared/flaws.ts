/**
 * What keeps people from using a cluster that stands, of all that is known to hold of it or not. The console, the command, the operators'
 * page and the pools all go by this one rule. Pure.
 */
import type { Cluster } from './documents/cluster.ts';
import { rowOf, STATES, type State } from './lifecycle/table.ts';

/** As far as it matters here: documents and replies write instants differently. */
interface Known {
  type: string;
  status: boolean;
}

/** Whoever has the cluster can use it well without: its gateway is upgraded when its turn has come. */
const INESSENTIAL = 'UpToDate';

/** What a flaw is about, the worst first: what makes all others vain, who else gets in, who does not. */
export const FLAWS: readonly string[] = [
  'Exists',
  'Locked',
  'Reachable',
  'Workloads',
  'Members',
  'Certificate',
];

/** States in which people use it and Hub does nothing about it: in the others they read what Hub is at. */
const IN_USE: readonly State[] = STATES.filter(
  (state) => rowOf(state).usable === true && rowOf(state).step === undefined,
);

/** Conditions that do not hold and should, the worst first. */
export const flawsOf = <C extends Known>({ conditions }: { conditions: readonly C[] }): C[] =>
  conditions
    .filter(({ type, status }) => !status && type !== INESSENTIAL)
    .sort((a, b) => rankOf(a) - rankOf(b));

/** One that a newer Hub has written comes last. */
function rankOf({ type }: Known): number {
  const rank = FLAWS.indexOf(type);
  return rank === -1 ? FLAWS.length : rank;
}

/** The worst flaw of a cluster that people would use, though its state says that it is ready. */
export const flawOf = <C extends Known>(cluster: {
  state: State;
  conditions: readonly C[];
}): C | undefined => (IN_USE.includes(cluster.state) ? flawsOf(cluster)[0] : undefined);

/** The cluster itself is not there any more, or of no use for good: all that is left is to delete it. */
export const isGone = (flaw: Known | undefined): boolean => flaw?.type === 'Exists';

/** What is to be done about it, in words. */
export const remedyOf = (flaw: Known): string =>
  isGone(flaw)
    ? 'Hub cannot bring it back. Until it is deleted, it goes on costing and counts towards the limits of whoever pays for it.'
    : 'Hub looks at it again by itself and repairs what it can.';

/** `flawedSince` of the document: since when it has had a flaw without a break. */
export function flawedSinceOf(cluster: Pick<Cluster, 'state' | 'conditions'>): Date | undefined {
  if (!flawOf(cluster)) return undefined;
  return new Date(Math.min(...flawsOf(cluster).map(({ since }) => since.getTime())));
}
