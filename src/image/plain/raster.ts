import { roundHalfEven } from '../round-half-even.js';

/** A picture of a format that sharp lacks, as its file stores it. */
export interface PlainRaster {
  /** E.g. `bmp`. */
  readonly format: string;
  readonly width: number;
  readonly height: number;
  /** 1 grey or a palette's index, 3 RGB, 4 RGB and alpha; interleaved, rows from the top. */
  readonly channels: 1 | 3 | 4;
  /** A channel, in the file. */
  readonly bits: number;
  readonly data: Uint8Array | Uint16Array;
  /** The value that is white, 1..65535. */
  readonly max: number;
  /** The colours behind the indices, as `r << 16 | g << 8 | b`. */
  readonly palette?: readonly number[];
}

/** Of 8 bits a channel: palettes looked up (grey where all their colours are), other maxima scaled to 255. */
interface EightBit {
  readonly data: Uint8Array;
  readonly channels: 1 | 3 | 4;
}

/** @throws Error for an index that the palette does not have. */
export function toEightBit({ data, channels, max, palette }: PlainRaster): EightBit {
  if (palette !== undefined) return lookUp(data, palette);
  if (max === 255 && data instanceof Uint8Array) return { data, channels };
  const scaled = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) scaled[i] = roundHalfEven((data[i] / max) * 255);
  return { data: scaled, channels };
}

function lookUp(indices: Uint8Array | Uint16Array, palette: readonly number[]): EightBit {
  const isGrey = palette.every((colour) => colour === (colour & 255) * 0x010101);
  const channels = isGrey ? 1 : 3;
  const data = new Uint8Array(indices.length * channels);
  for (let i = 0, q = 0; i < indices.length; i++, q += channels) {
    const colour = palette[indices[i]];
    if (colour === undefined) throw new Error(`the colour ${indices[i]} of a palette of ${palette.length}`);
    data[q] = colour >> 16;
    if (isGrey) continue;
    data[q + 1] = (colour >> 8) & 255;
    data[q + 2] = colour & 255;
  }
  return { data, channels };
}
