import { roughNote } from '../../schema/caution.js';
import type { RankingReport, RankingTable } from '../../schema/ranking.js';
import type { AccuracyRow, Summary } from '../../schema/summary.js';
import { scopeOf, type TimeScope } from '../../schema/timing-summary.js';
import {
  ANSWER_COLUMNS,
  isOfCard,
  shortLicence,
  type Headline,
  type ModelRow,
  type Of,
} from './answer-columns.js';
import { energyOf, SAMPLED_NOTE } from './energy-table.js';
import { comparedScope, inScope, SCOPE_WORDS } from './in-scope.js';
import { unitsByDataset } from './notes-on-images.js';
import { sealMark, UNSEALED_MARK } from './seal-mark.js';
import { countedUnits, LEAK_MARK, type Row, type Table } from './table.js';

/** The ranking over all datasets, or over the only dataset. */
export function overallTable(ranking: RankingReport | undefined): RankingTable | undefined {
  const tables = ranking?.tables ?? [];
  return tables.find(({ dataset }) => dataset === null) ?? (tables.length === 1 ? tables[0] : undefined);
}

/**
 * What a run says of each model, in one row: tier and headline score, time and throughput, memory, size, licence and, with a
 * price, cost. Best mean first; models that are in no tier after the others. Null where nothing was scored or timed.
 *
 * @param ranking of the run; without one there are no tiers, and the score is the headline of its first protocol
 */
export function answerTable(
  run: Summary,
  ranking?: RankingReport,
  scope: TimeScope = comparedScope([run]),
): Table | null {
  const summary = inScope(run, scope);
  const { models } = summary;
  const tiers = overallTable(ranking);
  const metric = headlineOf(summary, tiers);
  const of = { device: summary.device, metric, tiers };
  const fields = ANSWER_COLUMNS.filter(({ isThere }) => isThere(summary, of));
  const rows = models.map((model) => ({
    model,
    rank: tiers?.ranks.find((rank) => rank.model === model.name),
    score: metric && accuracyOf(summary, model.name),
    time: summary.timing.find((row) => row.model === model.name && row.dataset === null),
  }));
  if (rows.every(({ score, time }) => score === undefined && time === undefined)) return null;
  const places = new Map(tiers?.ranks.map(({ model }, i) => [model, i]));
  const place = (name: string): number => places.get(name) ?? places.size;
  const sorted = [...rows].sort((a, b) => place(a.model.name) - place(b.model.name));
  return {
    title: 'In short',
    caption: captionOf(summary, { metric, tiers, scope }),
    columns: [{ label: 'Model', align: 'left' }, ...fields.map(({ column }) => column(of))],
    rows: sorted.map((row): Row => ({
      kind: 'measured',
      cells: [{ text: nameOf(row) }, ...fields.map(({ cell }) => cell(row, of))],
    })),
    notes: [...notesOf(summary, of, rows), ...otherScopes(run, scope)],
  };
}

function nameOf({ model, score }: ModelRow): string {
  return score !== undefined && score.leaked.length > 0 ? `${model.name} ${LEAK_MARK}` : model.name;
}

function accuracyOf({ accuracy, datasets }: Summary, name: string): AccuracyRow | undefined {
  const own = accuracy.filter(({ model }) => model === name);
  return own.find(({ dataset }) => dataset === (datasets.length === 1 ? datasets[0].name : null));
}

function headlineOf(
  { cells, metrics = [], protocols = [] }: Summary,
  tiers: RankingTable | undefined,
): Headline | undefined {
  if (cells.scored === 0) return undefined;
  const id = tiers?.metric ?? protocols[0]?.headline ?? metrics[0]?.id;
  return metrics.find((metric) => metric.id === id);
}

/** Times that are not in the table, since they would be compared with what they are not. */
function otherScopes({ timing }: Summary, scope: TimeScope): readonly string[] {
  const own = new Set(timing.flatMap((row) => (scopeOf(row) === scope ? row.model : [])));
  const others = timing.filter(({ model, dataset }) => dataset === null && !own.has(model));
  return others.map(
    (row) =>
      `${row.model}: its times are ${SCOPE_WORDS[scopeOf(row)].time}; they stand in a table of their own.`,
  );
}

function captionOf(
  summary: Summary,
  { metric, tiers, scope }: Pick<Of, 'metric' | 'tiers'> & { readonly scope: TimeScope },
): string {
  const { datasets, device, models, timing } = summary;
  const [counted] = unitsByDataset(summary).values();
  const where =
    datasets.length > 1
      ? 'mean over the datasets, each weighing the same'
      : `mean over the ${counted === undefined ? 'images' : countedUnits(counted.n, counted.units)}`;
  const parts = [
    ...(metric === undefined
      ? []
      : [`${metric.name} (${metric.better} is better): ${where}, and its 95 % interval.`]),
    ...(tiers === undefined
      ? []
      : [
          'Tier: models of one tier are not told apart by these images, which does not show that they are equal.',
        ]),
    ...(timing.length === 0
      ? []
      : [
          `ms: mean time ${SCOPE_WORDS[scope].time}; /s: images per second, one after another; memory: ${isOfCard(device) ? 'of the card' : 'peak of the process'}.`,
        ]),
    ...(models.some(energyOf)
      ? [
          `J/image: energy of ${isOfCard(device) ? 'the card' : 'the processors'} while the model was recorded, over its predictions, idle power included.`,
        ]
      : []),
  ];
  return parts.join(' ');
}

function notesOf(
  summary: Summary,
  { device, metric, tiers }: Of,
  rows: readonly ModelRow[],
): readonly string[] {
  const { cells } = summary;
  const rough = roughNote(rows.map(({ score }) => score?.metrics[metric?.id ?? '']?.caution));
  const unsealed = rows.some(({ time }) => time !== undefined && sealMark(time) !== '');
  const leaked = rows.some(({ score }) => score !== undefined && score.leaked.length > 0);
  return [
    ...(rough === null ? [] : [rough]),
    ...(unsealed
      ? [
          `${UNSEALED_MARK} not sealed: some condition of a valid time did not hold on this machine; below the times stands which.`,
        ]
      : []),
    ...(leaked ? [`${LEAK_MARK} trained on pictures of these datasets: not held out, in no tier.`] : []),
    ...(tiers?.excluded ?? [])
      .filter(({ model }) =>
        rows.every((row) => row.model.name !== model || (row.score?.leaked.length ?? 0) === 0),
      )
      .map(({ model, reason }) => `${model} is in no tier: ${reason}.`),
    ...licenceNotes(rows),
    ...(rows.some(({ model }) => energyOf(model)?.by === 'power-samples') ? [SAMPLED_NOTE] : []),
    ...(rows.every(({ time }) => time === undefined) ? [] : priceNotes(device, rows)),
    ...(cells.failed > 0
      ? [`${cells.failed} of ${cells.planned} cells (one picture by one model) failed or are open.`]
      : []),
  ];
}

function priceNotes({ price }: Summary['device'], rows: readonly ModelRow[]): readonly string[] {
  const { perHour, perKWh, currency = '' } = price ?? {};
  return [
    ...(perHour === undefined
      ? []
      : [`An hour of this device costs ${perHour} ${currency} (from the config).`]),
    ...(perKWh === undefined || !rows.some(({ model }) => energyOf(model))
      ? []
      : [`A kilowatt-hour costs ${perKWh} ${currency} (from the config).`]),
  ];
}

/** What is said about licences beyond their names, once for all models that it is said of. */
function licenceNotes(rows: readonly ModelRow[]): readonly string[] {
  const models = new Map<string, string[]>();
  for (const { model } of rows) {
    const { licence, name } = model;
    if (licence === null || shortLicence(licence) === licence) continue;
    models.set(licence, [...(models.get(licence) ?? []), name]);
  }
  return [...models].map(([licence, names]) => `Licence of ${names.join(', ')}: ${licence}.`);
}
