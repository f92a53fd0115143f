import { cancelled, RESUME } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import type { ProgramEnvironment } from './environment.js';
import { usageOf } from './group-usage.js';
import { linesOf } from './lines.js';
import { startGroup, type GroupExit, type ProcessGroup } from './process-group.js';
import type { Command } from './spec.js';

const MEMORY_CHECK_MS = 1000;

/** What a program is started with. */
export interface StartRequest {
  readonly command: Command;
  /** Where it is run, absolute. */
  readonly folder: string;
  readonly environment: ProgramEnvironment;
  /** Told to it by `MASKBENCH_NETWORK`, where the spec names a network. */
  readonly network?: unknown;
  /** Which one of those side by side, from 0. */
  readonly copy: number;
  readonly signal: AbortSignal;
}

/** One process group from its start to its end, watched. */
export interface Life {
  readonly group: ProcessGroup;
  say(line: string): void;
  /** The next line that it prints. */
  hear(seconds: number, failing: string): Promise<string>;
  /** How it ended by itself. */
  ended(seconds: number): Promise<GroupExit>;
  end(graceMs: number): Promise<void>;
}

/** Starts a program's process group and watches it: its words, its time, its memory, and whether the run is interrupted. */
export function begin(
  run: readonly string[],
  request: StartRequest,
  scratch: { readonly folder: string; readonly variables: Readonly<Record<string, string>> },
): Life {
  const { command, folder, environment, signal } = request;
  const group = startGroup({ run, folder, scratch: scratch.folder, environment, more: scratch.variables });
  const lines = linesOf(group.child.stdout);
  let trouble: MaskbenchError | undefined;
  const endFor = (error: MaskbenchError): void => {
    trouble ??= error;
    void group.end(0);
  };
  const cancel = (): void => endFor(cancelled(signal, RESUME));
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const memory = watchMemory(command, group, endFor);
  const ended = group.exit.then((exit) => {
    clearInterval(memory);
    signal.removeEventListener('abort', cancel);
    if (trouble !== undefined) throw trouble;
    if (exit.killed) {
      const text = withWords(
        'the program was killed (SIGKILL), as the system does when memory runs out',
        group,
      );
      throw new MaskbenchError('runner.out-of-memory', text);
    }
    return exit;
  });
  const gone = ended.then((exit): never => {
    const silent = exit.status === 0 ? ' in place of a line on stdout' : '';
    throw new MaskbenchError('runner.crashed', withWords(`the program ${exit.text}${silent}`, group));
  });
  gone.catch(() => undefined);
  const within = async <T>(seconds: number, failing: string, work: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => {
      const text = withWords(`the program ${failing} within ${seconds} s`, group);
      endFor(new MaskbenchError('runner.crashed', text));
    }, seconds * 1000);
    try {
      const found = await work;
      // One that is ended may still say what it had not flushed.
      if (trouble !== undefined) throw trouble;
      return found;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    group,
    say: (line) => void group.child.stdin?.write(`${line}\n`),
    hear: async (seconds, failing) =>
      environment.redact(await within(seconds, failing, Promise.race([lines.next(), gone]))),
    async ended(seconds) {
      const exit = await within(seconds, 'did not end', ended);
      if (exit.status === null)
        throw new MaskbenchError('runner.crashed', withWords(`the program ${exit.text}`, group));
      return exit;
    },
    async end(graceMs) {
      clearInterval(memory);
      signal.removeEventListener('abort', cancel);
      await group.end(graceMs);
    },
  };
}

function watchMemory(
  { memoryMB }: Command,
  group: ProcessGroup,
  endFor: (error: MaskbenchError) => void,
): NodeJS.Timeout | undefined {
  if (memoryMB === undefined) return undefined;
  const look = (): void => {
    const used = (usageOf(group.pid)?.rssBytes ?? 0) / 1e6;
    if (used <= memoryMB) return;
    const text = `the program's processes took ${used.toFixed(0)} MB, allowed ${memoryMB}`;
    endFor(new MaskbenchError('runner.out-of-memory', text));
  };
  const timer = setInterval(look, MEMORY_CHECK_MS);
  return timer.unref();
}

/** What happened, with what the program said last. */
export function withWords(text: string, group: ProcessGroup): string {
  const words = group.lastWords();
  return words === '' ? text : `${text}; it last said: ${words}`;
}
