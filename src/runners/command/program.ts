import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cancelled, RESUME, throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import type { ProgramEnvironment } from './environment.js';
import { usageOf, type GroupUsage } from './group-usage.js';
import { linesOf } from './lines.js';
import { startGroup, type GroupExit, type ProcessGroup } from './process-group.js';
import { readAnswer, readHello, readReady, writeJob, type Answer } from './protocol.js';
import { IMAGE, isPerImage, MATTE, type Command } from './spec.js';

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

/** A program that makes a matte of one picture after the other. */
export interface Program {
  /** As it told when it started; null where it is started for every image. */
  readonly version: string | null;
  /** Until it was ready, milliseconds. */
  readonly startMs: number;
  /**
   * @param image the picture's file, absolute
   * @throws MaskbenchError `runner.crashed` or `runner.out-of-memory` where the program is gone with the job, also because it
   *   took too long or said what nobody asked; `cancelled`. Then it is of no use any more.
   */
  ask(image: string): Promise<Asked>;
  /** Of its processes now; null where the system does not tell. */
  usage(): GroupUsage | null;
  /** Lets it end by itself, then ends whatever it has started. */
  stop(): Promise<void>;
}

interface Asked {
  readonly answer: Answer;
  /** From the question to the answer. */
  readonly ms: number;
  /** Where the matte is to be; the caller removes it. */
  readonly mattePath: string;
}

/** What a program may take to end once its stdin is closed. */
const GRACE_MS = 2000;
const MEMORY_CHECK_MS = 1000;

/**
 * Starts a program and waits until it is ready; one that is started for every image is ready at once.
 *
 * @throws MaskbenchError `model.load` where it does not speak the protocol, `runner.crashed`, `runner.out-of-memory`, `cancelled`.
 */
export async function startProgram(request: StartRequest): Promise<Program> {
  throwIfCancelled(request.signal, RESUME);
  const scratch = await openScratch(request);
  const program = isPerImage(request.command)
    ? perImage(request, scratch)
    : await persistent(request, scratch).catch(async (error: unknown) => {
        await scratch.remove();
        throw error;
      });
  return {
    ...program,
    async stop() {
      await program.stop();
      await scratch.remove();
    },
  };
}

/**
 * What the program says its version is, before it loads anything; null where it is started for every image and has no way to say.
 *
 * @throws MaskbenchError as `startProgram` does.
 */
export async function askVersion(request: StartRequest): Promise<string | null> {
  const { command } = request;
  const run = isPerImage(command) ? command.version : command.run;
  if (run === undefined) return null;
  const scratch = await openScratch(request);
  const life = begin(run, request, scratch);
  try {
    const line = await life.hear(command.startSeconds, 'did not tell its version');
    return isPerImage(command) ? line.slice(0, 200) : readHello(line).version;
  } finally {
    await life.end(0);
    await scratch.remove();
  }
}

/** A folder of a program's own, for its mattes, and what its environment says of it. */
interface Scratch {
  readonly variables: Readonly<Record<string, string>>;
  path(name: string): string;
  remove(): Promise<void>;
}

async function openScratch({ command, network, copy }: StartRequest): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-program-'));
  const described = join(folder, 'network.json');
  if (network !== undefined) await writeFile(described, JSON.stringify(network));
  const { cards = [] } = command;
  return {
    variables: {
      ...(network === undefined ? {} : { MASKBENCH_NETWORK: described }),
      ...(cards.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: cards[copy % cards.length] }),
    },
    path: (name) => join(folder, name),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function persistent(request: StartRequest, scratch: Scratch): Promise<Program> {
  const { command } = request;
  const start = performance.now();
  const life = begin(command.run, request, scratch);
  try {
    const { version, loading = false } = readHello(
      await life.hear(command.startSeconds, 'did not say that it is there'),
    );
    if (loading) readReady(await life.hear(command.startSeconds, 'was not ready'));
    const startMs = performance.now() - start;
    let next = 0;
    return {
      version,
      startMs,
      async ask(image) {
        const id = next++;
        const mattePath = scratch.path(`${id}.png`);
        const asked = performance.now();
        life.say(writeJob({ id, image, matte: mattePath }));
        const line = await life.hear(command.imageSeconds, 'did not answer');
        const ms = performance.now() - asked;
        return { answer: readAnswer(line, id), ms, mattePath };
      },
      usage: () => usageOf(life.group.pid),
      stop: () => life.end(GRACE_MS),
    };
  } catch (error) {
    await life.end(0);
    throw error;
  }
}

function perImage(request: StartRequest, scratch: Scratch): Program {
  const { command } = request;
  let next = 0;
  let life: Life | undefined;
  return {
    version: null,
    startMs: 0,
    async ask(image) {
      const id = next++;
      const mattePath = scratch.path(`${id}.png`);
      const filled = command.run.map((argument) =>
        argument.replaceAll(IMAGE, () => image).replaceAll(MATTE, () => mattePath),
      );
      const asked = performance.now();
      life = begin(filled, request, scratch);
      try {
        const { status, text } = await life.ended(command.imageSeconds);
        const ms = performance.now() - asked;
        const answer: Answer =
          status === 0 ? { id, ok: true } : { id, ok: false, message: withWords(text, life.group) };
        return { answer, ms, mattePath };
      } finally {
        await life.end(0);
      }
    },
    usage: () => usageOf(life?.group.pid),
    stop: async () => life?.end(0),
  };
}

/** One process group from its start to its end, watched. */
interface Life {
  readonly group: ProcessGroup;
  say(line: string): void;
  /** The next line that it prints. */
  hear(seconds: number, failing: string): Promise<string>;
  /** How it ended by itself. */
  ended(seconds: number): Promise<GroupExit>;
  end(graceMs: number): Promise<void>;
}

function begin(run: readonly string[], request: StartRequest, { variables }: Scratch): Life {
  const { command, folder, environment, signal } = request;
  const group = startGroup({ run, folder, environment, more: variables });
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
    throw new MaskbenchError('runner.crashed', withWords(`the program ${exit.text}`, group));
  });
  gone.catch(() => undefined);
  const within = async <T>(seconds: number, failing: string, work: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => {
      const text = withWords(`the program ${failing} within ${seconds} s`, group);
      endFor(new MaskbenchError('runner.crashed', text));
    }, seconds * 1000);
    try {
      return await work;
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

function withWords(text: string, group: ProcessGroup): string {
  const words = group.lastWords();
  return words === '' ? text : `${text}; it last said: ${words}`;
}
