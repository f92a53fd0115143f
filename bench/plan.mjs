// What it costs a plan to find out what the values of masks mean: planning 10,000 samples as a run does, beside hashing
// their files and reading the sizes of their images alone. The files of 16 samples stand for all by hard links, so both
// read from memory, where the ratio is at its worst. Processor time decides: that of a clock depends on who else works.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { mapInOrder } from '../dist/core/map-in-order.js';
import { loadDataset } from '../dist/datasets/load.js';
import { createFingerprint } from '../dist/datasets/fingerprint.js';
import { readImageSize } from '../dist/image/codec.js';
import { openJsonl } from '../dist/core/jsonl.js';
import { makePlan } from '../dist/pipeline/plan.js';
import { runFolder } from '../dist/store/run-folder.js';

const COUNT = Number(process.argv[2] ?? 10_000);
const ROUNDS = Number(process.argv[3] ?? 3);
/** As `makePlan` reads them. */
const WIDTH = 4;

const root = await mkdtemp(join(tmpdir(), 'maskbench-bench-plan-'));
try {
  await mkdir(join(root, 'im'));
  await mkdir(join(root, 'gt'));
  const files = await samplePairs();
  for (let i = 0; i < COUNT; i++) {
    const { image, truth } = files[i % files.length];
    const stem = String(i).padStart(6, '0');
    await link(image, join(root, 'im', `${stem}.jpg`));
    await link(truth, join(root, 'gt', `${stem}.png`));
  }
  const dataset = await loadDataset({
    name: 'bench',
    layout: 'paired-folders',
    root,
    images: { path: 'im', prefix: '', suffix: '', extensions: ['.jpg'] },
    truths: { path: 'gt', prefix: '', suffix: '', extensions: ['.png'] },
    nested: false,
  });
  const ratios = [];
  for (let round = 0; round < ROUNDS; round++) {
    const plain = await seconds(() => hashAlone(dataset, join(root, `lines-${round}.jsonl`)));
    const planned = await seconds(() => planOf(dataset, join(root, `run-${round}`)));
    ratios.push(planned.cpu / plain.cpu);
    console.log(`round ${round + 1}: hashing alone ${told(plain)}, planning ${told(planned)}`);
  }
  ratios.sort((a, b) => a - b);
  console.log(
    `planning ${COUNT} samples costs ${ratios[ROUNDS >> 1].toFixed(3)} times as much as hashing alone`,
  );
} finally {
  await rm(root, { recursive: true, force: true });
}

/** The repository's own pictures and masks, in copies that can be linked to. */
async function samplePairs() {
  const { copyFile } = await import('node:fs/promises');
  const samples = join(import.meta.dirname, '..', 'samples');
  /** @type {{ image: string, truth: string }[]} */
  const pairs = [];
  for (const split of ['humans/training', 'humans/validation', 'DIS5K/DIS-VD']) {
    for (const name of await readdir(join(samples, split, 'im'))) {
      const image = join(root, `${pairs.length}.jpg`);
      const truth = join(root, `${pairs.length}.png`);
      await copyFile(join(samples, split, 'im', name), image);
      await copyFile(join(samples, split, 'gt', name.replace(/\.jpg$/, '.png')), truth);
      pairs.push({ image, truth });
    }
  }
  return pairs;
}

/** @param {() => Promise<unknown>} work */
async function seconds(work) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, clock: (performance.now() - start) / 1000 };
}

/** @param {{ cpu: number, clock: number }} seconds */
function told({ cpu, clock }) {
  return `${cpu.toFixed(2)} s of processor (${clock.toFixed(2)} s)`;
}

/**
 * As plans hashed files then.
 *
 * @param {string} path
 */
async function streamedHash(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 18 }), hash);
  return hash.digest('hex');
}

/**
 * What a plan did before anybody looked at masks: names, bytes, sizes, a line each.
 *
 * @param {import('../dist/datasets/load.js').Dataset} dataset
 * @param {string} path
 */
async function hashAlone(dataset, path) {
  const writer = await openJsonl(path);
  const fingerprint = createFingerprint();
  const hashed = mapInOrder(dataset.entries(), WIDTH, async (entry) => {
    if (entry.kind === 'problem') return undefined;
    const { imagePath, truthPath } = entry.sample;
    const [imageSha256, truthSha256, size] = await Promise.all([
      streamedHash(imagePath),
      streamedHash(truthPath),
      readImageSize(imagePath),
    ]);
    return { ...entry.sample, imageSha256, truthSha256, ...size, cells: {} };
  });
  for await (const record of hashed) {
    if (record === undefined) continue;
    fingerprint.add(record.id, record);
    await writer.append(record);
  }
  fingerprint.digest();
  await writer.close();
}

/**
 * @param {import('../dist/datasets/load.js').Dataset} dataset
 * @param {string} path
 */
async function planOf(dataset, path) {
  await mkdir(path);
  const plan = await makePlan({
    folder: runFolder(path),
    datasets: [dataset],
    allDatasets: true,
    models: [],
    basis: { device: 'cpu', runner: {} },
    limit: null,
    shard: null,
    emit: () => undefined,
    signal: new AbortController().signal,
  });
  await plan.discard();
}
