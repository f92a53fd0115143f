import { existsSync } from 'node:fs';
import { csvError } from '../../core/csv.js';
import { MaskbenchError } from '../../core/errors.js';
import type { Sample } from '../../datasets/dataset.js';
import { hintForId } from '../../datasets/same-name.js';
import type { SampleWatch } from '../runner.js';
import type { MaskPathOf } from './mask-files.js';
import { readMaskTimes } from './mask-times.js';

/**
 * Holds a run's samples against the masks that were made of them elsewhere: no file is the mask of two samples, and every
 * time is of one.
 */
export async function watchSamples(pathOf: MaskPathOf, timesPath: string | undefined): Promise<SampleWatch> {
  const claim = claims(pathOf);
  if (timesPath === undefined) {
    return { see: (entry) => (entry.kind === 'sample' ? claim(entry.sample) : undefined), end: () => [] };
  }
  const times = await readMaskTimes(timesPath);
  const idsOf = new Map<string, Set<string>>();
  let [samples, timed] = [0, 0];
  return {
    see(entry) {
      const { dataset, id } = entry.kind === 'sample' ? entry.sample : entry.problem;
      idsOf.set(dataset, (idsOf.get(dataset) ?? new Set<string>()).add(id));
      if (entry.kind === 'problem') return;
      claim(entry.sample);
      samples++;
      if (times.of(entry.sample) !== undefined) timed++;
    },
    end(whole) {
      const elsewhere = new Set<string>();
      for (const { line, dataset, id } of times.rows) {
        if (dataset !== undefined && !idsOf.has(dataset)) {
          elsewhere.add(dataset);
          continue;
        }
        const of = [...idsOf]
          .filter(([name]) => dataset === undefined || name === dataset)
          .map(([, ids]) => ids);
        if (!whole || of.some((ids) => ids.has(id))) continue;
        const hint = hintForId(
          id,
          of.flatMap((ids) => [...ids]),
        );
        throw csvError(timesPath, line, `no sample is called ${JSON.stringify(id)}`, hint, 'data.unpaired');
      }
      const remarks = [
        ...(elsewhere.size > 0
          ? [`times of datasets that this run does not have: ${[...elsewhere].join(', ')}`]
          : []),
        ...(timed < samples ? [`only ${timed} of the ${samples} samples have times`] : []),
      ];
      return remarks.map((remark) => `${timesPath}: ${remark}`);
    },
  };
}

/** Gives every mask that is there to the first sample that it is named for, and refuses a second one. */
function claims(pathOf: MaskPathOf): (sample: Sample) => void {
  const owners = new Map<string, Sample>();
  return (sample) => {
    const path = pathOrNone(pathOf, sample);
    if (path === undefined) return;
    const owner = owners.get(path) ?? sample;
    owners.set(path, owner);
    // Two datasets may hold the same pair of files, as a set and a part of it do.
    if (owner.imagePath === sample.imagePath && owner.truthPath === sample.truthPath) return;
    if (!existsSync(path)) return;
    const [first, second] = [owner, sample].map(({ dataset, id }) => `${dataset}/${id}`);
    throw new MaskbenchError('data.duplicate', `it would be the mask of both "${first}" and "${second}"`, {
      where: path,
      remedy: 'a mask for each sample: name them by {dataset} and {id}, and say so in masks.path',
    });
  };
}

/** None where the cell will fail by itself, with the reason. */
function pathOrNone(pathOf: MaskPathOf, sample: Sample): string | undefined {
  try {
    return pathOf(sample);
  } catch (error) {
    if (error instanceof MaskbenchError) return undefined;
    throw error;
  }
}
