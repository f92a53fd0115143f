import { MaskbenchError } from '../core/errors.js';
import { canonicalJson } from '../core/hash.js';
import { createFingerprint } from '../datasets/fingerprint.js';
import { sayReading, VALUES_FIELDS, VALUES_FLAGS } from '../datasets/values/contradiction.js';
import type { Evidence } from '../schema/evidence.js';
import type { Manifest, RunDataset, RunSettings } from '../store/manifest.js';
import { metricsOfRun } from '../store/metric-set.js';
import type { PlanRecord } from '../store/records.js';
import { readRecords, type RunFolder } from '../store/run-folder.js';
import { mergeDecided, readingsOf } from '../store/run-readings.js';

/** One of the runs that are merged. */
export interface Shard {
  readonly folder: RunFolder;
  readonly manifest: Manifest;
  readonly evidence: Evidence;
}

/** The metrics that all shards were scored by. */
export async function commonMetrics(shards: readonly Shard[]): Promise<readonly string[]> {
  const sets: (readonly string[])[] = [];
  for (const { folder, manifest } of shards)
    sets.push((await metricsOfRun(folder, manifest)).map(({ meta }) => meta.id));
  return sets[0].filter((id) => sets.every((ids) => ids.includes(id)));
}

/** @throws MaskbenchError `run.mismatch`, naming what differs, which shard is missing or there twice. */
export function assertOneRun(shards: readonly Shard[]): void {
  const refuse = (message: string, where: string): never => {
    throw new MaskbenchError('run.mismatch', message, {
      where,
      remedy: 'merge all n shards of one config, once each',
    });
  };
  const [first] = shards;
  const count = first.manifest.settings.shard?.[1] ?? 0;
  const seen = new Set<number>();
  for (const { folder, manifest } of shards) {
    const { shard } = manifest.settings;
    if (shard === null) return refuse('this run is not a shard', folder.path);
    for (const key of ['models', 'device', 'runner', 'scoring', 'limit', 'sample', 'mattes'] as const) {
      const same =
        canonicalJson(manifest.settings[key] ?? null) === canonicalJson(first.manifest.settings[key] ?? null);
      if (!same) {
        const models = ({ settings }: Manifest): readonly object[] =>
          settings.models.map(({ spec, ...file }) => ({ ...spec, ...file }));
        const where = key === 'models' ? differenceOf(models(manifest), models(first.manifest)) : '';
        refuse(
          `its ${key} ${key === 'models' ? 'differ from those' : 'differs from that'} of ${first.folder.path}${where}`,
          folder.path,
        );
      }
    }
    const specs = ({ settings }: Manifest): readonly object[] => settings.datasets.map(({ spec }) => spec);
    if (canonicalJson(specs(manifest)) !== canonicalJson(specs(first.manifest))) {
      const where = differenceOf(specs(manifest), specs(first.manifest));
      refuse(`its datasets differ from those of ${first.folder.path}${where}`, folder.path);
    }
    for (const [i, dataset] of manifest.settings.datasets.entries()) {
      const other = first.manifest.settings.datasets[i];
      if (canonicalJson(dataset.drawn ?? null) !== canonicalJson(other.drawn ?? null))
        refuse(
          `its sample of ${dataset.name} was drawn from other images than that of ${first.folder.path}`,
          folder.path,
        );
      if (dataset.listed !== undefined && other.listed !== undefined && dataset.listed !== other.listed)
        refuse(
          `the images of ${dataset.name} were others when this shard was made than for ${first.folder.path}`,
          folder.path,
        );
      if (readingsOf(dataset) === readingsOf(other)) continue;
      const [own, theirs] = [dataset, other].map(({ truths }) =>
        truths === undefined ? 'unknown' : sayReading(truths.reading),
      );
      throw new MaskbenchError(
        'run.mismatch',
        `its masks of ${dataset.name} were read in another way (${own}) than those of ${first.folder.path} (${theirs})`,
        {
          where: folder.path,
          remedy: `set ${VALUES_FIELDS.truths} (${VALUES_FIELDS.masks}; of score ${VALUES_FLAGS.truths} and ${VALUES_FLAGS.masks}) for the whole, and run the shards again`,
        },
      );
    }
    if (shard[1] !== count) refuse(`it is shard ${shard.join('/')}, not one of ${count}`, folder.path);
    if (seen.has(shard[0])) refuse(`shard ${shard.join('/')} is there twice`, folder.path);
    seen.add(shard[0]);
  }
  for (let i = 1; i <= count; i++)
    if (!seen.has(i)) refuse(`shard ${i}/${count} is missing`, first.folder.path);
}

/**
 * Records in the order of an unsharded plan: datasets as configured, ids by code units.
 *
 * @throws MaskbenchError `run.mismatch` where the shards are not of one list of images.
 */
export async function mergePlans(
  shards: readonly Shard[],
  { datasets }: RunSettings,
): Promise<{ readonly records: readonly PlanRecord[]; readonly datasets: RunSettings['datasets'] }> {
  const dealt = new Map<PlanRecord, Shard>();
  for (const shard of shards)
    for await (const record of readRecords(shard.folder, 'plan')) dealt.set(record, shard);
  const records = [...dealt.keys()];
  const rank = new Map(datasets.map(({ name }, i) => [name, i]));
  const place = ({ dataset }: PlanRecord): number => rank.get(dataset) ?? 0;
  records.sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const merged = datasets.map(({ listed: _ofShards, ...dataset }) => {
    const own = records.filter((record) => record.dataset === dataset.name);
    assertOneList(own.map((record) => [record, dealt.get(record) ?? shards[0]]));
    const fingerprint = createFingerprint();
    for (const record of own) if (record.kind === 'sample') fingerprint.add(record.id, record);
    const samples = own.filter(({ kind }) => kind === 'sample').length;
    return { ...dataset, fingerprint: fingerprint.digest(), samples, problems: own.length - samples };
  });
  return { records, datasets: merged.map((dataset, i) => withReadings(dataset, shards, i)) };
}

/**
 * What proves it for shards that do not say what they listed (`listed`). Images are dealt out in turns, so the shards of one list have them in turns. Where images came or went between two of them, some are
 * planned twice and others by none.
 */
function assertOneList(dealt: readonly (readonly [PlanRecord, Shard])[]): void {
  // Whose turn it may be: of the first shard's problems nothing says whether they were dealt out.
  let turns = new Set([1]);
  for (const [i, [record, { folder, manifest }]] of dealt.entries()) {
    const [part, parts] = manifest.settings.shard ?? [1, 1];
    const isTwice = i > 0 && dealt[i - 1][0].id === record.id;
    const next = turns.has(part) && !isTwice ? [(part % parts) + 1] : [];
    turns = new Set(record.kind === 'problem' && part === 1 ? [...turns, ...next] : next);
    if (turns.size > 0) continue;
    const { dataset, id } = record;
    throw new MaskbenchError(
      'run.mismatch',
      `the images of ${dataset} were others when this shard was made: ${id} is not its turn`,
      { where: folder.path, remedy: 'run all shards again on the same images' },
    );
  }
}

/** What all shards saw of a dataset's masks. */
function withReadings(dataset: RunDataset, shards: readonly Shard[], index: number): RunDataset {
  const own = shards.map(({ manifest }) => manifest.settings.datasets[index]);
  const truths = own.flatMap((of) => of.truths ?? []);
  const masks = Object.keys(dataset.masks ?? {}).map((model) => {
    const decided = own.flatMap((of) => of.masks?.[model] ?? []);
    return [model, decided.reduce(mergeDecided)] as const;
  });
  return {
    ...dataset,
    ...(truths.length === 0 ? {} : { truths: truths.reduce(mergeDecided) }),
    ...(masks.length === 0 ? {} : { masks: Object.fromEntries(masks) }),
  };
}

/** In which fields the first two things of two lists differ that are not the same: ` (truths of gt)`. */
function differenceOf(own: readonly object[], theirs: readonly object[]): string {
  if (own.length !== theirs.length) return '';
  for (const [i, one] of own.entries()) {
    const [mine, other] = [one, theirs[i]].map((of) => new Map<string, unknown>(Object.entries(of)));
    const differs = (key: string): boolean =>
      canonicalJson(mine.get(key) ?? null) !== canonicalJson(other.get(key) ?? null);
    const fields = [...new Set([...mine.keys(), ...other.keys()])].filter(differs);
    if (fields.length > 0) return ` (${fields.join(', ')} of ${String(mine.get('name'))})`;
  }
  return '';
}
