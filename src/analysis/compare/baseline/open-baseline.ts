import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError, type ErrorCode } from '../../../core/errors.js';
import { hashFile } from '../../../core/hash-file.js';
import { readJsonl } from '../../../core/jsonl.js';
import { textColumn } from '../../../core/text-column.js';
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
import { gatherRows } from '../../../scoring/aggregate/score-row.js';
import { UNSEALED } from '../../../schema/evidence.js';
import { readDocument } from '../../../store/read-document.js';
import {
  unitsOf,
  type Attributes,
  type ModelScores,
  type RunScores,
  type ScoredDataset,
} from '../../../store/load-run-scores.js';
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
        const found = await hashFile(join(folder, name)).catch(() => undefined);
        if (found === scoresSha256) return readScores(join(folder, name), record, models);
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
  const open = new Map(
    datasets.map(({ name, samples }) => [name, openDataset(models, metrics.length, samples)]),
  );
  for await (const line of readJsonl(path, scoreLine)) open.get(line.dataset)?.add(line);
  return { metrics, datasets: [...open].map(([name, dataset]) => ({ name, ...dataset.finish() })) };
}

/** @param samples as many images as there should be */
function openDataset(
  names: readonly string[],
  metrics: number,
  samples: number,
): { add(line: ScoreLine): void; finish(): Omit<ScoredDataset, 'name'> } {
  const ids: string[] = [];
  const contents: string[] = [];
  const attributes: Attributes[] = [];
  const units: (string | undefined)[] = [];
  const models = names.map((name) => ({
    name,
    rows: gatherRows(metrics, samples),
    mattes: textColumn(),
  }));
  return {
    add({ id, content, attributes: of, unit, scores, mattes }) {
      ids.push(id);
      contents.push(content);
      attributes.push(of);
      units.push(unit);
      for (const { name, rows, mattes: own } of models) {
        rows.add(Array.from({ length: metrics }, (_, i) => scores[name]?.[i] ?? Number.NaN));
        own.push(mattes?.[name] ?? '');
      }
    },
    finish: () => ({
      ids,
      contents,
      attributes,
      ...unitsOf(ids, units),
      problems: [],
      models: new Map(
        models.map(({ name, rows, mattes }): [string, ModelScores] => [
          name,
          {
            columns: rows.columns(),
            scored: new Uint8Array(ids.length).fill(1),
            failed: [],
            matteOf: (row) => mattes.at(row) || undefined,
          },
        ]),
      ),
    }),
  };
}
