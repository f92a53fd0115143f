import { rm } from 'node:fs/promises';
import { MaskbenchError } from '../../core/errors.js';
import { readImageSize } from '../../image/codec.js';
import type { Pictured } from '../runner.js';
import type { MeasuredMessage, MeasuredSample } from '../onnx/child/messages.js';
import type { TimedModel } from '../onnx/timing/time-together.js';
import type { TimedProcess } from '../onnx/timing/timed-process.js';
import { readOwnCpuMs } from '../onnx/seal/snapshot.js';
import { THIS_MACHINE } from '../onnx/seal/machine-files.js';
import type { CommandModel } from './ensure.js';
import { phasesOf } from './phases-of.js';
import { startFresh } from './session.js';
import { isPerImage } from './spec.js';
import { onDisk } from '../../core/objects/on-disk.js';

/** A program under the timing pass: from the question for a matte to its answer, one picture after another. */
export function timedCommand(model: CommandModel, samples: readonly Pictured[]): TimedModel {
  return {
    name: model.spec.name,
    load: null,
    images: samples.map(({ imagePath }, i) => ({ key: String(i), path: imagePath })),
    start: (signal) => startTimed(model, samples, signal),
  };
}

async function startTimed(
  model: CommandModel,
  samples: readonly Pictured[],
  signal: AbortSignal,
): Promise<TimedProcess> {
  const program = await startFresh(model, 0, signal);
  // One that is started for every image has ended when it has answered: its time has passed to this process.
  const cpuMs = (): number =>
    (isPerImage(model.spec.command) ? readOwnCpuMs(THIS_MACHINE, []) : program.usage()?.cpuMs) ?? 0;
  const predict = async (position: number, begin: number): Promise<MeasuredSample> => {
    const before = cpuMs();
    const startMs = performance.now() - begin;
    const { answer, ms, mattePath } = await program.ask(await onDisk(samples[position].imagePath));
    // A picture that it refuses took its time all the same; the accuracy pass reports it.
    await rm(mattePath, { recursive: true, force: true });
    return { image: position, startMs, cpuMs: cpuMs() - before, phases: phasesOf(answer, ms) };
  };
  return {
    pid: program.usage()?.pids[0],
    pids: () => program.usage()?.pids ?? [],
    loadMs: program.startMs,
    hasBareLoop: false,
    decode: (images) =>
      Promise.all(
        images.map(async ({ key, path }) => ({ key, decodeMs: 0, ...(await readImageSize(path)) })),
      ),
    async measure({ order, batch = 1, arrivalsMs }): Promise<MeasuredMessage> {
      if (batch > 1 || arrivalsMs !== undefined)
        throw new MaskbenchError('usage', 'a program gets one picture after another');
      const before = program.usage();
      const begin = performance.now();
      const ownBefore = cpuMs();
      const measured: MeasuredSample[] = [];
      for (const position of order) measured.push(await predict(position, begin));
      const after = program.usage();
      return {
        kind: 'measured',
        samples: measured,
        wallMs: performance.now() - begin,
        cpuMs: cpuMs() - ownBefore,
        involuntarySwitches: Math.max(
          0,
          (after?.involuntarySwitches ?? 0) - (before?.involuntarySwitches ?? 0),
        ),
        peakRssBytes: after === null || after.peakRssBytes === 0 ? null : after.peakRssBytes,
      };
    },
    stop: () => program.stop(),
  };
}
