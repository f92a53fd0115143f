import { Command } from '@commander-js/extra-typings';
import { escapeControls } from '../../../core/errors.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import { bits } from '../../arguments.js';
import type { DefineCommand } from '../../context.js';
import { ticker } from '../../ticker.js';

const SHOWN = 50;

/** `maskbench datasets overlap`: what one dataset has seen of another. */
export const overlap: DefineCommand = (context) =>
  new Command('overlap')
    .description('images of one dataset that are nearly the same as images of another, or of itself')
    .argument('<a>', 'a name or a YAML file')
    .argument('<b>', 'likewise; repeat <a> to find duplicates within it')
    .option('--distance <n>', 'how many of the 64 bits of a hash may differ', bits, 8)
    .option('--json', 'as JSON')
    .action(async (a, b, { distance, json }) => {
      const { loadDataset } = await import('../../../datasets/load.js');
      const { findOverlap } = await import('../../../datasets/overlap.js');
      const first = await loadDataset(a, context);
      const second = a === b ? undefined : await loadDataset(b, context);
      const found = await findOverlap(first, second, {
        distance,
        signal: context.signal,
        onProgress: ticker(context, (images: number) => `hashed ${images}`),
      });
      const names = { a: first.name, b: (second ?? first).name };
      if (json === true) {
        context.out(jsonText({ names, distance, ...found }));
        return;
      }
      const { pairs } = found;
      context.out(
        `${pairs.length} pairs of images that look the same (at most ${distance} of 64 bits differ)\n`,
      );
      for (const side of ['a', 'b'] as const) {
        if (side === 'b' && second === undefined) break;
        const { images, matched, leftOut } = found[side];
        const blank = leftOut > 0 ? `, ${leftOut} left out (blank or unreadable)` : '';
        context.out(`  ${names[side]}: ${matched} of ${images} images have a counterpart${blank}\n`);
      }
      if (pairs.length === 0) return;
      const rows = pairs
        .slice(0, SHOWN)
        .map((pair) => [escapeControls(pair.a), escapeControls(pair.b), String(pair.distance)]);
      context.out(`\n${plainTable([names.a, names.b, 'bits'], rows)}\n`);
      if (pairs.length > SHOWN) context.out(`and ${pairs.length - SHOWN} more; --json has all\n`);
    });
