/** What a shell needs to complete the command by Tab. */
import { Argument } from 'commander';
import { candidatesAt } from '../completion/candidates.ts';
import { END, FILES, SHELLS, scriptFor } from '../completion/scripts.ts';
import type { Commands } from '../context.ts';

export const completionCommands: Commands = (program, io) => {
  program
    .command('completion')
    .description('a script by which your shell completes hub by Tab: commands, options, your clusters')
    .addArgument(new Argument('<shell>', 'which shell reads it').choices(SHELLS))
    .addHelpText(
      'after',
      `
bash: source <(hub completion bash)      in ~/.bashrc
zsh:  source <(hub completion zsh)       in ~/.zshrc, behind compinit
fish: hub completion fish | source       in ~/.config/fish/config.fish`,
    )
    .action((shell: (typeof SHELLS)[number]) => {
      io.out.write(scriptFor(shell, io.self));
    });

  // What the scripts ask.
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const found = await candidatesAt(program, words, io);
      const lines =
        found === 'files' ? [FILES] : [...found.map(({ value, says }) => `${value}\t${says}`), END];
      io.out.write(`${lines.join('\n')}\n`);
    });
};
