import { Command, type CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { EXIT_STATUS, EXIT_STATUSES, type ExitStatus } from '../core/errors.js';
import { ownVersion } from '../core/package-root.js';
import { limitPixels, mostPixels } from '../image/pixel-limit.js';
import { megapixels } from './arguments.js';
import { COMMANDS, type CommandEntry } from './commands/index.js';
import { contextOf, textWidth, type CliContext, type CliProcess, type SetStatus } from './context.js';
import { tellError } from './tell-error.js';
import { assertNoneEmpty, refuseTwice, usageError } from './usage-error.js';

const HELP_FOOTER = [
  '',
  'Exit status:',
  ...Object.entries(EXIT_STATUSES).map(([status, { means }]) => `${status.padStart(5)}  ${means}`),
].join('\n');

/** What the parser refuses, or ends with by itself, and the command that it had come to. */
class Ended extends Error {
  readonly by: CommanderError;
  readonly command: CommandUnknownOpts;

  constructor(by: CommanderError, command: CommandUnknownOpts) {
    super(by.message);
    this.by = by;
    this.command = command;
  }
}

/**
 * Runs one command line.
 *
 * @returns the exit status; every error has become one line on stderr.
 */
export async function runCli(argv: readonly string[], process: CliProcess): Promise<ExitStatus> {
  const context = contextOf(process);
  let status: ExitStatus = 0;
  const restoreLimit = limitPixels(undefined);
  try {
    if (argv.some((word) => word.startsWith('--config'))) {
      const { loadNamedPlugins } = await import('./plugin-flags.js');
      await loadNamedPlugins(argv, context);
    }
    const program = await buildProgram(context, namedIn(argv), (value) => {
      status = value;
    });
    // A wrong one would fail every picture.
    mostPixels();
    await program.parseAsync(withoutVainHelp(argv, program), { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof Ended)) return tellError(error, context.err);
    const { by, command } = error;
    if (!isRefusal(by)) return by.exitCode === 0 ? 0 : EXIT_STATUS.usage;
    const whole = (): Promise<Command> => buildProgram(context, COMMANDS, () => undefined);
    return tellError(await usageError(by, command, whole), context.err);
  } finally {
    restoreLimit();
  }
}

/** The commands whose names are among the words, wherever they stand: no other can be meant. */
function namedIn(argv: readonly string[]): readonly CommandEntry[] {
  const named = COMMANDS.filter(({ name }) => argv.includes(name));
  return named.some(({ needsAll }) => needsAll) ? COMMANDS : named;
}

/** `help` of a command that there is not says no more than `help`; the command itself is refused by name. */
function withoutVainHelp(argv: readonly string[], program: Command): string[] {
  const [help, name] = argv;
  const isVain =
    help === 'help' && name !== undefined && !program.commands.some((one) => one.name() === name);
  return isVain ? [name] : [...argv];
}

/** Help and version end the parser in the same way as what it refuses. */
function isRefusal({ exitCode, code }: CommanderError): boolean {
  return exitCode !== 0 && code !== 'commander.help';
}

/** The whole command line; of commands that are not needed there are the names and descriptions, as the help lists them. */
async function buildProgram(
  context: CliContext,
  needed: readonly CommandEntry[],
  setStatus: SetStatus,
): Promise<Command> {
  const program = new Command('maskbench')
    .description('Evaluate, time and gate image segmentation models.')
    .version(ownVersion(), '--version', 'print the version')
    .option(
      '--max-megapixels <n>',
      'with any command: decode no picture or mask that is larger (default: 500)',
      megapixels,
    )
    .option('--config <file>', 'with any command: load the plug-ins that this YAML file names (docs/plugins)')
    .option('--no-plugins', 'with any command: load no plug-in, whatever names one')
    .hook('preAction', (self, command) => {
      assertNoneEmpty(command);
      const { maxMegapixels, plugins, config } = self.opts();
      if (!plugins) context.plugins = 'none';
      if (config !== undefined) context.config = config;
      if (maxMegapixels === undefined) return;
      context.maxMegapixels = maxMegapixels;
      limitPixels(maxMegapixels);
    })
    .addHelpText('after', HELP_FOOTER)
    .configureOutput({
      writeOut: context.out,
      writeErr: context.err,
      getOutHelpWidth: () => textWidth(context),
      getErrHelpWidth: () => textWidth(context),
      // Thrown below, and told as every other error is.
      outputError: () => undefined,
    })
    // Narrow descriptions go on beside their flags, and not past the edge.
    .configureHelp({ minWidthToWrap: 20, subcommandTerm: (command) => command.name() })
    .showSuggestionAfterError();
  for (const entry of COMMANDS) {
    const command = needed.includes(entry)
      ? (await entry.load())(context, setStatus)
      : new Command(entry.name);
    program.addCommand(command.description(entry.description));
  }
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.copyInheritedSettings(program).exitOverride((ended) => {
      throw new Ended(ended, command);
    });
    refuseTwice(command);
  }
  return program;
}
