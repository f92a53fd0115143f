import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { attribute, writeOnnx } from './onnx-builder.js';
import { generator } from './tiny-datasets.js';

const SIDE = 48;
const SUBJECT = [230, 120, 60] as const;
const GROUND = [70, 60, 110] as const;

/** The feeding that the network below was made for. */
export const COLOUR_SPEC = {
  name: 'colour',
  files: 'file:colour.onnx',
  input: {
    width: SIDE,
    height: SIDE,
    divideBy: 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  output: { activation: 'sigmoid' },
} as const;

/**
 * A network that finds orange things before violet ones by their colour alone, as logits: it needs the mean, the order
 * of the channels and a sigmoid as much as a trained one does.
 */
export async function writeColourModel(folder: string): Promise<void> {
  await writeOnnx(join(folder, 'colour.onnx'), {
    graph: {
      inputs: [{ name: 'image', dtype: 'float32', shape: [1, 3, SIDE, SIDE] }],
      outputs: [{ name: 'logits', dtype: 'float32', shape: [1, 1, SIDE, SIDE] }],
      initializers: [
        { name: 'weights', dtype: 'float32', dims: [1, 3, 1, 1], data: [5, 2, -3] },
        { name: 'bias', dtype: 'float32', dims: [1], data: [1] },
      ],
      nodes: [
        {
          op: 'Conv',
          inputs: ['image', 'weights', 'bias'],
          outputs: ['logits'],
          attributes: { kernel_shape: attribute.ints([1, 1]) },
        },
      ],
    },
  });
}

/** `<folder>/{im,gt}` with orange rectangles before violet ground, and `colours.yaml` that describes them. */
export async function writeColourDataset(folder: string, count: number): Promise<void> {
  for (const name of ['im', 'gt']) await mkdir(join(folder, 'colours', name), { recursive: true });
  const random = generator(7);
  for (let n = 0; n < count; n++) {
    const pixels = Buffer.alloc(SIDE * SIDE * 3);
    const mask = Buffer.alloc(SIDE * SIDE);
    const [left, top] = [4 + Math.floor(random() * 12), 4 + Math.floor(random() * 12)];
    for (let i = 0; i < mask.length; i++) {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      const inside = x >= left && x < left + 24 && y >= top && y < top + 20;
      mask[i] = inside ? 255 : 0;
      for (let c = 0; c < 3; c++) pixels[i * 3 + c] = (inside ? SUBJECT : GROUND)[c] + random() * 20;
    }
    const stem = String(n).padStart(3, '0');
    await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .png()
      .toFile(join(folder, 'colours', 'im', `${stem}.png`));
    await sharp(mask, { raw: { width: SIDE, height: SIDE, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, 'colours', 'gt', `${stem}.png`));
  }
  await writeFile(
    join(folder, 'colours.yaml'),
    'name: colours\nlayout: paired-folders\nroot: ${CONFIG_DIR}/colours\nimages: { path: im }\ntruths: { path: gt }\n',
  );
}
