// Made test/fixtures/runs-0.1, what compare.mjs expects of it apart. It is kept as the record of how and is not run again:
// the point of the stored runs is that they were written by commit 5c38cc8 and not by what came after.
//
//   node scripts/old-runs/make.mjs <tree of 5c38cc8, built> <folder to write to>

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';

const [tree = '', target = ''] = process.argv.slice(2).map((path) => resolve(path));
/** @type {typeof import('../support/onnx-encode.mjs')} */
const { attribute, encodeOnnx } = await import(
  pathToFileURL(join(tree, 'scripts', 'support', 'onnx-encode.mjs')).href
);

/** What stands in the stored files for the folder that the runs were made in. */
const NEUTRAL = '/maskbench-0.1';
/** Bytes of a file of a run above which it is kept packed. */
const LARGE = 20_000;
const WIDTH = 48;
const HEIGHT = 36;
const SIDE = 32;

const work = mkdtempSync(join(tmpdir(), 'runs-'));
/** @param {string[]} names */
const at = (...names) => join(work, ...names);

/** @param {string} path @param {string | Uint8Array} content */
function write(path, content) {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
}

/** Statuses that are meant: some cells fail. @param {string[]} argv */
function maskbench(...argv) {
  try {
    execFileSync(process.execPath, [join(tree, 'dist', 'cli', 'main.js'), ...argv], { cwd: work });
  } catch (error) {
    if (/** @type {{ status?: number }} */ (error).status !== 3) throw error;
  }
}

// --- pictures -------------------------------------------------------------------------------------------------------

/** Numbers in 0..1 that follow from the seed alone. @param {number} seed */
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * An object, in two parts for every third seed and of soft edge if asked for, before a sloping ground that is brighter
 * than the object for every fifth one.
 *
 * @param {string} image @param {string} truth @param {number} seed @param {boolean} soft
 */
async function writePair(image, truth, seed, soft) {
  const random = numbers(seed * 7919 + 11);
  /** @param {number} low @param {number} high */
  const between = (low, high) => low + random() * (high - low);
  for (let i = 0; i < 5; i++) random();
  const blobs = Array.from({ length: seed % 3 === 0 ? 2 : 1 }, (_, i) => ({
    x: between(12, 20) + 18 * i,
    y: between(12, 24),
    a: between(4, 10),
    b: between(4, 10),
    box: random() < 0.5,
    thin: i === 1,
  }));
  const [object, ground] =
    seed % 5 === 4 ? [between(90, 120), between(130, 160)] : [between(170, 230), between(10, 90)];
  const slope = between(0, 70);
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  const mask = Buffer.alloc(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const inside = Math.max(
        ...blobs.map((blob) => {
          const [dx, dy] = [Math.abs(x - blob.x) / (blob.thin ? 1.6 : blob.a), Math.abs(y - blob.y) / blob.b];
          return 1 - (blob.box ? Math.max(dx, dy) : Math.hypot(dx, dy));
        }),
      );
      const alpha = soft ? Math.min(1, Math.max(0, inside * 4 + 0.5)) : inside > 0 ? 1 : 0;
      mask[y * WIDTH + x] = Math.round(255 * alpha);
      const behind = ground + (slope * x) / WIDTH;
      for (let c = 0; c < 3; c++) {
        pixels[(y * WIDTH + x) * 3 + c] = Math.round(
          alpha * (object - 8 * c) + (1 - alpha) * (behind + 5 * c),
        );
      }
    }
  }
  mkdirSync(dirname(at(image)), { recursive: true });
  mkdirSync(dirname(at(truth)), { recursive: true });
  await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 85 })
    .toFile(at(image));
  await sharp(mask, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(at(truth));
}

let seed = 1;
for (const [split, count] of /** @type {const} */ ([
  ['training', 3],
  ['validation', 5],
])) {
  for (let i = 0; i < count; i++) {
    const stem = String(i).padStart(4, '0');
    await writePair(
      `data/people/${split}/im/${stem}.jpg`,
      `data/people/${split}/gt/${stem}.png`,
      seed++,
      true,
    );
  }
}
const CATEGORIES = ['1#Furniture#3#Chair', '1#Furniture#4#Table', '2#Sports#1#Racket'];
for (let i = 0; i < 7; i++) {
  const stem = `${CATEGORIES[i % 3]}#${1000 + i}`;
  await writePair(`data/objects/DIS-VD/im/${stem}.jpg`, `data/objects/DIS-VD/gt/${stem}.png`, seed++, false);
}
for (let i = 0; i < 5; i++)
  await writePair(`data/plain/im/${i}.jpg`, `data/plain/gt/${i}.png`, seed++, i % 2 === 0);
// A ground truth without a picture, and one that is empty.
cpSync(at('data/plain/gt/0.png'), at('data/plain/gt/lonely.png'));
await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#000' } })
  .toColourspace('b-w')
  .png()
  .toFile(at('data/plain/gt/4.png'));

write('people.yaml', 'name: people\nlayout: humans\nroot: ${CONFIG_DIR}/data/people\n');
write('objects.yaml', 'name: objects\nlayout: dis5k\nroot: ${CONFIG_DIR}/data/objects\nsplits: [DIS-VD]\n');
write(
  'plain.yaml',
  'name: plain\nlayout: paired-folders\nroot: ${CONFIG_DIR}/data/plain\nimages: { path: im }\ntruths: { path: gt }\n',
);

// --- models ---------------------------------------------------------------------------------------------------------

const { int, ints } = attribute;
/** @param {string} op @param {string[]} inputs @param {string} output @param {import('../support/onnx-encode.mjs').NodeDescription['attributes']} [attributes] */
const node = (op, inputs, output, attributes = {}) => ({ op, inputs, outputs: [output], attributes });
/** @param {string} input @param {string} output */
const mean = (input, output) => node('ReduceMean', [input], output, { axes: ints([1]), keepdims: int(1) });
/** @param {string} name @param {number} value @returns {import('../support/onnx-encode.mjs').Initializer} */
const number = (name, value) => ({ name, dtype: 'float32', dims: [], data: [value] });

/** @param {string} name @param {import('../support/onnx-encode.mjs').NodeDescription[]} nodes @param {NonNullable<import('../support/onnx-encode.mjs').GraphDescription['initializers']>} initializers @param {string} more @param {number | string} batch */
function writeModel(name, nodes, initializers, more = '', batch = 1) {
  /** @type {import('../support/onnx-encode.mjs').GraphDescription} */
  const graph = {
    inputs: [{ name: 'image', dtype: 'float32', shape: [batch, 3, SIDE, SIDE] }],
    outputs: [{ name: 'map', dtype: 'float32', shape: [batch, 1, SIDE, SIDE] }],
    nodes,
    initializers,
  };
  write(`models/${name}.onnx`, encodeOnnx({ graph }));
  write(
    `models/${name}.yaml`,
    `name: ${name}\nfiles: file:${name}.onnx\ninput: { width: ${SIDE}, height: ${SIDE}, divideBy: 255 }\n${more}`,
  );
}

/** The brightness; takes several pictures at once. */
writeModel('luma', [mean('image', 'map')], [], 'trainedOn: [duts-tr]\n', 'batch');
/** The brightness, blurred. */
writeModel(
  'soft',
  [
    mean('image', 'mean'),
    node('AveragePool', ['mean'], 'map', { kernel_shape: ints([5, 5]), pads: ints([2, 2, 2, 2]) }),
  ],
  [],
  'title: "Soft & slow"\nfamily: blurs\ntrainedOn: [humans]\nselectedOn: [dis5k-vd]\n',
);
/** The darkness: wrong wherever the others are right. */
writeModel('inverse', [mean('image', 'mean'), node('Sub', ['one', 'mean'], 'map')], [number('one', 1)]);
/** The brightness, nearly cut at 0.45. */
writeModel(
  'steep',
  [
    mean('image', 'mean'),
    node('Sub', ['mean', 'middle'], 'above'),
    node('Mul', ['above', 'slope'], 'steep'),
    node('Sigmoid', ['steep'], 'map'),
  ],
  [number('middle', 0.45), number('slope', 14)],
  'trainedOn: []\n',
);
/** NaN for pictures of a mean below 0.3, the brightness for the others. */
writeModel(
  'nan-when-dark',
  [
    node('ReduceMean', ['image'], 'mean', { keepdims: int(1) }),
    node('Sub', ['mean', 'limit'], 'above'),
    node('Sqrt', ['above'], 'root'),
    node('Mul', ['root', 'zero'], 'nothing'),
    node('Add', ['image', 'nothing'], 'shown'),
    mean('shown', 'map'),
  ],
  [number('limit', 0.3), number('zero', 0)],
);
write(
  'models/vendor.yaml',
  'name: vendor\nfeeding: precomputed\nmasks: { path: ../masks, times: ../times.csv }\n',
);

// --- runs -----------------------------------------------------------------------------------------------------------

const BASICS = 'accuracy: { processes: 1, threads: 1 }\n';
const TIME = 'time: { profile: quick, images: 3, rounds: 2, warmup: 3, threads: 1 }\n';
/** @param {string} name @param {string[]} models @param {string[]} datasets @param {string} more */
const writeRun = (name, models, datasets, more) =>
  write(
    `${name}.yaml`,
    `name: ${name}\nmodels: [${models.map((model) => `./models/${model}.yaml`).join(', ')}]\n` +
      `datasets: [${datasets.map((dataset) => `./${dataset}.yaml`).join(', ')}]\n${BASICS}${TIME}${more}`,
  );
const BOTH = ['people', 'objects'];

writeRun('merged', ['luma', 'soft', 'inverse'], BOTH, '');
maskbench('run', 'merged.yaml', '--shard', '1/2', '--out', 'runs/merged-1');
maskbench('run', 'merged.yaml', '--shard', '2/2', '--out', 'runs/merged-2');

writeRun(
  'scenarios',
  ['luma', 'soft', 'steep'],
  BOTH,
  `price: { perHour: 0.8, currency: USD }
scenarios:
  - { kind: offline, batches: [1, 2, 4], seconds: 0.3 }
  - { kind: server, boundMs: 50, percentile: p90, seed: 3, requests: 60 }
  - { kind: sweep, threads: [1, 2], memoryPattern: [true, false] }
`,
);
maskbench('run', 'scenarios.yaml', '--out', 'runs/scenarios');

// Masks made elsewhere: the ground truths, moved by a pixel or two. The first two come after the first pass, two are
// never there, and one has a wrong size.
writeRun(
  'failed',
  ['luma', 'nan-when-dark', 'vendor'],
  ['people', 'plain'],
  'scoring: { protocols: [fixed, sod, matting, cutout], threshold: 100, empty: zero }\n',
);
const cells = ['people', 'plain'].flatMap((dataset) =>
  readdirSync(at('data', dataset), { recursive: true, encoding: 'utf8' })
    .filter((file) => extname(file) === '.jpg')
    .sort()
    .map((file) => ({
      dataset,
      id: file.replace(/(^|\/)im\//, '$1').replace(/\.jpg$/, ''),
      truth: at('data', dataset, file.replace(/(^|\/)im\//, '$1gt/').replace(/\.jpg$/, '.png')),
    })),
);
/** @param {typeof cells} some */
async function writeMasks(some) {
  for (const { dataset, id, truth } of some) {
    const i = cells.findIndex((cell) => cell.dataset === dataset && cell.id === id);
    const dx = 1 + (i % 2);
    const [width, height] = id === '2' ? [20, 20] : [WIDTH, HEIGHT];
    const moved = await sharp(truth)
      .extend({ left: dx, background: '#000' })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const mask = sharp(moved).extract({ left: 0, top: 0, width, height }).toColourspace('b-w').png();
    write(`masks/${dataset}/${id}.png`, await mask.toBuffer());
  }
}
await writeMasks(cells.slice(2, -2));
write(
  'times.csv',
  `dataset,id,ms\n${cells
    .slice(0, 10)
    .map(({ dataset, id }, i) => `${dataset},${id},${20 + ((i * 7) % 5)}`)
    .join('\n')}\n`,
);
// A cell that fails, since something is in the way of its matte, and succeeds when the run is resumed.
maskbench('time', 'failed.yaml', '--out', 'runs/failed');
mkdirSync(at('runs/failed/predictions/luma/people/training/0001.png/in-the-way'), { recursive: true });
maskbench('run', 'failed.yaml', '--out', 'runs/failed', '--resume', '--no-time');
rmSync(at('runs/failed/predictions/luma/people/training/0001.png'), { recursive: true });
await writeMasks(cells.slice(0, 2));
maskbench('run', 'failed.yaml', '--out', 'runs/failed', '--resume', '--no-time');

maskbench('merge', 'runs/merged-2', 'runs/merged-1', '--out', 'runs/merged');
maskbench('baseline', 'set', 'production', '--run', 'runs/merged', '--models', 'luma,soft');
write(
  'gate.yaml',
  `name: stored
minimumImages: 5
accuracy:
  - { metric: iou, margin: 0.05 }
  - { metric: boundary_iou, margin: 0.2, eachDataset: false }
floors: [{ metric: iou, mean: 0.4 }, { metric: dice, mean: 0.99, dataset: people }]
slices: [{ attribute: split, values: [validation], metric: iou, margin: 0.1 }]
losses: [{ metric: iou, over: 0.2, maximumShare: 0.5 }]
catastrophes: [{ metric: iou, worseThan: 0.1, maximum: 1 }]
latency: { phase: predict, maximumRatio: 50 }
memory: { maximumRatio: 3, maximumMegabytes: 4000 }
size: { maximumRatio: 2 }
improve: [{ metric: iou }, { sizeRatio: 0.5 }]
`,
);

// --- stored small and neutral ---------------------------------------------------------------------------------------

/** Of every run the reports, which are made again; mattes where nobody looks at them; what merging does not read. */
const LEFT_OUT = {
  'merged-1': ['summary.json', 'curves.json'],
  'merged-2': ['summary.json', 'curves.json'],
  merged: ['predictions'],
  scenarios: ['predictions'],
  failed: [],
};
for (const [run, names] of Object.entries(LEFT_OUT)) {
  for (const name of ['report.md', 'report.html', ...names])
    rmSync(at('runs', run, name), { recursive: true, force: true });
}
for (const file of readdirSync(work, { recursive: true, encoding: 'utf8' })) {
  if (!/\.(json|jsonl)$/.test(file)) continue;
  const text = readFileSync(at(file), 'utf8')
    .replaceAll(work, NEUTRAL)
    .replace(/("host": ?")[^"]*/, '$1host')
    .replace(/("os": ?"linux )\S+/, '$10.0.0');
  writeFileSync(at(file), file.endsWith('.json') ? `${JSON.stringify(JSON.parse(text))}\n` : text);
}
for (const file of readdirSync(at('runs'), { recursive: true, encoding: 'utf8' })) {
  const path = at('runs', file);
  if (!/\.jsonl?$/.test(file) || statSync(path).size < LARGE) continue;
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  rmSync(path);
}
for (const name of readdirSync(work)) cpSync(at(name), join(target, name), { recursive: true });
rmSync(work, { recursive: true });
