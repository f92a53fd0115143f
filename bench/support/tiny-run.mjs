// Small things to run on, made on the spot: pictures with their masks, and models of any slowness.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { encodeOnnx } from '../../scripts/support/onnx-encode.mjs';
import { generator } from './kill-run.mjs';
import { slowGraph } from './slow-model.mjs';

/**
 * Writes `<name>.onnx` and `<name>.yaml`: a stack of convolutions that gives the brightness of the picture.
 *
 * @param {string} folder
 * @param {string} name
 * @param {{ layers: number, channels?: number, side?: number }} size
 */
export function writeSlowModel(folder, name, { layers, channels = 32, side = 64 }) {
  writeFileSync(join(folder, `${name}.onnx`), encodeOnnx({ graph: slowGraph(layers, channels, side) }));
  const input = `{ width: ${side}, height: ${side}, divideBy: 255 }`;
  writeFileSync(join(folder, `${name}.yaml`), `name: ${name}\nfiles: file:${name}.onnx\ninput: ${input}\n`);
}

/**
 * Writes `im/NNN.jpg` and `gt/NNN.png`: bright rectangles before darker grounds.
 *
 * @param {string} folder
 * @param {number} count
 * @param {{ width?: number, height?: number }} [size]
 */
export async function writeSmallPairs(folder, count, { width = 96, height = 72 } = {}) {
  mkdirSync(join(folder, 'im'), { recursive: true });
  mkdirSync(join(folder, 'gt'), { recursive: true });
  for (let i = 0; i < count; i++) {
    const random = generator(i + 1);
    const box = { left: Math.floor(random() * 30) + 4, top: Math.floor(random() * 20) + 4 };
    const size = { width: Math.floor(random() * 40) + 16, height: Math.floor(random() * 30) + 12 };
    const grey = Math.floor(random() * 90);
    const canvas = { width, height };
    const name = String(i).padStart(3, '0');
    const bright = await solid(220 - grey / 2, size)
      .png()
      .toBuffer();
    const white = await solid(255, size).png().toBuffer();
    await solid(grey, canvas)
      .composite([{ input: bright, ...box }])
      .jpeg()
      .toFile(join(folder, 'im', `${name}.jpg`));
    await solid(0, canvas)
      .composite([{ input: white, ...box }])
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, 'gt', `${name}.png`));
  }
}

/**
 * A picture of one grey.
 *
 * @param {number} level
 * @param {{ width: number, height: number }} size
 */
function solid(level, size) {
  const background = { r: level, g: level, b: level };
  return sharp({ create: { ...size, channels: 3, background } });
}
