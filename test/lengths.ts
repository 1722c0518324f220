/** How long functions are, read off the text as the formatter leaves it: what stands at the top level begins at the beginning of a line. */

/** What goes on: inside of something, nothing, or its end. */
const GOES_ON = /^(\s|[})\]]|$)/;
const FUNCTION = /^(?:export )?(?:default )?(?:async )?function\*? (\w+)/;
/** `const name = (…) =>`, whose parameters may be on lines of their own. */
const ARROW = /^(?:export )?const (\w+)[^=]*= (?:async )?(?:<[^>]*>)?\([^;]*?=>/;

interface Length {
  name: string;
  lines: number;
}

/** Of the functions at the top level of a module; what is inside of one counts with it. */
export function lengthsOf(text: string): Length[] {
  const statements: string[][] = [];
  for (const line of text.split('\n')) {
    if (GOES_ON.test(line)) statements.at(-1)?.push(line);
    else statements.push([line]);
  }
  return statements.flatMap((lines) => {
    const statement = lines.join('\n').trimEnd();
    const name = FUNCTION.exec(statement)?.[1] ?? ARROW.exec(statement)?.[1];
    return name === undefined ? [] : [{ name, lines: statement.split('\n').length }];
  });
}
