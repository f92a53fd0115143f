import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import type { DatasetEntry, DatasetProblem, Sample } from '../../src/datasets/dataset.js';
import { encodeMattePng } from '../../src/image/encode-matte.js';

/** A folder of this test's own, gone after it. */
export function useTempFolder(): () => Promise<string> {
  const made: string[] = [];
  afterEach(async () => {
    for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'maskbench-datasets-'));
    made.push(folder);
    return folder;
  };
}

/** Files with any content, for whatever does not look into them; folders are made as needed. */
export async function writeFiles(root: string, paths: readonly string[], content = 'x'): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

/** A grey PNG; `values` are repeated over its pixels. */
export async function writeGrey(
  path: string,
  width: number,
  height: number,
  values: readonly number[] = [0],
): Promise<void> {
  const data = Uint8Array.from({ length: width * height }, (_, i) => values[i % values.length] ?? 0);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await encodeMattePng({ width, height, data }));
}

export interface Listed {
  readonly samples: readonly Sample[];
  readonly problems: readonly DatasetProblem[];
  /** Every entry in the order of the listing: an id, or an id with its code. */
  readonly lines: readonly string[];
}

export async function collect(entries: AsyncIterable<DatasetEntry>): Promise<Listed> {
  const listed = {
    samples: [] as Sample[],
    problems: [] as DatasetProblem[],
    lines: [] as string[],
  };
  for await (const entry of entries) {
    if (entry.kind === 'sample') {
      listed.samples.push(entry.sample);
      listed.lines.push(entry.sample.id);
    } else {
      listed.problems.push(entry.problem);
      listed.lines.push(`${entry.problem.id}: ${entry.problem.code}`);
    }
  }
  return listed;
}
