import { unitPattern } from './attributes/name-pattern.js';

/** What is known of a dataset's samples without opening a file. */
interface Listed {
  readonly name: string;
  /** Of the public sets that its pictures are of, e.g. `humans`. */
  readonly tags: readonly string[];
  readonly ids: readonly string[];
  readonly attributes: readonly Readonly<Record<string, string | number>>[];
  /** Of the samples, where the dataset names some. */
  readonly units?: readonly string[] | undefined;
  /** Set a unit's pattern, where the dataset is described by flags and has no file to write it into. */
  readonly unitFlag?: string | undefined;
}

/** Attributes whose images resemble each other, whoever named them so. */
const GROUPING = ['video', 'clip', 'sequence', 'burst', 'scene', 'subject', 'source'];

/** A name of Humans: letters of the composition, if there are, then the stem of the person that was cut out. */
const HUMANS_UNIT = '(?:[a-z]{13}_)?([^/]+)$';
/** What comes before the number at the end of a name, if there is one. */
const SERIES_UNIT = '^(.*?[^/\\d])\\d*$';

/**
 * Why images of a dataset that names no units may hang together, in one line with what to set; undefined where nothing is
 * known or suspected. Known are Humans (many compositions of one person) and DIS5K (many pictures of one category);
 * suspected are attributes such as `video`, and names that share a stem before a number (`clip_0001`, `clip_0020`).
 */
export function suspectedClusters({
  name,
  tags,
  ids,
  attributes,
  units,
  unitFlag,
}: Listed): string | undefined {
  if (units !== undefined || ids.length < 2) return undefined;
  const say = (what: string, groups: number, remedy: string): string =>
    `${name} names no units, and its images ${what} (${ids.length} images, ${groups} groups): counted as independent they make intervals narrower than they should be; ${remedy}`;
  const setPattern = (pattern: string): string =>
    unitFlag === undefined ? `set unit: { pattern: '${pattern}' }` : `give ${unitFlag} '${pattern}'`;
  if (tags.includes('humans')) {
    const source = unitPattern(HUMANS_UNIT);
    const sources = new Set(ids.map((id) => (source.kind === 'pattern' ? source.unitOf(id) : id)));
    if (sources.size < ids.length)
      return say('are compositions that share source pictures', sources.size, setPattern(HUMANS_UNIT));
  }
  const attribute = [...(tags.some((tag) => tag.startsWith('dis5k')) ? ['category'] : []), ...GROUPING].find(
    (wanted) => attributes.some((of) => of[wanted] !== undefined),
  );
  if (attribute !== undefined) {
    const values = new Set(attributes.map((of, i) => String(of[attribute] ?? ids[i])));
    if (values.size > 1 && values.size < ids.length)
      return say(`share their ${attribute}`, values.size, `set unit: ${attribute}`);
  }
  const series = seriesOf(ids);
  return series === undefined
    ? undefined
    : say(
        'may be series, by their names alone (a stem and numbers)',
        series,
        `if so, ${setPattern(SERIES_UNIT)}`,
      );
}

/**
 * How many groups the ids are, where most of them share a stem before a number with another one, and there are several such
 * stems; else undefined. Numbers may be any: frames of a video are often sampled.
 */
function seriesOf(ids: readonly string[]): number | undefined {
  const numbers = new Map<string, Set<number>>();
  let numbered = 0;
  for (const id of ids) {
    const [, stem = '', digits = ''] = /^(.*?)(\d{1,9})$/.exec(id) ?? [];
    if (!/[^/]$/.test(stem)) continue;
    numbered++;
    numbers.set(stem, (numbers.get(stem) ?? new Set()).add(Number(digits)));
  }
  const series = [...numbers.values()].filter(({ size }) => size > 1);
  const shared = series.reduce((sum, { size }) => sum + size, 0);
  // one stem is the numbering of a dataset; so are its splits
  return series.length > 2 && shared > ids.length / 2 ? numbers.size + ids.length - numbered : undefined;
}
