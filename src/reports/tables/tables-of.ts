import type { Summary } from '../../schema/summary.js';
import type { TimeScope } from '../../schema/timing-summary.js';
import { joinAnswers } from '../across/join-answers.js';
import { deviceRatioTable, throughputTable } from '../across/throughput-table.js';
import { paceText } from '../../schema/pace.js';
import type { RankingReport } from '../../schema/ranking.js';
import { answerTable } from './answer-table.js';
import { cardTable } from './card-table.js';
import { devicesNote, kindsOfDevices } from './kinds-of-devices.js';
import { deviceLabels } from './device-label.js';
import { energyTable } from './energy-table.js';
import { chosenNote, fewImages } from './notes-on-images.js';
import { comparedScope, inScope, SCOPE_WORDS, scopesIn } from './in-scope.js';
import { inferenceTimeTable } from './inference-time-table.js';
import { latencyTable } from './latency-table.js';
import { phaseTable } from './phase-table.js';
import { publishedTable } from './published-table.js';
import { protocolTables } from './protocol-table.js';
import { scenarioTables } from './scenario-tables.js';
import { slownessTables } from './slowness-tables.js';
import { serviceTable } from './service-table.js';
import type { Table } from './table.js';

/** Runs of one experiment on several devices have every table that a run has: once, or one per device. */
type Runs = readonly Summary[];

/** What a report needs beyond the summaries. */
export interface TableOptions {
  /** Ids of metrics: one table of exactly these instead of one per protocol. */
  readonly columns?: readonly string[] | undefined;
  /** Of the runs, in their order; without one there are no tiers. */
  readonly rankings?: readonly (RankingReport | undefined)[];
}

/** What decides: in short, then times, accuracy, and what others published. A page warns of its images by itself. */
export function decisiveTables(runs: Runs, options: TableOptions = {}): readonly Table[] {
  return [
    ...answerTables(runs, options.rankings).map((table) => ({
      ...table,
      notes: [...table.notes, ...imageNotes(runs), ...paceNotes(runs)],
    })),
    ...timeTables(runs),
    ...accuracyTables(runs, options.columns),
    ...publishedTables(runs),
  ];
}

/** Runs of one experiment have the same images. */
function imageNotes([first]: Runs): readonly string[] {
  const [chosen, few] = first === undefined ? [] : [chosenNote(first), fewImages(first)];
  return [
    ...(chosen === undefined ? [] : [`Part of the images: ${chosen}`]),
    ...(few === undefined ? [] : [`Few images: ${few}`]),
  ];
}

/** What bounded the accuracy pass on each device. */
function paceNotes(runs: Runs): readonly string[] {
  const labels = deviceLabels(runs);
  return runs.flatMap(({ pace, device }, i) => [
    ...(pace === undefined ? [] : [`Predicted on ${labels[i]}: ${paceText(pace)}`]),
    ...devicesNote(device),
  ]);
}

/** One row per model: of several devices once what is the same on all, and a group of columns for each of what is not. */
export function answerTables(runs: Runs, rankings: TableOptions['rankings'] = []): readonly Table[] {
  const labels = deviceLabels(runs);
  const compared = comparedScope(runs);
  const tables = runs.flatMap((summary, i) => {
    const table = answerTable(summary, rankings[i], compared);
    return table === null ? [] : [{ table, label: labels[i] }];
  });
  const [first, ...others] = tables;
  return first === undefined ? [] : [others.length === 0 ? first.table : joinAnswers(tables)];
}

/** What others published, beside what each device came to. */
export function publishedTables(runs: Runs): readonly Table[] {
  return onDevices(runs, (summary) => [publishedTable(summary)]);
}

/**
 * The tables of a report, in order: the ones that decide, then how times are spread, where they go, and why, and how cards were set.
 *
 * @throws MaskbenchError `config.unknown-name` for a metric that the runs were not scored by.
 */
export function tablesOf(runs: Runs, options: TableOptions = {}): readonly Table[] {
  return [
    ...decisiveTables(runs, options),
    ...latencyTables(runs),
    ...phaseTables(runs),
    ...cardTables(runs),
  ];
}

/**
 * As Appendix 1 of the post, and of several runs one device against another; by scope, within which alone times compare. Then the
 * calls of services.
 */
export function timeTables(all: Runs): readonly Table[] {
  const runs = all.flatMap(kindsOfDevices);
  const times = byScope(runs, (own, scope) => [
    inferenceTimeTable(own, scope),
    deviceRatioTable(own),
    ...(runs.length > 1 ? [throughputTable(own)] : []),
  ]);
  return [...times, ...onDevices(all, (summary) => [serviceTable(summary)])];
}

/** The tables of each scope that the runs have times of, named by it. */
function byScope(
  runs: Runs,
  tables: (own: Runs, scope: TimeScope) => readonly (Table | null)[],
): readonly Table[] {
  return scopesIn(runs).flatMap((scope) =>
    tables(
      runs.map((summary) => inScope(summary, scope)),
      scope,
    )
      .filter((table) => table !== null)
      .map((table) => ({ ...table, title: `${table.title}${SCOPE_WORDS[scope].title}` })),
  );
}

/** A table per protocol: one where every device scored the same to the printed digit, else one per device. */
export function accuracyTables(runs: Runs, columns?: readonly string[]): readonly Table[] {
  const labels = deviceLabels(runs);
  const devices = runs.flatMap((summary, i) =>
    runs.length > 1 && summary.cells.scored === 0
      ? []
      : [{ label: labels[i], tables: protocolTables(summary, columns) }],
  );
  const [first] = devices;
  return (first?.tables ?? []).flatMap((_, k) => {
    const own = devices.map(({ label, tables }) => ({ label, table: tables[k] }));
    const printed = new Set(own.map(({ table }) => JSON.stringify(printedRows(table))));
    return printed.size === 1
      ? [own[0].table]
      : own.map(({ table, label }) => ({ ...table, title: `${table.title}, on ${label}` }));
  });
}

function printedRows({ rows }: Table): readonly (readonly string[])[] {
  return rows.map(({ cells }) => cells.map(({ text }) => text));
}

/** How the times are spread on each device. */
export function latencyTables(all: Runs): readonly Table[] {
  const runs = all.flatMap(kindsOfDevices);
  const labels = deviceLabels(runs);
  return byScope(runs, (own, scope) => own.map((summary, i) => latencyTable(summary, labels[i], scope)));
}

/** How each card was set. */
export function cardTables(all: Runs): readonly Table[] {
  const runs = all.flatMap(kindsOfDevices);
  const labels = deviceLabels(runs);
  return runs.map((summary, i) => cardTable(summary, labels[i])).filter((table) => table !== null);
}

/** Where time and energy go on each device, why one dataset takes longer, and what scenarios came to. */
export function phaseTables(all: Runs): readonly Table[] {
  const runs = all.flatMap(kindsOfDevices);
  const labels = deviceLabels(runs);
  return runs
    .flatMap((summary, i) => [
      ...byScope([summary], ([own]) => [phaseTable(own, labels[i]), energyTable(own, labels[i])]),
      ...slownessTables(summary).map((table) =>
        runs.length > 1 ? { ...table, title: `${table.title}, on ${labels[i]}` } : table,
      ),
      ...scenarioTables(summary, labels[i]),
    ])
    .filter((table) => table !== null);
}

/** The tables of every run, its device named where there are several. */
function onDevices(
  runs: Runs,
  tables: (summary: Summary, index: number) => readonly (Table | null)[],
): readonly Table[] {
  const labels = deviceLabels(runs);
  return runs.flatMap((summary, i) =>
    tables(summary, i)
      .filter((table) => table !== null)
      .map((table) => (runs.length > 1 ? { ...table, title: `${table.title}, on ${labels[i]}` } : table)),
  );
}
