/** What the scripts of operators are called with, and how they say that they cannot go on. */
import { parseArgs } from 'node:util';

/** It cannot be done; says what to do. */
export class Unusable extends Error {}

/**
 * Ends the process as the command says, or with 2 where it could not even begin.
 * @param main given what stands behind its name; tells its exit code, if that is not 0
 */
export async function runCommand(main: (args: readonly string[]) => unknown): Promise<void> {
  try {
    const code = await main(process.argv.slice(2));
    if (typeof code === 'number') process.exitCode = code;
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    process.stderr.write(`${error.message.trimEnd()}\n`);
    process.exitCode = 2;
  }
}

/**
 * Options that each take a text.
 * @param usage what to say of anything else
 * @throws Unusable
 */
export function readOptions<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
  usage: string,
): Partial<Record<Name, string>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  try {
    return parseArgs({ args: [...args], options }).values as Partial<Record<Name, string>>;
  } catch (error) {
    throw new Unusable(`${(error as Error).message}\n${usage}`);
  }
}
