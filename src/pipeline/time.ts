import { parseDevice } from '../runners/device.js';
import { THIS_MACHINE, type MachineFiles } from '../runners/onnx/seal/machine-files.js';
import { observeIdle } from '../runners/onnx/seal/conditions.js';
import { watchDevice } from '../runners/onnx/seal/device-watch.js';
import { runnerOf } from '../runners/runner-of.js';
import { openDurableLines } from '../core/durable-lines.js';
import { completeSeries } from '../store/timed-series.js';
import { chooseSamples } from './timing/choose-samples.js';
import { groupModels, memoryBudget } from './timing/group-models.js';
import { passModels } from './timing/timed-models.js';
import { timeGroup, type PassContext } from './timing/time-group.js';
import type { PhaseRequest } from './predict.js';
import { timingPlan } from './timing/timing-plan.js';
import { writeOwnSeries } from './timing/write-series.js';

interface TimeRequest extends Omit<PhaseRequest, 'devices'> {
  /** A device of each kind that the run has: each is timed alone, the first one being what reports show of the run. */
  readonly kinds: readonly string[];
  /** Where the machine tells about itself. */
  readonly files?: MachineFiles;
}

/**
 * The timing pass: every network in a process of its own, several of them taking turns, nothing else of ours running; of
 * models that have times by themselves those are recorded. A
 * model whose timing is complete is not timed again; one that cannot be timed is recorded as failed, and the rest goes on.
 */
export async function time(request: TimeRequest): Promise<void> {
  const [lead, ...others] = request.kinds;
  await timeOn(request, lead, undefined);
  for (const kind of others) await timeOn(request, kind, kind);
}

/** @param as what the records call the device; undefined for the first kind */
async function timeOn(request: TimeRequest, kind: string, as: string | undefined): Promise<void> {
  const { folder, held, settings, models, emit, signal, files = THIS_MACHINE } = request;
  const timed = await completeSeries(folder, as);
  const open = models.filter(({ spec }) => !timed.has(spec.name));
  if (open.length === 0) return;
  const plan = timingPlan(settings.time);
  const samples = await chooseSamples(folder, settings.datasets, plan.images);
  const device = parseDevice(kind);
  const networks = passModels(open, settings, samples, device);
  const watch = networks.length === 0 ? null : await watchDevice(device);
  const before = watch === null ? null : await observeIdle(files, plan.idleMs, signal, watch.helpers);
  const writer = await openDurableLines(folder.timings, held).catch((error: unknown) => {
    watch?.stop();
    throw error;
  });
  try {
    for (const model of open) {
      const { time: own } = runnerOf(model.spec);
      // Once: no device of this run has made them.
      if (own?.kind !== 'series' || as !== undefined) continue;
      const series = own.series(model, samples, signal);
      if (series !== undefined) await writeOwnSeries(writer, model.spec.name, series, own.measuredElsewhere);
    }
    if (watch === null) return;
    const context: PassContext = {
      settings,
      plan,
      samples,
      writer,
      files,
      before,
      device: watch,
      kind,
      as,
      allowFallback: request.allowFallback === true,
      emit,
      signal,
    };
    const budget = memoryBudget(device, watch);
    for (const group of groupModels(networks, settings.time.together, budget)) {
      await timeGroup(context, group);
    }
  } finally {
    watch?.stop();
    await writer.close();
  }
}
