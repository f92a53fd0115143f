import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { cli, IS_BUILT } from '../support/cli.js';
import {
  floatValue,
  floats,
  longs,
  node,
  writeOnnx,
  type ModelDescription,
} from '../support/onnx-builder.js';
import { splitModel, writeFolder } from '../support/split-model.js';
import { useTempFolders } from '../support/temp-folder.js';
import { datasetText } from '../support/workspace.js';

const [HEIGHT, WIDTH] = [48, 64];

const tempFolder = useTempFolders();
let folder: string;

const SPEC = 'files: file:m.onnx\ninput: { width: 64, height: 48, divideBy: 255 }\n';

beforeEach(async () => {
  folder = await tempFolder();
  for (const name of ['im', 'gt']) await mkdir(join(folder, 'data', name), { recursive: true });
  for (const id of ['a', 'b', 'c', 'd']) {
    const red = Buffer.alloc(WIDTH * HEIGHT * 3);
    const mask = Buffer.alloc(WIDTH * HEIGHT);
    for (let i = 0; i < mask.length; i++) {
      if (i % WIDTH >= 20) continue;
      red[i * 3] = 255;
      mask[i] = 255;
    }
    const raw = { width: WIDTH, height: HEIGHT };
    await sharp(red, { raw: { ...raw, channels: 3 } })
      .png()
      .toFile(join(folder, 'data', 'im', `${id}.png`));
    await sharp(mask, { raw: { ...raw, channels: 1 } })
      .png()
      .toFile(join(folder, 'data', 'gt', `${id}.png`));
  }
  await writeFile(join(folder, 'd.yaml'), datasetText('d', 'data'));
  await writeFile(
    join(folder, 'run.yaml'),
    'name: r\nmodels: [./m.yaml]\ndatasets: [./d.yaml]\naccuracy: { processes: 1, threads: 1 }\n',
  );
  await writeFile(join(folder, 'm.yaml'), `name: m\n${SPEC}`);
});

const run = (out: string, ...more: readonly string[]) =>
  cli(['run', 'run.yaml', '--no-time', '--out', out, ...more], folder);

async function iouOf(out: string): Promise<number | undefined> {
  const result = await cli(['report', out, '--format', 'json'], folder);
  const summary = JSON.parse(result.out) as { accuracy: { metrics: Record<string, { mean: number }> }[] };
  return summary.accuracy[0]?.metrics['iou']?.mean;
}

describe.skipIf(!IS_BUILT)('a run of a model with weights in another file', () => {
  it('does not take results of other weights for its own', async () => {
    await writeFolder(folder, splitModel());
    expect(await run('out')).toMatchObject({ status: 0 });
    await writeFolder(folder, splitModel({ gain: 0.25 }));
    const resumed = await run('out', '--resume');
    expect(resumed.status).toBe(64);
    expect(resumed.err).toMatch(/models/);
    expect(await run('other')).toMatchObject({ status: 0 });
    expect(await iouOf('out')).toBe(1);
    expect(await iouOf('other')).toBe(0);
  });

  it('is not merged with one of other weights', async () => {
    await writeFolder(folder, splitModel());
    expect(await run('one', '--shard', '1/2')).toMatchObject({ status: 0 });
    await writeFolder(folder, splitModel({ gain: 0.25 }));
    expect(await run('two', '--shard', '2/2')).toMatchObject({ status: 0 });
    const merged = await cli(['merge', 'one', 'two', '--out', 'both'], folder);
    expect(merged.status).toBe(64);
    expect(merged.err).toMatch(/models/);
  });

  it('names the file that is missing before anything runs', async () => {
    await writeFolder(folder, { 'm.onnx': splitModel()['m.onnx'] ?? Buffer.alloc(0) });
    const result = await run('out');
    expect(result.status).toBe(65);
    expect(result.err).toMatch(/m\.onnx_data: no such file of weights "m\.onnx_data"/);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it("is data that is missing or damaged, whichever of its files that is, with what mends a file of one's own", async () => {
    const { 'm.onnx': graph = Buffer.alloc(0), 'm.onnx_data': weights = Buffer.alloc(0) } = splitModel();
    const cases: readonly (readonly [Record<string, Buffer>, RegExp])[] = [
      [{}, /MISSING, .*m\.onnx: no such model file; the path of a "file" source is relative/],
      [{ 'm.onnx': graph }, /MISSING, .*m\.onnx_data: no such file of weights/],
      [{ 'm.onnx': graph.subarray(0, 90), 'm.onnx_data': weights }, /DAMAGED, .*; export or fetch it again/],
      [
        { 'm.onnx': graph, 'm.onnx_data': weights.subarray(0, 90) },
        /DAMAGED, .*; export or fetch both files again/,
      ],
      [
        { 'm.onnx': graph, 'm.onnx_data': Buffer.from('<html>') },
        /DAMAGED, .*; export or fetch both files again/,
      ],
    ];
    for (const [files, says] of cases) {
      for (const name of ['m.onnx', 'm.onnx_data']) await rm(join(folder, name), { force: true });
      await writeFolder(folder, files);
      const told = { status: 65, out: expect.stringMatching(says) as string };
      expect(await cli(['models', 'verify', './m.yaml'], folder)).toMatchObject(told);
      expect((await run('out')).status).toBe(65);
    }
  });

  it('is not verified where it is not here, and says so', async () => {
    const env = { ...process.env, MASKBENCH_CACHE: join(folder, 'cache') };
    const verified = await cli(['models', 'verify', 'u2netp', './m.yaml'], folder, { env });
    expect(verified).toMatchObject({ status: 69 });
    expect(verified.out).toMatch(
      /^u2netp: NOT VERIFIED, it is not in the cache \(maskbench models pull u2netp\)\n/,
    );
  });

  it('tells of all files in models verify, inspect and pull', async () => {
    await writeFolder(folder, splitModel());
    const verified = await cli(['models', 'verify', './m.yaml'], folder);
    expect(verified).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^m: ok, sha256 [0-9a-f]{64}\n$/),
    });
    const inspected = await cli(['models', 'inspect', './m.yaml'], folder);
    expect(inspected.out).toMatch(/weights in +m\.onnx_data, 0\.012 MB/);
    const pulled = await cli(['models', 'pull', './m.yaml'], folder);
    expect(pulled.out).toMatch(/^m: 0\.013 MB, already here: .*m\.onnx with m\.onnx_data\n$/);
  });
});

/** The red channel, last. */
const channelsLast = (side: number | string = HEIGHT): ModelDescription => ({
  graph: {
    inputs: [floatValue('x', [1, 3, HEIGHT, WIDTH])],
    outputs: [
      floatValue('y', [1, side, typeof side === 'string' ? 'w' : WIDTH, typeof side === 'string' ? 'c' : 1]),
    ],
    initializers: [
      longs('red', [0]),
      ...(typeof side === 'string' ? [longs('shape', [1, HEIGHT, WIDTH, 1])] : []),
    ],
    nodes: [
      node('Gather', ['x', 'red'], 'plane', { axis: { type: 'int', value: 1 } }),
      node('Transpose', ['plane'], 'y', { perm: { type: 'ints', value: [0, 2, 3, 1] } }),
    ],
  },
});

/** The red channel last, by a shape that is computed: nobody knows it before it comes. */
const computed: ModelDescription = {
  graph: {
    inputs: [floatValue('x', [1, 3, HEIGHT, WIDTH])],
    outputs: [floatValue('y', ['a', 'b', 'c', 'd'])],
    initializers: [longs('red', [0]), floats('zero', [], [0]), longs('last', [1, HEIGHT, WIDTH, 1])],
    nodes: [
      node('Gather', ['x', 'red'], 'plane', { axis: { type: 'int', value: 1 } }),
      // What is added to the shape is 0, but only of this picture.
      node('ReduceMin', ['x'], 'least', { keepdims: { type: 'int', value: 0 } }),
      node('Mul', ['least', 'zero'], 'nothing'),
      node('Cast', ['nothing'], 'none', { to: { type: 'int', value: 7 } }),
      node('Add', ['last', 'none'], 'shape'),
      node('Reshape', ['plane', 'shape'], 'y'),
    ],
  },
};

describe.skipIf(!IS_BUILT)('a spec that its model contradicts', () => {
  it.each<[string, ModelDescription]>([
    ['by what the file says', channelsLast()],
    ['by what ONNX Runtime infers', channelsLast('h')],
    ['by what comes out', computed],
  ])('ends the run before the first picture: %s', async (_how, model) => {
    await writeOnnx(join(folder, 'm.onnx'), model);
    const result = await run('out');
    expect(result.status).toBe(64);
    expect(result.err).toMatch(/\[1, 48, 64, 1\].*set layout: nhwc/s);
    expect(existsSync(join(folder, 'out', 'manifest.json'))).toBe(false);
    const verified = await cli(['models', 'verify', './m.yaml'], folder);
    expect(verified).toMatchObject({
      status: 64,
      out: expect.stringMatching(/^m: DOES NOT RUN, .*set layout: nhwc/),
    });

    await writeFile(join(folder, 'm.yaml'), `name: m\n${SPEC}output: { layout: nhwc }\n`);
    expect(await run('out')).toMatchObject({ status: 0 });
    expect(await iouOf('out')).toBe(1);
  });

  it('leaves a model that fails otherwise to fail by itself', async () => {
    await writeOnnx(join(folder, 'm.onnx'), {
      graph: {
        inputs: [floatValue('x', [1, 3, HEIGHT, WIDTH])],
        outputs: [floatValue('y', ['a', 'b', 'c', 'd'])],
        nodes: [node('NoSuchOperator', ['x'], 'y')],
      },
    });
    const result = await run('out');
    expect(result.status).toBe(3);
    expect(result.err).toMatch(/ONNX Runtime does not load this model/);
  });
});

const CASES = join(PACKAGE_ROOT, '..', 'shared', 'cases', 'models');

describe.skipIf(!IS_BUILT || !existsSync(CASES))(
  'the files that people reported (needs ../shared/cases)',
  () => {
    // Without the read-only mode of the original.
    const copy = async (name: string, as: string) =>
      writeFile(join(folder, as), await readFile(join(CASES, name)));
    const verify = async (name: string) => {
      await copy(name, 'm.onnx');
      return cli(['models', 'verify', './m.yaml'], folder);
    };

    it.each([
      [
        'html.onnx',
        65,
        /DAMAGED, .*not an ONNX model, but a web page \("Google Drive - Virus scan warning"\)/,
      ],
      ['lfs.onnx', 65, /DAMAGED, .*not an ONNX model, but a Git LFS pointer to a file of 176153355 bytes/],
      ['out_nhwc2.onnx', 64, /DOES NOT RUN, .*set layout: nhwc in the spec's output/],
      ['ext.onnx', 65, /MISSING, .*ext\.onnx_data: no such file of weights "ext\.onnx_data"/],
      ['hard01.onnx', 0, /^m: ok/],
    ])('are told as what they are: %s', async (name, status, message) => {
      expect(await verify(name)).toMatchObject({ status, out: expect.stringMatching(message) });
    });

    it('are two models where their weights differ', async () => {
      const said = [];
      for (const weights of ['ext.onnx_data', 'ext.onnx_data.good']) {
        await copy(weights, 'ext.onnx_data');
        said.push((await verify('ext.onnx')).out);
      }
      const same = (await readFile(join(CASES, 'ext.onnx_data'))).equals(
        await readFile(join(CASES, 'ext.onnx_data.good')),
      );
      expect(said.every((line) => line.startsWith('m: ok, sha256 '))).toBe(true);
      expect(said[0] === said[1]).toBe(same);
      await writeFile(join(folder, 'ext.onnx_data'), Buffer.alloc(12288));
      expect(said).not.toContain((await verify('ext.onnx')).out);
    });
  },
);
