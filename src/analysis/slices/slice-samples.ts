import { MaskbenchError } from '../../core/errors.js';
import { nearest } from '../../core/yaml-file.js';
import { readJsonl } from '../../core/jsonl.js';
import type { TruthRecord } from '../../store/records.js';
import type { RunFolder } from '../../store/run-folder.js';
import {
  numberOf,
  NUMERIC_ATTRIBUTES,
  sameName,
  type NumericAttribute,
} from '../../metrics/attribute-list.js';
import { cutByBins, cutInThirds } from './cut.js';

/** The samples of a run in slices. */
export interface Slices {
  readonly attribute: string;
  readonly slicing: string;
  /** In their order. */
  slicesOf(dataset: string): readonly string[];
  sliceOf(dataset: string, id: string): string;
}

/** The slice of samples that the attribute says nothing of. */
const WITHOUT = '(none)';

/** @throws MaskbenchError `data.missing` (nothing measured) or `config.unknown-name`. */
export async function sliceSamples(folder: RunFolder, attribute: string): Promise<Slices> {
  const numeric = NUMERIC_ATTRIBUTES.find(({ name }) => sameName(name, attribute));
  return numeric === undefined ? byValue(folder, attribute) : byNumber(folder, numeric);
}

async function byValue(folder: RunFolder, wanted: string): Promise<Slices> {
  const values = new Map<string, Map<string, string>>();
  const names = new Set<string>();
  for await (const { dataset, id, layout } of readJsonl<TruthRecord>(folder.truths)) {
    for (const name of Object.keys(layout)) names.add(name);
    const name = Object.keys(layout).find((of) => sameName(of, wanted));
    const ofDataset = values.get(dataset) ?? new Map<string, string>();
    ofDataset.set(id, name === undefined ? WITHOUT : String(layout[name]));
    values.set(dataset, ofDataset);
  }
  const attribute = [...names].find((name) => sameName(name, wanted));
  if (values.size === 0) throw nothingMeasured(folder);
  if (attribute === undefined) {
    const known = [...names, ...NUMERIC_ATTRIBUTES.map(({ name }) => name)];
    const near = nearest(wanted, known);
    throw new MaskbenchError('config.unknown-name', `the run has no attribute "${wanted}"`, {
      remedy: near === undefined ? `it has ${known.join(', ')}` : `did you mean "${near}"?`,
    });
  }
  return {
    attribute,
    slicing: 'a slice for each value',
    slicesOf: (dataset) => [...new Set(values.get(dataset)?.values())].sort(byNumberOrName),
    sliceOf: (dataset, id) => values.get(dataset)?.get(id) ?? WITHOUT,
  };
}

async function byNumber(folder: RunFolder, attribute: NumericAttribute): Promise<Slices> {
  const values = new Map<string, Map<string, number>>();
  for await (const record of readJsonl<TruthRecord>(folder.truths)) {
    const ofDataset = values.get(record.dataset) ?? new Map<string, number>();
    const value = record.status === 'done' ? numberOf(attribute, record.attributes) : Number.NaN;
    values.set(record.dataset, ofDataset.set(record.id, value));
  }
  if (values.size === 0) throw nothingMeasured(folder);
  const cuts = new Map(
    [...values].map(([dataset, ofDataset]) => {
      const known = [...ofDataset.values()].filter((value) => !Number.isNaN(value));
      return [dataset, attribute.bins ? cutByBins(known, attribute.bins) : cutInThirds(known)] as const;
    }),
  );
  return {
    attribute: attribute.name,
    slicing: attribute.bins ? 'fixed slices' : 'thirds of each dataset',
    slicesOf: (dataset) => {
      const without = [...(values.get(dataset)?.values() ?? [])].some(Number.isNaN);
      return [...(cuts.get(dataset)?.labels ?? []), ...(without ? [WITHOUT] : [])];
    },
    sliceOf: (dataset, id) => {
      const cut = cuts.get(dataset);
      const index = cut?.indexOf(values.get(dataset)?.get(id) ?? Number.NaN) ?? -1;
      return cut?.labels[index] ?? WITHOUT;
    },
  };
}

function nothingMeasured({ truths }: RunFolder): MaskbenchError {
  return new MaskbenchError('data.missing', 'the ground truths of this run are not measured', {
    where: truths,
    remedy: 'score the run first: "maskbench run <config> --only score"',
  });
}

function byNumberOrName(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference)) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}
