import { parseDevice } from '../runners/device.js';
import { THIS_MACHINE, type MachineFiles } from '../runners/onnx/seal/machine-files.js';
import { observeIdle } from '../runners/onnx/seal/conditions.js';
import { watchDevice } from '../runners/onnx/seal/device-watch.js';
import { runnerOf } from '../runners/runner-of.js';
import { TIME_SCOPES, type TimeScope } from '../schema/timing-summary.js';
import { openDurableLines } from '../core/durable-lines.js';
import { completeSeries, isTimed } from '../store/timed-series.js';
import { chooseSamples } from './timing/choose-samples.js';
import { groupModels, memoryBudget } from './timing/group-models.js';
import { passModels, scopesOfRun } from './timing/timed-models.js';
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
  const scopes = scopesOfRun(models);
  const isOpen = (name: string, scope: TimeScope): boolean =>
    (scopes.get(name) ?? []).includes(scope) && !isTimed(timed, name, [scope]);
  const open = models.filter(({ spec }) => TIME_SCOPES.some((scope) => isOpen(spec.name, scope)));
  if (open.length === 0) return;
  const plan = timingPlan(settings.time);
  const samples = await chooseSamples(folder, settings.datasets, plan.images);
  const device = parseDevice(kind);
  // Models take turns with those of their scope alone.
  const passes = TIME_SCOPES.map((scope) =>
    passModels(open, settings, samples, { device, scope }).filter(({ name }) => isOpen(name, scope)),
  ).filter((own) => own.length > 0);
  const watch = passes.length === 0 ? null : await watchDevice(device, undefined, undefined, files);
  const before =
    watch === null
      ? null
      : await watch.whileIdle(() => observeIdle(files, plan.idleMs, signal, watch.helpers));
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
      if (series !== undefined) await writeOwnSeries(writer, model.spec.name, series, own);
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
    for (const group of passes.flatMap((own) => groupModels(own, settings.time.together, budget))) {
      await timeGroup(context, group);
    }
  } finally {
    watch?.stop();
    await writer.close();
  }
}
