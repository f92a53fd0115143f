import { Command, CommanderError } from '@commander-js/extra-typings';
import { EXIT_STATUS, EXIT_STATUSES, type ExitStatus } from '../core/errors.js';
import { ownVersion } from '../core/package-root.js';
import { limitPixels, mostPixels } from '../image/pixel-limit.js';
import { megapixels } from './arguments.js';
import { COMMANDS } from './commands/index.js';
import { contextOf, textWidth, type CliContext, type CliProcess, type SetStatus } from './context.js';
import { tellError } from './tell-error.js';

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
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_STATUS.usage;
    return tellError(error, context.err);
  } finally {
    restoreLimit();
  }
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
    .hook('preAction', (self) => {
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
      // One line as for every other error; commander puts a suggestion on a second one.
      outputError: (text, write) =>
        write(
          `maskbench: ${text
            .replace(/^error: /, '')
            .trimEnd()
            .replaceAll(/\s*\n\s*/g, ' ')}\n`,
        ),
    })
    // Narrow descriptions go on beside their flags, and not past the edge.
    .configureHelp({ minWidthToWrap: 20 })
    .showSuggestionAfterError()
    .exitOverride();
  for (const define of COMMANDS) program.addCommand(define(context, setStatus));
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.copyInheritedSettings(program).exitOverride();
  }
  return program;
}
