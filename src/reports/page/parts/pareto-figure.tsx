import type { VNode } from 'preact';
import type { StaticPlot } from '../../plots/plot.js';
import type { ParetoChoice, ParetoData } from '../../plots/pareto/pareto-data.js';

interface Props {
  readonly data: ParetoData;
  readonly choice: ParetoChoice;
  readonly plot: StaticPlot;
  readonly caption: string;
}

/** Accuracy against latency. The selectors are there with the script alone, their room is kept from the start. */
export function ParetoFigure({ data, choice, plot, caption }: Props): VNode {
  const { metrics, statistics, datasets, devices } = data;
  return (
    <figure class="pareto">
      <figcaption>
        <h3>Accuracy against latency</h3>
        <p class="caption">{caption}</p>
      </figcaption>
      <div class="controls">
        <Select
          label="Metric"
          name="metric"
          chosen={choice.metric}
          options={metrics.map(({ id, name }) => [id, name])}
        />
        <Select
          label="Latency"
          name="statistic"
          chosen={choice.statistic}
          options={statistics.map((one) => [one, one])}
        />
        <Select
          label="Dataset"
          name="dataset"
          chosen={choice.dataset ?? ''}
          options={datasets.map(({ name, title }) => [name ?? '', title])}
        />
        {devices.length > 1 && (
          <Select
            label="Device"
            name="device"
            chosen=""
            options={[['', 'all'], ...devices.map((name, i): Option => [String(i), name])]}
          />
        )}
      </div>
      <div class="canvas" dangerouslySetInnerHTML={{ __html: plot.svg }} />
      <details>
        <summary>In words</summary>
        <p class="words">{plot.description}</p>
      </details>
    </figure>
  );
}

type Option = readonly [value: string, label: string];

function Select(props: {
  readonly label: string;
  readonly name: string;
  readonly chosen: string;
  readonly options: readonly Option[];
}): VNode {
  return (
    <label>
      {props.label}{' '}
      <select name={props.name}>
        {props.options.map(([value, label]) => (
          <option value={value} selected={value === props.chosen}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
