/** Where the cursor is: which command a line calls so far, and what is expected of its last word. Pure. */
import type { Argument, Command, Option } from 'commander';

export interface Place {
  command: Command;
  /** The one that it belongs to; the program of itself. */
  above: Command;
  /** Whether a command below it could be named here. */
  isAtCommands: boolean;
  /** What the last word is the value of; undefined: it can only name a command or an option. */
  of: Option | Argument | undefined;
  /** What is typed of it so far. */
  typed: string;
  /** `--size=` where the value stands in the word of its option; else empty. */
  before: string;
  /** Options that are said already, each with its value if it has one. */
  said: ReadonlyMap<Option, string | undefined>;
}

/** @param words behind `hub`; the last is what is being typed, and empty where that is yet to begin */
export function placeOf(program: Command, words: readonly string[]): Place {
  let [command, above] = [program, program];
  let count = 0;
  let open: Option | undefined;
  let isOverWithOptions = false;
  const said = new Map<Option, string | undefined>();
  for (const word of words.slice(0, -1)) {
    if (open) {
      said.set(open, word);
      open = undefined;
    } else if (!isOverWithOptions && word.startsWith('-')) {
      isOverWithOptions = word === '--';
      const { option, value } = optionIn(command, word);
      if (!option) continue;
      said.set(option, value);
      if (option.required && value === undefined) open = option;
    } else {
      const next = count === 0 ? commandsOf(command).find((one) => isCalled(one, word)) : undefined;
      if (next) [command, above] = [next, command];
      else count++;
    }
  }
  const typed = words.at(-1) ?? '';
  const place = { command, above, isAtCommands: count === 0, typed, before: '', said };
  if (open) return { ...place, of: open };
  if (!isOverWithOptions && typed.startsWith('-')) {
    const { option, value } = optionIn(command, typed);
    if (!option?.required || value === undefined) return { ...place, of: undefined };
    return { ...place, of: option, typed: value, before: typed.slice(0, -value.length || undefined) };
  }
  return { ...place, of: command.registeredArguments[count] };
}

/** What help lists: none that is hidden. */
export const commandsOf = (command: Command): Command[] => command.createHelp().visibleCommands(command);
export const optionsOf = (command: Command): Option[] => command.createHelp().visibleOptions(command);

const isCalled = (command: Command, word: string): boolean =>
  command.name() === word || command.aliases().includes(word);

function optionIn(command: Command, word: string): { option: Option | undefined; value: string | undefined } {
  const [, flag = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  return { option: optionsOf(command).find(({ long, short }) => flag === long || flag === short), value };
}
