#!/usr/bin/env node
/**
 * The command `hub`: what people do in the console, from a terminal or a script. Of Hub it knows its HTTP API, and listens to the documents
 * that the rules let a person see. A folder for each thing that it must be good at: sign-in/ (who one is), access/ (kubectl), completion/ (what Tab
 * offers), and commands/ (what can be said). Exit codes: 0 done, 1 refused or failed, 2 called wrongly, 124 `--timeout` is over, 130 stopped by Ctrl-C.
 */
import { fileURLToPath } from 'node:url';
import { EXIT, exitCodeOf, inWords } from './failure.ts';
import { processIo } from './io.ts';
import { createProgram, isTold } from './program.ts';

const io = processIo(fileURLToPath(import.meta.url));
try {
  await createProgram(io).parseAsync();
} catch (error) {
  if (isTold(error)) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else {
    io.err.write(`${inWords(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
// A listener that ends while it begins leaves a call behind that looks for a connection of a closed channel, in gRPC, at full speed and for ever.
const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => void stream.write('', () => resolve()));
await Promise.all([written(process.stdout), written(process.stderr)]);
process.exit();
