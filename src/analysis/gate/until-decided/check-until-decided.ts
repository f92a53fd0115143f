import { randomUUID } from 'node:crypto';
import { MaskbenchError } from '../../../core/errors.js';
import { runUntilEnough } from '../../../pipeline/run.js';
import type { RunRequest } from '../../../pipeline/run-request.js';
import { inTurn, unitOf, type Walk } from '../../../pipeline/walk.js';
import type { RunEvent } from '../../../schema/events.js';
import { leakedTags } from '../../../schema/leakage.js';
import type { GateOutcome } from '../../../schema/verdict.js';
import { inspectRun } from '../../../store/evidence.js';
import { hasManifest, readManifest, runFolder } from '../../../store/run-folder.js';
import { pairSides } from '../../compare/compare.js';
import { openRun } from '../../compare/open-side.js';
import { pairModels, type ModelChoice } from '../../compare/pair-models.js';
import type { Side, SideFacts } from '../../compare/side.js';
import { assertSealed, type TimePair } from '../check.js';
import { assertDecidable, metricsOfGate, type LoadedGate } from '../gate.js';
import { startLooking, type Looking } from './looking.js';
import { plannedSide } from './planned-side.js';

interface UntilDecidedRequest extends Omit<RunRequest, 'shard' | 'phases' | 'fields'> {
  readonly baseline: Side;
  readonly loaded: LoadedGate;
  readonly choice: ModelChoice;
  /** Only these datasets of both sides. */
  readonly chosen?: readonly string[] | undefined;
  /** What messages call the candidate's run. */
  readonly label: string;
  /** Of the order of images; default: that of the run that is resumed, else a random one. */
  readonly orderSeed?: string | undefined;
  /** Measures times, once all else passes. */
  readonly timePair?: (() => Promise<TimePair>) | undefined;
}

/**
 * Predicts and scores a candidate only until a gate has decided: in a random order that is on record before the first
 * prediction, with a look after every image, whose bounds hold at all looks together. The size of the file decides before
 * any prediction, times after all else. The run that it leaves behind is marked as partial, if a part of it is missing.
 *
 * @throws MaskbenchError as `run` and `pairSides` do, the latter before anything is predicted; `usage` for a gate that
 * cannot be decided so; `data.unpaired` for an image that cannot be predicted or scored.
 */
export async function checkUntilDecided(request: UntilDecidedRequest): Promise<GateOutcome> {
  const { baseline, loaded, choice, chosen, label, out, timePair } = request;
  const { gate, sha256 } = loaded;
  assertDecidable(gate, timePair !== undefined);
  if (gate.assume !== undefined) {
    throw new MaskbenchError(
      'usage',
      `the gate "${gate.name}" assumes ${gate.assume}, whose intervals hold at one look`,
      {
        remedy: 'leave out --until-decided, or decide by bounds: take "assume" out of the gate',
      },
    );
  }
  if (gate.evidence === 'sealed') assertSealed(baseline, gate);
  const pair = pairOf(request);
  const model = request.models.find(({ spec }) => spec.name === pair.candidate);
  const folder = runFolder(out);
  const recorded = request.resume && (await hasManifest(folder)) ? await readManifest(folder) : undefined;
  const seed = request.orderSeed ?? recorded?.settings.untilDecided?.seed ?? randomUUID();
  const trainedOn = [
    ...(baseline.facts.models.find(({ name }) => name === pair.baseline)?.spec.trainedOn ?? []),
    ...(model?.spec.trainedOn ?? []),
  ];
  let looking: Looking | undefined;
  let lost: Extract<RunEvent, { kind: 'cell-failed' }> | undefined;
  const isEnough = (): boolean => lost !== undefined || looking?.isEnough() === true;
  const walk: Walk = {
    untilDecided: {
      seed,
      gate: { name: gate.name, sha256 },
      baseline: { model: pair.baseline, digest: baseline.facts.digest ?? null },
    },
    counts: ({ tags }) => leakedTags(trainedOn, tags).length === 0,
    async begin(manifest, plan) {
      looking = await startLooking({
        baseline,
        candidate: plannedSide(manifest, plan, label),
        loaded,
        models: choice,
        datasets: chosen,
        turns: inTurn(plan).map((sample) => ({
          dataset: sample.dataset,
          id: sample.id,
          unit: unitOf(sample),
        })),
        orderSeed: seed,
        timed: timePair !== undefined,
      });
    },
    isFirst: (sample) => looking?.isFirst(sample) === true,
    see(score) {
      if (score.status === 'done') looking?.see(score, score.metrics);
    },
    isEnough,
    decidedAfter: () => (lost === undefined && looking?.isEnough() === true ? looking.walked() : null),
  };
  await runUntilEnough(
    {
      ...request,
      models: request.models.filter((one) => one === model),
      emit(event) {
        // Files that are no usable pair are found before the looking begins, and refused by it.
        if (event.kind === 'cell-failed' && looking !== undefined && !isEnough()) lost = event;
        request.emit(event);
      },
    },
    walk,
  );
  if (lost !== undefined) throw failedCell(lost, label);
  if (looking === undefined) throw new MaskbenchError('internal', 'a check without a look');
  return looking.outcome({
    facts: await factsNow(out, label),
    equal: await equalDatasets(looking, request),
    timePair,
  });
}

/** The names of the two models; exactly one pair is checked. */
function pairOf({ baseline, models, choice, label }: UntilDecidedRequest): {
  readonly baseline: string;
  readonly candidate: string;
} {
  const offered = models.map(({ spec, sha256, bytes }) => ({ name: spec.name, sha256, bytes, spec }));
  const [pair, ...others] = pairModels(baseline.facts, { label, models: offered }, choice);
  if (others.length === 0) return { baseline: pair.baseline.name, candidate: pair.candidate.name };
  const names = [pair, ...others].map(({ candidate }) => candidate.name).join(', ');
  throw new MaskbenchError('usage', `one model is checked until it is decided, and there are ${names}`, {
    remedy: 'name one with --model-b',
  });
}

/** What the run is known by, now that it has ended. */
async function factsNow(out: string, label: string): Promise<SideFacts> {
  const folder = runFolder(out);
  const { facts } = await openRun(out, label);
  const { evidence } = await inspectRun(folder, await readManifest(folder));
  return { ...facts, evidence, ...(evidence.kind === 'sealed' ? { digest: evidence.root } : {}) };
}

/**
 * The datasets of which both sides have the same matte of every image: known only once all are there. Until then equal
 * mattes are gains of 0 like any other, for what the next image makes of another machine or version nobody knows.
 */
async function equalDatasets(
  looking: Looking,
  { baseline, loaded, choice, out, label }: UntilDecidedRequest,
): Promise<ReadonlySet<string>> {
  if (!looking.isExhausted() || !looking.isOneKey()) return new Set();
  const metrics = metricsOfGate(loaded.gate);
  const options = { models: choice, datasets: looking.counted, metrics };
  const { pairs } = await pairSides(baseline, await openRun(out, label), options);
  return new Set(pairs.flatMap(({ datasets }) => datasets.flatMap((of) => (of.isEqual ? [of.name] : []))));
}

function failedCell(
  { model, dataset, id, failure }: Extract<RunEvent, { kind: 'cell-failed' }>,
  label: string,
): MaskbenchError {
  return new MaskbenchError(
    'data.unpaired',
    `${model} cannot be judged by all images: ${dataset}/${id} failed (${failure.message})`,
    { where: label, remedy: 'mend it and go on with --resume' },
  );
}
