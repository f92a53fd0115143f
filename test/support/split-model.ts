import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeOnnx, floatValue, longs, node } from './onnx-builder.js';

/** Height and width of the picture that it takes, and of the map that it gives. */
const [HEIGHT, WIDTH] = [48, 64];

/** By path in the model's folder. */
export type ModelFolder = Readonly<Record<string, Buffer>>;

export interface SplitOptions {
  /** How bright the mask becomes: 1 gives the brightness of the picture's red. */
  readonly gain?: number;
  /** Where the weights are; each file has one of two factors of the gain, the second behind 16 bytes of something else. */
  readonly locations?: readonly [string, ...string[]];
  readonly name?: string;
}

/** A network whose weights are in files of their own: the red channel times a gain for each of them. */
export function splitModel(options: SplitOptions = {}): ModelFolder {
  const { gain = 1, locations = ['m.onnx_data'], name = 'm.onnx' } = options;
  const bytes = HEIGHT * WIDTH * 4;
  const last = locations.length - 1;
  const external = (location: string, i: number) =>
    i === 0 ? { location } : { location, offset: '16', length: String(bytes) };
  const graph = encodeOnnx({
    graph: {
      inputs: [floatValue('x', [1, 3, HEIGHT, WIDTH])],
      outputs: [floatValue('y', [1, 1, HEIGHT, WIDTH])],
      initializers: [
        longs('red', [0]),
        ...locations.map((location, i) => ({
          name: `gain${i}`,
          dtype: 'float32' as const,
          dims: [1, 1, HEIGHT, WIDTH],
          data: [],
          external: external(location, i),
        })),
      ],
      nodes: [
        node('Gather', ['x', 'red'], 'v0', { axis: { type: 'int', value: 1 } }),
        ...locations.map((_, i) => node('Mul', [`v${i}`, `gain${i}`], i === last ? 'y' : `v${i + 1}`)),
      ],
    },
  });
  const weights = locations.map((location, i): [string, Buffer] => {
    const values = Float32Array.from({ length: HEIGHT * WIDTH }, () => (i === 0 ? gain : 1));
    return [location, Buffer.concat([Buffer.alloc(i === 0 ? 0 : 16, 7), Buffer.from(values.buffer)])];
  });
  return { [name]: graph, ...Object.fromEntries(weights) };
}

export async function writeFolder(folder: string, files: ModelFolder): Promise<void> {
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}
