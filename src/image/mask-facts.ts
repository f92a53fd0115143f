import type { MaskReading } from '../schema/mask-values.js';
import { encodingOf } from './mask-header.js';
import { planeOf, type Plane, type RawMask } from './raw-mask.js';
import { factsOfValues, type ValueFacts } from './value-facts.js';

/** What one mask's pixels say about what its values may mean. */
export interface MaskFacts {
  readonly encoding: string;
  readonly isPalette: boolean;
  /** Whether the palette's indices can be known, or the one channel has values of its own. */
  readonly hasIndices: boolean;
  /** Of a PNG's palette the indices in use, the most frequent ones first; else none. */
  readonly indices: readonly number[];
  /** `clear` 0 everywhere, `opaque` the largest value everywhere, `real` neither. */
  readonly alpha: 'none' | 'clear' | 'opaque' | 'real';
  /** Whether red, green and blue differ anywhere. */
  readonly isColoured: boolean;
  /** The most frequent colours of what alpha leaves visible, as `#rrggbb`, and whether there are more than a few. */
  readonly colours: readonly string[];
  readonly manyColours: boolean;
  /** Of the brightest of the colour channels. */
  readonly brightness: ValueFacts;
  /** Whether alpha and the colours are two masks that differ. */
  readonly contradicts: boolean;
  /** Black wherever it is visible, in a format that keeps no colour where it is not. */
  readonly isColourLost: boolean;
  /** Of the channel that would be read: the one asked for, else real alpha, else what the colours say. */
  readonly values: ValueFacts;
}

/** Colours counted at most; a photograph has more, a map of labels fewer. */
const MANY_COLOURS = 24;
const TOLD_COLOURS = 3;
/** Differences between channels that are compression's doing. */
const LOSSY_SPREAD = 24;
const EXACT_SPREAD = 8;
/** Of the pixels of a lossy picture those that may be coloured all the same. */
const STRAY = 0.002;
/** Of the pixels those in which two masks may differ and still be one. */
const DIFFERING = 0.01;

/**
 * @param channel the channel that the user names, if any
 * @param ignored values that count nowhere
 */
export function factsOf(
  raw: RawMask,
  channel?: MaskReading['channel'],
  ignored: ReadonlySet<number> = new Set(),
): MaskFacts {
  const { header, width, full, hasAlpha } = raw;
  const facts = (plane: Plane, most: number): ValueFacts => factsOfValues(plane, width, most, ignored);
  const grey = planeOf(raw, 'any');
  const brightness = facts(grey ?? new Uint8Array(0), full);
  const alphaPlane = hasAlpha ? planeOf(raw, 'alpha') : undefined;
  const alphaFacts = alphaPlane === undefined ? undefined : factsOfValues(alphaPlane, width, full);
  const alpha =
    alphaFacts === undefined
      ? 'none'
      : alphaFacts.kind === 'blank'
        ? 'clear'
        : alphaFacts.kind === 'full'
          ? 'opaque'
          : 'real';
  const colours = coloursOf(raw, alphaPlane);
  const asked = channel === undefined ? undefined : planeOf(raw, channel);
  const most = channel === 'index' && header.colour === 'palette' ? 255 : full;
  const own = alpha === 'real' || alpha === 'clear' ? alphaFacts : undefined;
  return {
    encoding: encodingOf(header),
    isPalette: header.colour === 'palette',
    hasIndices:
      header.colour === 'grey' ||
      header.colour === 'unknown' ||
      (header.colour === 'palette' && header.format === 'png'),
    indices: mostFrequent(header.colour === 'palette' ? raw.indices() : undefined),
    alpha,
    ...colours,
    brightness,
    contradicts:
      alphaPlane !== undefined &&
      grey !== undefined &&
      isMask(brightness) &&
      // An alpha that is the same everywhere, and not opaque, says less than a mask in the colours.
      ((alpha === 'real' && alphaFacts?.values.length === 1 && brightness.values.length > 1) ||
        differ(alphaPlane, grey, full)),
    isColourLost: alpha === 'real' && brightness.kind === 'blank' && ['gif', 'webp'].includes(header.format),
    values: exact(asked !== undefined ? facts(asked, most) : (own ?? brightness), header.lossy),
  };
}

/** Where compression changes values, 0 and 1 are what it left of them. */
function exact(values: ValueFacts, lossy: boolean): ValueFacts {
  return lossy && values.kind === 'unit' ? { ...values, kind: 'faint' } : values;
}

const TOLD_INDICES = 5;

function mostFrequent(indices: Uint8Array | undefined): readonly number[] {
  const counts = new Uint32Array(256);
  for (const index of indices ?? []) counts[index]++;
  const used = [...counts.keys()].filter((index) => counts[index] > 0);
  return used.sort((a, b) => counts[b] - counts[a]).slice(0, TOLD_INDICES);
}

/** Whether values by themselves make a mask, and not a photograph. */
function isMask({ kind }: ValueFacts): boolean {
  return kind === 'plain' || kind === 'unit' || kind === 'trimap' || kind === 'labels';
}

function differ(a: Plane, b: Plane, full: number): boolean {
  let differing = 0;
  for (let i = 0; i < a.length; i++) if (a[i] * 2 >= full !== b[i] * 2 >= full) differing++;
  return differing > a.length * DIFFERING;
}

function coloursOf(
  { samples, channels, hasAlpha, header, full }: RawMask,
  alpha: Plane | undefined,
): Pick<MaskFacts, 'isColoured' | 'colours' | 'manyColours'> {
  if (channels - (hasAlpha ? 1 : 0) === 1) return { isColoured: false, colours: [], manyColours: false };
  const scale = 255 / full;
  const counts = new Map<number, number>();
  let [coloured, manyColours, packed, run] = [0, false, -1, 0];
  let [lastRed, lastGreen, lastBlue, isStray] = [-1, -1, -1, false];
  const flush = (): void => {
    if (run > 0 && !manyColours) counts.set(packed, (counts.get(packed) ?? 0) + run);
    if (counts.size > MANY_COLOURS) manyColours = true;
    run = 0;
  };
  for (let i = 0, p = 0; p < samples.length; i++, p += channels) {
    const [red, green, blue] = [samples[p], samples[p + 1], samples[p + 2]];
    if (red !== lastRed || green !== lastGreen || blue !== lastBlue) {
      flush();
      [lastRed, lastGreen, lastBlue] = [red, green, blue];
      packed = ((red * scale) << 16) | ((green * scale) << 8) | (blue * scale);
      const most = Math.max(red, green, blue);
      const allowed = header.lossy ? LOSSY_SPREAD : most * scale < 32 ? 0 : EXACT_SPREAD;
      isStray = (most - Math.min(red, green, blue)) * scale > allowed;
    }
    if (alpha === undefined || alpha[i] > 0) run++;
    if (isStray) coloured++;
  }
  flush();
  const isColoured = coloured > (header.lossy ? (STRAY * samples.length) / channels : 0);
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).slice(0, TOLD_COLOURS);
  return {
    isColoured,
    colours: isColoured ? frequent.map(([colour]) => `#${colour.toString(16).padStart(6, '0')}`) : [],
    manyColours,
  };
}
