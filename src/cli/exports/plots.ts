import { join, resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import type { Export } from './export.js';

export const svg = plots('svg', 'every plot as a separate SVG file', (drawn) => drawn);

/** Pixels to a unit of the drawing: sharp on a display of high density and in print at half a page's width. */
const PNG_SCALE = 3;

export const png = plots('png', 'every plot as a separate PNG file', async (drawn) => {
  const { rasterizeSvg } = await import('../../image/codec.js');
  return rasterizeSvg(drawn, PNG_SCALE);
});

/** Every plot of the report, turned into the content of a file. */
function plots(
  name: string,
  summary: string,
  contentOf: (drawn: string) => string | Promise<Uint8Array>,
): Export {
  return {
    name,
    summary,
    async write(folders, out, context) {
      if (out === undefined) {
        throw new MaskbenchError('usage', `a report as ${name} consists of several files`, {
          remedy: 'name a folder with --out',
        });
      }
      const { writingTo } = await import('../../core/failed-write.js');
      const { makeFolder } = await import('../../core/sync.js');
      const { gatherRuns, writeReport } = await import('../write-report.js');
      const { standalonePlots } = await import('../../reports/plots/standalone.js');
      const folder = resolve(context.cwd, out);
      const input = await gatherRuns(folders);
      await writingTo(folder, () => makeFolder(folder));
      const drawn = standalonePlots(input);
      for (const plot of drawn) {
        await writeReport(join(folder, `${plot.id}.${name}`), await contentOf(plot.svg));
      }
      context.out(`${drawn.length} plots in ${out}\n`);
    },
  };
}
