import { metricsOf } from '../../src/metrics/registry.js';
import { GATE_VERSION, gateSchema, type LoadedGate } from '../../src/analysis/gate/gate.js';
import type { Attributes, FailedCell, ModelScores } from '../../src/store/load-run-scores.js';
import type { Side, SideFacts } from '../../src/analysis/compare/side.js';
import type { StoredTimes } from '../../src/store/stored-times.js';
import { paperModel } from './run-settings.js';

/** Scores by metric id, one per image; NaN is undefined. */
export type PaperScores = Readonly<Record<string, readonly number[] | Float64Array>>;

export interface PaperDataset {
  readonly name: string;
  readonly ids?: readonly string[];
  readonly contents?: readonly string[];
  readonly fingerprint?: string;
  readonly attributes?: readonly Attributes[];
  /** Of each image; without them each is a unit of its own. */
  readonly units?: readonly string[];
  readonly tags?: readonly string[];
  readonly problems?: readonly FailedCell[];
  /** By model. */
  readonly models: Readonly<Record<string, PaperScores>>;
  /** By model: ids of failed cells. */
  readonly failed?: Readonly<Record<string, readonly string[]>>;
  /** By model: what names each matte; without it nobody knows. */
  readonly mattes?: Readonly<Record<string, readonly string[]>>;
}

export interface PaperSide {
  readonly datasets: readonly PaperDataset[];
  readonly facts?: Partial<SideFacts>;
  /** Fields of the specs, by model. */
  readonly specs?: Readonly<Record<string, Record<string, unknown>>>;
  readonly bytes?: Readonly<Record<string, number>>;
  readonly times?: Readonly<Record<string, StoredTimes>>;
}

const FIXED_SIGNATURE = 'fixed|t:128|empty:one|boundary:0.02|v:1';

/** A side of a comparison that exists on paper only: no files. */
export function paperSide(label: string, paper: PaperSide): Side {
  const metrics = metricsOf(['fixed']).map(({ meta }) => meta.id);
  const names = [...new Set(paper.datasets.flatMap(({ models }) => Object.keys(models)))];
  const facts: SideFacts = {
    label,
    kind: 'run',
    name: label,
    createdAt: '2026-01-01T00:00:00.000Z',
    maskbenchVersion: '0.0.0',
    device: 'cpu',
    environment: {
      os: 'os',
      cpu: 'cpu',
      cores: 2,
      memoryBytes: 1,
      node: 'v20',
      onnxruntime: '1',
      sharp: '1',
    },
    runner: { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' },
    signatures: [FIXED_SIGNATURE],
    metrics,
    models: names.map((name) => {
      const { spec, sha256 } = paperModel(name, paper.specs?.[name], `${label}/${name}`);
      return { name, sha256, bytes: paper.bytes?.[name] ?? 1000, spec };
    }),
    datasets: paper.datasets.map((dataset) => ({
      name: dataset.name,
      fingerprint: dataset.fingerprint ?? 'f'.repeat(64),
      samples: idsOf(dataset).length,
      problems: dataset.problems?.length ?? 0,
      tags: dataset.tags ?? [dataset.name],
    })),
    ...paper.facts,
  };
  return {
    facts,
    loadScores: async (models) => ({
      metrics,
      datasets: paper.datasets.map((dataset) => {
        const ids = idsOf(dataset);
        return {
          name: dataset.name,
          ids,
          contents: dataset.contents ?? ids,
          attributes: dataset.attributes ?? ids.map(() => ({})),
          ...(dataset.units === undefined ? {} : { units: dataset.units }),
          problems: dataset.problems ?? [],
          models: new Map(models.map((model) => [model, scoresOf(dataset, model, ids, metrics)])),
        };
      }),
    }),
    loadTimes: async () => new Map(Object.entries(paper.times ?? {})),
  };
}

/** A side of one model `m` on one dataset `d`. */
export function oneModelSide(label: string, scores: PaperScores, more: Partial<PaperDataset> = {}): Side {
  return paperSide(label, { datasets: [{ name: 'd', models: { m: scores }, ...more }] });
}

/** A gate from its rules, with defaults. */
export function paperGate(rules: Record<string, unknown>): LoadedGate {
  return {
    gate: gateSchema.parse({ version: GATE_VERSION, name: 'paper', ...rules }),
    sha256: 'g'.repeat(64),
  };
}

function idsOf({ ids, models }: PaperDataset): readonly string[] {
  const [scores = {}] = Object.values(models);
  const [column = []] = Object.values(scores);
  return ids ?? Array.from(column, (_, i) => String(i).padStart(4, '0'));
}

function scoresOf(
  { models, failed, mattes }: PaperDataset,
  model: string,
  ids: readonly string[],
  metrics: readonly string[],
): ModelScores {
  const gone = failed?.[model] ?? [];
  return {
    columns: metrics.map((metric) =>
      Float64Array.from(ids, (id, row) =>
        gone.includes(id) ? Number.NaN : (models[model]?.[metric]?.[row] ?? Number.NaN),
      ),
    ),
    scored: Uint8Array.from(ids, (id) => (gone.includes(id) ? 0 : 1)),
    failed: gone.map((id) => ({ id, reason: 'the map is the same everywhere' })),
    matteOf: (row) => mattes?.[model]?.[row],
  };
}
