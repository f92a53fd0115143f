#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { EXIT_STATUS, MaskbenchError, SIGNAL_STATUS, type ExitStatus } from '../core/errors.js';
import { pluginFileIn } from '../core/plugins/parts.js';
import type { CliProcess } from './context.js';
import { tellError } from './tell-error.js';

// What a plug-in prints, and whatever else writes where results go, must not get among them: it goes to stderr, of threads too.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

const UNSETTLED = 13;
const interrupt = new AbortController();
let interrupted: ExitStatus | undefined;
let isOver = false;
const exit = (status: ExitStatus): never => {
  isOver = true;
  return process.exit(status);
};
for (const [name, status] of Object.entries(SIGNAL_STATUS)) {
  process.on(name, () => {
    // A second Ctrl-C does not wait: whatever is on disk can be resumed all the same.
    if (interrupted !== undefined) exit(status);
    interrupted = status;
    interrupt.abort();
  });
}
// A reader that leaves early (`| head`) ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') exit(0);
  if (interrupted === undefined) throw error;
});
// A terminal that has hung up takes no more words; what there is to save is saved all the same.
process.stderr.on('error', () => undefined);

// Where there is room, V8 lets what nobody needs any more grow to several times what somebody does: of a million cells, to more than a
// gigabyte. From some hundred megabytes on it looks sooner, and so more often.
const LARGE_BYTES = 300e6;
const sparing = setInterval(() => {
  if (process.memoryUsage.rss() < LARGE_BYTES) return;
  setFlagsFromString('--heap-growing-percent=25');
  clearInterval(sparing);
}, 500).unref();

const context: CliProcess = {
  out: (text) => void write(text),
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
process.on('uncaughtException', (error) => {
  // A command that ended by an error has told it: several files that cannot be opened, say, are one line.
  if (isOver && Number(process.exitCode) >= EXIT_STATUS.usage) process.exit();
  const path = pluginFileIn(String(error.stack));
  const where = `outside of any call, ${path}`;
  const told = (): Error => new MaskbenchError('plugin.failed', error.message, { where, cause: error });
  exit(fail(path === undefined ? error : told()));
});

// A plug-in that ends the process must not pass for a command that went well.
process.on('exit', (status) => {
  if (isOver) return;
  const said = `something ended the process before the command was over (status ${status})`;
  const byPlugin = new MaskbenchError('plugin.failed', said, { remedy: 'a plug-in throws, and never exits' });
  // By Node.js itself, where nothing is left to wait for.
  process.exitCode = fail(status === UNSETTLED ? new Error(said) : byPlugin);
});

// Loaded here and not above: where a process may open few files, that is what fails first.
const status = await import('./program.js').then(
  ({ runCli }) => runCli(process.argv.slice(2), context),
  fail,
);
isOver = true;
process.exitCode = status === EXIT_STATUS.cancelled ? (interrupted ?? status) : status;
