import { isForNow, MaskbenchError, type ErrorCode } from '../core/errors.js';
import { toFailure } from '../core/failure.js';
import { decodeRgb } from '../image/codec.js';
import { decodeRawMask } from '../image/raw-mask.js';
import type { DecidedReading } from '../schema/mask-values.js';
import { throwIfCancelled } from '../core/cancelled.js';
import type { DatasetEntry, DatasetProblem, Sample } from './dataset.js';
import type { Dataset, PassOptions } from './load.js';
import { mapInOrder } from '../core/map-in-order.js';
import { decideTruths } from './values/decide-truths.js';
import { sayReading, VALUES_FIELDS } from './values/contradiction.js';
import { readChecked, type CheckedReading } from './values/read-checked.js';

/** An error makes a sample unusable; a warning only makes its scores say little. */
export interface VerifyFinding {
  readonly severity: 'error' | 'warning';
  readonly problem: DatasetProblem;
}

export interface VerifyCount {
  /** Pairs that were decoded, with or without success. */
  readonly samples: number;
  readonly errors: number;
  readonly warnings: number;
  /** What the values of the masks mean, and by what that was decided; null where it could not be. */
  readonly values: DecidedReading | null;
}

interface VerifyOptions extends PassOptions {
  readonly onFinding?: (finding: VerifyFinding) => void;
}

/**
 * Reads a whole dataset: every file is decoded to its last pixel, sizes are compared after EXIF orientation, every mask is
 * compared with what the values of all of them mean, masks without any foreground and counts that differ from `expected` are
 * pointed out. Findings are handed on, not kept.
 *
 * @throws MaskbenchError `data.missing` if nothing of the layout is there, or `cancelled`.
 */
export async function verifyDataset(
  dataset: Pick<Dataset, 'entries' | 'spec' | 'root'>,
  { width = 2, onFinding, onProgress, signal }: VerifyOptions = {},
): Promise<VerifyCount> {
  let [samples, errors, warnings] = [0, 0, 0];
  const bySplit = new Map<string, number>();
  const report = (finding: VerifyFinding): void => {
    if (finding.severity === 'error') errors++;
    else warnings++;
    onFinding?.(finding);
  };
  // What refuses the entries is a finding below.
  const readable = {
    ...dataset,
    entries: () => untilRefused(dataset.entries(), dataset.spec.name, () => undefined),
  };
  const decision = await decideTruths(readable, signal);
  const values = decision.kind === 'chosen' ? decision.decided : null;
  const truths: CheckedReading | undefined =
    values === null ? undefined : { reading: values.reading, role: 'truth', field: VALUES_FIELDS.truths };
  const { name } = dataset.spec;
  if (decision.kind === 'refused') {
    const message = `${decision.message}; ${decision.remedy}`;
    report({
      severity: 'error',
      problem: { dataset: name, id: name, code: 'data.values', path: decision.where, message },
    });
  } else {
    for (const message of decision.remarks)
      report({
        severity: 'warning',
        problem: { dataset: name, id: name, code: 'data.values', path: dataset.root, message },
      });
  }
  const entries = dataset.entries((problem) => report({ severity: 'warning', problem }));
  const checked = mapInOrder(untilRefused(entries, name, report), width, async (entry) => ({
    entry,
    finding: await check(entry, truths),
  }));
  for await (const { entry, finding } of checked) {
    throwIfCancelled(signal);
    if (finding !== undefined) report(finding);
    if (entry.kind === 'problem') continue;
    const split = String(entry.sample.attributes['split'] ?? '');
    bySplit.set(split, (bySplit.get(split) ?? 0) + 1);
    samples++;
    onProgress?.(samples);
  }
  for (const problem of wrongCounts(dataset, samples, bySplit)) report({ severity: 'warning', problem });
  return { samples, errors, warnings, values };
}

/** The entries up to what ends them, as a list of attributes with an unknown id does; that is a finding too. */
async function* untilRefused(
  entries: AsyncIterable<DatasetEntry>,
  dataset: string,
  report: (finding: VerifyFinding) => void,
): AsyncGenerator<DatasetEntry> {
  try {
    yield* entries;
  } catch (error) {
    // What the whole dataset lacks ends the verification.
    if (!(error instanceof MaskbenchError) || !isDataCode(error.code) || error.code === 'data.missing')
      throw error;
    const { message, where: path = '' } = toFailure(error);
    const problem = { dataset, id: dataset, code: error.code, path, message };
    report({ severity: 'error', problem });
  }
}

async function check(
  entry: DatasetEntry,
  truths: CheckedReading | undefined,
): Promise<VerifyFinding | undefined> {
  if (entry.kind === 'problem') return { severity: 'error', problem: entry.problem };
  return checkSample(entry.sample, truths);
}

/**
 * Decodes one pair fully and says the first thing that is wrong with it.
 *
 * @param truths how ground truths are read; undefined where that could not be decided, which is said elsewhere
 */
async function checkSample(
  sample: Sample,
  truths: CheckedReading | undefined,
): Promise<VerifyFinding | undefined> {
  const { dataset, id, imagePath, truthPath } = sample;
  try {
    const image = await decodeRgb(imagePath);
    const truth = truths === undefined ? undefined : await readChecked(truthPath, truths);
    const { width, height } = truth ?? (await decodeRawMask(truthPath));
    if (image.width !== width || image.height !== height) {
      const message = `the ground truth is ${width} x ${height}, its image ${image.width} x ${image.height}`;
      return {
        severity: 'error',
        problem: { dataset, id, code: 'data.size-mismatch', path: truthPath, message },
      };
    }
    if (truth === undefined || truth.data.some((value) => value >= 128)) return undefined;
    const how =
      truths === undefined || truths.reading.as === 'opacity'
        ? 'value of 128 or more'
        : `pixel read as foreground, by ${sayReading(truths.reading)}`;
    const message = `the ground truth has no foreground (no ${how})`;
    return { severity: 'warning', problem: { dataset, id, code: 'data.empty', path: truthPath, message } };
  } catch (error) {
    // Nor what the system refuses for now, whatever it was that could not be read because of it.
    if (!(error instanceof MaskbenchError) || !isDataCode(error.code) || isForNow(toFailure(error).code))
      throw error;
    const path = error.where ?? imagePath;
    const message = error.code === 'data.values' ? toFailure(error).message : error.message;
    return { severity: 'error', problem: { dataset, id, code: error.code, path, message } };
  }
}

function isDataCode(code: ErrorCode): code is DatasetProblem['code'] {
  return code.startsWith('data.');
}

function* wrongCounts(
  { spec, root }: Pick<Dataset, 'spec' | 'root'>,
  samples: number,
  bySplit: ReadonlyMap<string, number>,
): Generator<DatasetProblem> {
  const { expected, name } = spec;
  const wanted =
    typeof expected === 'object'
      ? Object.entries(expected).map(([split, count]) => ({ id: split, count, found: bySplit.get(split) }))
      : expected === undefined
        ? []
        : [{ id: name, count: expected, found: samples }];
  for (const { id, count, found } of wanted) {
    // A split that is not there at all was left out on purpose, or has been reported by the listing.
    if (found === undefined || found === count) continue;
    const message = `${found} pairs where a complete copy has ${count}`;
    yield { dataset: name, id, code: 'data.missing', path: root, message };
  }
}
