import type { VNode } from 'preact';
import type { PageInput } from '../../../schema/page-input.js';
import type { LegendEntry, PlotFamily, StaticPlot } from '../../plots/plot.js';

/** All plots of one kind, side by side, with one legend; null where there are none. */
export function plotGroup(family: PlotFamily, input: PageInput): VNode | null {
  const plots = family.draw(input);
  return plots.length === 0 ? null : (
    <div class="block">
      <h3>{family.title}</h3>
      <p class="caption">{family.caption}</p>
      <Legend entries={plots.flatMap(({ legend }) => legend)} />
      <div class="plots">
        {plots.map((plot) => (
          <PlotFigure plot={plot} />
        ))}
      </div>
    </div>
  );
}

function PlotFigure({ plot }: { readonly plot: StaticPlot }): VNode {
  return (
    <figure id={plot.id} class="plot">
      <figcaption>
        <bdi>{plot.title}</bdi>
      </figcaption>
      <div class="scroll" dangerouslySetInnerHTML={{ __html: plot.svg }} />
      <details>
        <summary>In words</summary>
        <p>{plot.description}</p>
      </details>
    </figure>
  );
}

/** What the colours stand for, each once. */
function Legend({ entries }: { readonly entries: readonly LegendEntry[] }): VNode | null {
  const unique = new Map(entries.map(({ label, colour }) => [label, colour]));
  return unique.size === 0 ? null : (
    <ul class="legend">
      {[...unique].map(([label, colour]) => (
        <li>
          <span class="swatch" style={{ background: colour }} />
          <bdi>{label}</bdi>
        </li>
      ))}
    </ul>
  );
}
