/**
 * Where stand-ins keep their state: tables in memory, each change journaled to `HUB_DATA` before the stand-in answers.
 * A table is a Map whose values are plain JSON. After SIGKILL the next start replays the journal.
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Unusable } from './command.ts';

export interface Table<T> {
  get(key: string): T | undefined;
  has(key: string): boolean;
  /** Also call this after changing a value in place: it is what journals. */
  set(key: string, value: T): void;
  delete(key: string): boolean;
  values(): IterableIterator<T>;
  keys(): IterableIterator<string>;
  entries(): IterableIterator<[string, T]>;
  readonly size: number;
}

export interface Store {
  /** The table of that name, with what the journal held of it. */
  table<T>(name: string): Table<T>;
  /** Journals all changes that `change` makes, in whatever tables, as one: after a kill either all are there or none. */
  batch<T>(change: () => T): T;
  close(): void;
}

/** One change: [table, key, value]; no value is a deletion. */
type Line = [string, string, unknown?];
/** One line of the journal: a change, or several that belong together. */
type Entry = Line | Line[];

const linesOf = (entry: Entry): Line[] =>
  typeof entry[0] === 'string' ? [entry as Line] : (entry as Line[]);

function journaledTable<T>(name: string, rows: Map<string, unknown>, write: (line: Line) => void): Table<T> {
  const map = rows as Map<string, T>;
  return {
    get: (key) => map.get(key),
    has: (key) => map.has(key),
    set(key, value) {
      map.set(key, value);
      write([name, key, value]);
    },
    delete(key) {
      const was = map.delete(key);
      if (was) write([name, key]);
      return was;
    },
    values: () => map.values(),
    keys: () => map.keys(),
    entries: () => map.entries(),
    get size() {
      return map.size;
    },
  };
}

function storeOver(
  tables: Map<string, Map<string, unknown>>,
  write: (entry: Entry) => void,
  close: () => void,
): Store {
  let batched: Line[] | undefined;
  const add = (line: Line): void => {
    if (batched) batched.push(line);
    else write(line);
  };
  const rowsOf = (name: string): Map<string, unknown> => {
    let rows = tables.get(name);
    if (!rows) {
      rows = new Map();
      tables.set(name, rows);
    }
    return rows;
  };
  return {
    table: (name) => journaledTable(name, rowsOf(name), add),
    batch(change) {
      if (batched) return change(); // Part of the batch around it.
      const lines: Line[] = [];
      batched = lines;
      try {
        return change();
      } finally {
        // Also after a throw: the journal says what the tables hold.
        batched = undefined;
        if (lines.length > 0) write(lines);
      }
    },
    close,
  };
}

/**
 * Nothing survives the process.
 * @param onChange told of each change after it was made; no value: the row is gone
 */
export const memoryStore = (
  onChange: (table: string, key: string, value?: unknown) => void = () => undefined,
): Store =>
  storeOver(
    new Map(),
    (entry) => {
      for (const [table, key, value] of linesOf(entry)) onChange(table, key, value);
    },
    () => undefined,
  );

/** A journal may grow by this much before it is compacted; a Hub that runs for weeks must be able to read it again. */
const COMPACT_AFTER_BYTES = 16 * 1024 * 1024;

/**
 * @param folder an existing folder, already known to be ours
 * @param service names the file: `<folder>/<service>.jsonl`
 * @param compactAfterBytes growth after which the journal is written anew, beside once at the start
 * @throws Unusable naming file and line if the journal is damaged anywhere but in its last, half-written line
 */
export function journaledStore(
  folder: string,
  service: string,
  compactAfterBytes = COMPACT_AFTER_BYTES,
): Store {
  const file = join(folder, `${service}.jsonl`);
  const tables = existsSync(file) ? replay(file) : new Map<string, Map<string, unknown>>();
  let journal = compacted(file, tables);
  let open = true;
  let grownBytes = 0;
  return storeOver(
    tables,
    (entry) => {
      if (!open) return;
      grownBytes += writeSync(journal, `${JSON.stringify(entry)}\n`);
      if (grownBytes < compactAfterBytes) return;
      grownBytes = 0;
      closeSync(journal);
      journal = compacted(file, tables);
    },
    () => {
      if (open) closeSync(journal);
      open = false;
    },
  );
}

/**
 * Writes the journal anew: one line for each row that there is. It replaces the old one in one rename, so that a kill in between loses nothing.
 * @returns what to append to. A write(2) that returned survives SIGKILL of this process; surviving a power cut is not promised.
 */
function compacted(file: string, tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>): number {
  const fresh = `${file}.new`;
  const out = openSync(fresh, 'w');
  for (const [table, rows] of tables) {
    for (const [key, value] of rows) writeSync(out, `${JSON.stringify([table, key, value])}\n`);
  }
  closeSync(out);
  renameSync(fresh, file);
  return openSync(file, 'a');
}

function replay(file: string): Map<string, Map<string, unknown>> {
  const tables = new Map<string, Map<string, unknown>>();
  const lines = readFileSync(file, 'utf8').split('\n');
  for (const [index, text] of lines.entries()) {
    if (text === '') continue;
    let entry: Entry;
    try {
      entry = JSON.parse(text) as Entry;
    } catch (cause) {
      if (index === lines.length - 1) break; // Cut off by a kill: it was never answered.
      throw new Unusable(`HUB_DATA: ${file}:${index + 1} is damaged; move the folder away to start anew`, {
        cause,
      });
    }
    for (const [table, key, ...value] of linesOf(entry)) {
      const rows = tables.get(table) ?? new Map<string, unknown>();
      tables.set(table, rows);
      if (value.length > 0) rows.set(key, value[0]);
      else rows.delete(key);
    }
  }
  return tables;
}
