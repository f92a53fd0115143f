import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { MaskbenchError } from '../../../src/core/errors.js';
import { canonicalJson, sha256 } from '../../../src/core/hash.js';
import { hashFile } from '../../../src/core/hash-file.js';
import { decodeMatte } from '../../../src/image/codec.js';
import { modelFields } from '../../../src/models/spec/spec.js';
import type { PlannedSample } from '../../../src/schema/planned-sample.js';
import type { ReadyModel, Runner, TimedSample } from '../../../src/runners/runner.js';

const programSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('program'),
  program: z.strictObject({ script: z.string(), threshold: z.int() }),
});

type ProgramSpec = z.output<typeof programSchema>;
type ProgramModel = ReadyModel<ProgramSpec, { readonly script: string; readonly folder: string }>;

/** A persistent program: a job after the other through its stdin. All that a runner of one's own takes. */
export const programRunner: Runner<ProgramSpec, ProgramModel['assets']> = {
  title: 'a program',
  specs: { program: programSchema },
  describe: ({ program }) => `> ${program.threshold}`,
  async ensure({ spec, folder }) {
    const script = resolve(folder, spec.program.script);
    return { spec, assets: { script, folder }, sha256: await hashFile(script), bytes: 0 };
  },
  identity: (model) => {
    const { threshold } = model.spec.program;
    return () => canonicalJson({ feeding: 'program', bytes: model.sha256, threshold });
  },
  async open(model, { signal }) {
    const program = startProgram(model, signal);
    return {
      async predict(jobs, onOutcome) {
        for await (const job of jobs) {
          const { imagePath } = job.sample;
          await mkdir(dirname(job.mattePath), { recursive: true });
          const ms = await program.ask({ imagePath, mattePath: job.mattePath });
          const { width, height, data } = await decodeMatte(job.mattePath);
          const phases = { decodeMs: 0, preprocessMs: 0, inferenceMs: ms, postprocessMs: 0 };
          await onOutcome(job, { kind: 'done', phases, matteSha256: sha256(data), width, height });
        }
      },
      close: () => program.stop(),
    };
  },
  time: { kind: 'series', scope: 'file-to-file', measuredElsewhere: false, series: timeProgram },
};

async function* timeProgram(
  model: ProgramModel,
  samples: readonly PlannedSample[],
  signal: AbortSignal,
): AsyncGenerator<TimedSample, void, undefined> {
  const program = startProgram(model, signal);
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-program-'));
  try {
    for (const sample of samples) {
      const ms = await program.ask({ imagePath: sample.imagePath, mattePath: join(folder, 'matte.png') });
      const phases = { decodeMs: 0, preprocessMs: 0, inferenceMs: ms, postprocessMs: 0 };
      yield { sample, iteration: 0, phases };
    }
  } finally {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Program {
  /** @returns how long it took, milliseconds. @throws MaskbenchError `runner.crashed`. */
  ask(job: { readonly imagePath: string; readonly mattePath: string }): Promise<number>;
  stop(): Promise<void>;
}

function startProgram({ spec, assets }: ProgramModel, signal: AbortSignal): Program {
  const { script, folder } = assets;
  const child = spawn(process.execPath, [script, String(spec.program.threshold), join(folder, 'died-once')], {
    stdio: ['pipe', 'pipe', 'ignore'],
    signal,
  });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(job) {
      child.stdin.write(`${JSON.stringify(job)}\n`);
      const answer = await answers.next();
      if (answer.done !== true) return z.object({ ms: z.number() }).parse(JSON.parse(answer.value)).ms;
      throw new MaskbenchError('runner.crashed', 'the program ended before its work was done');
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
