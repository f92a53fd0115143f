import { endsAll } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { cellFailure, toFailure } from '../../core/failure.js';
import { proveProvider, type ProviderProof } from '../../runners/onnx/proof/prove-provider.js';
import type { Conditions } from '../../runners/onnx/seal/conditions.js';
import { type MachineFiles, otherInferenceProcesses } from '../../runners/onnx/seal/machine-files.js';
import { timeTogether, type Series, type TimedModel } from '../../runners/onnx/timing/time-together.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import type { DurableLines } from '../../core/durable-lines.js';
import type { OwnMemory } from '../../runners/onnx/devices/card-watch.js';
import type { DeviceRound, DeviceWatch } from '../../runners/onnx/seal/device-watch.js';
import type { PhaseRequest } from '../predict.js';
import { passRecord, type PassFacts } from './pass-record.js';
import { timedThreads, type PassModel } from './timed-models.js';
import type { TimingPlan } from './timing-plan.js';
import { writeSeries } from './write-series.js';

/** All that the models of a timing pass have in common. */
export interface PassContext extends Pick<PhaseRequest, 'settings' | 'emit' | 'signal'> {
  readonly plan: TimingPlan;
  readonly samples: readonly PlannedSample[];
  readonly writer: DurableLines;
  readonly files: MachineFiles;
  /** Of a moment without work of ours, before anything was loaded. */
  readonly before: Conditions | null;
  readonly device: DeviceWatch;
  /** The device as it is written, and what the records call it, if anything. */
  readonly kind: string;
  readonly as: string | undefined;
  /** Go on where the asked provider runs no node; the seal says so. */
  readonly allowFallback: boolean;
}

/**
 * Times models side by side and writes what was measured, with the seal's parts. A model whose process fails among
 * others is tried once more alone, and so is one that was not steady; then its failure, or its unsteadiness, is recorded.
 *
 * Where the device takes no second process, each is timed alone.
 *
 * @throws MaskbenchError `cancelled`, `device.unavailable`, or `device.busy` where nothing of ours is on it; other failures are a
 * model's own, and recorded.
 */
export async function timeGroup(context: PassContext, models: readonly PassModel[]): Promise<void> {
  const again = await timeOnce(context, models, 1).catch((error: unknown) => {
    const isBusy = error instanceof MaskbenchError && error.code === 'device.busy';
    if (!isBusy || models.length === 1) throw error;
    const { device } = context.settings;
    const message = `${device} takes one process at a time: models are timed one after another, and not in turns`;
    context.emit({ kind: 'warning', message });
    return null;
  });
  if (again === null) {
    for (const model of models) await timeGroup(context, [model]);
    return;
  }
  for (const model of again) await timeOnce(context, [model], 2);
}

interface ProvenModel extends TimedModel {
  readonly source: PassModel;
  /** Null on a CPU, where there is nothing to prove; `untold` where nobody can tell where it computes. */
  readonly proof: ProviderProof | 'untold' | null;
}

/** @returns the models that deserve another try. */
async function timeOnce(
  context: PassContext,
  wanted: readonly PassModel[],
  attempt: 1 | 2,
): Promise<readonly PassModel[]> {
  const { plan, samples, emit, signal, device } = context;
  emit({
    kind: 'phase-started',
    phase: 'time',
    total: undefined,
    label: `${context.as === undefined ? '' : `${context.as}: `}${wanted.length > 2 ? `${wanted.length} models` : wanted.map(({ name }) => name).join(', ')}${attempt === 1 ? '' : ' (once more)'}`,
  });
  const again: PassModel[] = [];
  const fail = async (model: PassModel, error: unknown): Promise<void> => {
    if (wanted.length > 1 && attempt === 1) again.push(model);
    else await recordFailure(context, model, error);
  };
  const models: ProvenModel[] = [];
  for (const source of wanted) {
    try {
      const model = await source.describe();
      models.push({ ...model, source, proof: await prove(context, model) });
    } catch (error) {
      if (endsAll(error) || signal.aborted) throw error;
      await fail(source, error);
    }
  }
  const neighbours = watchNeighbours(context);
  const round = device.round();
  const memory = new Map<string, OwnMemory | null>();
  const outcomes = await timeTogether({
    models,
    warmUp: plan.warmUp,
    sampling: plan.sampling,
    datasetOf: (key) => samples[Number(key)].dataset,
    signal,
    files: context.files,
    helpers: device.helpers,
    energy: device.energy,
    onProgress({ done, total, model, doing }) {
      const note = wanted.length > 1 ? `${model} ${doing}` : doing;
      emit({ kind: 'progress', phase: 'time', done, total, note });
    },
    async onWarm(name, pid) {
      neighbours.look(pid);
      memory.set(name, await round.look(pid));
    },
  });
  neighbours.look(undefined);
  await round.end();
  for (const [i, outcome] of outcomes.entries()) {
    const model = models[i];
    if (outcome.kind === 'failed') {
      await fail(model.source, outcome.error);
      continue;
    }
    const isSteady = await record(context, model, outcome.series, {
      attempt,
      together: models.map(({ name }) => name),
      neighbours: neighbours.found(),
      gpuMemory: memory.get(model.name) ?? null,
      round,
    });
    if (!isSteady && plan.repeats && attempt === 1) again.push(model.source);
  }
  emit({ kind: 'phase-ended', phase: 'time' });
  return again;
}

interface Around extends Pick<PassFacts, 'attempt' | 'together' | 'neighbours' | 'gpuMemory'> {
  readonly round: DeviceRound;
}

/** @returns whether the model was steady. */
async function record(
  context: PassContext,
  { proof, source }: ProvenModel,
  series: Series,
  { round, ...around }: Around,
): Promise<boolean> {
  const { plan, settings, samples, before, files, writer } = context;
  const readings = round.readings(series.turns);
  const sampleOf = (key: string): (typeof samples)[number] => samples[Number(key)];
  const pass = passRecord(series, {
    ...around,
    plan,
    device: context.kind,
    files,
    datasetOf: (key) => sampleOf(key).dataset,
    proof,
    imagesThere: settings.datasets.reduce((sum, dataset) => sum + dataset.samples, 0),
    before,
    card: round.evidence(series.turns),
    energy: round.energy(series.energy),
  });
  await writeSeries(writer, {
    series,
    scope: source.scope,
    threads: timedThreads(settings),
    pass,
    readings,
    sampleOf,
    device: context.as,
  });
  return pass.parts.some(({ name, pass: holds }) => name === 'steady' && holds);
}

/** Other inference on this machine, each once: looked for while the models warm up and after they were timed. */
function watchNeighbours({ device, files }: PassContext): {
  look(ownPid: number | undefined): void;
  found(): readonly string[];
} {
  const own: number[] = [...device.helpers];
  const others = new Set<number>();
  return {
    look(ownPid) {
      if (ownPid !== undefined) own.push(ownPid);
      for (const pid of otherInferenceProcesses(files, own)) others.add(pid);
    },
    found: () => (others.size === 0 ? [] : [inWords([...others])]),
  };
}

function inWords(pids: readonly number[]): string {
  const [only] = pids;
  if (pids.length === 1) return `process ${only} is another inference of Maskbench`;
  const more = pids.length > 3 ? ', ...' : '';
  return `${pids.length} processes (${pids.slice(0, 3).join(', ')}${more}) are other inference of Maskbench`;
}

/** A session on the CPU has no other provider: there is nothing to prove. */
async function prove(
  { allowFallback, signal }: PassContext,
  { load, images }: TimedModel,
): Promise<ProvenModel['proof']> {
  if (load === null) return 'untold';
  if (load.device.provider === 'cpu') return null;
  return proveProvider({ load, image: images[0] ?? null, allowFallback, signal });
}

async function recordFailure(
  { writer, emit, as }: PassContext,
  { name: model, scope }: PassModel,
  error: unknown,
): Promise<void> {
  const failure = cellFailure(toFailure(error));
  await writer.append({ kind: 'failed', model, scope, ...(as === undefined ? {} : { device: as }), failure });
  await writer.flush();
  emit({ kind: 'time-failed', model, failure });
}
