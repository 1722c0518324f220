/** Words that more than one page has. */

export const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

export const clustersInWords = (count: number): string => (count === 1 ? 'one cluster' : `${count} clusters`);

const either = new Intl.ListFormat('en', { type: 'disjunction' });

/** `Pachyderm or JupyterHub` */
export const eitherOf = (names: readonly string[]): string => either.format(names);
