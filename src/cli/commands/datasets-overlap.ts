import { escapeControls } from '../../core/errors.js';
import { loadDataset } from '../../datasets/load.js';
import { findOverlap, NEAR } from '../../datasets/overlap.js';
import { plainTable } from '../../reports/formats/plain-table.js';
import type { CliContext } from '../context.js';

const SHOWN = 50;
const TOLD_EVERY_MS = 5000;

/** `maskbench datasets overlap`: what one dataset has seen of another. */
export async function overlapCommand(
  a: string,
  b: string,
  { distance = NEAR, json }: { readonly distance?: number; readonly json?: boolean },
  context: CliContext,
): Promise<void> {
  const where = { cwd: context.cwd, env: context.env };
  const first = await loadDataset(a, where);
  const second = a === b ? undefined : await loadDataset(b, where);
  let told = performance.now();
  const overlap = await findOverlap(first, second, {
    distance,
    signal: context.signal,
    onProgress(images) {
      if (performance.now() - told < TOLD_EVERY_MS) return;
      told = performance.now();
      context.err(`hashed ${images}\n`);
    },
  });
  const names = { a: first.name, b: (second ?? first).name };
  if (json === true) {
    context.out(`${JSON.stringify({ names, distance, ...overlap }, null, 2)}\n`);
    return;
  }
  const { pairs } = overlap;
  context.out(`${pairs.length} pairs of images that look the same (at most ${distance} of 64 bits differ)\n`);
  for (const side of ['a', 'b'] as const) {
    if (side === 'b' && second === undefined) break;
    const { images, matched, leftOut } = overlap[side];
    const blank = leftOut > 0 ? `, ${leftOut} left out (blank or unreadable)` : '';
    context.out(`  ${names[side]}: ${matched} of ${images} images have a counterpart${blank}\n`);
  }
  if (pairs.length === 0) return;
  const rows = pairs
    .slice(0, SHOWN)
    .map((pair) => [escapeControls(pair.a), escapeControls(pair.b), String(pair.distance)]);
  context.out(`\n${plainTable([names.a, names.b, 'bits'], rows)}\n`);
  if (pairs.length > SHOWN) context.out(`and ${pairs.length - SHOWN} more; --json has all\n`);
}
