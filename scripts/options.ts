/** What the scripts of operators are called with, and how they say that they cannot go on. */
import { parseArgs } from 'node:util';

/** It cannot be done; says what to do. */
export class Unusable extends Error {}

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
