import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESUME, throwIfCancelled } from '../../core/cancelled.js';
import { usageOf, type GroupUsage } from './group-usage.js';
import { readAnswer, readHello, readReady, writeJob, type Answer } from './protocol.js';
import { IMAGE, isPerImage, MATTE } from './spec.js';
import { begin, withWords, type Life, type StartRequest } from './life.js';

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

const SILENT = 'printed no line on stdout (or did not flush it)';

/** What a program may take to end once its stdin is closed. */
const GRACE_MS = 2000;

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
    const line = await life.hear(command.startSeconds, SILENT);
    return isPerImage(command) ? line.slice(0, 200) : readHello(line).version;
  } finally {
    await life.end(0);
    await scratch.remove();
  }
}

/** A folder of a program's own, for its mattes, and what its environment says of it. */
interface Scratch {
  readonly folder: string;
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
    folder,
    variables: {
      ...(network === undefined ? {} : { MASKBENCH_NETWORK: described }),
      ...(cards.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: cards[copy % cards.length] }),
    },
    path: (name) => join(folder, name),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function persistent(request: StartRequest, scratch: Scratch): Promise<Program> {
  const { command, environment } = request;
  const start = performance.now();
  const life = begin(command.run, request, scratch);
  try {
    const { version, loading = false } = readHello(await life.hear(command.startSeconds, SILENT));
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
        return { answer: redacted(readAnswer(line, id), environment), ms, mattePath };
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

/** A secret may have been escaped in the line, and found only now. */
function redacted(answer: Answer, { redact }: StartRequest['environment']): Answer {
  return answer.ok || answer.message === undefined ? answer : { ...answer, message: redact(answer.message) };
}
