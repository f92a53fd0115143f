import { MaskbenchError } from '../core/errors.js';

/** The largest picture that is decoded unless the environment says otherwise: a decoder's memory goes by what a header claims. */
const MEGAPIXELS = 500;
const VARIABLE = 'MASKBENCH_MAX_MEGAPIXELS';

/** What sharp says of a picture beyond its limit. */
const EXCEEDS = 'Input image exceeds pixel limit';

/**
 * Sets another limit, where one is given, for this process, its threads, which share its environment, and the processes that it
 * starts from now on.
 *
 * @returns what takes it back
 */
export function limitPixels(megapixels: number | undefined): () => void {
  const before = process.env[VARIABLE];
  if (megapixels !== undefined) process.env[VARIABLE] = String(megapixels);
  return () => {
    if (before === undefined) delete process.env[VARIABLE];
    else process.env[VARIABLE] = before;
  };
}

/**
 * Pixels of the largest picture that is decoded, in every process and thread.
 *
 * @throws MaskbenchError `config.invalid` for a variable that is no number of megapixels.
 */
export function mostPixels(): number {
  const text = process.env[VARIABLE] ?? '';
  if (text === '') return MEGAPIXELS * 1e6;
  const pixels = Math.floor(Number(text) * 1e6);
  if (pixels >= 1 && Number.isSafeInteger(pixels)) return pixels;
  throw new MaskbenchError('config.invalid', `${VARIABLE} is "${text}"`, {
    remedy: `expected megapixels, such as ${MEGAPIXELS}`,
  });
}

/** For the readers of our own. @throws Error as sharp does. */
export function assertPixels(width: number, height: number): void {
  if (width * height > mostPixels()) throw new Error(EXCEEDS);
}

/** The failure of a picture that was not decoded for its size; undefined for any other error. */
export function explainTooLarge(where: string, cause: unknown): MaskbenchError | undefined {
  if (!(cause instanceof Error) || !cause.message.includes(EXCEEDS)) return undefined;
  return new MaskbenchError('data.too-large', `more than ${mostPixels() / 1e6} megapixels`, {
    where,
    remedy: 'make the picture smaller, or raise the limit with --max-megapixels where there is memory for it',
    cause,
  });
}
