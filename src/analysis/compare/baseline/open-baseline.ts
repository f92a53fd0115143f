import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError, type ErrorCode } from '../../../core/errors.js';
import { sha256 } from '../../../core/hash.js';
import { hashFile } from '../../../core/hash-file.js';
import { readJsonl } from '../../../core/jsonl.js';
import {
  BASELINE_VERSION,
  baselineSchema,
  FACTS_FILE,
  rootOfFacts,
  scoreLine,
  SCORES_FILE,
  stagedScores,
  type BaselineRecord,
  type ScoreLine,
} from './baseline-schema.js';
import { noteProtocols } from '../../../metrics/recorded-protocols.js';
import { UNSEALED } from '../../../schema/evidence.js';
import { readDocument } from '../../../store/read-document.js';
import { unitsOf, type ModelScores, type RunScores } from '../../../store/load-run-scores.js';
import type { Side, SideFacts } from '../side.js';

/** @throws MaskbenchError `data.missing` if there is no such baseline, `run.mismatch` if a later version wrote it, `data.unreadable` if
 * damaged. */
export async function openBaseline(folder: string, label: string): Promise<Side> {
  const { times, scoresSha256, root: _root, ...record } = await readFacts(folder);
  noteProtocols(record.protocols ?? [], label);
  const digest = await hashFile(join(folder, FACTS_FILE));
  return {
    facts: { evidence: UNSEALED, ...record, label, kind: 'baseline', digest },
    async loadScores(models) {
      for (const name of [SCORES_FILE, stagedScores(scoresSha256)]) {
        const text = await readFile(join(folder, name), 'utf8').catch(() => '');
        if (sha256(text) === scoresSha256) return readScores(join(folder, name), record, models);
      }
      throw new MaskbenchError(
        'data.unreadable',
        `the scores are not those that ${FACTS_FILE} was written with`,
        {
          where: join(folder, SCORES_FILE),
          remedy: 'restore both files, or set the baseline again with --replace',
        },
      );
    },
    loadTimes: async (models) => new Map(Object.entries(times).filter(([model]) => models.includes(model))),
  };
}

/** A baseline that was read from end to end, as a comparison reads it; damaged ones with the reason, and their facts if these are legible. */
export interface InspectedBaseline {
  readonly name: string;
  readonly facts: SideFacts | null;
  readonly damaged: string | null;
}

/** All of a baseline, for whoever lists it. Other errors than damage are thrown, as by `openBaseline`. */
export async function inspectBaseline(folder: string, name: string): Promise<InspectedBaseline> {
  let facts: SideFacts | null = null;
  try {
    const side = await openBaseline(folder, name);
    ({ facts } = side);
    await side.loadScores(facts.models.map((model) => model.name));
    return { name, facts, damaged: null };
  } catch (error) {
    if (!(error instanceof MaskbenchError) || !DAMAGES.includes(error.code)) throw error;
    return { name, facts, damaged: error.message };
  }
}

/** What `openBaseline` and its scores throw where the files are not what they were. */
const DAMAGES: readonly ErrorCode[] = ['data.unreadable', 'run.damaged'];

export function isBaseline(folder: string): boolean {
  return existsSync(join(folder, FACTS_FILE));
}

/** Names of the baselines in a folder, sorted; none if there is no such folder. */
export async function listBaselines(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries.filter((name) => isBaseline(join(folder, name))).sort();
}

async function readFacts(folder: string): Promise<BaselineRecord> {
  const path = join(folder, FACTS_FILE);
  const remedy = 'restore it, or set the baseline again from a run with --replace';
  const record = await readDocument(path, baselineSchema, {
    versions: { schemaVersion: BASELINE_VERSION },
    missing: { message: 'no baseline in this folder', where: folder },
    remedy,
  });
  // Those of 0.1 say neither of what evidence they were made nor what they came to.
  const isOld = record.evidence === undefined && record.root === undefined;
  const written = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, unknown>>;
  if (isOld || record.root === rootOfFacts(written)) return record;
  throw new MaskbenchError('data.unreadable', 'the baseline was edited: its root is that of other facts', {
    where: path,
    remedy,
  });
}

async function readScores(
  path: string,
  { metrics, datasets }: Pick<BaselineRecord, 'metrics' | 'datasets'>,
  models: readonly string[],
): Promise<RunScores> {
  const lines = new Map(datasets.map(({ name }): [string, ScoreLine[]] => [name, []]));
  for await (const line of readJsonl(path, scoreLine)) lines.get(line.dataset)?.push(line);
  return {
    metrics,
    datasets: [...lines].map(([name, own]) => ({
      name,
      ids: own.map(({ id }) => id),
      contents: own.map(({ content }) => content),
      attributes: own.map(({ attributes }) => attributes),
      ...unitsOf(
        own.map(({ id }) => id),
        own.map(({ unit }) => unit),
      ),
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
    mattes: lines.map(({ mattes }) => mattes?.[model]),
  };
}
