import { escapeControls } from '../../core/errors.js';
import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import { roughMark, roughNote } from '../../schema/caution.js';
import type { MetricMean } from '../../schema/summary.js';
import { INTERVALS } from '../../scoring/aggregate/intervals.js';
import type { FolderCell, FolderResults, FolderScores } from '../../scoring/folders/score-folders.js';
import { NO_BREAK, wrapText } from '../../core/text.js';
import { pooledProtocols, protocolsOf } from '../../metrics/registry.js';
import type { OutputRequest, ScoreOutput } from './output.js';
import { signaturesByProtocol } from '../../scoring/folders/score-plain-folders.js';

const NAME_WIDTH = 20;
/** Of the longest metric id, `matting.mae_translucent`, and a space. */
const METRIC_WIDTH = 24;
const FIGURE_WIDTH = 9;

/** Tables of 80 columns: of one method all metrics with their intervals, of several the main ones side by side. */
export function tableOutput({ plan, scoring, perImage, out }: OutputRequest): ScoreOutput {
  const shown = headlineMetrics(scoring.protocols);
  if (perImage) out(row('image', shown.map(shortName)));
  return {
    cell(cell) {
      if (perImage) out(row(plan.several ? `${cell.model} ${cell.id}` : cell.id, figuresOf(cell, shown)));
    },
    end(results) {
      if (perImage) out('\n');
      if (plan.several) {
        out(plan.groups.map(({ dataset }) => methodsTable(dataset, results, shown)).join('\n'));
      } else out(metricsTable(results.scores[0], results));
      if (plan.several || perImage) out(`\n${SOME_METRICS}\n`);
      out(notes({ plan, scoring }, results));
    },
  };
}

const SOME_METRICS = 'Only the main metrics have a column; --format csv and json have all of them.';

function metricsTable(of: FolderScores, { metrics }: FolderResults): string {
  const isPooled = metrics.some(({ meta }) => of.metrics[meta.id].pooled !== undefined);
  const heading = ['mean', '95 % interval', 'n', ...(isPooled ? ['pooled'] : [])];
  const lines = metrics.map(({ meta }) => {
    const own = of.metrics[meta.id];
    const { mean, n, pooled } = own;
    const figures = [mean === null ? '-' : formatFigure(mean), formatInterval(own), String(n)];
    return metricRow(meta.id, [...figures, ...(pooled === undefined ? [] : [formatValue(pooled)])]);
  });
  return `${title(of)}\n${metricRow('', heading)}${lines.join('')}`;
}

function methodsTable(dataset: string, { scores }: FolderResults, shown: readonly string[]): string {
  const own = scores.filter((of) => of.dataset === dataset);
  const lines = own.map((of) =>
    row(
      of.model,
      shown.map((id) => {
        const mean = of.metrics[id]?.mean ?? null;
        return mean === null ? '-' : formatFigure(mean);
      }),
    ),
  );
  return `${own.map(title).join('\n')}\n${row('method', shown.map(shortName))}${lines.join('')}`;
}

function title({ model, dataset, scored, failed }: FolderScores): string {
  const all = scored + failed;
  const lost = failed === 0 ? '' : `, ${failed} FAILED and left out of all figures`;
  return wrapText(`${model} on ${dataset}: ${scored} of ${all} images scored${lost}`);
}

function notes({ plan, scoring }: Pick<OutputRequest, 'plan' | 'scoring'>, results: FolderResults): string {
  const lines = Object.values(signaturesByProtocol(scoring, 'mean')).map((of) => `Signature: ${of}`);
  if (!plan.several) {
    const [{ metrics, threshold }] = results.scores;
    const undefinedIn = Object.entries(metrics).filter(([, of]) => of.undefined > 0 && of.n > 0);
    if (undefinedIn.length > 0) {
      lines.push(
        `Undefined in some images: ${undefinedIn.map(([id, of]) => `${id} ${of.undefined}`).join(', ')}.`,
      );
    }
    const rough = roughNote(Object.values(metrics).map(({ caution }) => caution));
    if (rough !== null) lines.push(rough);
    lines.push(
      `Intervals: 95 %, ${INTERVALS.mean} (${INTERVALS.resamples} resamples, seed ${INTERVALS.seed}).`,
    );
    const pooled = { ...scoring, protocols: pooledProtocols(scoring.protocols) };
    for (const signature of Object.values(signaturesByProtocol(pooled, 'pooled'))) {
      lines.push(`Pooled: counts of all images added up first; ${signature}`);
    }
    if (threshold !== undefined) lines.push(`Best single threshold: ${thresholdText(threshold)}.`);
  } else lines.push(...thresholdLines(results.scores));
  const { flips } = results;
  if (flips !== undefined && flips.count > 0) {
    const named = flips.images
      .slice(0, 10)
      .map(
        (of) =>
          `${plan.several ? `${of.model} ${of.dataset}/` : ''}${of.id} (${formatFigure(of.fixedIou)}, ${formatFigure(of.sodIou)})`,
      );
    const rest = flips.count > named.length ? ` and ${flips.count - named.length} more` : '';
    lines.push(
      `Verdict (IoU >= ${flips.verdictIou}) differs between fixed and sod in ${flips.count} of the images: ${named.join(', ')}${rest}.`,
    );
  }
  return `\n${lines.map((line) => `${wrapText(line, '  ').replaceAll(NO_BREAK, ' ')}\n`).join('')}`;
}

function thresholdLines(scores: readonly FolderScores[]): readonly string[] {
  const lines = scores.flatMap(({ model, dataset, threshold }) =>
    threshold === undefined
      ? []
      : [`${NO_BREAK}${NO_BREAK}${model} on ${dataset}: ${thresholdText(threshold)}`],
  );
  if (lines.length === 0) return [];
  const rest =
    lines.length > THRESHOLDS ? [`  ${lines.length - THRESHOLDS} more; --format json has them all`] : [];
  return ['Best single thresholds:', ...lines.slice(0, THRESHOLDS), ...rest];
}

const THRESHOLDS = 20;

function thresholdText({ used, best, cost }: NonNullable<FolderScores['threshold']>): string {
  return `${best.threshold}, mean IoU ${formatFigure(best.iou)}; ${used.threshold} costs ${formatFigure(cost)}`;
}

function figuresOf(cell: FolderCell, shown: readonly string[]): readonly string[] {
  return cell.status === 'failed' ? ['FAILED'] : shown.map((id) => formatValue(cell.metrics[id]));
}

function formatValue(value: MetricValue | undefined): string {
  return value !== undefined && isDefined(value) ? formatFigure(value) : '-';
}

function formatInterval({ interval, caution }: MetricMean): string {
  return interval === undefined || 'undefined' in interval
    ? '-'
    : `${formatFigure(interval[0])} .. ${formatFigure(interval[1])}${roughMark(caution)}`;
}

function metricRow(name: string, [mean = '', interval = '', n = '', pooled]: readonly string[]): string {
  const last = pooled === undefined ? '' : pooled.padStart(FIGURE_WIDTH);
  return `${`${name.padEnd(METRIC_WIDTH)}${mean.padStart(FIGURE_WIDTH)}   ${interval.padEnd(20)}${n.padStart(6)}${last}`.trimEnd()}\n`;
}

function row(name: string, figures: readonly string[]): string {
  const escaped = escapeControls(name);
  const cut = escaped.length > NAME_WIDTH ? `${escaped.slice(0, NAME_WIDTH - 1)}\u2026` : escaped;
  return `${cut.padEnd(NAME_WIDTH)} ${figures.map((figure) => figure.padStart(FIGURE_WIDTH)).join('')}\n`;
}

/** `sod.max_f` as `max_f`, cut to its column. */
function shortName(id: string): string {
  const SHORT: Readonly<Record<string, string>> = { pixel_accuracy: 'pixel', boundary_iou: 'boundary' };
  const own = id.slice(id.indexOf('.') + 1);
  return SHORT[own] ?? own;
}

/** Columns of figures beside a name in 80 columns. */
const COLUMNS = 6;

/** As many of each protocol's metrics as find room together. */
function headlineMetrics(protocols: readonly string[]): readonly string[] {
  const each = Math.floor(COLUMNS / protocols.length);
  return protocols.flatMap((id) => protocolsOf([id]).flatMap(({ main }) => main.slice(0, each)));
}

/** Four figures or so: 0.9123, 12.34, 123.4, 12345. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 9999.5 ? 0 : size >= 99.995 ? 1 : size >= 9.9995 ? 2 : 4);
}
