import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { z } from 'zod';
import { leakedTags } from '../../schema/leakage.js';
import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import { scopeOf, TIME_SCOPES, TIMED_PHASES, type TimeScope } from '../../schema/timing-summary.js';
import { NUMERIC_ATTRIBUTES } from '../../metrics/attribute-list.js';
import { signaturesOf } from '../../metrics/signature.js';
import { type CellState, failureOf, NOT_DONE, openCells } from '../cells.js';
import { PASS_PHASES } from '../kept-of-cells.js';
import { metricsOfRun } from '../metric-set.js';
import type { Manifest, RunSettings } from '../manifest.js';
import { scoreRecord } from '../records.js';
import { plannedSamples, readManifest, type RunFolder } from '../run-folder.js';
import { completeSeries } from '../timed-series.js';
import { loadStoredTimes, type ImageTimes } from '../stored-times.js';
import { readMeasured } from '../truths.js';
import { attributeColumn, type CellColumn, type CellRow, layoutColumn, metricColumn } from './cell-column.js';
import { type Line, parseLine } from '../../core/jsonl.js';
import { truthsInSignature } from '../run-readings.js';

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
    /** Its mark, where somebody looked. */
    readonly evidence?: string;
  };
  /** Read line by line: memory grows by a few numbers and a key per cell, whatever it was scored by. */
  rows(): AsyncGenerator<CellRow, void, undefined>;
}

/** @throws MaskbenchError `data.missing` (no run there) or `run.mismatch` (another schema version). */
export async function openCellTable(folder: RunFolder): Promise<CellTable> {
  const manifest = await readManifest(folder);
  const { settings, name: run, maskbenchVersion, createdAt } = manifest;
  const ids = (await metricsOfRun(folder, manifest)).map(({ meta }) => meta.id);
  const signatures = signaturesOf(settings.scoring.protocols, settings.scoring, truthsInSignature(settings));
  const layout = await layoutNames(folder);
  return {
    columns: columnsOf(ids, layout, await widerScopes(folder)),
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
    rows: () => rowsOf(folder, manifest, ids, signatures),
  };
}

function columnsOf(
  ids: readonly string[],
  layout: readonly string[],
  wider: readonly TimeScope[],
): readonly CellColumn[] {
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
    ...of('number', wider.map(scopeColumn)),
    ...of('number', PASS_PHASES.map(passColumn)),
    ...of('text', ['signature']),
  ];
}

/** `decodeMs` as `accuracy_pass_decode_ms`: everything overlaps in that pass, so these are no latencies. */
function passColumn(phase: (typeof PASS_PHASES)[number]): string {
  return `accuracy_pass_${phase.slice(0, -2)}_ms`;
}

/** `file_to_file_ms`: all of what a wider scope than `predict` covers. */
const scopeColumn = (scope: TimeScope): string => `${scope.replaceAll('-', '_')}_ms`;

/** Beyond `predict`, where the run has times of them. */
async function widerScopes(folder: RunFolder): Promise<readonly TimeScope[]> {
  const found = new Set((await completeSeries(folder)).map(scopeOf));
  return TIME_SCOPES.filter((scope) => scope !== 'predict' && found.has(scope));
}

async function layoutNames(folder: RunFolder): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const { attributes } of plannedSamples(folder)) {
    for (const name of Object.keys(attributes)) names.add(name);
  }
  return [...names].sort();
}

async function* rowsOf(
  folder: RunFolder,
  { name: run, settings }: Manifest,
  ids: readonly string[],
  signatures: readonly string[],
): AsyncGenerator<CellRow, void, undefined> {
  const cells = await openCells(folder, settings, { phases: true });
  const timesOf = await readCellTimes(folder);
  const measuredOf = await readMeasured(folder);
  const scores = existsSync(folder.scores) ? await openLines(folder.scores) : undefined;
  const signature = signatures.join(' ');
  const leaks = leaksOf(settings);
  try {
    for await (const { record, cells: states } of cells.inPlanOrder()) {
      const { dataset, id } = record;
      const facts =
        record.kind === 'sample'
          ? { ...layoutOf(record.attributes), ...truthColumns(measuredOf(record)) }
          : {};
      for (const [m, state] of states.entries()) {
        const model = cells.models[m];
        yield {
          run,
          device: settings.device,
          model,
          dataset,
          id,
          leaked: leaks.has(JSON.stringify([model, dataset])),
          ...(await outcomeOf(state, ids, scores)),
          ...facts,
          ...timesOf(model, dataset, id),
          ...passTimes(cells.phasesOf(model, record)),
          signature,
        };
      }
    }
  } finally {
    await scores?.close();
  }
}

/** Scores are read again cell by cell: held, they would be the memory of the whole run. */
async function outcomeOf(
  state: CellState,
  ids: readonly string[],
  scores: LineReader | undefined,
): Promise<CellRow> {
  if (state.kind !== 'scored' || scores === undefined) {
    const { code, message } = state.kind === 'scored' ? NOT_DONE : failureOf(state);
    return { status: 'failed', failure_code: code, failure: message };
  }
  const record = await scores.read(state.place, scoreRecord);
  const metrics = record.status === 'done' ? record.metrics : {};
  const values = ids.flatMap((id): readonly [string, MetricValue][] => {
    const value = metrics[id];
    return value === undefined ? [] : [[id, value]];
  });
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

function truthColumns(measured: Readonly<Record<string, number>>): CellRow {
  return Object.fromEntries(Object.entries(measured).map(([name, value]) => [attributeColumn(name), value]));
}

/** The columns of a timed cell. */
async function readCellTimes(folder: RunFolder): Promise<(...cell: readonly string[]) => CellRow> {
  const rows = new Map<string, CellRow>();
  const add = (model: string, { dataset, id }: ImageTimes, columns: CellRow): void => {
    const key = JSON.stringify([model, dataset, id]);
    rows.set(key, { ...rows.get(key), ...columns });
  };
  for (const [model, narrowest] of await loadStoredTimes(folder)) {
    for (const times of [narrowest, ...(narrowest.wider ?? [])]) {
      const scope = scopeOf(times);
      if (scope === 'predict') continue;
      for (const image of times.images) add(model, image, { [scopeColumn(scope)]: image.ms.predict });
    }
    const { seal, images } = narrowest;
    if (scopeOf(narrowest) !== 'predict') continue;
    for (const image of images) {
      const { n, ms } = image;
      const medians = TIMED_PHASES.map((phase): [string, number] => [`${phase}_ms`, ms[phase]]);
      const sealed = seal.kind === 'sealed';
      add(model, image, { ...Object.fromEntries(medians), timed_n: n, sealed });
    }
  }
  return (...cell) => rows.get(JSON.stringify(cell)) ?? {};
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

/** Reads lines of a file by their places, in any order. */
interface LineReader {
  read<S extends z.ZodType>(place: Omit<Line, 'text'>, schema: S): Promise<z.output<S>>;
  close(): Promise<void>;
}

export async function openLines(path: string): Promise<LineReader> {
  const file = await open(path, 'r');
  return {
    async read({ number, start, length }, schema) {
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
      return parseLine({ number, text: buffer.toString('utf8') }, path, schema);
    },
    close: () => file.close(),
  };
}
