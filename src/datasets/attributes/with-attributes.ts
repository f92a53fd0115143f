import { csvError } from '../../core/csv.js';
import { MaskbenchError } from '../../core/errors.js';
import { unknownName } from '../../core/names.js';
import type { DatasetEntry, OnRemark, Sample } from '../dataset.js';
import { problemEntry } from '../problem-entry.js';
import { hintForId } from '../same-name.js';
import type { DatasetSpec } from '../spec.js';
import { unitPattern } from './name-pattern.js';
import { openAttributes, type AttributeSource } from './read-attributes.js';

/**
 * Adds what a dataset's spec says of its samples beside the layout: attributes, and the unit that each belongs to. A sample
 * that should have a unit and has none is a problem; one that has no attributes is remarked upon.
 *
 * @param path of the file of attributes, if there is one
 * @throws MaskbenchError `data.unpaired` for an id that no sample has, once all are listed; what `openAttributes` throws;
 * `config.*` for names that are taken or unknown, and for a pattern of units that is found in no id.
 */
export async function* withAttributes(
  entries: AsyncIterable<DatasetEntry>,
  { name, attributes, unit, ...spec }: DatasetSpec,
  path: string,
  onRemark?: OnRemark,
): AsyncGenerator<DatasetEntry> {
  const source = attributes === undefined ? undefined : await openAttributes(attributes, path);
  const ids = new Set<string>();
  const listed = source?.lines.size ?? 0;
  const without: string[] = [];
  let samples = 0;
  const units = unit === undefined ? undefined : unitsBy(unit);
  let hasUnits = typeof unit === 'string' && source?.names.includes(unit) === true;
  let first: string | undefined;
  for await (const entry of entries) {
    if (listed > 0) ids.add(entry.kind === 'sample' ? entry.sample.id : entry.problem.id);
    if (entry.kind === 'problem') {
      yield entry;
      continue;
    }
    samples++;
    const sample = source === undefined ? entry.sample : described(entry.sample, source);
    if (sample === undefined) without.push(entry.sample.id);
    const known = sample ?? entry.sample;
    if (units === undefined) {
      yield { ...entry, sample: known };
      continue;
    }
    first ??= known.id;
    const value = units.of(known);
    hasUnits ||= value !== undefined;
    if (!hasUnits && typeof unit === 'string') {
      const names = [...new Set([...(source?.names ?? []), ...Object.keys(known.attributes)])];
      throw unknownName(`dataset "${name}" has no attribute for its unit`, unit, names, {
        where: known.imagePath,
      });
    }
    yield value === undefined
      ? problemEntry(name, known.id, 'data.missing', known.imagePath, units.unknown)
      : { ...entry, sample: { ...known, unit: value } };
  }
  if (!hasUnits && typeof unit === 'object' && first !== undefined) {
    throw new MaskbenchError('config.invalid', `unit.pattern of dataset "${name}" is found in no id`, {
      where: unit.pattern,
      remedy: `the first id is "${first}"`,
    });
  }
  if (source === undefined) return;
  const chosen = 'splits' in spec ? spec.splits : undefined;
  for (const [id, line] of source.lines) {
    if (ids.has(id) || (chosen !== undefined && !chosen.some((split) => id.startsWith(`${split}/`))))
      continue;
    throw csvError(
      path,
      line,
      `no sample is called ${JSON.stringify(id)}`,
      hintForId(id, ids),
      'data.unpaired',
    );
  }
  if (without.length === 0) return;
  const named = without.slice(0, NAMED).map((id) => `"${id}"`);
  const more = without.length > NAMED ? ` and ${without.length - NAMED} more` : '';
  const message = `no attributes of ${without.length} of the ${samples} samples: ${named.join(', ')}${more}`;
  onRemark?.({ dataset: name, id: name, code: 'data.missing', path: source.where, message });
}

/** How the unit of a sample is found, and what is said of one in which it is not. */
function unitsBy(unit: NonNullable<DatasetSpec['unit']>): {
  of(sample: Sample): string | undefined;
  readonly unknown: string;
} {
  if (typeof unit === 'string')
    return {
      of: ({ attributes: { [unit]: value } }) => (value === undefined ? undefined : String(value)),
      unknown: `no "${unit}" is known of this image, so its unit is unknown`,
    };
  const found = unitPattern(unit.pattern);
  return {
    // The schema has looked at it.
    of: ({ id }) => (found.kind === 'pattern' ? found.unitOf(id) : undefined),
    unknown: `unit.pattern ${unit.pattern} is not found in this id, so its unit is unknown`,
  };
}

/** Names told of samples without attributes. */
const NAMED = 5;

function described(sample: Sample, { of, where }: AttributeSource): Sample | undefined {
  const own = of(sample.id);
  if (own === undefined) return undefined;
  const taken = Object.keys(own).find((name) => Object.hasOwn(sample.attributes, name));
  if (taken === undefined) return { ...sample, attributes: { ...sample.attributes, ...own } };
  throw new MaskbenchError('config.invalid', `the layout has an attribute "${taken}" of its own`, {
    where,
    remedy: 'give it another name, or leave it out of columns',
  });
}
