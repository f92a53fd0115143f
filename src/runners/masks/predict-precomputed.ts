import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { toFailure } from '../../core/failure.js';
import { sha256 } from '../../core/hash.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { decodeMatte, encodeMattePng } from '../../image/codec.js';
import type { ModelPaths } from '../../models/sources/ensure-model.js';
import type { Outcome } from '../onnx/predict-pool.js';
import { readMaskTimes, type TimeOf } from './mask-times.js';
import { maskPathOf } from './precomputed-masks.js';
import type { PlannedSample } from '../../schema/planned-sample.js';

export interface PrecomputedRequest {
  readonly paths: ModelPaths;
  readonly samples: AsyncIterable<PlannedSample>;
  matteOf(sample: PlannedSample): string;
  onOutcome(sample: PlannedSample, outcome: Outcome): Promise<void>;
  readonly signal: AbortSignal;
}

/** Masks read at once. */
const WIDTH = 4;

/**
 * Takes masks that were made elsewhere into the run: cut-outs by their alpha, colour by its brightness, any depth as
 * 8 bits. A mask that is missing, unreadable or of another size than its image is a failed cell.
 */
export async function takePrecomputed(request: PrecomputedRequest): Promise<void> {
  const { paths, samples, signal, onOutcome } = request;
  const timeOf = paths['times'] === undefined ? undefined : await readMaskTimes(paths['times']);
  const taken = mapInOrder(samples, WIDTH, async (sample) => ({
    sample,
    outcome: await takeOne(request, sample, timeOf).catch((error: unknown): Outcome => ({
      kind: 'failed',
      failure: toFailure(error),
    })),
  }));
  for await (const { sample, outcome } of taken) {
    if (signal.aborted) {
      throw new MaskbenchError('cancelled', 'interrupted', { remedy: 'continue with --resume' });
    }
    await onOutcome(sample, outcome);
  }
}

async function takeOne(
  { paths, matteOf }: PrecomputedRequest,
  sample: PlannedSample,
  timeOf: TimeOf | undefined,
): Promise<Outcome> {
  const path = maskPathOf(paths['masks'] ?? '', sample);
  const start = performance.now();
  const matte = await decodeMatte(path);
  const decodeMs = performance.now() - start;
  const { width, height } = matte;
  if (width !== sample.width || height !== sample.height) {
    throw new MaskbenchError(
      'data.size-mismatch',
      `the mask is ${width} x ${height}, its image ${sample.width} x ${sample.height}`,
      { where: path },
    );
  }
  const target = matteOf(sample);
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.tmp`;
  await writeFile(temporary, await encodeMattePng(matte));
  await rename(temporary, target);
  const phases = { decodeMs, preprocessMs: 0, inferenceMs: timeOf?.(sample) ?? 0, postprocessMs: 0 };
  return { kind: 'done', phases, matteSha256: sha256(matte.data), width, height };
}
