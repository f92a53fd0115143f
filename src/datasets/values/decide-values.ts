import type { MaskFacts } from '../../image/mask-facts.js';
import type { ValueKind } from '../../image/value-facts.js';
import type { DecidedReading, MaskReading, MaskValues, ReadingEvidence } from '../../schema/mask-values.js';
import {
  contradictionOf,
  labelsIn,
  remedyOf,
  sayReading,
  type Contradiction,
  type MaskRole,
} from './contradiction.js';

export interface Looked {
  readonly path: string;
  readonly facts: MaskFacts;
}

interface ValuesQuestion {
  readonly role: MaskRole;
  /** What the user would set, for messages: `truths.values`, `--gt-values`. */
  readonly field: string;
  readonly wanted: MaskValues | undefined;
  /** Files by how they are stored, of all masks. */
  readonly encodings: Readonly<Record<string, number>>;
  /** Masks whose pixels were looked at. */
  readonly looked: readonly Looked[];
}

export type ValuesDecision =
  | {
      readonly kind: 'chosen';
      readonly decided: DecidedReading;
      /** What the user should know of the choice, a sentence each. */
      readonly remarks: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly where: string;
      readonly remedy: string;
    };

/** Soft masks for each that could be something else, from which on a set is one of soft alpha. */
const SOFT_FOR_EACH = 3;

/**
 * What the values of a dataset's masks mean, all of them, by what the user says and what the masks hold. One mask that
 * cannot be read in the way of the others is enough for a refusal.
 */
export function decideValues(question: ValuesQuestion): ValuesDecision {
  const { role, field, wanted, looked, encodings } = question;
  const reading = choose(question);
  const against = looked.flatMap(({ path, facts }) => {
    const found = contradictionOf(reading, facts, role);
    return found === undefined ? [] : [{ path, ...found }];
  });
  const evidence: ReadingEvidence = { encodings, looked: countsOf(looked) };
  against.push(...ofAll(reading, looked, role));
  const [first] = against;
  if (first !== undefined) {
    const kindOf = (what: string): string => what.split(' (')[0];
    const alike = against.filter(({ what }) => kindOf(what) === kindOf(first.what)).length;
    const others = looked.length === 1 ? '' : `; ${alike} of ${looked.length} examined are like it`;
    const { encoding } = looked.find(({ path }) => path === first.path)?.facts ?? { encoding: '' };
    return {
      kind: 'refused',
      message: `the mask ${first.what}${others}; ${encoding}`,
      where: first.path,
      remedy: remedyOf(field, first),
    };
  }
  return {
    kind: 'chosen',
    decided: { reading, evidence },
    remarks: remarksOn(reading, wanted, looked, role),
  };
}

/** What is wrong with all masks together, though each by itself could be right. */
function ofAll(
  { channel, decidedBy }: MaskReading,
  looked: readonly Looked[],
  role: MaskRole,
): readonly (Contradiction & { readonly path: string })[] {
  const clear = looked.filter(({ facts }) => facts.alpha === 'clear');
  if (channel === 'cutout' && clear.length === looked.length && clear.some(hasPicture)) {
    const settings = ['channel: luma', 'channel: alpha'];
    return clear.map(({ path }) => ({ path, what: 'is transparent everywhere', settings }));
  }
  if (decidedBy === undefined || decidedBy === 'unit') return [];
  const telling = looked.filter(
    ({ facts: { values } }) => values.kind !== 'blank' && values.kind !== 'constant',
  );
  if (role === 'truth') {
    const most = Math.max(...telling.map(({ facts: { values } }) => values.largest / values.full));
    return most * 2 >= 1
      ? []
      : telling.map(({ path, facts: { values } }) => ({
          path,
          what: `never reaches half of ${values.full}, unlike any real mask`,
          settings: [
            `threshold: ${Math.max(1, Math.ceil(values.largest / 2))}`,
            'as: nonzero',
            'as: opacity',
          ],
        }));
  }
  const maps = telling.flatMap(({ path, facts }) => {
    const found = labelsIn(facts);
    return found === undefined ? [] : [{ path, ...found }];
  });
  return maps.length * 2 >= telling.length ? maps : [];
}

function choose({ role, wanted = 'auto', looked }: ValuesQuestion): MaskReading {
  const {
    as = 'auto',
    labels,
    threshold,
    ignore,
    channel: asked,
  } = typeof wanted === 'string' ? { as: wanted } : wanted;
  const kind = labels !== undefined ? 'labels' : threshold !== undefined ? 'threshold' : as;
  const channel = asked ?? channelOf(kind, looked);
  const rest = { channel, ...(ignore === undefined ? {} : { ignore }) };
  if (kind === 'labels') return { as: kind, labels: labels ?? [], ...rest };
  if (kind === 'threshold') return { as: kind, threshold: threshold ?? 1, ...rest };
  if (kind !== 'auto') return { as: kind, ...rest };
  const decidedBy = decidingKind(looked, channel, role);
  return { as: decidedBy === 'unit' ? 'nonzero' : 'opacity', ...rest, decidedBy };
}

/** Real alpha anywhere makes it the mask everywhere; labels are what a palette is looked up by. */
function channelOf(as: MaskReading['as'] | 'auto', looked: readonly Looked[]): MaskReading['channel'] {
  const some = (test: (facts: MaskFacts) => boolean): boolean => looked.some(({ facts }) => test(facts));
  if (as === 'labels') return some(({ isPalette }) => isPalette) ? 'index' : 'grey';
  if (some(({ alpha }) => alpha === 'real' || alpha === 'clear')) return 'cutout';
  if (as !== 'nonzero') return 'grey';
  return some(({ isPalette, isColoured }) => isPalette && isColoured) ? 'index' : 'any';
}

function decidingKind(
  looked: readonly Looked[],
  channel: MaskReading['channel'],
  role: MaskRole,
): NonNullable<MaskReading['decidedBy']> {
  const kinds = looked
    .filter(({ facts }) => channel !== 'cutout' || facts.alpha !== 'opaque')
    .map(({ facts }) => facts.values.kind)
    .filter((kind) => kind !== 'blank');
  const count = (...of: ValueKind[]): number => kinds.filter((kind) => of.includes(kind)).length;
  const units = looked.filter(({ facts }) => facts.values.kind === 'unit');
  // A prediction of 1 everywhere is nearly nothing everywhere, unless others of 0 and 1 show what is meant.
  const isUnit = role === 'truth' || units.some(({ facts }) => facts.values.values.length > 1);
  if (kinds.length > 0 && count('unit') === kinds.length && isUnit) return 'unit';
  const soft = count('soft');
  // A network's answers may be anything: they are of two values only where most are seen to be.
  if (role === 'prediction') return count('plain', 'full') > soft ? 'plain' : 'soft';
  return soft > 0 && soft >= SOFT_FOR_EACH * count('labels', 'trimap', 'constant', 'faint')
    ? 'soft'
    : 'plain';
}

/** Whether the colours under a transparent picture say anything. */
function hasPicture({ facts }: Looked): boolean {
  return facts.brightness.kind !== 'blank';
}

function countsOf(looked: readonly Looked[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { facts } of looked) {
    const name = facts.alpha === 'none' ? facts.values.kind : `${facts.values.kind}, ${facts.alpha} alpha`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function remarksOn(
  reading: MaskReading,
  wanted: MaskValues | undefined,
  looked: readonly Looked[],
  role: MaskRole,
): readonly string[] {
  const trimaps = looked.filter(({ facts }) => facts.values.kind === 'trimap').length;
  const units = looked.filter(
    ({ facts: { values } }) => values.kind === 'unit' && values.values.length > 1,
  ).length;
  return [
    ...(reading.decidedBy === 'unit'
      ? [`masks hold only 0 and 1 (all ${looked.length} looked at): read as ${sayReading(reading)}`]
      : []),
    ...(role === 'prediction' && reading.decidedBy === 'soft' && units > 0
      ? [
          `${units} of ${looked.length} masks looked at hold only 0 and 1, which is nearly nothing of 255; others do not`,
        ]
      : []),
    ...(role === 'truth' &&
    wanted !== undefined &&
    reading.as === 'opacity' &&
    trimaps > 0 &&
    reading.ignore === undefined
      ? [`${trimaps} of ${looked.length} masks looked at are trimaps, whose middle counts as half opaque`]
      : []),
  ];
}
