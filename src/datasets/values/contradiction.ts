import type { MaskFacts } from '../../image/mask-facts.js';
import type { ValueFacts } from '../../image/value-facts.js';
import { readingText } from '../../schema/mask-reading.js';
import type { MaskReading } from '../../schema/mask-values.js';

/** What the user sets, by whose masks they are. */
export interface ValuesFields {
  readonly truths: string;
  readonly masks: string;
}

/** Of datasets and models that have specs, and of folders that have none. */
export const VALUES_FIELDS: ValuesFields = { truths: 'truths.values', masks: 'masks.values' };
export const VALUES_FLAGS: ValuesFields = { truths: '--gt-values', masks: '--pred-values' };

/** Whose masks: a prediction may be faint or the same everywhere, and is an answer all the same. */
export type MaskRole = 'truth' | 'prediction';

/** Why a mask cannot be read as its dataset's masks are. */
export interface Contradiction {
  /** What the mask holds. */
  readonly what: string;
  /** What to write into the field, best first: `labels: [1]`. */
  readonly settings: readonly string[];
}

/** Undefined where a mask fits the reading. */
export function contradictionOf(
  reading: MaskReading,
  facts: MaskFacts,
  role: MaskRole,
): Contradiction | undefined {
  return ofChannel(reading, facts) ?? ofValues(reading, facts, role);
}

function ofChannel({ channel }: MaskReading, facts: MaskFacts): Contradiction | undefined {
  const {
    alpha,
    isColoured,
    isPalette,
    hasIndices,
    indices,
    colours,
    manyColours,
    contradicts,
    isColourLost,
  } = facts;
  const say = (what: string, ...settings: string[]): Contradiction => ({ what, settings });
  const ofColours = colours.length === 0 ? '' : ` (${colours.join(', ')}${manyColours ? ', ...' : ''})`;
  switch (channel) {
    case 'alpha':
      return alpha === 'none' ? say('has no alpha channel', 'channel: luma') : undefined;
    case 'index':
      return hasIndices ? undefined : say('has no palette whose indices can be read', 'channel: luma');
    case 'cutout':
      if (alpha === 'none') return say('has no alpha channel, while others are cut-outs', 'channel: luma');
      if (contradicts)
        return say('has an alpha channel that contradicts its colours', 'channel: luma', 'channel: alpha');
      if (isColourLost) return say('is black wherever it is not transparent', 'channel: alpha');
      return isPalette && isColoured && !manyColours && colours.length > 1
        ? say(
            `holds palette indices, some of them transparent${ofColours}`,
            ...labelsFrom(indices, 255),
            'channel: alpha',
          )
        : undefined;
    case 'grey':
    case 'any': {
      if (alpha === 'real' || alpha === 'clear')
        return say('has transparent pixels, while others have none', 'channel: luma', 'channel: alpha');
      if (!isColoured) return undefined;
      if (isPalette) return ofPalette(facts, ofColours);
      if (alpha === 'opaque')
        return say(`is opaque everywhere and has colours${ofColours}`, 'channel: alpha', 'channel: luma');
      if (channel === 'any') return undefined;
      return say(`is in colour${ofColours}`, ...channelsOf(colours), 'as: nonzero', 'channel: luma');
    }
    default:
      return undefined;
  }
}

function ofPalette({ indices }: MaskFacts, ofColours: string): Contradiction {
  const named = indices.length === 0 ? '' : ` ${indices.join(', ')}`;
  const settings = [...labelsFrom(indices, 255), 'channel: luma'];
  return { what: `holds palette indices${named}${ofColours}`, settings };
}

/** The most frequent label that is neither background nor void, and void to be ignored where there is any. */
function labelsFrom(values: readonly number[], full: number): readonly string[] {
  const label = values.find((value) => value > 0 && value < full);
  if (label === undefined) return [];
  return [`labels: [${label}]${values.includes(full) ? `, ignore: [${full}]` : ''}`];
}

/** The channels in which a mask of one colour and black is not 0. */
function channelsOf(colours: readonly string[]): readonly string[] {
  const used = ['red', 'green', 'blue'].filter((_, c) =>
    colours.some((colour) => Number.parseInt(colour.slice(1 + 2 * c, 3 + 2 * c), 16) > 127),
  );
  return used.map((name) => `channel: ${name}`);
}

function ofValues(reading: MaskReading, facts: MaskFacts, role: MaskRole): Contradiction | undefined {
  const { as, threshold = 0, labels = [], decidedBy } = reading;
  const values = valuesRead(reading, facts);
  const { kind, full, largest } = values;
  if (kind === 'outside' && as === 'opacity')
    return {
      what: 'has numbers below 0, above 1 or NaN in floating point',
      settings: ['threshold: 0.5', 'as: nonzero'],
    };
  const beyond = [threshold, ...labels].find((value) => value > Math.max(full, largest));
  if (beyond !== undefined && !facts.isPalette && kind !== 'outside')
    return {
      what: `has values up to ${full}, never ${beyond}`,
      settings: [`labels: [${full}]`, 'as: opacity'],
    };
  if (decidedBy === undefined) return undefined;
  const say = (what: string, ...settings: string[]): Contradiction => ({
    what: `${what} (${listed(values)})`,
    settings,
  });
  if (decidedBy === 'unit') {
    return kind === 'unit' || kind === 'blank'
      ? undefined
      : say('holds more than 0 and 1, while others hold nothing else', 'as: nonzero', 'as: opacity');
  }
  const reachesTop = largest >= full * HIGH;
  const onlyUnits = (): Contradiction =>
    say('holds only 0 and 1, while others do not', 'as: nonzero', 'as: opacity');
  // A network may answer anything, nearly nothing too; whether all of its masks are something else is seen from all of
  // them. But where most are 0 and the largest value, one of 0 and 1 or of labels is no faint answer.
  if (role === 'prediction') {
    const found = decidedBy === 'plain' ? labelsIn(facts) : undefined;
    return found !== undefined && kind === 'unit' ? onlyUnits() : found;
  }
  switch (kind) {
    case 'unit':
      return onlyUnits();
    case 'labels':
      if (facts.indices.length > 0) return ofPalette(facts, '');
      return decidedBy === 'soft' && reachesTop ? undefined : labelsOf(say, values);
    case 'trimap': {
      const middle = values.values.find((value) => value > 0 && value < full);
      return decidedBy === 'soft'
        ? undefined
        : say('is a trimap', `as: opacity, ignore: [${middle}]`, `threshold: ${full}`, 'as: opacity');
    }
    case 'constant':
      return say('has one value everywhere', `threshold: ${largest}`, 'as: opacity');
    case 'faint':
      return decidedBy === 'soft' ? undefined : say(`never reaches ${full}`, 'as: opacity', 'as: nonzero');
    default:
      return undefined;
  }
}

/** Of the largest value: what soft alpha of an opaque subject reaches, and what labels stay below. */
const HIGH = 0.75;
const LOW = 1 / 8;
/** A network's faint answer has more values than a map of labels. */
const MOST_OTHERS = 15;

/** What predictions hold that look like labels, or like 0 and 1 that are to be read as such. */
export function labelsIn({ values }: MaskFacts): Contradiction | undefined {
  const isLow = values.values.some((value) => value > 0 && value < values.full * LOW);
  const isMap = values.kind === 'labels' || (values.kind === 'unit' && values.values.length > 1);
  if (!isMap || !isLow || values.others > MOST_OTHERS) return undefined;
  return labelsOf((what, ...settings) => ({ what: `${what} (${listed(values)})`, settings }), values);
}

/** Opaque everywhere in a folder of cut-outs is a mask that is full. */
function valuesRead({ channel }: MaskReading, { alpha, values }: MaskFacts): ValueFacts {
  return channel === 'cutout' && alpha === 'opaque'
    ? { ...values, kind: 'full', values: [values.full], others: 0, largest: values.full }
    : values;
}

function labelsOf(
  say: (what: string, ...settings: string[]) => Contradiction,
  values: ValueFacts,
): Contradiction {
  const own = labelsFrom(values.values, values.full);
  return say('holds what looks like labels', ...own, 'as: nonzero', 'as: opacity');
}

function listed({ values, others }: ValueFacts): string {
  const shown = values.map((value) => String(Math.round(value * 1000) / 1000)).join(', ');
  return others > 0 ? `${shown} and ${others} more values` : shown;
}

/** A sentence about the settings that would do, as they are written into the field. */
export function remedyOf(field: string, { settings }: Contradiction): string {
  const isFlag = field.startsWith('--');
  const written = settings.map((setting) => {
    const word = setting.startsWith('as: ') && !setting.includes(',') ? setting.slice(4) : undefined;
    return isFlag ? `${field} "${word ?? setting}"` : `${field}: ${word ?? `{ ${setting} }`}`;
  });
  return `say what its values mean, e.g. ${written.join(' or ')}`;
}

/** For whoever reads a choice: `read as nonzero`. */
export function sayReading(reading: MaskReading): string {
  const { channel } = reading;
  return `${readingText(reading) ?? 'opacity'}${channel === 'cutout' ? ' of the alpha channel' : ''}`;
}
