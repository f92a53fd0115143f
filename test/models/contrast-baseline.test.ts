import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { inspectOnnx } from '../../src/models/onnx/inspect.js';
import { useTempFolders } from '../support/temp-folder.js';

const SIZE = 160;
const MODEL = join(PACKAGE_ROOT, 'configs', 'models', 'contrast-baseline.onnx');

type Colour = readonly [number, number, number];

const tempFolder = useTempFolders();
let session: ort.InferenceSession;

beforeAll(async () => {
  session = await ort.InferenceSession.create(MODEL);
});

/** The baseline's map for a picture given by its colour at x, y. */
async function saliency(colourAt: (x: number, y: number) => Colour): Promise<Float32Array> {
  const pixels = new Float32Array(3 * SIZE * SIZE);
  for (let i = 0; i < SIZE * SIZE; i++) {
    const colour = colourAt(i % SIZE, Math.floor(i / SIZE));
    for (let c = 0; c < 3; c++) pixels[c * SIZE * SIZE + i] = colour[c] ?? 0;
  }
  const { saliency: map } = await session.run({
    image: new ort.Tensor('float32', pixels, [1, 3, SIZE, SIZE]),
  });
  return map?.data as Float32Array;
}

function inDisc(x: number, y: number): boolean {
  return Math.hypot(x - 70, y - 90) < 35;
}

describe('the contrast baseline', () => {
  test('is what its script makes, and a few kilobytes', async () => {
    const made = join(await tempFolder(), 'made.onnx');
    execFileSync(process.execPath, [join(PACKAGE_ROOT, 'scripts', 'make-baseline.mjs'), made]);
    expect((await readFile(made)).equals(await readFile(MODEL))).toBe(true);
    expect(inspectOnnx(MODEL)).toMatchObject({
      inputs: [{ name: 'image', dtype: 'float32', shape: [1, 3, SIZE, SIZE] }],
      outputs: [{ name: 'saliency', dtype: 'float32', shape: [1, 1, SIZE, SIZE] }],
    });
    expect(inspectOnnx(MODEL).fileBytes).toBeLessThan(8192);
  });

  test('finds a disc that differs from the border in colour alone', async () => {
    const map = await saliency((x, y) => (inDisc(x, y) ? [0.8, 0.3, 0.2] : [0.2, 0.5, 0.6]));
    let both = 0;
    let either = 0;
    map.forEach((value, i) => {
      const found = value >= 0.5;
      const there = inDisc(i % SIZE, Math.floor(i / SIZE));
      both += Number(found && there);
      either += Number(found || there);
    });
    expect(both / either).toBeGreaterThan(0.9);
  });

  test('uses the whole range from 0 to 1', async () => {
    const map = await saliency((x, y) => [x / SIZE, y / SIZE, 0.5]);
    expect(Math.min(...map)).toBe(0);
    expect(Math.max(...map)).toBeGreaterThan(0.99);
  });

  test('sees nothing at all in a picture of one colour', async () => {
    const map = await saliency(() => [0.4, 0.4, 0.4]);
    expect(map.every((value) => value >= 0 && value < 1 / 255)).toBe(true);
  });
});
