import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { prepareRun } from '../../src/pipeline/prepare.js';
import { run } from '../../src/pipeline/run.js';
import type { RunConfig } from '../../src/store/config.js';
import type { Summary } from '../../src/schema/summary.js';
import { loadRunConfig } from '../../src/store/config.js';
import type { PredictionRecord } from '../../src/store/records.js';
import { attribute, type ModelDescription } from '../support/onnx-builder.js';
import { node, TINY_SIDE, writeGraph } from '../support/tiny-models.js';
import { configText, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

let workspace: Workspace;

afterEach(() => workspace.remove());

const open = (name: string, channels: number) => ({
  name,
  dtype: 'float32' as const,
  shape: ['N', channels, TINY_SIDE, TINY_SIDE],
});
const toMap = (input: string) =>
  node('ReduceMean', [input], 'map', { axes: attribute.ints([1]), keepdims: attribute.int(1) });

/** The brightness of each picture, of any number of them. */
const each: ModelDescription['graph'] = {
  inputs: [open('image', 3)],
  outputs: [open('map', 1)],
  nodes: [toMap('image')],
};
/** Of each picture and the mean of all that come together. */
const mixing: ModelDescription['graph'] = {
  ...each,
  nodes: [
    node('ReduceMean', ['image'], 'all', { axes: attribute.ints([0]), keepdims: attribute.int(1) }),
    node('Add', ['image', 'all'], 'sum'),
    toMap('sum'),
  ],
};

interface Done {
  readonly summary: Summary;
  readonly cells: readonly string[];
  readonly keys: readonly string[];
  readonly warnings: readonly string[];
}

async function runWith(batch: RunConfig['accuracy']['batch'], out: string): Promise<Done> {
  const { config, ...loaded } = await loadRunConfig(workspace.config);
  const accuracy = { ...config.accuracy, batch };
  const prepared = await prepareRun({ ...loaded, config: { ...config, accuracy } }, { offline: true });
  const warnings: string[] = [];
  const summary = await run({
    ...prepared,
    out: workspace.path(out),
    phases: { time: false },
    emit: (event) => void (event.kind === 'warning' && warnings.push(event.message)),
  });
  const records = await readRecords<PredictionRecord>(workspace.path(out, 'predictions.jsonl'));
  const sorted = records.toSorted((a, b) => `${a.model} ${a.id}`.localeCompare(`${b.model} ${b.id}`));
  return {
    summary,
    cells: sorted.map(
      (of) => `${of.model} ${of.id} ${of.status === 'done' ? of.matteSha256 : of.failure.message}`,
    ),
    keys: sorted.map(({ key }) => key),
    warnings,
  };
}

async function makeModels(names: readonly string[]): Promise<void> {
  workspace = await makeWorkspace({ models: ['luma'], samples: 11 });
  await writeGraph(workspace.folder, 'each', each, TINY_SIDE);
  await writeGraph(workspace.folder, 'mixing', mixing, TINY_SIDE);
  const text = configText(names, ['tiny'], 'accuracy: { processes: 1, threads: 1 }\n');
  await writeFile(workspace.config, text);
}

describe('pictures in batches', () => {
  it('of auto are those of batch 1: in keys, signatures and bytes, whatever the network', async () => {
    await makeModels(['each', 'mixing', 'luma']);
    const single = await runWith(1, 'one');
    const auto = await runWith('auto', 'auto');
    expect(auto.cells).toEqual(single.cells);
    expect(auto.keys).toEqual(single.keys);
    expect(auto.summary.signatures).toEqual(single.summary.signatures);
    expect(auto.warnings.filter((told) => told.includes('one by one'))).toEqual([
      'mixing: pictures are computed one by one, in a batch of 4: its outputs differ by bytes',
    ]);
  });

  it('of a number are computed so, and keys and signatures say it', async () => {
    await makeModels(['each', 'mixing']);
    const single = await runWith(1, 'one');
    const four = await runWith(4, 'four');
    const of = (done: Done, model: string) => done.cells.filter((cell) => cell.startsWith(`${model} `));
    expect(of(four, 'each')).toEqual(of(single, 'each'));
    expect(of(four, 'mixing')).not.toEqual(of(single, 'mixing'));
    expect(four.keys.some((key) => single.keys.includes(key))).toBe(false);
    expect(four.summary.signatures).toEqual(['fixed|t:128|empty:one|boundary:0.02|batch:4|v:1']);
    await expect(runWith(1, 'four')).rejects.toThrow();
  });

  it('of a network that takes one at a time fail with the reason', async () => {
    await makeModels(['luma', 'each']);
    const { summary, cells } = await runWith(3, 'three');
    expect(summary.cells).toEqual({ planned: 22, scored: 11, failed: 11 });
    expect(cells.filter((cell) => cell.startsWith('luma '))[0]).toMatch(
      /the network takes one picture at a time, not 3; set accuracy\.batch to 1 or auto/,
    );
  });
});
