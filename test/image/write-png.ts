import { crc32, deflateSync } from 'node:zlib';
import { writeFile } from 'node:fs/promises';

/** A PNG of exactly this form; encoders choose forms of their own. */
export interface PngForm {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 1 | 2 | 4 | 8 | 16;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  /** One number a channel, row by row, in the range of the bit depth. */
  readonly samples: readonly number[];
  readonly palette?: readonly (readonly [number, number, number])[];
  /** Alpha of the palette's first entries. */
  readonly paletteAlpha?: readonly number[];
  /** The value (one a colour channel) that is transparent. */
  readonly transparent?: readonly number[];
}

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

export async function writePng(path: string, form: PngForm): Promise<string> {
  const { width, height, bitDepth, colourType, samples, palette, paletteAlpha, transparent } = form;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, colourType], 8);
  const perRow = width * CHANNELS[colourType];
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.concat([Buffer.of(0), packRow(samples.slice(y * perRow, (y + 1) * perRow), bitDepth)]),
  );
  const chunks = [
    chunk('IHDR', header),
    ...(palette === undefined ? [] : [chunk('PLTE', Buffer.from(palette.flat()))]),
    ...(paletteAlpha === undefined ? [] : [chunk('tRNS', Buffer.from(paletteAlpha))]),
    ...(transparent === undefined
      ? []
      : [chunk('tRNS', Buffer.from(transparent.flatMap((value) => [value >> 8, value & 255])))]),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  await writeFile(path, Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]));
  return path;
}

function packRow(samples: readonly number[], bitDepth: number): Buffer {
  const row = Buffer.alloc(Math.ceil((samples.length * bitDepth) / 8));
  samples.forEach((value, i) => {
    if (bitDepth === 16) row.writeUInt16BE(value, i * 2);
    else row[(i * bitDepth) >> 3] |= value << (8 - bitDepth - ((i * bitDepth) & 7));
  });
  return row;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
