import type { MaskReading } from '../schema/mask-values.js';
import type { MaskImage } from './raster.js';
import { planeOf, type Plane, type RawMask } from './raw-mask.js';

/**
 * A mask as 8-bit grey by a reading: opacity of 8 bits as it is, of 16 bits its high byte, of floating point times 255;
 * whatever else is 0 or 255. Undefined where the mask has no channel of that name.
 */
export function readMask(raw: RawMask, reading: MaskReading): MaskImage | undefined {
  const plane = planeOf(raw, reading.channel);
  if (plane === undefined) return undefined;
  const { width, height } = raw;
  const data = reading.as === 'opacity' ? opacityOf(plane, raw.full) : select(plane, isForeground(reading));
  const ignored = new Set(reading.ignore);
  if (ignored.size === 0) return { width, height, data };
  const ignore = new Uint8Array(plane.length);
  for (let i = 0; i < plane.length; i++) {
    if (!ignored.has(plane[i])) continue;
    ignore[i] = 1;
    data[i] = 0;
  }
  return ignore.includes(1) ? { width, height, data, ignore } : { width, height, data };
}

function isForeground({ as, labels, threshold = 1 }: MaskReading): (value: number) => boolean {
  if (as === 'threshold') return (value) => value >= threshold;
  if (as === 'nonzero') return (value) => value > 0;
  const wanted = new Set(labels);
  return (value) => wanted.has(value);
}

function select(plane: Plane, isWanted: (value: number) => boolean): Uint8Array {
  const out = new Uint8Array(plane.length);
  for (let i = 0; i < plane.length; i++) if (isWanted(plane[i])) out[i] = 255;
  return out;
}

function opacityOf(plane: Plane, full: number): Uint8Array {
  if (plane instanceof Uint8Array && full === 255) return plane;
  if (plane instanceof Uint16Array && full === 65535) return Uint8Array.from(plane, (value) => value >> 8);
  const out = new Uint8Array(plane.length);
  // Floating point as a network's values become a matte, so that the same values are the same mask.
  const whole = plane instanceof Float32Array ? Math.trunc : Math.round;
  for (let i = 0; i < plane.length; i++)
    out[i] = whole(Math.fround((Math.min(full, Math.max(0, plane[i])) / full) * 255));
  return out;
}
