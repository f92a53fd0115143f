import { RESUME, throwIfCancelled } from '../core/cancelled.js';
import { isForNow, MaskbenchError } from '../core/errors.js';
import { toError, toFailure } from '../core/failure.js';
import { pluginFailed } from '../core/plugins/guard.js';
import type { GrayImage } from '../image/raster.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { PredictSession } from './runner.js';
import { writeMatte } from './write-matte.js';

/**
 * A session that makes one matte after the other, in this process: all that a runner of a function from an image to a matte
 * takes. An image of which it throws, or gives what is no matte of it, is a failed cell; the time of the whole call is that of the inference.
 *
 * @param matteOf gives the matte in the upright size of the image
 */
export function oneByOne(
  matteOf: (sample: PlannedSample) => Promise<GrayImage>,
  signal: AbortSignal,
): PredictSession {
  return {
    async predict(jobs, onOutcome) {
      for await (const job of jobs) {
        throwIfCancelled(signal, RESUME);
        const start = performance.now();
        let matte: GrayImage;
        try {
          matte = asMatte(await matteOf(job.sample), job.sample);
        } catch (error) {
          const failure = toFailure(
            error instanceof MaskbenchError ? error : pluginFailed('its runner', error),
          );
          if (isForNow(failure.code)) throw toError(failure);
          await onOutcome(job, { kind: 'failed', failure });
          continue;
        }
        const phases = {
          decodeMs: 0,
          preprocessMs: 0,
          inferenceMs: performance.now() - start,
          postprocessMs: 0,
        };
        const { width, height } = matte;
        await onOutcome(job, {
          kind: 'done',
          ...(await writeMatte(job.mattePath, matte)),
          phases,
          width,
          height,
        });
      }
    },
    close: async () => undefined,
  };
}

/** What somebody else's function gave, of whatever type that really is. @throws MaskbenchError `model.output`. */
function asMatte(given: unknown, { width, height }: PlannedSample): GrayImage {
  const {
    width: ownWidth,
    height: ownHeight,
    data,
  }: Partial<Record<keyof GrayImage, unknown>> = typeof given === 'object' && given !== null ? given : {};
  const wrong =
    ownWidth !== width || ownHeight !== height
      ? `is ${String(ownWidth)} x ${String(ownHeight)}, its picture upright ${width} x ${height}`
      : !(data instanceof Uint8Array) || data.length !== width * height
        ? 'has no Uint8Array with a value for every pixel as its data'
        : undefined;
  if (wrong === undefined) return { width, height, data: data as Uint8Array };
  throw new MaskbenchError('model.output', `the runner's matte ${wrong}`);
}
