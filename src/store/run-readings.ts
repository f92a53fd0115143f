import { canonicalJson } from '../core/hash.js';
import { VALUES_FIELDS, type ValuesFields } from '../datasets/values/contradiction.js';
import type { CheckedReading } from '../datasets/values/read-checked.js';
import type { SignatureOptions } from '../metrics/signature.js';
import { PLAIN_OPACITY, readingText } from '../schema/mask-reading.js';
import type { DecidedReading } from '../schema/mask-values.js';
import type { RunDataset, RunSettings } from './manifest.js';

/**
 * What a run's signatures say of how ground truths were read: nothing where all are plain opacity, else what holds for all
 * datasets, or for which ones; the versions of plug-ins that it was made with; and of how many pictures were computed at once.
 */
export function truthsInSignature({
  datasets,
  plugins,
  batch,
}: Pick<RunSettings, 'datasets' | 'plugins' | 'batch'>): SignatureOptions {
  return {
    ...truthsOf(datasets),
    ...(plugins === undefined ? {} : { plugins }),
    ...(batch === undefined ? {} : { batch }),
  };
}

function truthsOf(datasets: RunSettings['datasets']): SignatureOptions {
  const texts = datasets.map(({ truths }) =>
    truths === undefined ? undefined : readingText(truths.reading),
  );
  const [first] = texts;
  if (texts.every((text) => text === first)) return first === undefined ? {} : { truths: first };
  const named = datasets.flatMap(({ name }, i) => (texts[i] === undefined ? [] : [`${name}=${texts[i]}`]));
  return { truths: named.join(';') };
}

/** How the ground truths of each dataset were read; none for a run of 0.1. */
export function truthReadings(
  { datasets }: Pick<RunSettings, 'datasets'>,
  { truths: field }: ValuesFields = VALUES_FIELDS,
): ReadonlyMap<string, CheckedReading> {
  return new Map(
    datasets.flatMap(({ name, truths }) =>
      truths === undefined ? [] : [[name, { reading: truths.reading, role: 'truth', field }] as const],
    ),
  );
}

/** The same of a model's masks that were made elsewhere. */
export function maskReadings(
  { datasets }: Pick<RunSettings, 'datasets'>,
  model: string,
  { masks: field }: ValuesFields = VALUES_FIELDS,
): ReadonlyMap<string, CheckedReading> {
  return new Map(
    datasets.flatMap(({ name, masks }) => {
      const decided = masks?.[model];
      return decided === undefined
        ? []
        : [[name, { reading: decided.reading, role: 'prediction', field }] as const];
    }),
  );
}

/** What two shards of one dataset must agree in of how masks are read; evidence and finer kinds may differ. */
export function readingsOf({ truths, masks = {} }: RunDataset): string {
  const byModel = Object.entries(masks).map(([model, decided]) => [model, bare(decided)]);
  return canonicalJson({ truths: bare(truths), masks: Object.fromEntries(byModel) });
}

function bare(decided: DecidedReading | undefined): unknown {
  const { decidedBy: _by, ...reading } = decided?.reading ?? PLAIN_OPACITY;
  return reading;
}

/**
 * What a resumed run must agree in of a dataset. Mattes that were made elsewhere depend on how they are read (a run of 0.1
 * does not say: plainly, then). Ground truths may be read in another way, since scores are known by it; attributes and
 * units change no result.
 */
export function resumableDataset({ spec, truths: _truths, masks, ...rest }: RunDataset): unknown {
  const { attributes: _attributes, unit: _unit, ...bareSpec } = spec;
  const { values: _values, ...truths } = spec.truths ?? {};
  const byModel = Object.entries(masks ?? {}).map(([model, decided]) => [model, bare(decided)] as const);
  const special = byModel.filter(([, reading]) => canonicalJson(reading) !== canonicalJson(PLAIN_OPACITY));
  return { ...rest, spec: { ...bareSpec, truths }, masks: Object.fromEntries(special) };
}

/** Whether two runs read the ground truths of a dataset in the same way; one of 0.1 read each by itself. */
export function sameTruths(a: RunDataset, b: RunDataset): boolean {
  return canonicalJson(bare(a.truths)) === canonicalJson(bare(b.truths));
}

/** Of two shards of a dataset that agree: what both saw together. */
export function mergeDecided(a: DecidedReading, b: DecidedReading): DecidedReading {
  const add = (x: Readonly<Record<string, number>>, y: Readonly<Record<string, number>>) => {
    const names = [...new Set([...Object.keys(x), ...Object.keys(y)])].sort();
    return Object.fromEntries(names.map((name) => [name, (x[name] ?? 0) + (y[name] ?? 0)]));
  };
  return {
    reading: b.reading.decidedBy === 'soft' ? b.reading : a.reading,
    evidence: {
      encodings: add(a.evidence.encodings, b.evidence.encodings),
      looked: add(a.evidence.looked, b.evidence.looked),
    },
  };
}
