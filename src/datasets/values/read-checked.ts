import { MaskbenchError } from '../../core/errors.js';
import { factsOf } from '../../image/mask-facts.js';
import type { MaskImage } from '../../image/raster.js';
import { decodeRawMask } from '../../image/raw-mask.js';
import { readMask } from '../../image/read-mask.js';
import { PLAIN_OPACITY } from '../../schema/mask-reading.js';
import type { MaskReading } from '../../schema/mask-values.js';
import { contradictionOf, remedyOf, VALUES_FIELDS, type MaskRole } from './contradiction.js';

/** How masks are read, and what is said where one cannot be. */
export interface CheckedReading {
  readonly reading: MaskReading;
  readonly role: MaskRole;
  /** What the user would set: `truths.values`, `--gt-values`. */
  readonly field: string;
}

/** Ground truths of which nothing else is known. */
export const AS_OPACITY: CheckedReading = {
  reading: PLAIN_OPACITY,
  role: 'truth',
  field: VALUES_FIELDS.truths,
};

/**
 * Decodes a mask and reads it as all masks of its dataset are read.
 *
 * @throws MaskbenchError `data.values` for one that contradicts the reading; `data.*` for a file that is not there or
 *   damaged. Both name the file.
 */
export async function readChecked(
  path: string,
  { reading, role, field }: CheckedReading,
): Promise<MaskImage> {
  const raw = await decodeRawMask(path);
  const asked = ['cutout', 'grey', 'any'].includes(reading.channel) ? undefined : reading.channel;
  const against = contradictionOf(reading, factsOf(raw, asked, new Set(reading.ignore)), role);
  const mask = against === undefined ? readMask(raw, reading) : undefined;
  if (mask !== undefined) return mask;
  const { what, settings } = against ?? {
    what: `has no channel ${reading.channel}`,
    settings: ['channel: luma'],
  };
  throw new MaskbenchError('data.values', `the mask ${what}`, {
    where: path,
    remedy: remedyOf(field, { what, settings }),
  });
}
