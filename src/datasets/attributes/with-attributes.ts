import { csvError } from '../../core/csv.js';
import { MaskbenchError } from '../../core/errors.js';
import { unknownName } from '../../core/names.js';
import type { DatasetEntry, OnRemark, Sample } from '../dataset.js';
import { problemEntry } from '../problem-entry.js';
import { hintForId } from '../same-name.js';
import type { DatasetSpec } from '../spec.js';
import { openAttributes, type AttributeSource } from './read-attributes.js';

/**
 * Adds what a dataset's spec says of its samples beside the layout: attributes, and the unit that each belongs to. A sample
 * that should have a unit and has none is a problem; one that has no attributes is remarked upon.
 *
 * @param path of the file of attributes, if there is one
 * @throws MaskbenchError `data.unpaired` for an id that no sample has, once all are listed; what `openAttributes` throws;
 * `config.*` for names that are taken or unknown.
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
  let hasUnits = source?.names.includes(unit ?? '') ?? false;
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
    if (unit === undefined) {
      yield { ...entry, sample: known };
      continue;
    }
    const value = known.attributes[unit];
    hasUnits ||= value !== undefined;
    if (!hasUnits) {
      const names = [...new Set([...(source?.names ?? []), ...Object.keys(known.attributes)])];
      throw unknownName(`dataset "${name}" has no attribute for its unit`, unit, names, {
        where: known.imagePath,
      });
    }
    const message = `no "${unit}" is known of this image, so its unit is unknown`;
    yield value === undefined
      ? problemEntry(name, known.id, 'data.missing', known.imagePath, message)
      : { ...entry, sample: { ...known, unit: String(value) } };
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
