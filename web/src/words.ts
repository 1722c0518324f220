/** Words that more than one page has. */
import type { RequestedLimits } from '../../shared/documents/account.ts';
import { exactInDollars } from '../../shared/money.ts';

export const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

export const clustersInWords = (count: number): string => (count === 1 ? 'one cluster' : `${count} clusters`);

/** How much somebody asks for. */
export const requestInWords = ({ maxClusters, maxHourlyMicros }: RequestedLimits): string =>
  `${clustersInWords(maxClusters)}${maxHourlyMicros === undefined ? '' : ` for ${exactInDollars(maxHourlyMicros)} per hour`}`;

const either = new Intl.ListFormat('en', { type: 'disjunction' });

/** `Pachyderm or JupyterHub` */
export const eitherOf = (names: readonly string[]): string => either.format(names);
