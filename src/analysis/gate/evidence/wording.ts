import { counted } from '../../../core/text.js';
import type { Looked } from './followed.js';

/** A score or a difference of scores with four decimals; larger figures with five digits. */
export function figure(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(4) : value.toPrecision(5);
}

/** The same with its sign. */
export function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${figure(value)}`;
}

/** How much a figure is of: images, or units of so many images. */
export function countedUnits(n: number, images: number | undefined): string {
  return images === undefined ? counted(n, 'image') : `${counted(n, 'unit')} of ${counted(images, 'image')}`;
}

/** What is counted. */
export function unitWord(images: number | undefined): 'image' | 'unit' {
  return images === undefined ? 'image' : 'unit';
}

/** Why fewer images than the gate asks for decide nothing, in its own words. */
export function tooFewImages(minimumImages: number): string {
  return `too few images to decide (minimumImages: ${minimumImages})`;
}

/** When looks at images as they came in have decided a claim. */
export function decidedAfter(looked: Looked | undefined): readonly string[] {
  return looked === undefined || looked.after === null
    ? []
    : [`decided after ${counted(looked.after, 'image')}`];
}

/** Why nothing can have been lost, however few images there are. */
export function byIdentity(n: number, images: number | undefined): string {
  const all =
    images === undefined ? counted(n, 'image') : `${counted(images, 'image')} in ${counted(n, 'unit')}`;
  return `passes by identity: the same model file, fed in the same way, made equal mattes of all ${all}`;
}
