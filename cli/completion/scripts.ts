/**
 * What a shell reads to complete `hub`. All that it does is to split the line as it does itself, to ask `hub __complete`, and to show the
 * answer: a candidate a line, behind a tab what it is, and in the last line `:files` or `:`. The command asks itself rather than having a package write the scripts, as cobra
 * has it (https://github.com/spf13/cobra/blob/main/site/content/completions/_index.md): what may be said is in commander already.
 */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** Ends the answer: behind it nothing comes. */
export const FILES = ':files';
export const END = ':';

/** @param self how the command is called, whatever it is called in the shell: an alias, or nothing that is in its PATH */
export const scriptFor = (shell: Shell, self: readonly string[]): string =>
  SCRIPTS[shell](self.map(shell === 'fish' ? quotedInFish : quoted).join(' '));

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
/** https://fishshell.com/docs/current/language.html#quotes */
const quotedInFish = (word: string): string => `'${word.replace(/[\\']/g, '\\$&')}'`;

const SCRIPTS: Readonly<Record<Shell, (hub: string) => string>> = { bash, zsh, fish };

/**
 * For the bash of macOS (3.2), too. It splits words at `=`, `:` and `@` as well, which are put together again; of what is found only what comes
 * behind the last of these goes onto the line. https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html
 */
function bash(hub: string): string {
  return `# Completes hub in bash. In ~/.bashrc: source <(hub completion bash)
_hub() {
  local rest=\${COMP_LINE:0:COMP_POINT} trimmed word line prefix= i
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    trimmed=\${rest#"\${rest%%[![:space:]]*}"}
    word=\${COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then word=$trimmed; fi
    if ((i > 0)) && [[ $trimmed == "$rest" ]]; then
      words[\${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    rest=\${trimmed#"$word"}
  done
  local current=\${words[\${#words[@]} - 1]} breaks=\${COMP_WORDBREAKS//[^=:@]/}
  if [[ -n $breaks ]]; then prefix=\${current%"\${current##*[$breaks]}"}; fi
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      ${END}) ;;
      ${FILES})
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "\${current#"$prefix"}")
        ;;
      *)
        line=\${line%%$'\\t'*}
        COMPREPLY+=("\${line#"$prefix"}")
        ;;
    esac
  done < <(${hub} __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _hub hub
`;
}

/** https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
function zsh(hub: string): string {
  return `#compdef hub
# Completes hub in zsh. In ~/.zshrc, behind compinit: source <(hub completion zsh)
_hub() {
  local -a lines candidates
  local line
  lines=("\${(@f)$(${hub} __complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in $lines; do
    case $line in
      ${END}) ;;
      ${FILES})
        compset -P '--*='
        _files
        ;;
      *)
        local value=\${line%%$'\\t'*}
        candidates+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
        ;;
    esac
  done
  if (( $#candidates )); then _describe hub candidates; fi
}
if [[ $funcstack[1] == _hub ]]; then _hub "$@"; else compdef _hub hub; fi
`;
}

/** https://fishshell.com/docs/current/completions.html */
function fish(hub: string): string {
  return `# Completes hub in fish. In ~/.config/fish/config.fish: hub completion fish | source
function __hub_complete
  set -l words (commandline -opc)
  set -e words[1]
  set -l current (commandline -ct)
  for line in (${hub} __complete -- $words "$current" 2>/dev/null)
    switch $line
      case '${END}'
      case '${FILES}'
        set -l before (string match -r -- '^--[^=]*=' "$current")
        __fish_complete_path (string replace -- "$before" '' "$current") | string replace -r '^' -- "$before"
      case '*'
        echo $line
    end
  end
end
complete -c hub -f -a '(__hub_complete)'
`;
}
