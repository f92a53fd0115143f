import type { VNode } from 'preact';
import { counted } from '../../../core/text.js';
import type { PageInput, PageRun } from '../../../schema/page-input.js';
import { differencesBetween } from '../../across/comparable.js';
import { deviceLabels } from '../../tables/device-label.js';
import { answerTables } from '../../tables/tables-of.js';
import { firstChoice, gatherPareto } from '../../plots/pareto/gather-pareto.js';
import { pareto } from '../../plots/pareto/pareto.js';
import { LeadTable } from '../parts/data-table.js';
import { ParetoFigure } from '../parts/pareto-figure.js';
import { Tiers } from '../parts/tiers.js';
import type { Section } from '../section.js';
import { verdictLine } from '../verdict-line.js';
import { warningsOf, type Warning } from '../warnings.js';

/** Page one: what the run says, how far it may be trusted, and which model is worth its time. */
export const overview: Section = {
  id: 'overview',
  title: 'Verdict',
  render(input) {
    const { runs } = input;
    const labels = deviceLabels(runs.map(({ summary }) => summary));
    return (
      <>
        <Differences input={input} />
        <div class="verdict">
          {runs.map((run, i) => (
            <Verdict run={run} device={labels[i]} />
          ))}
          {answerTables(
            runs.map(({ summary }) => summary),
            runs.map(({ ranking }) => ranking),
          ).map((table) => (
            <LeadTable table={table} />
          ))}
          {runs.map((run) => (
            <Circumstances run={run} />
          ))}
        </div>
        <div class="beside">
          <ParetoPart input={input} />
          <div>
            <TiersOfRuns runs={runs} labels={labels} />
          </div>
        </div>
      </>
    );
  },
  data(input) {
    const data = gatherPareto(input);
    return data === null ? null : { data, choice: firstChoice(input, data) };
  },
};

/** Of several runs: what else differs than the device, before any figure. */
function Differences({ input: { runs } }: { readonly input: PageInput }): VNode | null {
  const lines = differencesBetween(runs.map(({ summary }) => summary));
  return lines.length === 0 ? null : (
    <ul class="differences">
      {lines.map((line) => (
        <li>Differs: {line}</li>
      ))}
    </ul>
  );
}

function Verdict({ run, device }: { readonly run: PageRun; readonly device: string }): VNode {
  const { scope, best, fastest } = verdictLine(run, device);
  return (
    <p class="line">
      <span class="scope">{scope}:</span> <strong>{best}</strong>
      {fastest === null ? '.' : <>; {fastest}.</>}
    </p>
  );
}

/** What was run, and how far it may be trusted. */
function Circumstances({ run }: { readonly run: PageRun }): VNode {
  const { cells, models, datasets, signatures } = run.summary;
  const images = datasets.reduce((sum, { samples }) => sum + samples, 0);
  const failed = cells.failed === 0 ? 'none failed' : `${cells.failed} failed`;
  const warnings = warningsOf(run);
  return (
    <>
      <p class="caption">
        {counted(models.length, 'model')}, {counted(images, 'image')} in {counted(datasets.length, 'dataset')}
        , {counted(cells.planned, 'cell')} (one image by one model), {failed}. Signature, every convention
        behind the scores: <code>{signatures.join('  ')}</code>
      </p>
      {warnings.length > 0 && (
        <ul class="warnings">
          {warnings.map(({ kind, text }) => (
            <li class={kind}>
              <strong>{WARNING_WORDS[kind]}</strong> {text}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Once where all devices gave the same tiers, else one per device. */
function TiersOfRuns({
  runs,
  labels,
}: {
  readonly runs: readonly PageRun[];
  readonly labels: readonly string[];
}): VNode {
  const ranked = runs.flatMap(({ ranking, summary }, i) =>
    ranking === undefined ? [] : [{ ranking, summary, label: labels[i] }],
  );
  const same = new Set(ranked.map(({ ranking }) => JSON.stringify(ranking.tables))).size < 2;
  return (
    <>
      {(same ? ranked.slice(0, 1) : ranked).map(({ ranking, summary, label }) => (
        <Tiers
          title={same ? 'Tiers' : `Tiers, on ${label}`}
          ranking={ranking}
          titleOf={(name) => summary.datasets.find((dataset) => dataset.name === name)?.title ?? name}
        />
      ))}
    </>
  );
}

const WARNING_WORDS: Readonly<Record<Warning['kind'], string>> = {
  evidence: 'Evidence',
  failed: 'Failed cells',
  mixed: 'Mixed machines',
  output: 'Outputs',
  leaked: 'Not held out',
  unsealed: 'Unsealed',
  chosen: 'Part of the images',
  few: 'Few images',
  unranked: 'Not ranked',
  caution: 'Caution',
};

function ParetoPart({ input }: { readonly input: PageInput }): VNode | null {
  const data = gatherPareto(input);
  const [plot] = pareto.draw(input);
  return data === null || plot === undefined ? null : (
    <ParetoFigure data={data} choice={firstChoice(input, data)} plot={plot} caption={pareto.caption} />
  );
}
