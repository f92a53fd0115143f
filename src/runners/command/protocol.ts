import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';

/** Version of the lines that Maskbench and a program exchange (docs/programs.md). */
const PROTOCOL = 1;

/** As much of a reason is kept; a whole traceback is none. */
const LONGEST_REASON = 2000;

/** More is no line of the protocol. */
export const LONGEST_LINE = 65_536;

const milliseconds = z.number().nonnegative().optional();

/** The first line of a program. What later versions add is left alone. */
const hello = z.object({
  maskbench: z.number(),
  version: z.string().min(1).max(200),
  /** It still has to load, and says `{"ready": true}` once it has. */
  loading: z.boolean().optional(),
});
export type Hello = z.output<typeof hello>;

const ready = z.object({ ready: z.literal(true) });

const toldPhases = z.object({
  decodeMs: milliseconds,
  preprocessMs: milliseconds,
  inferenceMs: milliseconds,
  postprocessMs: milliseconds,
});

const reason = z.string().transform((text) => text.slice(0, LONGEST_REASON));

const answer = z.discriminatedUnion('ok', [
  z.object({ id: z.int(), ok: z.literal(true), phases: toldPhases.optional() }),
  z.object({ id: z.int(), ok: z.literal(false), message: reason.optional() }),
]);
export type Answer = z.output<typeof answer>;

/** The line that asks a program for a matte of a picture, both by absolute paths. */
export function writeJob(job: {
  readonly id: number;
  readonly image: string;
  readonly matte: string;
}): string {
  return JSON.stringify(job);
}

/** @throws MaskbenchError `model.load` for anything but the first line of a program that speaks this version. */
export function readHello(line: string): Hello {
  const said = parsed(hello, line);
  if (said === undefined) {
    throw new MaskbenchError('model.load', `the program's first line is ${quoted(line)}`, {
      remedy: `expected {"maskbench": ${PROTOCOL}, "version": "..."} on stdout, and all else on stderr`,
    });
  }
  if (said.maskbench === PROTOCOL) return said;
  throw new MaskbenchError('model.load', `the program speaks version ${said.maskbench} of the protocol`, {
    remedy: `this Maskbench speaks version ${PROTOCOL}`,
  });
}

/** @throws MaskbenchError `model.load` for anything but `{"ready": true}`. */
export function readReady(line: string): void {
  if (parsed(ready, line) !== undefined) return;
  throw new MaskbenchError('model.load', `while it loaded, the program said ${quoted(line)}`, {
    remedy: 'expected {"ready": true} on stdout, and all else on stderr',
  });
}

/** @throws MaskbenchError `runner.crashed` for anything but an answer to this job. */
export function readAnswer(line: string, id: number): Answer {
  const said = parsed(answer, line);
  if (said !== undefined && said.id === id) return said;
  throw new MaskbenchError('runner.crashed', `asked for job ${id}, the program said ${quoted(line)}`, {
    remedy: `expected {"id": ${id}, "ok": true} on stdout, and all else on stderr`,
  });
}

function parsed<T>(schema: z.ZodType<T>, line: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const quoted = (line: string): string =>
  JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}...` : line);
