import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256 } from '../core/hash.js';
import { encodeMattePng } from '../image/encode-matte.js';
import { constantLevel, type GrayImage } from '../image/raster.js';
import type { ValueRange } from '../models/pixels/raw-values.js';
import type { PhaseTimes } from './phases.js';

interface WrittenMatte {
  /** Of its pixels. */
  readonly matteSha256: string;
  /** The level of a matte that is the same everywhere. */
  readonly constant?: number;
}

/** A matte that is written, and how it came about. */
export interface DoneMatte extends WrittenMatte {
  readonly phases: PhaseTimes;
  readonly width: number;
  readonly height: number;
  /** Extremes of what a network gave, where the spec says how large that is to be. */
  readonly raw?: ValueRange;
}

/** Writes a matte to its draft; whoever writes down that it is there puts it in its place. */
export async function writeMatte(draft: string, matte: GrayImage): Promise<WrittenMatte> {
  await mkdir(dirname(draft), { recursive: true });
  await writeFile(draft, await encodeMattePng(matte));
  const constant = constantLevel(matte);
  return { matteSha256: sha256(matte.data), ...(constant === undefined ? {} : { constant }) };
}
