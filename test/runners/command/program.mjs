// A program of every kind of trouble, for tests. It speaks the protocol of docs/programs.md:
//   node program.mjs [--die-at <part of a path>] [--die-once <file that remembers>] [--hang-at ..] [--junk-at ..] [--small-at ..]
//     [--colour-at ..] [--nothing-at ..] [--folder-at ..] [--refuse-at ..] [--because <reason>] [--cutout] [--version 1] [--child <file for its number>] [--loading]
//     [--die-first] [--log <file>]
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const text = /** @type {const} */ ({ type: 'string' });
const flag = /** @type {const} */ ({ type: 'boolean', default: false });
const { values } = parseArgs({
  options: {
    'die-at': text,
    'die-once': text,
    'hang-at': text,
    'junk-at': text,
    'small-at': text,
    'colour-at': text,
    'nothing-at': text,
    'folder-at': text,
    because: { ...text, default: 'too dark' },
    'refuse-at': text,
    version: { ...text, default: '1' },
    child: text,
    log: text,
    cutout: flag,
    loading: flag,
    'die-first': flag,
    'print-env': flag,
  },
});
/** @param {object} line */
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
/**
 * @param {'die-at' | 'hang-at' | 'junk-at' | 'small-at' | 'colour-at' | 'nothing-at' | 'folder-at' | 'refuse-at'} what
 * @param {string} image
 */
const at = (what, image) => image.includes(values[what] ?? '\0');

if (values['die-first']) {
  console.error('there is no such network');
  process.exit(3);
}
say({ maskbench: 1, version: values.version, ...(values.loading ? { loading: true } : {}) });
if (values['print-env']) console.error(JSON.stringify(process.env));
if (values.loading) {
  await sleep(50);
  say({ ready: true });
}
if (values.child !== undefined) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    detached: true,
    stdio: 'inherit',
  });
  child.unref();
  appendFileSync(values.child, `${child.pid}\n`);
}
for await (const line of createInterface({ input: process.stdin })) {
  const { id, image, matte } = JSON.parse(line);
  if (values.log !== undefined) appendFileSync(values.log, `${image}\n`);
  if (at('die-at', image)) {
    console.error(`cannot bear ${image}, ${process.env['SECRET'] ?? ''}`);
    process.exit(9);
  }
  if (values['die-once'] !== undefined && !existsSync(values['die-once'])) {
    writeFileSync(values['die-once'], 'died');
    process.kill(process.pid, 'SIGSEGV');
    await sleep(1000);
  }
  if (at('hang-at', image)) await sleep(600_000);
  if (at('junk-at', image)) process.stdout.write('Downloading model: 100 %\n');
  if (at('refuse-at', image)) {
    say({ id, ok: false, message: values.because });
    continue;
  }
  if (at('folder-at', image)) mkdirSync(matte);
  else if (!at('nothing-at', image)) {
    const upright = sharp(image).rotate();
    const sized = at('small-at', image) ? upright.resize(3, 3, { fit: 'fill' }) : upright;
    const { data, info } = await sized.removeAlpha().greyscale().raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const mask = Buffer.from(data.map((v) => (v > 128 ? 255 : 0)));
    const raw = { width, height, channels: /** @type {const} */ (1) };
    const grey = sharp(mask, { raw }).toColourspace('b-w');
    const picture = await sharp(image).rotate().removeAlpha().toColourspace('srgb').raw().toBuffer();
    const rgb = sharp(picture, { raw: { width, height, channels: 3 } });
    await (at('colour-at', image) ? rgb : values.cutout ? rgb.joinChannel(mask, { raw }) : grey)
      .png()
      .toFile(matte);
  }
  say({ id, ok: true, phases: { inferenceMs: 1.5 } });
}
