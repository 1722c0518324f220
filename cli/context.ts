/** What each command is given: the Hub that is meant, who asks, and how answers are shown. */
import type { Command } from 'commander';
import { type Api, createApi } from './api.ts';
import { type Files, filesIn, type HubFiles } from './files.ts';
import { chooseHub } from './hub-address.ts';
import type { Io } from './io.ts';
import { openSession, type Session } from './sign-in/session.ts';

/** Those that every command has. */
export interface CommonOptions {
  hub?: string;
  json?: true;
}

export interface Context {
  io: Io;
  files: Files;
  /** Address of the Hub. */
  hub: string;
  hubFiles: HubFiles;
  /** @throws Failed if nobody is signed in */
  session: Session;
  /** As who is signed in. */
  api: Api;
  /** As nobody. */
  anonymous: Api;
  /** What the API answered, or what a person reads of it. */
  print(body: unknown, text: string | (() => string)): void;
  /** Beside what was asked for; not where a program reads. */
  say(text: string): void;
}

export function contextOf(io: Io, { hub: named, json }: CommonOptions): Context {
  const files = filesIn(io);
  const hub = chooseHub(io, files, named);
  const hubFiles = files.of(hub);
  let session: Session | undefined;
  let api: Api | undefined;
  return {
    io,
    files,
    hub,
    hubFiles,
    get session() {
      session ??= openSession(io, hub, hubFiles);
      return session;
    },
    get api() {
      api ??= createApi(hub, this.session);
      return api;
    },
    anonymous: createApi(hub, undefined),
    print(body, text) {
      if (json) io.out.write(`${JSON.stringify(body, null, 2)}\n`);
      else io.out.write(ended(typeof text === 'string' ? text : text()));
    },
    say: (text) => void io.err.write(ended(text)),
  };
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** What adds its commands to the program. */
export type Commands = (program: Command, io: Io) => void;

/**
 * A command of the program, with the options that every one has.
 * @param signature as `show <cluster>`
 */
export function command(program: Command, signature: string, description: string): Command {
  return program
    .command(signature)
    .description(description)
    .option('--hub <address>', 'which Hub, if not the one signed in to last')
    .option('--json', 'print what the API answers');
}
