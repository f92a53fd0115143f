import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/schema/summary.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { toFloat16Bits } from '../../src/models/pixels/float16.js';
import { cli, IS_BUILT } from '../support/cli.js';
import { writeColourDataset } from '../support/colour-model.js';
import { attribute, writeOnnx } from '../support/onnx-builder.js';
import { useTempFolders } from '../support/temp-folder.js';
import { node } from '../support/tiny-models.js';

const SHARED = join(PACKAGE_ROOT, '..', 'shared');
const [HEIGHT, WIDTH] = [48, 64];

const tempFolder = useTempFolders();
let folder: string;

/** Pictures of any size as bytes, blue first and channels last; three classes' scores, likewise, as its second output. */
const anySize = () => ({
  graph: {
    inputs: [{ name: 'picture', dtype: 'uint8' as const, shape: [1, 'height', 'width', 3] }],
    outputs: [
      { name: 'features', dtype: 'float32' as const, shape: [1, 3, 'height', 'width'] },
      { name: 'scores', dtype: 'float32' as const, shape: [1, 'height', 'width', 3] },
    ],
    initializers: [
      {
        name: 'weights',
        dtype: 'float32' as const,
        dims: [3, 3, 1, 1],
        data: [0, 0, 0, -10, 0, 10, 0, 0, 0].map((weight) => weight / 255),
      },
      { name: 'bias', dtype: 'float32' as const, dims: [3], data: [0, -2.5, -20] },
    ],
    nodes: [
      node('Cast', ['picture'], 'levels', { to: attribute.int(1) }),
      node('Transpose', ['levels'], 'features', { perm: attribute.ints([0, 3, 1, 2]) }),
      node('Conv', ['features', 'weights', 'bias'], 'planes', { kernel_shape: attribute.ints([1, 1]) }),
      node('Transpose', ['planes'], 'scores', { perm: attribute.ints([0, 2, 3, 1]) }),
    ],
  },
});

const ANY_SIZE = {
  name: 'any-size',
  files: 'file:any-size.onnx',
  input: {
    width: 96,
    height: 96,
    fit: 'inside',
    multipleOf: 16,
    layout: 'nhwc',
    type: 'uint8',
    channels: 'bgr',
    divideBy: 1,
  },
  output: { select: 'scores', layout: 'nhwc', channel: 1, activation: 'softmax' },
};

const CLASSES = {
  ...ANY_SIZE,
  name: 'classes',
  feeding: 'classes',
  output: {
    select: 1,
    layout: 'nhwc',
    classes: { names: ['ground', 'thing', 'stuff'], foreground: ['thing'] },
  },
};

/** Halves in, halves out, of a fixed size that is wider than the pictures. */
const halves = () => ({
  graph: {
    inputs: [{ name: 'image', dtype: 'float16' as const, shape: [1, 3, HEIGHT, WIDTH] }],
    outputs: [{ name: 'logits', dtype: 'float16' as const, shape: [1, 1, HEIGHT, WIDTH] }],
    initializers: [
      {
        name: 'weights',
        dtype: 'float16' as const,
        dims: [1, 3, 1, 1],
        data: [5, 2, -3].map(toFloat16Bits),
      },
      { name: 'bias', dtype: 'float16' as const, dims: [1], data: [toFloat16Bits(1)] },
    ],
    nodes: [node('Conv', ['image', 'weights', 'bias'], 'logits', { kernel_shape: attribute.ints([1, 1]) })],
  },
});

const HALVES = {
  name: 'halves',
  files: 'file:halves.onnx',
  input: {
    width: WIDTH,
    height: HEIGHT,
    fit: 'letterbox',
    pad: 114,
    type: 'float16',
    divideBy: 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  output: { activation: 'sigmoid' },
};

async function scoresOf(
  specs: readonly object[],
  dataset: unknown,
): Promise<Readonly<Record<string, number>>> {
  const accuracy = { processes: 1, threads: 1 };
  const config = { name: 'any', models: specs, datasets: [dataset], limit: 8, accuracy };
  await writeFile(join(folder, 'run.yaml'), JSON.stringify(config));
  const { status, out, err } = await cli(
    ['run', 'run.yaml', '--out', 'out', '--no-time', '--offline', '--json'],
    folder,
  );
  expect(status, err).toBe(0);
  const summary = JSON.parse(out) as Summary;
  return Object.fromEntries(
    summary.accuracy.flatMap(({ model, dataset: of, metrics }) =>
      of === null ? [] : [[model, metrics['iou'].mean ?? Number.NaN]],
    ),
  );
}

const TIMEOUT = { timeout: 180_000 };

describe.skipIf(!IS_BUILT)(
  'a network that nobody here has seen (skipped unless dist/ is built)',
  TIMEOUT,
  () => {
    beforeEach(async () => {
      folder = await tempFolder();
    });

    it('runs from YAML alone: bytes, halves, any size, channels last, blue first, one of several outputs, classes', async () => {
      await writeColourDataset(folder, 3);
      await writeOnnx(join(folder, 'any-size.onnx'), anySize());
      await writeOnnx(join(folder, 'halves.onnx'), halves());
      const redFirst = { ...ANY_SIZE, name: 'red-first', input: { ...ANY_SIZE.input, channels: 'rgb' } };
      const stretched = { ...HALVES, name: 'stretched', input: { ...HALVES.input, fit: 'stretch' } };
      const scores = await scoresOf([ANY_SIZE, CLASSES, HALVES, stretched, redFirst], './colours.yaml');
      for (const name of ['any-size', 'classes', 'halves', 'stretched']) {
        expect(scores[name], name).toBeGreaterThan(0.97);
      }
      // What finds nothing with the channels turned round has found something by their order.
      expect(scores['red-first']).toBeLessThan(0.1);
    });

    it.skipIf(!existsSync(join(SHARED, 'models')))(
      'may be a small real one (skipped without ../shared/models)',
      async () => {
        const from = (file: string): string => `file:${join(SHARED, 'models', file)}`;
        const unit = { width: 256, height: 256, divideBy: 255 };
        const scores = await scoresOf(
          [
            { name: 'prismanet', files: from('prismanet_portrait_256.onnx'), input: unit },
            { name: 'selfie', files: from('mp_selfie_general_256.onnx'), input: unit },
            {
              name: 'sinet',
              files: from('sinet_portrait_320.onnx'),
              input: {
                width: 320,
                height: 320,
                channels: 'bgr',
                divideBy: 1,
                mean: [102.89, 111.25, 126.91],
                std: [62.93 * 255, 62.82 * 255, 66.36 * 255],
              },
              output: { channel: 1 },
            },
          ],
          {
            name: 'ccp',
            layout: 'paired-folders',
            root: join(SHARED, 'pairs', 'ccp'),
            images: { path: 'im' },
            truths: { path: 'gt' },
          },
        );
        expect(Object.keys(scores)).toHaveLength(3);
        for (const [name, iou] of Object.entries(scores)) expect(iou, name).toBeGreaterThan(0.5);
      },
    );
  },
);
