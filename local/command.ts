/** What every command is called with, and how it says that it cannot go on: `npm start`, those of operators, and the long proofs. */
import { parseArgs } from 'node:util';

/** It cannot be done, and that is no bug: says in a line what to do. */
export class Unusable extends Error {}

/**
 * Ends the process as the command says, or with 2 where it could not even begin. Anything else that is thrown is a bug, and shown as one.
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

/** What else than options with a text a command takes. */
interface Taken<Flag extends string> {
  /** Options without a text. */
  flags?: readonly Flag[];
  /** How many words that are no options, at most; none if absent. */
  words?: number;
}

type Options<Name extends string, Flag extends string> = Partial<
  Record<Name, string> & Record<Flag, boolean>
>;

/**
 * @param names of options that each take a text
 * @param usage what to say of anything else
 * @throws Unusable
 */
export function readArguments<Name extends string, Flag extends string = never>(
  args: readonly string[],
  names: readonly Name[],
  usage: string,
  { flags = [], words: most = 0 }: Taken<Flag> = {},
): { options: Options<Name, Flag>; words: string[] } {
  const kinds = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' }] as const),
    ...flags.map((name) => [name, { type: 'boolean' }] as const),
  ]);
  let parsed: { values: object; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options: kinds, allowPositionals: true });
  } catch (error) {
    // Its first sentence: what comes after it is about words that look like options, which nothing here takes.
    throw new Unusable(`${(error as Error).message.split(/\.\s/)[0]}\n${usage}`);
  }
  const tooMany = parsed.positionals[most];
  if (tooMany !== undefined) throw new Unusable(`Unexpected argument '${tooMany}'\n${usage}`);
  return { options: parsed.values as Options<Name, Flag>, words: parsed.positionals };
}

/** For who takes no words. @throws Unusable */
export const readOptions = <Name extends string, Flag extends string = never>(
  args: readonly string[],
  names: readonly Name[],
  usage: string,
  flags: readonly Flag[] = [],
): Options<Name, Flag> => readArguments(args, names, usage, { flags }).options;

/** For who takes nothing. @throws Unusable for whatever is there */
export const takeNothing = (args: readonly string[], name: string): void =>
  void readOptions(args, [], `usage: npm run ${name}; it takes no options\n`);

interface Bounds {
  from: number;
  to: number;
  /** What it is if it is not given. */
  fallback: number;
}

/**
 * @param name of the option or variable, for who gave another thing
 * @param text absent or empty: it is not given
 * @throws Unusable in a line that says which are allowed
 */
export const wholeNumber = (name: string, text: string | undefined, bounds: Bounds): number =>
  readNumber(name, text, bounds, 'a whole number', /^\d+$/);

/** As `wholeNumber`; it may have a fraction. @throws Unusable */
export const decimalNumber = (name: string, text: string | undefined, bounds: Bounds): number =>
  readNumber(name, text, bounds, 'a number', /^[\d.]+(e-?\d+)?$/i);

function readNumber(
  name: string,
  text: string | undefined,
  { from, to, fallback }: Bounds,
  kind: string,
  form: RegExp,
): number {
  if (text === undefined || text === '') return fallback;
  const value = form.test(text) ? Number(text) : Number.NaN;
  // NaN is in no bounds.
  if (value >= from && value <= to) return value;
  throw new Unusable(`${name}: "${text}" is not valid; it needs ${kind} from ${from} to ${to}`);
}
