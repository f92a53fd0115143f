import { Command, CommanderError } from '@commander-js/extra-typings';
import { EXIT_STATUS, EXIT_STATUSES, type ExitStatus } from '../core/errors.js';
import { ownVersion } from '../core/package-root.js';
import { limitPixels, mostPixels } from '../image/pixel-limit.js';
import { megapixels } from './arguments.js';
import { COMMANDS } from './commands/index.js';
import { contextOf, textWidth, type CliContext, type CliProcess, type SetStatus } from './context.js';
import { tellError } from './tell-error.js';
import { assertNoneEmpty, refuseTwice, usageError } from './usage-error.js';

const HELP_FOOTER = [
  '',
  'Exit status:',
  ...Object.entries(EXIT_STATUSES).map(([status, { means }]) => `${status.padStart(5)}  ${means}`),
].join('\n');

/**
 * Runs one command line.
 *
 * @returns the exit status; every error has become one line on stderr.
 */
export async function runCli(argv: readonly string[], process: CliProcess): Promise<ExitStatus> {
  const context = contextOf(process);
  let status: ExitStatus = 0;
  const program = buildProgram(context, (value) => {
    status = value;
  });
  const restoreLimit = limitPixels(undefined);
  try {
    // A wrong one would fail every picture.
    mostPixels();
    await program.parseAsync(withoutVainHelp(argv, program), { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_STATUS.usage;
    return tellError(error, context.err);
  } finally {
    restoreLimit();
  }
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

function buildProgram(context: CliContext, setStatus: SetStatus): Command {
  const program = new Command('maskbench')
    .description('Evaluate, time and gate image segmentation models.')
    .version(ownVersion(), '--version', 'print the version')
    .option(
      '--max-megapixels <n>',
      'with any command: decode no picture or mask that is larger (default: 500)',
      megapixels,
    )
    .hook('preAction', (self, command) => {
      assertNoneEmpty(command);
      const { maxMegapixels } = self.opts();
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
    .configureHelp({ minWidthToWrap: 20 })
    .showSuggestionAfterError();
  for (const define of COMMANDS) program.addCommand(define(context, setStatus));
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.copyInheritedSettings(program).exitOverride((ended) => {
      throw isRefusal(ended) ? usageError(ended, command) : ended;
    });
    refuseTwice(command);
  }
  return program;
}
