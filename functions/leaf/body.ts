/**
 * Reads what a leaf answers. A leaf is its users': they decide how large its objects are, and twenty handlers share the memory of one instance.
 */
import { MIB } from '../../shared/units.ts';

/**
 * One object and what is around it. etcd takes 1.5 MiB of a request (https://etcd.io/docs/v3.5/dev-guide/limit/), and JSON may need six
 * characters for a byte of that (`\u003c`).
 */
export const MAX_BODY_BYTES = 12 * MIB;

/** Nearly all are smaller, and as many as there are may be read at once. */
const SMALL_BYTES = MIB;

/** Larger ones that are read at the same moment. */
const MAX_LARGE = 4;

export class TooLarge extends Error {
  constructor() {
    super(`the answer is larger than ${MAX_BODY_BYTES / MIB} MiB`);
    this.name = 'TooLarge';
  }
}

/** @returns the text; empty if `keep` is false, for then nobody wants to know it. @throws TooLarge; whatever breaks the connection */
export type ReadBody = (body: ReadableStream<Uint8Array> | null, keep: boolean) => Promise<string>;

/** For all leaves of an instance. */
export function createReadBody(): ReadBody {
  const largeOnes = createTurnstile(MAX_LARGE);
  return async (body, keep) => {
    const parts: Uint8Array[] = [];
    let size = 0;
    let leave: (() => void) | undefined;
    try {
      // Whoever throws in here lets go of the stream, and so of the connection.
      for await (const part of body ?? []) {
        size += part.byteLength;
        if (size > MAX_BODY_BYTES) throw new TooLarge();
        if (!keep) continue;
        parts.push(part);
        if (size > SMALL_BYTES) leave ??= await largeOnes();
      }
      return Buffer.concat(parts).toString('utf8');
    } finally {
      leave?.();
    }
  };
}

/** @returns waits until there is room, and then what makes room for the next one */
function createTurnstile(room: number): () => Promise<() => void> {
  let free = room;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async () => {
    if (free > 0) free--;
    else await new Promise<void>((enter) => waiting.push(enter));
    return leave;
  };
}
