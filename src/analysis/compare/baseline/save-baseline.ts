import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MaskbenchError } from '../../../core/errors.js';
import { writingTo } from '../../../core/failed-write.js';
import { joinInside } from '../../../core/safe-path.js';
import { makeFolder, syncFolder } from '../../../core/sync.js';
import { writeWhole } from '../../../core/write-whole.js';
import {
  BASELINE_VERSION,
  FACTS_FILE,
  isRemainsOfBaseline,
  rootOfFacts,
  SCORES_FILE,
  stagedScores,
  type BaselineRecord,
  type ScoreLine,
} from './baseline-schema.js';
import type { RunScores, ScoredDataset } from '../../../store/load-run-scores.js';
import type { Side, SideModel } from '../side.js';

interface SaveOptions {
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
    throw new MaskbenchError('run.exists', `a baseline "${options.name}" already exists`, {
      where: folder,
      remedy: 'overwrite it with --replace',
    });
  }
  const models = facts.models.filter(({ name }) => options.models?.includes(name) ?? true);
  const names = models.map(({ name }) => name);
  const scores = await side.loadScores(names);
  assertWhole(scores, facts.label);
  const lines = function* (): Generator<string> {
    for (const dataset of scores.datasets) yield* linesOf(dataset, names);
  };
  const { label: _label, kind: _kind, digest: _digest, ...rest } = facts;
  const record: BaselineRecord = {
    schemaVersion: BASELINE_VERSION,
    ...rest,
    models: models.map(withoutLocalPaths),
    times: Object.fromEntries(await side.loadTimes(names)),
    scoresSha256: digestOf(lines()),
  };
  await writingTo(folder, async () => {
    await makeFolder(folder);
    for (const name of await readdir(folder))
      if (isRemainsOfBaseline(name)) await rm(join(folder, name), { force: true });
    const staged = join(folder, stagedScores(record.scoresSha256));
    await writeWhole(staged, (draft) => pipeline(Readable.from(inBlocks(lines())), createWriteStream(draft)));
    const rooted = { ...record, root: rootOfFacts({ ...record }) };
    await writeWhole(join(folder, FACTS_FILE), `${JSON.stringify(rooted, null, 2)}\n`);
    await rename(staged, join(folder, SCORES_FILE));
    await syncFolder(folder);
  });
  return folder;
}

function baselineFolder({ folder, name }: Pick<SaveOptions, 'folder' | 'name'>): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new MaskbenchError('usage', `"${name}" is not a valid name for a baseline`, {
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

/** Twice made and never held as a whole: of very many images they are longer than a text can be. */
function* linesOf(
  { name, ids, contents, attributes, units, models }: ScoredDataset,
  names: readonly string[],
): Generator<string> {
  const line = (row: number): ScoreLine => ({
    dataset: name,
    id: ids[row],
    content: contents[row],
    attributes: attributes[row],
    ...(units === undefined ? {} : { unit: units[row] }),
    scores: Object.fromEntries(
      names.map((model) => [
        model,
        (models.get(model)?.columns ?? []).map((column) => (Number.isNaN(column[row]) ? null : column[row])),
      ]),
    ),
    mattes: Object.fromEntries(
      names.flatMap((model) => {
        const matte = models.get(model)?.matteOf?.(row);
        return matte === undefined ? [] : [[model, matte]];
      }),
    ),
  });
  for (const row of ids.keys()) yield `${JSON.stringify(line(row))}\n`;
}

function digestOf(lines: Iterable<string>): string {
  const digest = createHash('sha256');
  for (const line of lines) digest.update(line);
  return digest.digest('hex');
}

/** Lines of one write. */
const BLOCK = 256;

function* inBlocks(lines: Iterable<string>): Generator<string> {
  let block: string[] = [];
  for (const line of lines) {
    if (block.push(line) < BLOCK) continue;
    yield block.join('');
    block = [];
  }
  yield block.join('');
}

/** A path on this machine means nothing elsewhere; the checksum finds the file again. */
function withoutLocalPaths(model: SideModel): SideModel {
  return JSON.parse(JSON.stringify(model), (_key, value: unknown) =>
    typeof value === 'string' && isAbsolute(value) ? basename(value) : value,
  ) as SideModel;
}
