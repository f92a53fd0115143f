import { cellFailure, toFailure } from '../core/failure.js';
import type { DatasetEntry } from '../datasets/dataset.js';
import type { FileReader } from '../datasets/file-reader.js';
import { hashSample } from '../datasets/fingerprint.js';
import type { MaskSurvey } from '../datasets/values/survey.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import { runnerOf } from '../runners/runner-of.js';
import type { ReadyModel, RunBasis } from '../runners/runner.js';
import { predictionKey } from '../store/cell-key.js';
import type { PlanRecord } from '../store/records.js';
import { isWritablePath, type RunFolder } from '../store/run-folder.js';

/** Cell keys by model name for a sample. */
export function cellKeysOf(
  models: readonly ReadyModel[],
  basis: RunBasis,
): (sample: PlannedSample, files: FileReader) => Promise<Readonly<Record<string, string>>> {
  const identities = models.map(
    (model) => [model.spec.name, runnerOf(model.spec).identity(model, basis)] as const,
  );
  return async (sample, files) => {
    const keys: Record<string, string> = {};
    for (const [name, identityOf] of identities)
      keys[name] = predictionKey(await identityOf(sample, files), sample.imageSha256);
    return keys;
  };
}

/** What is planned of an entry: a sample with its digests, its cells still to come, or why it is no usable pair. */
export async function planEntry(
  entry: DatasetEntry,
  { folder, models }: { readonly folder: RunFolder; readonly models: readonly ReadyModel[] },
  truths: MaskSurvey,
  files: FileReader,
): Promise<PlanRecord> {
  if (entry.kind === 'problem') {
    const { dataset, id, code, path, message } = entry.problem;
    return { kind: 'problem', dataset, id, failure: { code, message, where: path } };
  }
  const { sample } = entry;
  const { dataset, id, imagePath: where } = sample;
  if (!models.every(({ spec }) => isWritablePath(folder.matte(spec.name, dataset, id)))) {
    const message =
      'the run folder and this name together make too long a path; choose a shorter one with --out';
    return { kind: 'problem', dataset, id, failure: { code: 'data.unsafe-path', message, where } };
  }
  try {
    const { hash, truth } = await hashSample(sample, files);
    truths.add(sample.id, sample.truthPath, truth);
    return { kind: 'sample', ...sample, ...hash, cells: {} };
  } catch (error) {
    return { kind: 'problem', dataset, id, failure: cellFailure(toFailure(error)) };
  }
}
