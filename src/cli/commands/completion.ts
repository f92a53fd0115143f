import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { keysOf } from '../arguments.js';
import type { DefineCommand } from '../context.js';

/** `maskbench completion`: what a shell completes commands and flags by. Files are completed by the shell itself. */
export const completion: DefineCommand = (context) =>
  new Command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(keysOf(SHELLS)))
    .action((shell, _flags, command) => {
      const program: CommandUnknownOpts = command.parent ?? command;
      context.data(SHELLS[shell](placesOf(program, [])));
    });

/** After these words of a command line one can go on with these. */
interface Place {
  readonly path: readonly string[];
  readonly commands: readonly Word[];
  readonly flags: readonly Word[];
}

interface Word {
  readonly name: string;
  readonly description: string;
}

function placesOf(command: CommandUnknownOpts, path: readonly string[]): readonly Place[] {
  const flags = command.options.map(({ long, short, description }) => ({
    name: long ?? short ?? '',
    description,
  }));
  const commands = command.commands.map((of) => ({ name: of.name(), description: of.description() }));
  const here = {
    path,
    commands,
    flags: [...flags, { name: '--help', description: 'display help for command' }],
  };
  return [here, ...command.commands.flatMap((of) => placesOf(of, [...path, of.name()]))];
}

const SHELLS = {
  bash: (places: readonly Place[]) =>
    `# bash: maskbench completion bash > ~/.local/share/bash-completion/completions/maskbench\n${forBash(places)}`,
  zsh: (places: readonly Place[]) =>
    `# zsh: put this into ~/.zshrc: source <(maskbench completion zsh)\nautoload -U +X compinit bashcompinit\n(( $+functions[compdef] )) || compinit\nbashcompinit\n${forBash(places)}`,
  fish: forFish,
} satisfies Readonly<Record<string, (places: readonly Place[]) => string>>;

/** Follows the words so far as long as they are commands, and offers what can come there. */
function forBash(places: readonly Place[]): string {
  const names = (words: readonly Word[]): string => words.map(({ name }) => name).join(' ');
  const paths = places.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  const cases = places.map(
    ({ path, commands, flags }) =>
      `    '${path.join(' ')}') commands='${names(commands)}' flags='${names(flags)}' ;;`,
  );
  return `_maskbench() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' commands='' flags='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${path:+$path }\${COMP_WORDS[i]}" in
      ${paths.join(' | ')}) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$commands" -- "$current")) ;;
  esac
}
complete -o default -F _maskbench maskbench
`;
}

function forFish(places: readonly Place[]): string {
  const quoted = (text: string): string =>
    `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
  const lines = places.flatMap(({ path, commands, flags }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const isIn = path.length === 0 ? '__fish_use_subcommand' : seen.join('; and ');
    const noneYet = commands.map(({ name }) => name).join(' ');
    const before = path.length === 0 ? isIn : `${isIn}; and not __fish_seen_subcommand_from ${noneYet}`;
    return [
      ...commands.map(
        ({ name, description }) =>
          `complete -c maskbench -n ${quoted(before)} -f -a ${name} -d ${quoted(description)}`,
      ),
      ...flags.map(
        ({ name, description }) =>
          `complete -c maskbench -n ${quoted(isIn)} -l ${name.replace(/^--/, '')} -d ${quoted(description)}`,
      ),
    ];
  });
  return `# fish: maskbench completion fish > ~/.config/fish/completions/maskbench.fish\n${lines.join('\n')}\n`;
}
