import { UNCHECKED, sealOfAll } from '../../schema/seal.js';
import type { Summary, TimingRow } from '../../schema/summary.js';
import { deviceLabels } from '../tables/device-label.js';
import { sealMark } from '../tables/seal-mark.js';
import { NO_FIGURE, type Cell, type Row, type Table } from '../tables/table.js';

/**
 * How many times faster each model runs on the other devices than on the first one, as the post says of BiRefNet
 * ("2.4 times"): by the mean of a prediction, and by inference alone. Null for fewer than two timed runs.
 */
export function deviceRatioTable(summaries: readonly Summary[]): Table | null {
  const [first, ...others] = summaries.filter(({ timing }) => timing.length > 0);
  if (first === undefined || others.length === 0) return null;
  const labels = deviceLabels([first, ...others]);
  const models = first.models.map(({ name }) => name);
  const rows = models.flatMap((model): Row[] => {
    const base = overall(first, model);
    if (base === undefined) return [];
    const cells = others.flatMap((summary) => {
      const other = overall(summary, model);
      return [ratioCell(base, other, 'predict'), ratioCell(base, other, 'inference')];
    });
    return [{ kind: 'measured', cells: [{ text: model }, ...cells] }];
  });
  return {
    title: `Times faster than on ${labels[0]}`,
    caption: 'Ratio of mean times over all datasets: of a whole prediction, and of inference alone.',
    columns: [
      { label: 'Model', align: 'left' },
      ...labels.slice(1).flatMap((group) => [
        { group, label: 'predict', align: 'right' as const },
        { group, label: 'inference', align: 'right' as const },
      ]),
    ],
    rows,
    notes: [],
  };
}

/** The row over all datasets of a model. */
export function overall({ timing }: Summary, name: string): TimingRow | undefined {
  return timing.find(({ model, dataset }) => model === name && dataset === null);
}

function ratioCell(base: TimingRow, other: TimingRow | undefined, phase: 'predict' | 'inference'): Cell {
  if (other === undefined || other.phases[phase].mean === 0) return NO_FIGURE;
  const ratio = base.phases[phase].mean / other.phases[phase].mean;
  const seal = sealOfAll([base.seal ?? UNCHECKED, other.seal ?? UNCHECKED]);
  return { text: `${formatRatio(ratio)}${sealMark({ seal })}`, value: ratio };
}

/** `24.1`, `2.40`, `0.0018`: a slow device must not come out as 0. */
function formatRatio(ratio: number): string {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(ratio >= 10 ? 1 : 2);
}
