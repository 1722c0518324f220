/** Which clusters the list shows, as the address of its page says it: so Back, a new tab and a link lead to the same. All of them is no word of it. */

const FILTERS = ['all', 'ready', 'progress', 'attention', 'deleted'] as const;
export type Filter = (typeof FILTERS)[number];

interface Shown {
  filter: Filter;
  /** As it was typed. */
  text: string;
}

export function shownIn(search: string): Shown {
  const all = new URLSearchParams(search);
  return {
    filter: FILTERS.find((filter) => filter === all.get('show')) ?? 'all',
    text: all.get('q') ?? '',
  };
}

export function addressOf({ filter, text }: Shown): string {
  const said = new URLSearchParams({
    ...(filter !== 'all' && { show: filter }),
    ...(text !== '' && { q: text }),
  });
  return said.size === 0 ? '/' : `/?${said}`;
}
