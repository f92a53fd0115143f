import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, hostname, release, totalmem } from 'node:os';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { findPackageRoot, PACKAGE_ROOT } from '../core/package-root.js';
import { sampleSchema } from '../datasets/draw-sample.js';
import type { DatasetSpec } from '../datasets/spec.js';
import type { ModelSpec } from '../models/spec/spec.js';
import { metricsOf } from '../metrics/registry.js';
import { ENGINE_VERSION } from '../runners/onnx/engine/engine.js';
import { runnerOptionsSchema } from '../runners/onnx/session-options.js';
import { count, figure, orNull, text, type Document } from '../schema/basics.js';
import { drawnFrom, type ChosenImages, type DrawnFrom } from '../schema/chosen-images.js';
import { decidedReading } from '../schema/mask-values.js';
import { pace } from '../schema/pace.js';
import { mixedSchema } from '../schema/mixed-machines.js';
import { pluginVersion, recordedProtocol } from '../schema/recorded-protocol.js';
import { recordedProtocols } from './run-plugins.js';
import { hardwareSchema, type Hardware } from './hardware.js';
import { keptMattesSchema, priceSchema, scoringSchema, timeSchema } from './settings-schema.js';

/** Version of manifest.json, and of all files of lines beside it as a whole. Readers refuse a later one. */
export const MANIFEST_VERSION = 1;
export const RECORDS_VERSION = 2;
/** Of 0.1, whose lines have no sums and whose runs no seal. */
const FIRST_RECORDS = 1;

/** A model's spec as it stands in files that a run left: it was checked when the run was made. */
export const recordedSpec = z
  .custom<ModelSpec>(
    (value) => typeof value === 'object' && value !== null && 'feeding' in value && 'trainedOn' in value,
    'not a model spec',
  )
  .describe('As it stood when the run was made, checked; its sources are written out since.');

const model = z
  .object({
    spec: recordedSpec,
    sha256: text,
    /** Of a program: as it told when the run was planned. */
    version: z.exactOptional(text),
    bytes: count,
  })
  .readonly();
/** A model of a run: its spec and the bytes that were really loaded. */
export type RunModel = z.output<typeof model>;

/** What is recorded of a model that is ready, in a manifest and in a plan. */
export function recordedModel({ spec, sha256, version, bytes }: RunModel): RunModel {
  return { spec, sha256, ...(version === undefined ? {} : { version }), bytes };
}

/** What 0.1 wrote out where a dataset's spec said no extensions: whatever is readable, then and now. */
const EXTENSIONS_OF_01 = '.png .jpg .PNG .JPG .JPEG .jpeg .webp .WEBP .tif .tiff .TIF .TIFF .gif .GIF .avif';

const datasetSpec = z
  .custom<DatasetSpec>((value) => typeof value === 'object' && value !== null, 'not a dataset spec')
  .transform((spec): DatasetSpec => {
    if (spec.layout !== 'paired-folders') return spec;
    const withoutDefault = ({ extensions, ...side }: typeof spec.images): typeof spec.images =>
      extensions === undefined || extensions.join(' ') === EXTENSIONS_OF_01 ? side : { ...side, extensions };
    return { ...spec, images: withoutDefault(spec.images), truths: withoutDefault(spec.truths) };
  });

const dataset = z
  .object({
    name: text,
    spec: datasetSpec,
    fingerprint: text,
    samples: count,
    /** Files that are no usable pair. */
    problems: count,
    /** Tags of the public sets that the samples belong to, for leakage. */
    tags: z.array(text).readonly(),
    /** Of a shard by `--shard`: the digest of the whole list that it takes its part of. */
    listed: z.exactOptional(text),
    /** Of a drawn sample: what it was drawn from. */
    drawn: z.exactOptional(drawnFrom.readonly()),
    /** What the values of its ground truths mean; not in manifests of 0.1. */
    truths: z.exactOptional(decidedReading),
    /** The same for the masks of models that were made elsewhere, by model. */
    masks: z.exactOptional(z.record(text, decidedReading).readonly()),
  })
  .readonly();
/** A dataset of a run, and what was really there: the fingerprint covers ids, contents and sizes of all samples. */
export type RunDataset = z.output<typeof dataset>;

// `strip`: what a later version adds to settings is left alone in reading.
export const runSettings = z
  .object({
    models: z.array(model).min(1).readonly(),
    datasets: z.array(dataset).readonly(),
    device: text,
    runner: runnerOptionsSchema.strip(),
    /** Pictures in one inference of the accuracy pass, where that is a number above 1. */
    batch: z.exactOptional(count),
    // Of a plug-in, perhaps, that is not loaded where the run is read.
    scoring: scoringSchema.strip().extend({ protocols: z.array(text).min(1) }),
    time: timeSchema.strip(),
    limit: orNull(count),
    plugins: z
      .exactOptional(z.array(pluginVersion.readonly()).readonly())
      .describe('Those that figures depend on; absent where there are none.'),
    sample: z.exactOptional(sampleSchema.strip().readonly()),
    mattes: z
      .exactOptional(keptMattesSchema)
      .describe('Which mattes stay on the disk once they are scored; absent: all of them.'),
    /** `[i, n]` of `--shard i/n`. */
    shard: orNull(z.tuple([count, count]).readonly()),
    untilDecided: z
      .exactOptional(
        z
          .object({
            /** Of the order in which samples come (`turn` in the plan). */
            seed: text,
            gate: z.object({ name: text, sha256: text }).readonly(),
            baseline: z.object({ model: text, digest: orNull(text) }).readonly(),
          })
          .readonly(),
      )
      .describe('Of a run that ends once a check is decided: what decides it.'),
  })
  .readonly();
/** What makes two runs the same run: a resumed one must agree in all of it. */
export type RunSettings = z.output<typeof runSettings>;

const environment = z.object({
  host: text,
  os: text,
  cpu: text,
  /** Logical cores this process may use. */
  cores: count,
  memoryBytes: figure,
  node: text,
  onnxruntime: text,
  sharp: text,
});
/** The machine and the software of a run. */
type Environment = Document<typeof environment>;

const timedMachine = z.object({ device: text, environment, hardware: z.exactOptional(hardwareSchema) });

export const origin = z
  .object({
    /** As it was read, with what flags changed; checked again by whoever continues the run. */
    config: z.unknown(),
    /** What its paths of models are relative to, and where the command was given. */
    folder: text,
    cwd: text,
    phases: z.object({ predict: z.boolean(), score: z.boolean(), time: z.boolean() }).readonly(),
    /** Of the config only these. */
    models: z.exactOptional(z.array(text).readonly()),
    datasets: z.exactOptional(z.array(text).readonly()),
  })
  .readonly();
/** What a run was begun with, so that it can be continued without saying it again. */
export type RunOrigin = z.output<typeof origin>;

export const manifestSchema = z
  .object({
    schemaVersion: z.literal(MANIFEST_VERSION),
    /** Not in manifests of 0.1, whose records have the first version. */
    recordsVersion: z.literal([FIRST_RECORDS, RECORDS_VERSION]).default(FIRST_RECORDS),
    maskbenchVersion: text,
    name: text,
    createdAt: text,
    settings: runSettings,
    /** Ids of the metrics that the run was scored by; not in manifests of 0.1 (`metricsOfRun`). */
    metrics: z.exactOptional(z.array(text).readonly()),
    /** Of plug-ins: what reading their scores takes. */
    protocols: z.exactOptional(z.array(recordedProtocol).readonly()),
    environment,
    hardware: z.exactOptional(hardwareSchema),
    /** Where a check had seen enough before all was predicted. */
    stopped: z.exactOptional(z.object({ by: z.literal('check'), after: count }).readonly()),
    /** Of every pass that predicted anything; not in manifests of 0.1. */
    passes: z.exactOptional(z.array(pace).readonly()),
    /** Of an hour of this device. */
    price: z.exactOptional(priceSchema.strip()),
    /** Roots of the seals of the shards that it was merged from, where all were sealed. */
    mergedFrom: z.exactOptional(z.array(text).readonly()),
    /** Of runs that a config or flags describe; not in manifests of 0.1. */
    origin: z.exactOptional(origin),
    /** Of an attempt at a shard, or of the run that they were merged into: the root of the plan. */
    plan: z.exactOptional(text),
    /** Of a run that was merged from a plan: machines of other kinds that times were taken on, by what their records call the device. */
    timedElsewhere: z.exactOptional(z.array(timedMachine)),
    /** Of a run that was merged from machines that differ: in what, and how many shards each. */
    mixed: z.exactOptional(mixedSchema),
  })
  .readonly();
export type Manifest = Omit<z.output<typeof manifestSchema>, 'hardware' | 'timedElsewhere'> & {
  readonly hardware?: Hardware;
  readonly timedElsewhere?: readonly Document<typeof timedMachine>[];
};

export function createManifest(
  name: string,
  settings: RunSettings,
  more: Pick<Manifest, 'hardware' | 'price' | 'origin' | 'plan'> = {},
): Manifest {
  return {
    schemaVersion: MANIFEST_VERSION,
    recordsVersion: RECORDS_VERSION,
    maskbenchVersion: packageVersion(PACKAGE_ROOT),
    name,
    createdAt: new Date().toISOString(),
    settings,
    metrics: metricsOf(settings.scoring.protocols).map(({ meta }) => meta.id),
    ...recordedProtocols(settings),
    environment: describeEnvironment(),
    ...more,
  };
}

function describeEnvironment(): Environment {
  return {
    host: hostname(),
    os: `${process.platform} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    onnxruntime: ENGINE_VERSION,
    sharp: versionOf('sharp'),
  };
}

/** The version in the nearest package.json above a package's entry, wherever the installer put it. */
function versionOf(packageName: string): string {
  const require = createRequire(import.meta.url);
  return packageVersion(findPackageRoot(dirname(require.resolve(packageName))));
}

/** Which images of a dataset a run has, where its settings do not take all. */
export function chosenImagesOf(
  { limit, sample }: Pick<RunSettings, 'limit' | 'sample'>,
  { drawn }: { readonly drawn?: DrawnFrom | undefined },
): { readonly chosen?: ChosenImages } {
  if (limit !== null) return { chosen: { kind: 'first', limit } };
  if (sample === undefined || drawn === undefined) return {};
  const { count: asked, seed, by } = sample;
  return { chosen: { kind: 'drawn', count: asked, seed, ...(by === undefined ? {} : { by }), ...drawn } };
}

/** Whether every line of a run has a sum, and the run a seal once it is finished. */
export function hasSums({ recordsVersion }: Pick<Manifest, 'recordsVersion'>): boolean {
  return recordsVersion > FIRST_RECORDS;
}

function packageVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}
