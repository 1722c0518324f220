/** How a command ends when it does not go well. Whatever else is thrown is a fault of ours. */

/** Exit codes, as the README has them; 124 is that of `timeout`, 130 is 128 and the number of SIGINT, as shells have it. */
export const EXIT = { done: 0, failed: 1, usage: 2, late: 124, stopped: 130 } as const;

/** It was refused, or could not be done. */
export class Failed extends Error {
  /** Hub's, of its table of errors. */
  readonly code: string | undefined;
  /** What the person can do about it. */
  readonly remedy: string | undefined;
  /** Whether the same may go well in a moment: whoever waits for something anyway waits for that, too. */
  readonly passes: boolean;
  constructor(
    message: string,
    { code, remedy, passes = false }: { code?: string; remedy?: string; passes?: boolean } = {},
  ) {
    super(message);
    this.code = code;
    this.remedy = remedy;
    this.passes = passes;
  }
}

/** What was waited for has not come within the time that was given to it. */
export class Late extends Failed {}

/** The command was called wrongly; nothing was done. */
export class WrongUsage extends Error {}

/** Ctrl-C. The message says what goes on without us, or was not done. */
export class Stopped extends Error {}

/** Who was asked whether to delete something has not said so. */
export const UNDELETED = 'Nothing was deleted.';

/** What is written to the standard error. */
export function inWords(error: unknown): string {
  if (error instanceof Stopped) return error.message;
  if (error instanceof WrongUsage) return `error: ${error.message}`;
  if (!(error instanceof Failed))
    return `error: ${error instanceof Error ? error.message : String(error)}\nThis is a fault of the command hub itself.`;
  const { message, code, remedy } = error;
  return [`error: ${message}${code === undefined ? '' : ` (${code})`}`, remedy].filter(Boolean).join('\n');
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof WrongUsage) return EXIT.usage;
  if (error instanceof Late) return EXIT.late;
  return error instanceof Stopped ? EXIT.stopped : EXIT.failed;
}
