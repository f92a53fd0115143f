import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { mergeRuns } from '../../src/pipeline/merge.js';
import type { RunEvent } from '../../src/schema/events.js';
import type { OutputWarning, Summary } from '../../src/schema/summary.js';
import type { PredictionRecord } from '../../src/store/records.js';
import { reportDocument } from '../../src/reports/document.js';
import { FORMATS } from '../../src/reports/formats/registry.js';
import { cli, IS_BUILT } from '../support/cli.js';
import { jsonOf } from '../support/score-json.js';
import { attribute, type ModelDescription, type NodeDescription } from '../support/onnx-builder.js';
import { node, number, TINY_SIDE, writeGraph } from '../support/tiny-models.js';
import { reseal } from '../support/reseal.js';
import { configText, execute, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

const CASES = join(PACKAGE_ROOT, '..', 'shared', 'cases');

let workspace: Workspace;

afterEach(() => workspace.remove());

type Graph = ModelDescription['graph'];

const BRIGHTNESS = node('ReduceMean', ['image'], 'mean', {
  axes: attribute.ints([1]),
  keepdims: attribute.int(1),
});

/** One map of the picture's brightness in 0..1, and what is done to it. */
function graph(
  nodes: readonly NodeDescription[],
  initializers: NonNullable<Graph['initializers']> = [],
  dtype: 'float32' | 'uint8' = 'float32',
): Graph {
  return {
    inputs: [{ name: 'image', dtype: 'float32', shape: [1, 3, TINY_SIDE, TINY_SIDE] }],
    outputs: [{ name: 'map', dtype, shape: [1, 1, TINY_SIDE, TINY_SIDE] }],
    nodes: [BRIGHTNESS, ...nodes],
    initializers,
  };
}

/** `value` for every pixel. */
const everywhere = (value: number): Graph =>
  graph(
    [node('Mul', ['mean', 'zero'], 'nothing'), node('Add', ['nothing', 'value'], 'map')],
    [number('zero', 0), number('value', value)],
  );

/** The brightness as bytes. */
const bytes = graph(
  [node('Mul', ['mean', 'white'], 'levels'), node('Cast', ['levels'], 'map', { to: attribute.int(2) })],
  [number('white', 255)],
  'uint8',
);

/** A steep sigmoid of the brightness: near 0 in the ground, near 1 in the shape; and once more. */
const twice = graph(
  [
    node('Sub', ['mean', 'half'], 'above'),
    node('Mul', ['above', 'steep'], 'logits'),
    node('Sigmoid', ['logits'], 'once'),
    node('Sigmoid', ['once'], 'map'),
  ],
  [number('half', 0.6), number('steep', 60)],
);

async function models(
  graphs: Readonly<Record<string, readonly [graph: Graph, output?: string]>>,
  samples = 4,
): Promise<void> {
  workspace = await makeWorkspace({ samples });
  for (const [name, [own, output = '{}']] of Object.entries(graphs))
    await writeGraph(workspace.folder, name, own, TINY_SIDE, `output: ${output}\n`);
  const extra =
    'accuracy: { processes: 1, threads: 1 }\nscoring: { protocols: [fixed, sod, matting, cutout] }\n';
  await writeFile(workspace.config, configText(Object.keys(graphs), ['tiny'], extra));
}

const scores = ({ accuracy }: Summary, model: string) =>
  accuracy.find((row) => row.model === model && row.dataset === 'tiny');
const brief = ({ warnings = [] }: Summary): readonly unknown[] =>
  warnings.map(({ model, kind, images, of }: OutputWarning) => [model, kind, images, of]);
const levels = async (model: string): Promise<readonly unknown[]> => {
  const records = await readRecords<PredictionRecord>(workspace.path('out', 'predictions.jsonl'));
  return records.flatMap((record) =>
    record.status === 'done' && record.model === model ? [record.constant ?? null] : [],
  );
};

describe('a network that gives the same everywhere', () => {
  it('gives that matte and is scored; what a stretch makes of it is told', async () => {
    await models({
      zero: [everywhere(0)],
      half: [everywhere(0.5)],
      full: [everywhere(1)],
      stretched: [everywhere(1), '{ rescale: min-max }'],
    });
    const told: string[] = [];
    const summary = await execute(workspace, {
      emit: (event: RunEvent) => {
        if (event.kind === 'warning') told.push(event.message);
      },
    });
    expect(summary.cells).toEqual({ planned: 16, scored: 16, failed: 0 });
    expect(await Promise.all(['zero', 'half', 'full', 'stretched'].map(levels))).toEqual([
      [0, 0, 0, 0],
      [127, 127, 127, 127],
      [255, 255, 255, 255],
      [0, 0, 0, 0],
    ]);
    expect(scores(summary, 'zero')?.metrics).toEqual(scores(summary, 'stretched')?.metrics);
    expect(scores(summary, 'full')?.metrics['recall']?.mean).toBe(1);
    expect(brief(summary)).toEqual(
      ['zero', 'half', 'full', 'stretched'].map((model) => [model, 'constant-mattes', 4, 4]),
    );
    expect(told).toHaveLength(4);
    expect(told[3]).toMatch(/^stretched: 4 of 4 mattes are constant: .* min-max makes 0 of such a map/);
    expect((await execute(workspace, { resume: true })).warnings).toEqual(summary.warnings);
  });

  it.skipIf(!IS_BUILT)(
    'scores the same as the files of its mattes do, and is compared and ranked (skipped unless dist/ is built)',
    async () => {
      await models({ full: [everywhere(1)], zero: [everywhere(0)] });
      await writeFile(
        workspace.path('files.yaml'),
        'name: files\nfeeding: precomputed\nmasks: { path: out/predictions/full/tiny }\n',
      );
      const first = await execute(workspace);
      const extra = 'scoring: { protocols: [fixed, sod, matting, cutout] }\n';
      await writeFile(workspace.config, configText(['full', 'zero', 'files'], ['tiny'], extra));
      const both = await execute(workspace, { out: workspace.path('both') });
      expect(scores(both, 'files')?.metrics).toEqual(scores(first, 'full')?.metrics);
      const argv = ['score', '--pred', 'out/predictions/full/tiny', '--gt', 'data/gt', '--json'];
      const files = jsonOf(await cli(argv, workspace.folder));
      for (const [id, { mean, n }] of Object.entries(files.summary)) {
        const own = scores(first, 'full')?.metrics[id];
        expect([id, mean, n]).toEqual([id, own?.mean, own?.n]);
      }
      const ranked = await cli(['rank', 'both'], workspace.folder);
      expect([ranked.status, ranked.out]).toEqual([0, expect.stringMatching(/full.*files/s)]);
      const between = ['compare', 'both', 'both', '--model-a', 'full', '--model-b', 'files'];
      const compared = await cli(between, workspace.folder);
      expect([compared.status, compared.out]).toEqual([0, expect.stringContaining('0.0000 to 0.0000')]);
      const sides = ['--baseline', 'both', '--candidate', 'both', '--model-a', 'full', '--model-b', 'files'];
      const gate = 'version: 2\nname: g\naccuracy: [{ metric: iou, margin: 0.01 }]\n';
      await writeFile(workspace.path('gate.yaml'), gate);
      const checked = await cli(['check', ...sides, '--gate', 'gate.yaml'], workspace.folder);
      // Four images decide nothing.
      expect([checked.status, checked.out]).toEqual([
        2,
        expect.stringContaining('too few images for this margin'),
      ]);
    },
  );
});

describe('raw values that are not what the spec reads', () => {
  const GRAPHS = {
    bytes: [bytes],
    divided: [bytes, '{ divideBy: 255 }'],
    twice: [twice],
    again: [bytes, '{ activation: sigmoid, divideBy: 255 }'],
  } as const;

  it('are told in the summary, the tables and the page; levels that are divided are read', async () => {
    await models(GRAPHS);
    const summary = await execute(workspace);
    expect(brief(summary).filter((warning) => (warning as readonly string[])[1] === 'raw-values')).toEqual([
      ['bytes', 'raw-values', 4, 4],
      ['twice', 'raw-values', 4, 4],
      ['again', 'raw-values', 4, 4],
    ]);
    expect(scores(summary, 'divided')?.metrics['iou']?.mean).toBeGreaterThan(0.9);
    expect(scores(summary, 'bytes')?.metrics['iou']?.mean).toBeLessThan(0.5);
    for (const format of FORMATS.filter(({ name }) => !['csv', 'json'].includes(name))) {
      const text = (await format.render(reportDocument([summary]))).replaceAll(/\s+/g, ' ');
      expect(text, format.name).toMatch(/bytes: .*divideBy: 255/);
      expect(text, format.name).toMatch(/without its last sigmoid/);
    }
  });

  it('are judged over all shards once these are merged', async () => {
    await models({ twice: [twice] });
    const shards = ['one', 'two'].map((name) => workspace.path(name));
    for (const [i, out] of shards.entries()) {
      const { warnings } = await execute(workspace, { out, shard: [i + 1, 2] });
      // Two images are not enough to say so.
      expect(warnings).toBeUndefined();
    }
    const merged = await mergeRuns(shards, workspace.path('merged'));
    expect(brief(merged)).toEqual([['twice', 'raw-values', 4, 4]]);
  });

  it('are not asked of records that lack them, as those of 0.1 do', async () => {
    await models({ bytes: [bytes] });
    expect(brief(await execute(workspace))).not.toEqual([]);
    const path = workspace.path('out', 'predictions.jsonl');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replaceAll(/,"raw":\{[^}]*\}|,"constant":\d+/g, ''));
    await reseal(workspace.path('out'));
    await rm(workspace.path('out', 'seal.json'));
    const resumed = await execute(workspace, { resume: true });
    expect(resumed.warnings).toBeUndefined();
    expect(resumed.cells).toEqual({ planned: 4, scored: 4, failed: 0 });
  });
});

describe.skipIf(!existsSync(CASES))('the handed-out cases (skipped without them)', () => {
  it('are scored alike as a network and as files, and their raw values are told', async () => {
    workspace = await makeWorkspace({ samples: 1 });
    const input = 'input: { width: 64, height: 48, divideBy: 255 }';
    const network = (name: string, file: string): Promise<void> => {
      const files = `files: 'file:${join(CASES, 'models', `${file}.onnx`)}'`;
      return writeFile(workspace.path(`${name}.yaml`), `name: ${name}\n${files}\n${input}\n`);
    };
    await network('hard01', 'hard01');
    await network('levels', 'out_uint8_255');
    await network('soft', 'softlogits');
    const masks = join(CASES, 'empties', 'pre');
    await writeFile(
      workspace.path('pre.yaml'),
      `name: pre\nfeeding: precomputed\nmasks: { path: '${masks}' }\n`,
    );
    const sides = 'images: { path: photos }\ntruths: { path: masks }';
    await writeFile(
      workspace.path('empties.yaml'),
      `name: empties\nlayout: paired-folders\nroot: '${join(CASES, 'empties', 'ds')}'\n${sides}\n`,
    );
    const extra = 'accuracy: { processes: 1, threads: 1 }\n';
    const names = ['hard01', 'pre', 'levels', 'soft'];
    await writeFile(workspace.config, configText(names, ['empties'], extra));
    const summary = await execute(workspace);
    const [network01, files] = summary.accuracy.filter(({ dataset }) => dataset !== null);
    expect(network01).toMatchObject({ scored: 12, failed: 0, metrics: { iou: { mean: 2 / 3 } } });
    expect({ ...files, model: 'hard01' }).toEqual(network01);
    expect(brief(summary)).toEqual([
      ['levels', 'constant-mattes', 12, 12],
      ['levels', 'raw-values', 12, 12],
      ['soft', 'raw-values', 12, 12],
    ]);
  });
});
