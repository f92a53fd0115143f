import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MaskbenchError } from '../../../core/errors.js';
import { readGitFile, type GitFile } from '../../../core/git-file.js';
import type { Side } from '../side.js';
import { BASELINES_FOLDER, FACTS_FILE, SCORES_FILE } from './baseline-schema.js';
import { openBaseline } from './open-baseline.js';

/**
 * A baseline as a revision of a git repository has it: its folder, or its name in `baselines/` of the working directory. All
 * of it is read at once, and nothing of it stays on the disk.
 *
 * @throws MaskbenchError `data.missing` if the revision has none there; what `readGitFile` and `openBaseline` throw.
 */
export async function openBaselineInGit({ revision, path }: GitFile, cwd: string): Promise<Side> {
  const bare = path.replace(/\/+$/, '');
  const places = bare.includes('/') ? [bare] : [bare, `./${BASELINES_FOLDER}/${bare}`];
  for (const place of places) {
    const label = `${revision}:${place}`;
    const facts = await readGitFile({ revision, path: `${place}/${FACTS_FILE}` }, cwd);
    if (facts === undefined) continue;
    const scores = await readGitFile({ revision, path: `${place}/${SCORES_FILE}` }, cwd);
    return openWhole(label, facts, scores ?? Buffer.alloc(0));
  }
  throw new MaskbenchError('data.missing', `the revision has no baseline there`, {
    where: `${revision}:${path}`,
    remedy: `expected a folder with ${FACTS_FILE}, from the root of the repository`,
  });
}

async function openWhole(label: string, facts: Buffer, scores: Buffer): Promise<Side> {
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-baseline-'));
  try {
    await writeFile(join(folder, FACTS_FILE), facts);
    await writeFile(join(folder, SCORES_FILE), scores);
    const side = await openBaseline(folder, label);
    const all = side.facts.models.map(({ name }) => name);
    const [loaded, times] = [await side.loadScores(all), await side.loadTimes(all)];
    return {
      ...side,
      loadScores: async (wanted) => ({
        ...loaded,
        datasets: loaded.datasets.map((dataset) => ({ ...dataset, models: only(dataset.models, wanted) })),
      }),
      loadTimes: async (wanted) => only(times, wanted),
    };
  } catch (error) {
    if (!(error instanceof MaskbenchError) || error.where?.startsWith(folder) !== true) throw error;
    const { code, message, where, remedy = '' } = error;
    throw new MaskbenchError(code, message, {
      where: label + where.slice(folder.length),
      remedy,
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function only<T>(byModel: ReadonlyMap<string, T>, wanted: readonly string[]): Map<string, T> {
  return new Map([...byModel].filter(([model]) => wanted.includes(model)));
}
