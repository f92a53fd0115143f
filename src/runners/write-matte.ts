import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256 } from '../core/hash.js';
import { writeWhole } from '../core/write-whole.js';
import { encodeMattePng } from '../image/codec.js';
import { constantLevel, type GrayImage } from '../image/raster.js';
import type { ValueRange } from '../models/pixels/raw-values.js';
import type { PhaseTimes } from './phases.js';

interface WrittenMatte {
  /** Of its pixels. */
  readonly matteSha256: string;
  /** The level of a matte that is the same everywhere. */
  readonly constant?: number;
}

/** A matte that is in its file, and how it came about. */
export interface DoneMatte extends WrittenMatte {
  readonly phases: PhaseTimes;
  readonly width: number;
  readonly height: number;
  /** Extremes of what a network gave, where the spec says how large that is to be. */
  readonly raw?: ValueRange;
}

/** Writes a matte under a temporary name and renames it, so that a file that is there is whole. */
export async function writeMatte(path: string, matte: GrayImage): Promise<WrittenMatte> {
  await mkdir(dirname(path), { recursive: true });
  const png = await encodeMattePng(matte);
  await writeWhole(path, (draft) => writeFile(draft, png));
  const constant = constantLevel(matte);
  return { matteSha256: sha256(matte.data), ...(constant === undefined ? {} : { constant }) };
}
