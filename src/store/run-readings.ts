import { canonicalJson } from '../core/hash.js';
import { TRUTHS_FIELD } from '../datasets/values/contradiction.js';
import type { CheckedReading } from '../datasets/values/read-checked.js';
import type { SignatureOptions } from '../metrics/signature.js';
import { readingText, type DecidedReading } from '../schema/mask-values.js';
import type { RunDataset, RunSettings } from './manifest.js';

/**
 * What a run's signatures say of how ground truths were read: nothing where all are plain opacity, else what holds for all
 * datasets, or for which ones.
 */
export function truthsInSignature({ datasets }: Pick<RunSettings, 'datasets'>): SignatureOptions {
  const texts = datasets.map(({ truths }) =>
    truths === undefined ? undefined : readingText(truths.reading),
  );
  const [first] = texts;
  if (texts.every((text) => text === first)) return first === undefined ? {} : { truths: first };
  const named = datasets.flatMap(({ name }, i) => (texts[i] === undefined ? [] : [`${name}=${texts[i]}`]));
  return { truths: named.join(';') };
}

/** How the ground truths of each dataset were read; none for a run of 0.1. */
export function truthReadings({
  datasets,
}: Pick<RunSettings, 'datasets'>): ReadonlyMap<string, CheckedReading> {
  return new Map(
    datasets.flatMap(({ name, truths }) =>
      truths === undefined
        ? []
        : [[name, { reading: truths.reading, role: 'truth', field: TRUTHS_FIELD }] as const],
    ),
  );
}

/** What two runs of one dataset must agree in of how masks are read; evidence and finer kinds may differ by shard. */
export function readingsOf({ truths, masks = {} }: RunDataset): string {
  const bare = (decided: DecidedReading | undefined): unknown => {
    if (decided === undefined) return null;
    const { decidedBy: _by, ...reading } = decided.reading;
    return reading;
  };
  const byModel = Object.entries(masks).map(([model, decided]) => [model, bare(decided)]);
  return canonicalJson({ truths: bare(truths), masks: Object.fromEntries(byModel) });
}

/** The datasets of a run as far as a resumed one must agree in them, whatever was seen of their masks. */
export function withoutReadings(datasets: readonly RunDataset[]): readonly RunDataset[] {
  return datasets.map(({ truths: _truths, masks: _masks, ...rest }) => rest);
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
