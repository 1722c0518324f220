/** A sorted list of text keys in chunks: insertion, removal and seeking touch one chunk, whatever the length. */

/** Splits when twice this; moving a few hundred references is cheaper than a deeper tree. */
const CHUNK = 256;

interface Chunk<T> {
  keys: string[];
  values: T[];
}

export class SortedKeys<T> {
  #chunks: Chunk<T>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A key that is there gets the new value. */
  set(key: string, value: T): void {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (!chunk) {
      this.#chunks.push({ keys: [key], values: [value] });
      this.#size++;
      return;
    }
    const at = lowerBound(chunk.keys, key);
    if (chunk.keys[at] === key) {
      chunk.values[at] = value;
      return;
    }
    chunk.keys.splice(at, 0, key);
    chunk.values.splice(at, 0, value);
    this.#size++;
    if (chunk.keys.length >= 2 * CHUNK) {
      const upper = { keys: chunk.keys.splice(CHUNK), values: chunk.values.splice(CHUNK) };
      this.#chunks.splice(this.#chunks.indexOf(chunk) + 1, 0, upper);
    }
  }

  delete(key: string): void {
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index];
    if (!chunk) return;
    const at = lowerBound(chunk.keys, key);
    if (chunk.keys[at] !== key) return;
    chunk.keys.splice(at, 1);
    chunk.values.splice(at, 1);
    this.#size--;
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1);
  }

  /** Replaces everything; far quicker than adding one by one. */
  load(entries: [string, T][]): void {
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#chunks = [];
    this.#size = entries.length;
    for (let from = 0; from < entries.length; from += CHUNK) {
      const part = entries.slice(from, from + CHUNK);
      this.#chunks.push({ keys: part.map(([key]) => key), values: part.map(([, value]) => value) });
    }
  }

  /** Entries with `lower <= key < upper`, in order or in reverse. The list must not change while it is read. */
  *range(lower: string, upper: string, reversed = false): Generator<readonly [string, T]> {
    if (lower >= upper) return;
    const step = reversed ? -1 : 1;
    let index = this.#chunkOf(reversed ? upper : lower);
    let chunk = this.#chunks[index];
    let at = chunk ? lowerBound(chunk.keys, reversed ? upper : lower) - (reversed ? 1 : 0) : 0;
    while (chunk) {
      for (let key = chunk.keys[at]; key !== undefined; key = chunk.keys[at]) {
        if (reversed ? key < lower : key >= upper) return;
        yield [key, chunk.values[at] as T];
        at += step;
      }
      index += step;
      chunk = this.#chunks[index];
      at = reversed && chunk ? chunk.keys.length - 1 : 0;
    }
  }

  /** Index of the chunk that holds the key or would take it: the last one whose first key is not greater. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const first = this.#chunks[middle]?.keys[0] ?? '';
      if (first <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
