import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { MaskbenchError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { joinInside } from '../../core/safe-path.js';
import { readJsonl } from '../jsonl.js';
import { BASELINE_VERSION, baselineSchema, type BaselineRecord } from './baseline-schema.js';
import type { Attributes, ModelScores, RunScores, ScoredDataset } from './run-scores.js';
import type { Side, SideModel } from './side.js';

/** Where named baselines lie, in the repository of whoever uses them: `baselines/<name>/`. */
export const BASELINES_FOLDER = 'baselines';

const FACTS = 'baseline.json';
const SCORES = 'scores.jsonl';

/** A line of scores.jsonl: one image, and of every model its scores in the order of the metrics, null if undefined. */
interface ScoreLine {
  readonly dataset: string;
  readonly id: string;
  readonly content: string;
  readonly attributes: Attributes;
  readonly scores: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface SaveOptions {
  /** The folder of all baselines. */
  readonly folder: string;
  readonly name: string;
  /** Only these models of the run. */
  readonly models?: readonly string[] | undefined;
  readonly replace?: boolean;
}

/**
 * Keeps what a later comparison needs of a run under a name: facts, fingerprints, per-image scores, median times. No
 * pictures, no host name, no paths of this machine. Equal runs give equal files.
 *
 * @returns the folder of the baseline.
 * @throws MaskbenchError `usage` for a name that is no plain word, `run.exists` if it is taken, `data.missing` if cells
 * of the run have failed: a baseline must be whole.
 */
export async function saveBaseline(side: Side, options: SaveOptions): Promise<string> {
  const { facts } = side;
  const folder = baselineFolder(options);
  if (existsSync(folder) && options.replace !== true) {
    throw new MaskbenchError('run.exists', `a baseline "${options.name}" is there already`, {
      where: folder,
      remedy: 'overwrite it with --replace',
    });
  }
  const models = facts.models.filter(({ name }) => options.models?.includes(name) ?? true);
  const names = models.map(({ name }) => name);
  const scores = await side.loadScores(names);
  assertWhole(scores, facts.label);
  const lines = scores.datasets.map((dataset) => linesOf(dataset, names)).join('');
  const { label: _label, kind: _kind, ...rest } = facts;
  const record: BaselineRecord = {
    schemaVersion: BASELINE_VERSION,
    ...mutable(rest),
    models: mutable(models.map(withoutLocalPaths)),
    times: Object.fromEntries(mutable([...(await side.loadTimes(names))])),
    scoresSha256: sha256(lines),
  };
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, SCORES), lines);
  await writeFileAtomic(join(folder, FACTS), `${JSON.stringify(record, null, 2)}\n`);
  return folder;
}

function baselineFolder({ folder, name }: Pick<SaveOptions, 'folder' | 'name'>): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new MaskbenchError('usage', `"${name}" is no name for a baseline`, {
      remedy: 'letters, digits, ".", "_" and "-" only',
    });
  }
  return joinInside(folder, name);
}

function assertWhole({ datasets }: RunScores, label: string): void {
  for (const { name, problems, models } of datasets) {
    for (const [model, { failed }] of models) {
      const [first] = [...problems, ...failed];
      if (first === undefined) continue;
      throw new MaskbenchError(
        'data.missing',
        `${problems.length + failed.length} cells of ${model} on ${name} have no scores (${first.id}: ${first.reason})`,
        {
          where: label,
          remedy: 'a baseline must be whole; finish the run with --resume or mend the dataset',
        },
      );
    }
  }
}

function linesOf(
  { name, ids, contents, attributes, models }: ScoredDataset,
  names: readonly string[],
): string {
  const line = (row: number): ScoreLine => ({
    dataset: name,
    id: ids[row],
    content: contents[row],
    attributes: attributes[row],
    scores: Object.fromEntries(
      names.map((model) => [
        model,
        (models.get(model)?.columns ?? []).map((column) => (Number.isNaN(column[row]) ? null : column[row])),
      ]),
    ),
  });
  return ids.map((_, row) => `${JSON.stringify(line(row))}\n`).join('');
}

/** A path on this machine means nothing elsewhere; the checksum finds the file again. */
function withoutLocalPaths(model: SideModel): SideModel {
  return JSON.parse(JSON.stringify(model), (_key, value: unknown) =>
    typeof value === 'string' && isAbsolute(value) ? basename(value) : value,
  ) as SideModel;
}

/** @throws MaskbenchError `data.missing` if there is no such baseline, `run.mismatch` or `data.unreadable` if damaged. */
export async function openBaseline(folder: string, label: string): Promise<Side> {
  const { times, scoresSha256, ...record } = await readFacts(folder);
  const path = join(folder, SCORES);
  return {
    facts: { ...record, label, kind: 'baseline' },
    async loadScores(models) {
      const text = await readFile(path, 'utf8').catch(() => '');
      if (sha256(text) !== scoresSha256) {
        throw new MaskbenchError(
          'data.unreadable',
          `the scores are not those that ${FACTS} was written with`,
          {
            where: path,
            remedy: 'restore both files, or set the baseline again with --replace',
          },
        );
      }
      return readScores(path, record, models);
    },
    loadTimes: async (models) => new Map(Object.entries(times).filter(([model]) => models.includes(model))),
  };
}

export function isBaseline(folder: string): boolean {
  return existsSync(join(folder, FACTS));
}

/** Names of the baselines in a folder, sorted; none if there is no such folder. */
export async function listBaselines(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries.filter((name) => isBaseline(join(folder, name))).sort();
}

async function readFacts(folder: string): Promise<BaselineRecord> {
  const where = join(folder, FACTS);
  const text = await readFile(where, 'utf8').catch((cause: unknown) => {
    throw new MaskbenchError('data.missing', 'no baseline in this folder', { where: folder, cause });
  });
  const parsed = baselineSchema.safeParse(parseJson(text, where));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.map(String).join('.') ?? '';
  throw new MaskbenchError(
    at === 'schemaVersion' ? 'run.mismatch' : 'data.unreadable',
    `not a baseline of this Maskbench (${at}: ${issue?.message ?? 'unknown'})`,
    { where, remedy: `set it again from a run; this Maskbench reads version ${BASELINE_VERSION}` },
  );
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MaskbenchError('data.unreadable', 'not JSON', { where, cause });
  }
}

async function readScores(
  path: string,
  { metrics, datasets }: Pick<BaselineRecord, 'metrics' | 'datasets'>,
  models: readonly string[],
): Promise<RunScores> {
  const lines = new Map(datasets.map(({ name }): [string, ScoreLine[]] => [name, []]));
  for await (const line of readJsonl<ScoreLine>(path)) lines.get(line.dataset)?.push(line);
  return {
    metrics,
    datasets: [...lines].map(([name, own]) => ({
      name,
      ids: own.map(({ id }) => id),
      contents: own.map(({ content }) => content),
      attributes: own.map(({ attributes }) => attributes),
      problems: [],
      models: new Map(models.map((model) => [model, columnsOf(own, model, metrics.length)])),
    })),
  };
}

function columnsOf(lines: readonly ScoreLine[], model: string, metrics: number): ModelScores {
  return {
    columns: Array.from({ length: metrics }, (_, i) =>
      Float64Array.from(lines, ({ scores }) => scores[model]?.[i] ?? Number.NaN),
    ),
    scored: new Uint8Array(lines.length).fill(1),
    failed: [],
  };
}

/** zod's types of what was read are mutable; what is written is not mutated either. */
function mutable<T>(value: T): Mutable<T> {
  return value as Mutable<T>;
}
type Mutable<T> = T extends readonly (infer U)[]
  ? number extends T['length']
    ? Mutable<U>[]
    : { -readonly [K in keyof T]: Mutable<T[K]> }
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;
