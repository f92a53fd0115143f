import { Command, CommanderError } from '@commander-js/extra-typings';
import { describeError, EXIT_STATUS, exitStatusOf, MaskbenchError } from '../core/errors.js';
import { ownVersion } from '../core/package-root.js';
import { COMMANDS } from './commands/index.js';
import { contextOf, type CliContext, type CliProcess, type SetStatus } from './context.js';

const HELP_FOOTER = `
Exit status: 0 done or pass, 1 the gate failed, 2 inconclusive, 3 done but some cells failed,
4 a forced pass, 64 usage or config, 65 bad data, 69 device, provider or source unavailable, 70 a bug, 130 interrupted.`;

/**
 * Runs one command line.
 *
 * @returns the exit status; every error has become one line on stderr.
 */
export async function runCli(argv: readonly string[], process: CliProcess): Promise<number> {
  const context = contextOf(process);
  let status = 0;
  const program = buildProgram(context, (value) => {
    status = value;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_STATUS.usage;
    if (error instanceof MaskbenchError && error.code === 'cancelled') {
      context.err(`${describeError(error)}\n`);
      return 130;
    }
    context.err(`maskbench: ${describeError(error)}\n`);
    if (!(error instanceof MaskbenchError) && error instanceof Error) {
      context.err(`This is a bug in Maskbench. ${error.stack ?? ''}\n`);
    }
    return exitStatusOf(error);
  }
}

function buildProgram(context: CliContext, setStatus: SetStatus): Command {
  const program = new Command('maskbench')
    .description('Evaluate, time and gate image segmentation models.')
    .version(ownVersion(), '--version', 'which Maskbench this is')
    .addHelpText('after', HELP_FOOTER)
    .configureOutput({
      writeOut: context.out,
      writeErr: context.err,
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
      // One line as for every other error; commander puts a suggestion on a second one.
      outputError: (text, write) =>
        write(
          `maskbench: ${text
            .replace(/^error: /, '')
            .trimEnd()
            .replaceAll(/\s*\n\s*/g, ' ')}\n`,
        ),
    })
    .showSuggestionAfterError()
    .exitOverride();
  for (const define of COMMANDS) program.addCommand(define(context, setStatus));
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.copyInheritedSettings(program).exitOverride();
  }
  return program;
}
