/** All that can be said to `hub`. */
import { Command, CommanderError } from 'commander';
import { accessCommands } from './commands/access.ts';
import { accountCommands } from './commands/account.ts';
import { cleanUpCommands } from './commands/clean-up.ts';
import { clusterCommands } from './commands/clusters.ts';
import { completionCommands } from './commands/completion.ts';
import { hubCommands } from './commands/hub.ts';
import { memberCommands } from './commands/members.ts';
import { signInCommands } from './commands/sign-in.ts';
import type { Commands } from './context.ts';
import type { Io } from './io.ts';
import { versionInWords } from './version.ts';

const GROUPS: readonly (readonly [title: string, commands: Commands])[] = [
  ['Signing in:', signInCommands],
  ['Clusters:', clusterCommands],
  ['Using a cluster:', accessCommands],
  ['Sharing a cluster:', memberCommands],
  ['After its end:', cleanUpCommands],
  ['What there is:', hubCommands],
  ['Your account:', accountCommands],
  ['Your shell:', completionCommands],
];

export function createProgram(io: Io): Command {
  const program = new Command('hub')
    .description('Clusters that are ready to use, from the command line.')
    .usage('<command> [options]')
    .version(versionInWords(), '-V, --version', 'which hub this is, and of which commit')
    // A cluster has a version, too: what stands behind a command belongs to it.
    .enablePositionalOptions()
    .showHelpAfterError('(hub help <command> shows what it takes)')
    .helpCommand('help [command]', 'what a command takes')
    .addHelpText(
      'after',
      `
A cluster is called by its name or its id.

Environment:
  HUB_URL            which Hub, if not the one signed in to last
  HUB_TOKEN          an ID token, for scripts; it wins over who is signed in
  HUB_REFRESH_TOKEN  a session, for scripts that take longer than an hour; nothing of it is stored

Exit codes: 0 done, 1 refused or failed, 2 called wrongly, 124 --timeout is over, 130 stopped by Ctrl-C`,
    )
    .configureOutput({
      writeOut: (text) => void io.out.write(text),
      writeErr: (text) => void io.err.write(text),
    });
  for (const [title, commands] of GROUPS) {
    program.commandsGroup(title);
    commands(program, io);
  }
  // Nothing ends the process but its end.
  for (const one of allOf(program)) one.exitOverride();
  return program;
}

const allOf = (command: Command): Command[] => [command, ...command.commands.flatMap(allOf)];

/** Whether it is help that was asked for, or a mistake that commander has already told. */
export const isTold = (error: unknown): error is CommanderError => error instanceof CommanderError;
