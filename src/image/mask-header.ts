/** How a mask's file stores its values, as its header says it; no pixel is decoded. */
export interface MaskHeader {
  /** `png`, `tiff`, `gif`, `jpeg`, `webp`, or `other` for what only a decoder can tell. */
  readonly format: 'png' | 'tiff' | 'gif' | 'jpeg' | 'webp' | 'other';
  readonly colour: 'grey' | 'rgb' | 'palette' | 'cmyk' | 'unknown';
  /** Of a channel, or of a palette's index; 0 where the header does not say. */
  readonly bits: number;
  /** Whether values are floating-point numbers. */
  readonly float: boolean;
  /** `channel` of its own, or one that follows from a transparent value or palette entry. */
  readonly alpha: 'none' | 'channel' | 'key';
  /** Whether compression changes values. */
  readonly lossy: boolean;
}

const PNG_MAGIC = '\x89PNG\r\n\x1a\n';
const PNG_COLOURS: Readonly<Record<number, MaskHeader['colour']>> = {
  0: 'grey',
  2: 'rgb',
  3: 'palette',
  4: 'grey',
  6: 'rgb',
};
const UNKNOWN: MaskHeader = {
  format: 'other',
  colour: 'unknown',
  bits: 0,
  float: false,
  alpha: 'none',
  lossy: false,
};

/** Of a file's bytes. What is not an image, damaged or of another format is `other`: whoever decodes it says more. */
export function maskHeaderOf(bytes: Buffer): MaskHeader {
  try {
    const start = bytes.toString('latin1', 0, 12);
    if (start.startsWith(PNG_MAGIC)) return pngHeader(bytes);
    if (/^GIF8[79]a/.test(start)) return gifHeader(bytes);
    if (start.startsWith('\xff\xd8\xff')) return jpegHeader(bytes);
    if (start.startsWith('RIFF') && start.endsWith('WEBP')) return webpHeader(bytes);
    if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return tiffHeader(bytes);
  } catch (error) {
    // Cut off within its header.
    if (!(error instanceof RangeError)) throw error;
  }
  return UNKNOWN;
}

/** In a few words, the same for all files that are stored alike: `PNG, palette of 8 bits, transparent entries`. */
export function encodingOf({ format, colour, bits, float, alpha }: MaskHeader): string {
  if (format === 'other') return 'an encoding that its header does not say';
  const width = bits === 0 ? '' : ` of ${bits} ${bits === 1 ? 'bit' : 'bits'}`;
  const transparency = { none: '', channel: ', alpha', key: ', a transparent value' }[alpha];
  return `${format.toUpperCase()}, ${colour}${width}${float ? ' floating point' : ''}${transparency}`;
}

function pngHeader(bytes: Buffer): MaskHeader {
  const [bits, type] = [bytes.readUInt8(24), bytes.readUInt8(25)];
  let isKeyed = false;
  for (const { name } of pngChunks(bytes)) {
    if (name === 'IDAT') break;
    if (name === 'tRNS') isKeyed = true;
  }
  const alpha = type >= 4 ? 'channel' : isKeyed ? 'key' : 'none';
  return { ...UNKNOWN, format: 'png', colour: PNG_COLOURS[type] ?? 'unknown', bits, alpha };
}

/** The chunks of a PNG in order, until the file ends. */
export function* pngChunks(
  bytes: Buffer,
): Generator<{ readonly name: string; readonly data: Buffer }, void, undefined> {
  for (let at = PNG_MAGIC.length; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    yield { name, data: bytes.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

function gifHeader(bytes: Buffer): MaskHeader {
  const flags = bytes.readUInt8(10);
  let at = 13 + ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  let alpha: MaskHeader['alpha'] = 'none';
  // Extensions (0x21) stand before the first picture (0x2c); a graphic control (0xf9) says whether an entry is transparent.
  while (bytes.readUInt8(at) === 0x21) {
    if (bytes.readUInt8(at + 1) === 0xf9 && (bytes.readUInt8(at + 3) & 1) === 1) alpha = 'key';
    at += 2;
    while (bytes.readUInt8(at) !== 0) at += bytes.readUInt8(at) + 1;
    at++;
  }
  return { ...UNKNOWN, format: 'gif', colour: 'palette', bits: 8, alpha };
}

function jpegHeader(bytes: Buffer): MaskHeader {
  let at = 2;
  for (;;) {
    const marker = bytes.readUInt8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const [bits, channels] = [bytes.readUInt8(at + 4), bytes.readUInt8(at + 9)];
      const colour = channels === 1 ? 'grey' : channels === 4 ? 'cmyk' : 'rgb';
      return { ...UNKNOWN, format: 'jpeg', colour, bits, lossy: true };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
}

function webpHeader(bytes: Buffer): MaskHeader {
  const kind = bytes.toString('latin1', 12, 16);
  const isAlpha =
    (kind === 'VP8X' && (bytes.readUInt8(20) & 0x10) !== 0) ||
    (kind === 'VP8L' && (bytes.readUInt8(24) & 0x10) !== 0);
  const lossy = kind !== 'VP8L' && !bytes.subarray(0, 4096).includes('VP8L');
  return { ...UNKNOWN, format: 'webp', colour: 'rgb', bits: 8, alpha: isAlpha ? 'channel' : 'none', lossy };
}

/** TIFF 6.0: the first directory's bits per sample, photometric interpretation, extra samples and sample format. */
function tiffHeader(bytes: Buffer): MaskHeader {
  const little = bytes.readUInt8(0) === 0x49;
  const short = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const directory = long(4);
  const tags = new Map<number, number>();
  for (let i = 0; i < short(directory); i++) {
    const at = directory + 2 + i * 12;
    // A value of one or two shorts stands in the entry itself, a longer list elsewhere; the first of all is enough.
    const [type, count] = [short(at + 2), long(at + 4)];
    if (type === 3) tags.set(short(at), short(count > 2 ? long(at + 8) : at + 8));
  }
  const photometric = tags.get(262);
  const colour =
    photometric === 3 ? 'palette' : photometric === 5 ? 'cmyk' : (photometric ?? 0) >= 2 ? 'rgb' : 'grey';
  // 7 is JPEG in TIFF.
  return {
    format: 'tiff',
    colour,
    bits: tags.get(258) ?? 1,
    float: tags.get(339) === 3,
    alpha: tags.has(338) ? 'channel' : 'none',
    lossy: tags.get(259) === 7,
  };
}
