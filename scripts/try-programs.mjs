// Programs beside our own runner, both timed from file to file in one report: rembg itself, and docs/programs/onnxruntime_program.py. Fails
// where a matte is not the same to the byte.
//
//   node scripts/try-programs.mjs                 the small networks of "npm run parity", on its pictures
//   node scripts/try-programs.mjs --real          IS-Net, on photographs: --photographs 20
//   --keep keeps the runs; --cases u2netp,isnet-general-use; --time quick|standard, of --real by default two pictures in one round each
//
// rembg is the newest of "npm run parity -- --install", in its virtual environment.
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { runCli } from '../dist/cli/program.js';
import { loadModelSpec } from '../dist/runners/load-spec.js';
import { casesFor, realCase, writeCase } from './parity/cases.mjs';
import { photographs, smallPictures } from './parity/images.mjs';
import { isInstalled, pythonOf } from './parity/peer.mjs';
import { PEERS } from './parity/peers.mjs';
import { ensureNetwork } from './support/network.mjs';

const { values: options } = parseArgs({
  options: {
    real: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    photographs: { type: 'string', default: '20' },
    cases: { type: 'string' },
    time: { type: 'string' },
  },
});
// What is shown is that both are timed from file to file in one report: of a large network few inferences say so.
const timed = {
  threads: 1,
  profile: options.time ?? 'quick',
  ...(options.real && options.time === undefined ? { images: 2, rounds: 1 } : {}),
};
const PEER = 'newest';
if (!isInstalled(PEER)) {
  console.log('skipped: there is no rembg; "npm run parity -- --install --peers newest" makes it');
  process.exit(0);
}
const peer = PEERS.find(({ name }) => name === PEER) ?? PEERS[0];
const programs = resolve(import.meta.dirname, '..', 'docs', 'programs');
const python = pythonOf(PEER);
const folder = await mkdtemp(join(tmpdir(), 'maskbench-programs-'));
const pictures = options.real
  ? photographs(Number(options.photographs))
  : [...smallPictures(), ...photographs(4)];
const wanted = options.cases?.split(',');
// A stack of masks is not of the picture's size, and SAM is asked by prompts: rembg's own protocol for those is another one.
const cases = options.real
  ? [realCase(peer, (await ensureNetwork('isnet-fp16')).assets.paths.model)]
  : casesFor(peer).filter(
      ({ name, session }) =>
        session !== 'sam' && name !== 'u2net_cloth_seg' && (wanted === undefined || wanted.includes(name)),
    );

await mkdir(join(folder, 'data', 'im'), { recursive: true });
await mkdir(join(folder, 'data', 'gt'), { recursive: true });
for (const [i, { path }] of pictures.entries()) {
  const name = String(i).padStart(3, '0');
  await copyFile(path, join(folder, 'data', 'im', `${name}${extname(path).toLowerCase()}`));
  const { width = 1, height = 1, orientation = 1 } = await sharp(path).metadata();
  const [w, h] = orientation > 4 ? [height, width] : [width, height];
  // What is compared is mattes with each other: any ground truth will do.
  const black = { create: { width: w, height: h, channels: /** @type {const} */ (3), background: 'white' } };
  await sharp(black)
    .toColourspace('b-w')
    .png()
    .toFile(join(folder, 'data', 'gt', `${name}.png`));
}
const dataset = { name: 'pictures', layout: 'paired-folders', root: join(folder, 'data') };
await write('pictures.yaml', { ...dataset, images: { path: 'im' }, truths: { path: 'gt' } });

let different = 0;
/** @type {string[]} */
const failed = [];
for (const parityCase of cases) {
  const { path, paths } = await writeCase(parityCase, join(folder, parityCase.name));
  const { spec } = await loadModelSpec(path);
  await write(`${parityCase.name}/ours.yaml`, { ...spec, name: 'ours', files: `file:${paths.model}` });
  const env = { OMP_NUM_THREADS: '1' };
  const program = join(programs, 'rembg_program.py');
  await write(`${parityCase.name}/rembg.yaml`, {
    name: 'rembg',
    feeding: 'command',
    command: { run: [python, program, parityCase.session, paths.model], files: [program, paths.model], env },
  });
  const ort = join(programs, 'onnxruntime_program.py');
  await write(`${parityCase.name}/onnxruntime.yaml`, {
    name: 'onnxruntime-python',
    feeding: 'command',
    command: { run: [python, ort, '--threads', '1'], files: [ort], network: 'ours.yaml' },
  });
  // The example of the docs, which makes mattes of its own.
  const bright = join(programs, 'bright.py');
  await write(`${parityCase.name}/bright.yaml`, {
    name: 'bright',
    feeding: 'command',
    command: { run: [python, bright], files: [bright] },
  });
  await write(`${parityCase.name}/run.yaml`, {
    name: parityCase.name,
    models: ['./ours.yaml', './rembg.yaml', './onnxruntime.yaml', './bright.yaml'],
    datasets: ['../pictures.yaml'],
    accuracy: { processes: 1, threads: 1 },
    time: timed,
  });
  const out = join(folder, parityCase.name, 'run');
  const status = await cli(['run', join(folder, parityCase.name, 'run.yaml'), '--out', out], false);
  if (![0, 3].includes(status)) {
    failed.push(parityCase.name);
    console.log(`${parityCase.name}: the run ended with ${status}`);
    continue;
  }
  const lines = (await readFile(join(out, 'predictions.jsonl'), 'utf8')).trim().split('\n');
  /** @type {Map<string, Map<string, string>>} */
  const mattes = new Map();
  for (const line of lines) {
    /** @type {import('../dist/store/records.js').PredictionRecord} */
    const record = JSON.parse(line);
    const { id, model } = record;
    const found = record.status === 'done' ? record.matteSha256 : `failed: ${record.failure.message}`;
    mattes.set(id, (mattes.get(id) ?? new Map()).set(model, found));
  }
  different += [...mattes].filter(([, of]) => of.get('bright')?.startsWith('failed') !== false).length;
  for (const name of ['rembg', 'onnxruntime-python']) {
    const other = [...mattes].filter(([, of]) => of.get('ours') !== of.get(name));
    different += other.length;
    const equal = mattes.size - other.length;
    console.log(
      `${parityCase.name}: ${equal} of ${mattes.size} mattes of ${name} are ours to the byte (status ${status})`,
    );
    for (const [id, of] of other.slice(0, 3))
      console.log(`  ${id}: ours ${of.get('ours')}, ${name} ${of.get(name)}`);
  }
  if (options.real || parityCase === cases[0]) await cli(['report', out], true);
}
if (options.keep) console.log(`kept: ${folder}`);
else await rm(folder, { recursive: true, force: true });
console.log(`${cases.length} networks, ${pictures.length} pictures: ${different} mattes differ`);
process.exitCode = different === 0 && failed.length === 0 ? 0 : 1;

/**
 * @param {string} name
 * @param {object} content
 */
async function write(name, content) {
  // JSON is YAML.
  await writeFile(join(folder, name), JSON.stringify(content));
}

/**
 * @param {readonly string[]} argv
 * @param {boolean} shown
 */
function cli(argv, shown) {
  return runCli(argv, {
    out: (text) => void (shown && process.stdout.write(text)),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: false,
    cwd: folder,
    env: process.env,
    interactive: false,
    signal: new AbortController().signal,
  });
}
