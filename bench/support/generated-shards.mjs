// Attempts at the shards of a plan that nobody made: their records are written by what writes those of a real run, as long as real
// ones, with the mattes of a real attempt as second names of the same files.
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inBatches, openJsonl } from '../../dist/core/jsonl.js';
import { createFingerprint } from '../../dist/datasets/fingerprint.js';
import { metricsOf } from '../../dist/metrics/registry.js';
import { signaturesOf } from '../../dist/metrics/signature.js';
import { scoreKey } from '../../dist/store/cell-key.js';
import { sealRun } from '../../dist/store/evidence.js';
import { PUBLICATION_VERSION, publish, readPublication } from '../../dist/store/plan-folder/publication.js';
import { folderStore } from '../../dist/store/plan-folder/plan-store.js';
import { TOKEN_CHARACTERS } from '../../dist/store/plan-folder/plan-folder.js';
import { readShard, readShardLines } from '../../dist/store/plan-folder/shard-lists.js';
import { readManifest, readRecords, runFolder, writeJson } from '../../dist/store/run-folder.js';
import { readSeal } from '../../dist/store/seal.js';
import { generator } from './kill-run.mjs';
import { linkMany } from './link-many.mjs';
import { writeSlowModel, writeSmallPairs } from './tiny-run.mjs';

/**
 * @import { PlanDocument } from '../../dist/store/plan-folder/plan-document.js'
 * @import { PlanFolder } from '../../dist/store/plan-folder/plan-folder.js'
 * @import { RunFolder } from '../../dist/store/run-folder.js'
 * @import { Manifest } from '../../dist/store/manifest.js'
 * @import { ListedRecord } from '../../dist/store/plan-folder/shard-lists.js'
 * @import { DonePrediction, DoneScore, TruthRecord } from '../../dist/store/records.js'
 */

/**
 * What a real attempt recorded of a picture, by its bytes.
 *
 * @typedef {{ truth: TruthRecord, cells: Map<string, { prediction: DonePrediction, score: DoneScore, matte: string }> }} Real
 */

/**
 * Writes `run.yaml`, and what it names: small networks, and so many pictures, a few under many names.
 *
 * @param {string} folder
 * @param {{ cells: number, models: number, pictures: number, protocols?: readonly string[] }} size
 */
export async function describeCells(folder, { cells, models, pictures, protocols = ['fixed', 'sod'] }) {
  await writeSmallPairs(join(folder, 'pictures'), pictures, { width: 64, height: 48 });
  const names = Array.from({ length: models }, (_, i) => `model-${i + 1}`);
  for (const [i, name] of names.entries())
    writeSlowModel(folder, name, { layers: i + 1, channels: 4, side: 32 });
  linkMany(join(folder, 'pictures'), join(folder, 'data'), cells / models);
  const sides = 'images: { path: im }, truths: { path: gt }';
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: million
models: [${names.map((name) => `./${name}.yaml`).join(', ')}]
datasets: [{ name: many, layout: paired-folders, root: '\${CONFIG_DIR}/data', ${sides} }]
scoring: { protocols: [${protocols.join(', ')}] }
`,
  );
}

/**
 * Publishes an attempt at every shard that has none; some shard must have a real one, of all the pictures that there are.
 *
 * @param {PlanFolder} folder
 * @param {PlanDocument} plan
 */
export async function publishGenerated(folder, plan) {
  const reals = await readReals(folder, plan);
  for await (const line of readShardLines(folder, plan)) {
    const { shard } = line;
    if ((await readPublication(folder, shard, plan.root)) !== undefined) continue;
    const token = randomBytes(TOKEN_CHARACTERS / 2).toString('hex');
    const out = runFolder(folder.attempt(shard, token));
    const like = {
      ...reals.manifest,
      settings: { ...plan.settings, shard: /** @type {const} */ ([shard, plan.shards.count]) },
    };
    const writing = { seed: shard, loss: 0.1, mattes: true };
    const manifest = await writeGenerated(out, like, readShard(folder, line), reals.byImage, writing);
    await sealRun(out, manifest);
    const seal = await readSeal(out);
    if (seal === undefined) throw new Error(`the attempt at shard ${shard} has no seal`);
    const { root, files, cells } = seal;
    const said = {
      plan: plan.root,
      shard,
      attempt: token,
      root,
      files,
      cells,
      seconds: 1,
      reused: 0,
      host: 'nobody',
    };
    await publish(folderStore(folder.path), { schemaVersion: PUBLICATION_VERSION, ...said });
  }
}

/**
 * A finished run of all that is planned, sealed, without mattes: another candidate, a little worse.
 *
 * @param {string} path
 * @param {PlanFolder} folder
 * @param {PlanDocument} plan
 */
export async function writeCandidate(path, folder, plan) {
  const reals = await readReals(folder, plan);
  async function* all() {
    for await (const line of readShardLines(folder, plan)) yield* readShard(folder, line);
  }
  const out = runFolder(path);
  const { plan: _root, ...like } = { ...reals.manifest, settings: plan.settings };
  const writing = { seed: 0, loss: 0.11, mattes: false };
  await sealRun(out, await writeGenerated(out, like, all(), reals.byImage, writing));
}

/**
 * @param {PlanFolder} folder
 * @param {PlanDocument} plan
 */
async function readReals(folder, plan) {
  const publication = await readPublication(folder, 1, plan.root);
  if (publication === undefined) throw new Error('work on shard 1 first');
  const out = runFolder(folder.attempt(1, publication.attempt));
  /** @type {Map<string, string>} */
  const images = new Map();
  /** @type {Map<string, Real>} */
  const byImage = new Map();
  for await (const record of readRecords(out, 'plan'))
    if (record.kind === 'sample') images.set(record.id, record.imageSha256);
  const realOf = (/** @type {string} */ id) => byImage.get(images.get(id) ?? '');
  for await (const truth of readRecords(out, 'truths'))
    if (realOf(truth.id) === undefined) byImage.set(images.get(truth.id) ?? '', { truth, cells: new Map() });
  /** @type {Map<string, DonePrediction>} */
  const predictions = new Map();
  for await (const record of readRecords(out, 'predictions'))
    if (record.status === 'done') predictions.set(`${record.model} ${record.id}`, record);
  for await (const score of readRecords(out, 'scores')) {
    const { model, dataset, id } = score;
    const prediction = predictions.get(`${model} ${id}`);
    const real = realOf(id);
    if (score.status !== 'done' || prediction === undefined || real === undefined) continue;
    real.cells.set(model, { prediction, score, matte: out.matte(model, dataset, id) });
  }
  return { manifest: await readManifest(out), byImage };
}

/**
 * @param {RunFolder} out
 * @param {Manifest} like
 * @param {AsyncIterable<ListedRecord>} listed
 * @param {ReadonlyMap<string, Real>} reals
 * @param {{ seed: number, loss: number, mattes: boolean }} options
 * @returns {Promise<Manifest>}
 */
async function writeGenerated(out, like, listed, reals, { seed, loss, mattes }) {
  mkdirSync(out.path, { recursive: true });
  const random = generator(seed + 1);
  const { protocols } = like.settings.scoring;
  const signatures = signaturesOf(protocols, like.settings.scoring);
  const files = await Promise.all(
    [out.plan, out.predictions, out.scores, out.truths].map((path) => openJsonl(path)),
  );
  const [plan, predictions, scores, truths] = files.map(inRecords);
  const fingerprints = new Map(
    like.settings.datasets.map(({ name }) => [name, { of: createFingerprint(), samples: 0 }]),
  );
  const folders = new Set();
  for await (const { record, text } of listed) {
    if (record.kind !== 'sample') throw new Error('a problem in a plan of intact pictures');
    const { dataset, id, truthSha256 } = record;
    const real = reals.get(record.imageSha256);
    const own = fingerprints.get(dataset);
    if (real === undefined || own === undefined) throw new Error(`${id} is like no picture of shard 1`);
    own.of.add(id, record);
    own.samples++;
    await plan.add(JSON.parse(text));
    await truths.add({ ...real.truth, dataset, id });
    for (const [model, { prediction, score, matte }] of real.cells) {
      const key = record.cells[model];
      await predictions.add({
        ...prediction,
        key,
        dataset,
        id,
        phases: drawnPhases(prediction.phases, random),
      });
      const metrics = Object.fromEntries(
        Object.entries(score.metrics).map(([metric, value]) => [metric, drawn(metric, value, loss, random)]),
      );
      await scores.add({ ...score, key: scoreKey(key, truthSha256, signatures), dataset, id, metrics });
      if (!mattes) continue;
      const path = out.matte(model, dataset, id);
      if (!folders.has(dirname(path))) mkdirSync(dirname(path), { recursive: true });
      folders.add(dirname(path));
      linkSync(matte, path);
    }
  }
  for (const file of [plan, predictions, scores, truths]) await file.flush();
  for (const file of files) await file.close();
  const datasets = like.settings.datasets.map((one) => {
    const own = fingerprints.get(one.name);
    return { ...one, fingerprint: own?.of.digest() ?? '', samples: own?.samples ?? 0 };
  });
  const manifest = { ...like, settings: { ...like.settings, datasets } };
  await writeJson(out.manifest, manifest);
  return readManifest(out);
}

/** @param {Awaited<ReturnType<typeof openJsonl>>} file */
function inRecords(file) {
  return inBatches(file.append);
}

const facts = new Map(metricsOf(['fixed', 'sod']).map(({ meta }) => [meta.id, meta]));

/**
 * A value beside a real one, within its range.
 *
 * @param {string} metric
 * @param {DoneScore['metrics'][string]} value
 * @param {number} loss
 * @param {() => number} random
 */
function drawn(metric, value, loss, random) {
  if (typeof value !== 'number') return value;
  const share = loss * random() ** 2;
  const meta = facts.get(metric);
  if (meta === undefined) return value;
  const { better, range } = meta;
  const [low, high] = range;
  if (better === 'higher') return value - share * (value - Math.max(low ?? 0, 0));
  return value + share * (high === null ? value : high - value);
}

/**
 * @param {DonePrediction['phases']} phases
 * @param {() => number} random
 */
function drawnPhases(phases, random) {
  const factor = 0.9 + 0.2 * random();
  return Object.fromEntries(Object.entries(phases).map(([name, ms]) => [name, ms * factor]));
}
