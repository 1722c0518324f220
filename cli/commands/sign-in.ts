/** Who one is: login, logout, whoami. */
import type { MeReply } from '../../shared/api/account.ts';
import { checkCodeOf, LOOPBACK_PAGE, loopbackQuery } from '../../shared/loopback-sign-in.ts';
import { createApi } from '../api.ts';
import { type Commands, type CommonOptions, command, contextOf } from '../context.ts';
import { openBrowser } from '../sign-in/browser.ts';
import { openLoopback } from '../sign-in/loopback.ts';
import { configOf, findVariable, keepSession } from '../sign-in/session.ts';
import { facts } from '../table.ts';
import { accountInWords } from './account.ts';

interface LoginOptions extends CommonOptions {
  browser: boolean;
  anew?: true;
}

/** Brings what is sent to a port there to the same one here. https://man.openbsd.org/ssh#L */
const forwarding = (port: number | '<port>' = '<port>'): string =>
  `ssh -L ${port}:127.0.0.1:${port} <this computer>`;

export const signInCommands: Commands = (program, io) => {
  command(program, 'login', 'sign in, with the browser')
    .option('--no-browser', `only show the address to open; if that is on another computer: ${forwarding()}`)
    .option('--anew', 'sign in to the browser again first, if that was a while ago: to delete your account')
    .action(async (options: LoginOptions) => {
      const { hub, files, hubFiles, say, print } = contextOf(io, options);
      // Before anybody is sent there: it is a Hub, and it answers.
      await configOf(hub);
      const loopback = await openLoopback(hub);
      const asked = { ...loopback.asked, ...(options.anew && { anew: true }) };
      const page = `${hub}${LOOPBACK_PAGE}?${loopbackQuery(asked)}`;
      say(
        `Sign in at\n\n  ${page}\n\nand continue there only if the page shows this code:  ${checkCodeOf(asked)}\n`,
      );
      // The page sends the session to a port of the computer that the browser is on.
      if (!options.browser || io.env.SSH_CONNECTION)
        say(`If your browser is on another computer, run this there first: ${forwarding(asked.port)}\n`);
      if (options.browser) openBrowser(page, io.platform);
      const me = await io.untilStopped('You are not signed in.', (signal) =>
        loopback.receive(async (refreshToken) => {
          const session = await keepSession(hub, hubFiles, refreshToken);
          const { body } = await createApi(hub, session).ask<MeReply>('GET /v1/me');
          files.setHub(hub);
          return body;
        }, signal),
      );
      print(me, `You are signed in to ${hub} as ${me.email ?? me.uid}.`);
      const variable = findVariable(io);
      if (variable) say(`${variable} is set, and wins over this session.`);
    });

  command(program, 'logout', 'forget the session on this computer').action((options: CommonOptions) => {
    const { hub, files, hubFiles, say } = contextOf(io, options);
    hubFiles.removeAll();
    if (files.hub() === hub) files.setHub(undefined);
    say(`You are signed out of ${hub} here. In the browser you stay signed in.`);
    const variable = findVariable(io);
    if (variable) say(`${variable} is still set, and goes on to be used.`);
  });

  command(program, 'whoami', 'who is signed in, to which Hub, and what they may have')
    .option('--token', 'only print an ID token, for calls of the API: good for an hour at most, and a secret')
    .action(async (options: CommonOptions & { token?: true }) => {
      const { hub, api, session, print } = contextOf(io, options);
      if (options.token) return void io.out.write(`${await session.token()}\n`);
      const { body: me } = await api.ask<MeReply>('GET /v1/me');
      print(me, () =>
        facts({
          Hub: hub,
          ...(me.email !== undefined && { 'Signed in as': me.email }),
          Id: me.uid,
          ...accountInWords(me),
          Operator: me.operator ? 'yes' : undefined,
        }),
      );
    });
};
