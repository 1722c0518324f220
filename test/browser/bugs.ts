/** Bugs that Hub meets while somebody looks at a page, and that the page need not show: they fail the test all the same. */

interface Bugs {
  /** Reads one line of the functions' log. */
  heard(line: string): void;
  /** Those met since the last call. */
  taken(): string[];
}

export function watchForBugs(): Bugs {
  let met: string[] = [];
  return {
    heard(line) {
      if (/"severity":"ERROR"/.test(line) && /"code":"BUG"/.test(line)) met.push(line);
    },
    taken() {
      const lines = met;
      met = [];
      return lines;
    },
  };
}
