import { existsSync } from 'node:fs';
import type { Failure } from '../../core/failure.js';
import { leakedTags } from '../../schema/leakage.js';
import { isDefined } from '../../schema/metric-value.js';
import { TIMED_PHASES } from '../../schema/summary.js';
import { metricsOf } from '../../metrics/registry.js';
import { signaturesOf } from '../../metrics/signature.js';
import { readJsonl } from '../../core/jsonl.js';
import type { Manifest, RunSettings } from '../manifest.js';
import type { PlanRecord, ScoreRecord } from '../records.js';
import { readManifest, type RunFolder } from '../run-folder.js';
import { NUMERIC_ATTRIBUTES } from '../../metrics/attribute-list.js';
import { NOT_DONE } from '../cells.js';
import { attributeColumn, layoutColumn, metricColumn, type CellColumn, type CellRow } from './cell-column.js';
import { indexCells, PASS_PHASES, type CellIndex } from './cell-index.js';
import { readCellTimes, type CellTimes } from './cell-times.js';
import { readCellTruths } from './cell-truths.js';
import { openLines, type LineReader } from './read-at.js';

/** Every planned cell of a run, one row each, in plan order. */
export interface CellTable {
  readonly columns: readonly CellColumn[];
  /** What holds for the whole run. */
  readonly about: {
    readonly run: string;
    readonly maskbenchVersion: string;
    readonly createdAt: string;
    readonly device: string;
    readonly signatures: readonly string[];
    /** Metric ids by column. */
    readonly metrics: Readonly<Record<string, string>>;
    /** SHA-256 by model, fingerprint by dataset. */
    readonly models: Readonly<Record<string, string>>;
    readonly datasets: Readonly<Record<string, string>>;
  };
  /** Read line by line: memory grows by a few numbers and a key a cell, whatever it was scored by. */
  rows(): AsyncGenerator<CellRow, void, undefined>;
}

/** @throws MaskbenchError `data.missing` (no run there) or `run.mismatch` (another schema version). */
export async function openCellTable(folder: RunFolder): Promise<CellTable> {
  const manifest = await readManifest(folder);
  const { settings, name: run, maskbenchVersion, createdAt } = manifest;
  const ids = metricsOf(settings.scoring.protocols).map(({ meta }) => meta.id);
  const signatures = signaturesOf(settings.scoring.protocols, settings.scoring);
  const layout = await layoutNames(folder);
  return {
    columns: columnsOf(ids, layout),
    about: {
      run,
      maskbenchVersion,
      createdAt,
      device: settings.device,
      signatures,
      metrics: Object.fromEntries(ids.map((id) => [metricColumn(id), id])),
      models: Object.fromEntries(settings.models.map(({ spec, sha256 }) => [spec.name, sha256])),
      datasets: Object.fromEntries(settings.datasets.map(({ name, fingerprint }) => [name, fingerprint])),
    },
    rows: () => rowsOf(folder, manifest, signatures),
  };
}

function columnsOf(ids: readonly string[], layout: readonly string[]): readonly CellColumn[] {
  const of = (kind: CellColumn['kind'], names: readonly string[]): readonly CellColumn[] =>
    names.map((name) => ({ name, kind }));
  return [
    ...of('text', ['run', 'device', 'model', 'dataset', 'id', 'status', 'failure_code', 'failure']),
    ...of('flag', ['leaked']),
    ...of('number', ids.map(metricColumn)),
    ...of('text', ['undefined']),
    ...of(
      'number',
      NUMERIC_ATTRIBUTES.map(({ name }) => attributeColumn(name)),
    ),
    ...of('text', layout.map(layoutColumn)),
    ...of(
      'number',
      TIMED_PHASES.map((phase) => `${phase}_ms`),
    ),
    ...of('integer', ['timed_n']),
    ...of('flag', ['sealed']),
    ...of('number', PASS_PHASES.map(passColumn)),
    ...of('text', ['signature']),
  ];
}

/** `decodeMs` as `accuracy_pass_decode_ms`: everything overlaps in that pass, so these are no latencies. */
function passColumn(phase: (typeof PASS_PHASES)[number]): string {
  return `accuracy_pass_${phase.slice(0, -2)}_ms`;
}

async function layoutNames(folder: RunFolder): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const record of readJsonl<PlanRecord>(folder.plan)) {
    if (record.kind === 'sample') for (const name of Object.keys(record.attributes)) names.add(name);
  }
  return [...names].sort();
}

async function* rowsOf(
  folder: RunFolder,
  { name: run, settings }: Manifest,
  signatures: readonly string[],
): AsyncGenerator<CellRow, void, undefined> {
  const models = settings.models.map(({ spec }) => spec.name);
  const index = await indexCells(folder, models, signatures);
  const timesOf = await readCellTimes(folder);
  const truths = await readCellTruths(folder);
  const scores = existsSync(folder.scores) ? await openLines(folder.scores) : undefined;
  const signature = signatures.join(' ');
  const leaks = leaksOf(settings);
  let cell = 0;
  try {
    for await (const record of readJsonl<PlanRecord>(folder.plan)) {
      const { dataset, id } = record;
      const facts =
        record.kind === 'sample' ? { ...layoutOf(record.attributes), ...truths.of(dataset, id) } : {};
      for (const model of models) {
        const failure = record.kind === 'problem' ? record.failure : undefined;
        yield {
          run,
          device: settings.device,
          model,
          dataset,
          id,
          leaked: leaks.has(JSON.stringify([model, dataset])),
          ...(await outcomeOf(cell, index, scores, failure)),
          ...facts,
          ...timeColumns(timesOf(model, dataset, id)),
          ...passTimes(index.passPhases(cell)),
          signature,
        };
        cell++;
      }
    }
  } finally {
    await scores?.close();
  }
}

async function outcomeOf(
  cell: number,
  index: CellIndex,
  scores: LineReader | undefined,
  problem: Failure | undefined,
): Promise<CellRow> {
  const place = index.score(cell);
  if (problem !== undefined || place === undefined || scores === undefined) {
    const { code, message } = problem ?? index.failure(cell) ?? NOT_DONE;
    return { status: 'failed', failure_code: code, failure: message };
  }
  const record = JSON.parse(await scores.read(place)) as ScoreRecord;
  const values = record.status === 'done' ? Object.entries(record.metrics) : [];
  const why = values.flatMap(([id, value]) => (isDefined(value) ? [] : [`${id}: ${value.undefined}`]));
  return {
    status: 'scored',
    ...Object.fromEntries(values.map(([id, value]) => [metricColumn(id), isDefined(value) ? value : null])),
    undefined: why.length === 0 ? null : why.join('; '),
  };
}

function layoutOf(attributes: Readonly<Record<string, string | number>>): CellRow {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [layoutColumn(name), String(value)]),
  );
}

function timeColumns(times: CellTimes | undefined): CellRow {
  if (times === undefined) return {};
  const medians = TIMED_PHASES.map((phase): [string, number] => [`${phase}_ms`, times.phases[phase]]);
  return { ...Object.fromEntries(medians), timed_n: times.n, sealed: times.sealed };
}

function passTimes(phases: readonly number[] | undefined): CellRow {
  if (phases === undefined) return {};
  return Object.fromEntries(PASS_PHASES.map((phase, i) => [passColumn(phase), phases[i]]));
}

/** Names of model and dataset, as JSON, where the model has seen pictures of the dataset. */
function leaksOf({ models, datasets }: RunSettings): ReadonlySet<string> {
  const leaks = models.flatMap((model) =>
    datasets
      .filter(({ tags }) => leakedTags(model.spec.trainedOn, tags).length > 0)
      .map(({ name }) => [model.spec.name, name]),
  );
  return new Set(leaks.map((names) => JSON.stringify(names)));
}
