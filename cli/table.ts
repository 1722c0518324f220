/** Columns of text. */

/** @param rows of texts; the first are the headings */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Names and what they are, one below the other. What is undefined is left out. */
export const facts = (all: Readonly<Record<string, string | undefined>>): string =>
  table(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[`${name}:`, value]])));
