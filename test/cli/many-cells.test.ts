import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeCells, publishGenerated, writeCandidate } from '../../bench/support/generated-shards.mjs';
import { measured } from '../../bench/support/measured.mjs';
import { readPlan } from '../../src/store/plan-folder/plan-document.js';
import { planFolder } from '../../src/store/plan-folder/plan-folder.js';
import { shortOrLong } from '../support/long.js';

// The short form of bench/million.mjs: what is done with a run must not hold an object of every cell.
const CELLS = shortOrLong(5000, 20_000);
const SHARDS = CELLS / 250;
/** Of the process that does it; 40 are too few, so that a few thousand bytes more a cell end it. */
const HEAP_MB = 64;

let cwd = '';

const maskbench = (...argv: string[]) => measured(argv, { cwd, heapMb: HEAP_MB, statuses: [0, 1, 2] });

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'maskbench-many-'));
  await describeCells(cwd, { cells: CELLS, models: 1, pictures: 8, protocols: ['fixed'] });
  await maskbench('plan', 'run.yaml', '--shards', String(SHARDS), '--out', 'plan');
  await measured(['work', 'plan', '--shard', '1', '--offline'], { cwd });
  const folder = planFolder(join(cwd, 'plan'));
  const plan = await readPlan(folder);
  await publishGenerated(folder, plan);
  await writeCandidate(join(cwd, 'candidate'), folder, plan);
}, 300_000);

afterAll(() => rm(cwd, { recursive: true, force: true }));

it('are merged, with a summary and its page, exported and judged within a small heap', async () => {
  await maskbench('merge', 'plan', '--out', 'run');
  const summary = JSON.parse(await readFile(join(cwd, 'run/summary.json'), 'utf8')) as { cells: object };
  expect(summary.cells).toEqual({ planned: CELLS, scored: CELLS, failed: 0 });
  await maskbench('report', 'run', '--format', 'parquet', '--out', 'cells.parquet');
  expect((await stat(join(cwd, 'cells.parquet'))).size).toBeGreaterThan(CELLS * 100);
  const { stdout } = await maskbench('check', '--baseline', 'run', '--candidate', 'candidate', '--json');
  const { pairs } = JSON.parse(stdout) as { pairs: { checks: { figures: object }[] }[] };
  expect(pairs[0]?.checks[0]?.figures).toMatchObject({ n: CELLS });
}, 600_000);
