#!/usr/bin/env node
import { EXIT_STATUS, MaskbenchError, SIGNAL_STATUS, type ExitStatus } from '../core/errors.js';
import type { CliProcess } from './context.js';
import { tellError } from './tell-error.js';

const interrupt = new AbortController();
let interrupted: ExitStatus | undefined;
for (const [name, status] of Object.entries(SIGNAL_STATUS)) {
  process.on(name, () => {
    // A second Ctrl-C does not wait: whatever is on disk can be resumed all the same.
    if (interrupted !== undefined) process.exit(status);
    interrupted = status;
    interrupt.abort();
  });
}
// A reader that leaves early (`| head`) ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  if (interrupted === undefined) throw error;
});
// A terminal that has hung up takes no more words; what there is to save is saved all the same.
process.stderr.on('error', () => undefined);

const context: CliProcess = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  outIsTerminal: process.stdout.isTTY === true,
  cwd: process.cwd(),
  env: process.env,
  interactive:
    process.stderr.isTTY === true && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined,
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
  signal: interrupt.signal,
};

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((done, refuse) => {
      // Ctrl-C comes to whoever reads the terminal, and the end of what is typed as well.
      lines.once('SIGINT', () => lines.close());
      lines.once('close', () => refuse(new MaskbenchError('cancelled', 'interrupted')));
      lines.question(question, done);
    });
  } finally {
    lines.close();
  }
}

const fail = (error: unknown): ExitStatus => tellError(error, context.err);
// Node.js would end with 1, which is the word of a gate.
process.on('uncaughtException', (error) => process.exit(fail(error)));

// Loaded here and not above: where a process may open few files, that is what fails first.
const status = await import('./program.js').then(
  ({ runCli }) => runCli(process.argv.slice(2), context),
  fail,
);
process.exitCode = status === EXIT_STATUS.cancelled ? (interrupted ?? status) : status;
