import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset, type Dataset } from '../../src/datasets/load.js';
import { datasetSpecSchema } from '../../src/datasets/spec.js';
import type { RunEvent } from '../../src/schema/events.js';
import type { RunDataset } from '../../src/store/manifest.js';
import { makePlan, type PlanRequest } from '../../src/pipeline/plan.js';
import type { PlannedSample } from '../../src/schema/planned-sample.js';
import type { PlanRecord } from '../../src/store/records.js';
import { runFolder } from '../../src/store/run-folder.js';
import { paperModel } from '../support/run-settings.js';
import { useTempFolders } from '../support/temp-folder.js';
import { writeHumans, writePairedFolders } from '../support/tiny-datasets.js';
import { readRecords } from '../support/workspace.js';

const tempFolder = useTempFolders();
const MODELS = [paperModel('a'), paperModel('b', {}, 'b'.repeat(64))].map((model) => ({
  ...model,
  assets: undefined,
}));

interface Planned {
  readonly records: readonly PlanRecord[];
  readonly datasets: readonly RunDataset[];
  readonly events: readonly RunEvent[];
}

async function plan(datasets: readonly Dataset[], options: Partial<PlanRequest> = {}): Promise<Planned> {
  const folder = runFolder(await tempFolder());
  const events: RunEvent[] = [];
  const made = await makePlan({
    folder,
    datasets,
    allDatasets: true,
    models: MODELS,
    basis: { device: 'cpu', runner: {} },
    limit: null,
    shard: null,
    emit: (event) => void events.push(event),
    signal: new AbortController().signal,
    ...options,
  });
  await made.accept();
  expect((await readdir(folder.path)).sort()).toEqual(['files.cache', 'plan.jsonl']);
  return { records: await readRecords<PlanRecord>(folder.plan), datasets: made.datasets, events };
}

async function tiny(
  count: number,
  change: (root: string) => Promise<void> = async () => undefined,
): Promise<Dataset> {
  const root = join(await tempFolder(), 'data');
  await writePairedFolders(root, count);
  await change(root);
  const sides = { images: { path: 'im' }, truths: { path: 'gt' } };
  return loadDataset(datasetSpecSchema.parse({ name: 'tiny', layout: 'paired-folders', root, ...sides }));
}

async function humans(count: number): Promise<Dataset> {
  const root = join(await tempFolder(), 'humans');
  await writeHumans(root, count);
  return loadDataset(
    datasetSpecSchema.parse({ name: 'people', layout: 'humans', root, contains: ['humans'] }),
  );
}

const idsOf = ({ records }: Planned): readonly string[] => records.map(({ id }) => id);
const samplesOf = ({ records }: Planned): readonly PlannedSample[] =>
  records.filter((record) => record.kind === 'sample');

async function* nothing(): AsyncGenerator<never> {}

describe('a plan', () => {
  it('covers every cell of model x sample once, with hashes and a key each', async () => {
    const planned = await plan([await tiny(3), await humans(2)]);
    expect(idsOf(planned)).toEqual([
      '000',
      '001',
      '002',
      'training/000',
      'training/001',
      'validation/000',
      'validation/001',
    ]);
    const keys = samplesOf(planned).flatMap(({ cells }) => [cells['a'], cells['b']]);
    expect(new Set(keys).size).toBe(14);
    expect(samplesOf(planned)[0]).toMatchObject({ dataset: 'tiny', width: 72, height: 56 });
    expect(planned.datasets).toMatchObject([
      { name: 'tiny', samples: 3, problems: 0 },
      { name: 'people', samples: 4, problems: 0, tags: ['humans'] },
    ]);
  });

  it('is the same again for the same files, wherever they lie, and has another fingerprint for others', async () => {
    const keys = (planned: Planned): unknown => samplesOf(planned).map(({ cells }) => cells);
    const [first, second] = [await plan([await tiny(3)]), await plan([await tiny(3)])];
    expect(keys(second)).toEqual(keys(first));
    expect(second.datasets[0]?.fingerprint).toBe(first.datasets[0]?.fingerprint);
    const third = await plan([await tiny(4)]);
    expect(third.datasets[0]?.fingerprint).not.toBe(first.datasets[0]?.fingerprint);
  });

  it('takes the first n samples of every dataset for a limit', async () => {
    const planned = await plan([await tiny(3), await humans(2)], { limit: 2 });
    expect(idsOf(planned)).toEqual(['000', '001', 'training/000', 'training/001']);
  });

  it('is cut into shards that cover every sample exactly once', async () => {
    const dataset = await tiny(5);
    const parts: string[] = [];
    for (const part of [1, 2, 3]) parts.push(...idsOf(await plan([dataset], { shard: [part, 3] })));
    expect(parts.sort()).toEqual(['000', '001', '002', '003', '004']);
  });

  it('plans what is no usable pair as a problem, by name and with a reason, and says so at once', async () => {
    const dataset = await tiny(4, async (root) => {
      await rm(join(root, 'gt', '000.png'));
      await writeFile(join(root, 'gt', '001.png'), '');
      await writeFile(join(root, 'im', '002.jpg'), 'no picture at all');
    });
    const planned = await plan([dataset]);
    expect(planned.datasets).toMatchObject([{ samples: 1, problems: 3 }]);
    expect(planned.records.map((r) => (r.kind === 'problem' ? [r.id, r.failure.code] : r.id))).toEqual([
      ['000', 'data.unpaired'],
      ['001', 'data.empty'],
      ['002', 'data.unreadable'],
      '003',
    ]);
    const told = planned.events.filter((event) => event.kind === 'cell-failed');
    expect(told.map(({ id, model }) => [id, model])).toEqual([
      ['000', '*'],
      ['001', '*'],
      ['002', '*'],
    ]);
  });

  it('may leave a shard without any sample where there are more shards than samples', async () => {
    const planned = await plan([await tiny(1)], { shard: [2, 2] });
    expect(planned.datasets).toMatchObject([{ samples: 0, problems: 0 }]);
  });

  it('keeps the problems of a dataset in one shard only', async () => {
    const dataset = await tiny(4, (root) => rm(join(root, 'gt', '003.png')));
    const first = await plan([dataset], { shard: [1, 2] });
    const second = await plan([dataset], { shard: [2, 2] });
    expect([...idsOf(first), ...idsOf(second)].sort()).toEqual(['000', '001', '002', '003']);
  });

  it('is refused without a single pair', async () => {
    const dataset = await tiny(1);
    const empty: Dataset = { ...dataset, entries: nothing };
    await expect(plan([empty])).rejects.toMatchObject({ code: 'data.empty' });
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const folder = runFolder(await tempFolder());
    const interrupted = plan([await tiny(2)], { folder, signal: AbortSignal.abort() });
    await expect(interrupted).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(folder.path)).toEqual([]);
  });
});
