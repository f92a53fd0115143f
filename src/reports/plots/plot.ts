import { sha256 } from '../../core/hash.js';
import type { PageInput } from '../../schema/page-input.js';

/** A kind of plot: one file, one line in the registry. Pure: data in, SVG out. */
export interface PlotFamily {
  readonly id: string;
  readonly title: string;
  /** One sentence on what is drawn and how it is read. */
  readonly caption: string;
  draw(input: PageInput): readonly StaticPlot[];
}

/** One drawn plot. */
export interface StaticPlot {
  /** Unique among all plots, and safe as a file name. */
  readonly id: string;
  readonly title: string;
  /** What the picture says, for whoever does not see it. */
  readonly description: string;
  /** An `svg` element with `viewBox`; colours are `var(--name,#fallback)`. */
  readonly svg: string;
  readonly legend: readonly LegendEntry[];
}

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
}

/** A file name and anchor from parts that come from data; parts that had to be changed are told apart by a hash. */
export function plotId(...parts: readonly string[]): string {
  return parts
    .map((part) => {
      const safe = part
        .replaceAll(/[^A-Za-z0-9._]+/g, '-')
        .slice(0, 60)
        .toLowerCase();
      return safe === part.toLowerCase() ? safe : `${safe}-${sha256(part).slice(0, 6)}`;
    })
    .join('--');
}
