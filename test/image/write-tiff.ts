import { writeFile } from 'node:fs/promises';

/** An uncompressed TIFF of one strip and exactly this form. */
export interface TiffForm {
  readonly width: number;
  readonly height: number;
  readonly bits: 1 | 2 | 4 | 8 | 16 | 32;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette. */
  readonly photometric?: 0 | 1 | 2 | 3;
  /** 1 whole numbers, 2 with a sign, 3 floating point. */
  readonly format?: 1 | 2 | 3;
  readonly channels?: number;
  /** Reds, then greens, then blues of the palette, 16 bits each. */
  readonly palette?: readonly number[];
  readonly data: Uint8Array;
}

const SHORT = 3;
const LONG = 4;

export async function writeTiff(path: string, form: TiffForm): Promise<string> {
  const { width, height, bits, photometric = 1, format = 1, channels = 1, palette, data } = form;
  const each = (value: number): readonly number[] => Array.from({ length: channels }, () => value);
  const tags: (readonly [tag: number, type: number, values: readonly number[]])[] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, each(bits)],
    [259, SHORT, [1]],
    [262, SHORT, [photometric]],
    [273, LONG, [0]],
    [277, SHORT, [channels]],
    [278, LONG, [height]],
    [279, LONG, [data.length]],
    ...(palette === undefined ? [] : [[320, SHORT, palette] as const]),
    [339, SHORT, each(format)],
  ];
  let end = 8 + 2 + tags.length * 12 + 4;
  const head = Buffer.alloc(end);
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(tags.length, 8);
  const lists: Buffer[] = [];
  for (const [i, [tag, type, values]] of tags.entries()) {
    const at = 10 + i * 12;
    const size = type === SHORT ? 2 : 4;
    const packed = Buffer.alloc(Math.max(4, values.length * size));
    for (const [k, value] of values.entries()) packed.writeUIntLE(value, k * size, size);
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(values.length, at + 4);
    if (packed.length > 4) {
      head.writeUInt32LE(end, at + 8);
      lists.push(packed);
      end += packed.length;
    } else packed.copy(head, at + 8);
  }
  head.writeUInt32LE(end, 10 + tags.findIndex(([tag]) => tag === 273) * 12 + 8);
  await writeFile(path, Buffer.concat([head, ...lists, data]));
  return path;
}
