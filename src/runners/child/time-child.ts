/**
 * The process of the timing pass: one session, nothing beside it. Images are decoded first and kept as pixels; then
 * every image goes through preprocess, inference and postprocess in turn, each timed by itself.
 */
import { readFile } from 'node:fs/promises';
import { toFailure } from '../../core/failure.js';
import { decodeRgb } from '../../image/codec.js';
import type { RgbImage } from '../../image/raster.js';
import { toMatte } from '../../models/postprocess.js';
import { toTensor } from '../../models/preprocess.js';
import { openOrtSession, type OrtSession } from '../ort-session.js';
import type { PhaseTimes } from '../phases.js';
import type { FromChild, LoadMessage, TimeMessage, ToChild } from './messages.js';

let load: LoadMessage | undefined;
let session: OrtSession | undefined;

process.on('message', (message: ToChild) => {
  const work = message.kind === 'load' ? open(message) : message.kind === 'time' ? time(message) : undefined;
  work?.catch((error: unknown) => send({ kind: 'fatal', failure: toFailure(error) }));
});
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));

async function open(message: LoadMessage): Promise<void> {
  load = message;
  const start = performance.now();
  session = await openOrtSession(message);
  send({ kind: 'loaded', loadMs: performance.now() - start });
}

async function time({ images, warmup, rounds }: TimeMessage): Promise<void> {
  const usable = await decodeUsable(images);
  for (let i = 0; i < warmup; i++) {
    const { inferenceMs } = await predict(usable[i % usable.length].image);
    if (i === 0) send({ kind: 'first-inference', inferenceMs });
  }
  for (let iteration = 0; iteration < rounds; iteration++) {
    for (const { key, image, decodeMs } of usable) {
      send({ kind: 'timed', key, iteration, phases: { decodeMs, ...(await predict(image)) } });
    }
  }
  send({ kind: 'timing-done', peakRssBytes: await peakRssBytes() });
}

interface Decoded {
  readonly key: string;
  readonly image: RgbImage;
  readonly decodeMs: number;
}

/** A file that cannot be decoded is a failed cell of the accuracy pass, and no reason not to time the others. */
async function decodeUsable(images: TimeMessage['images']): Promise<readonly Decoded[]> {
  const decoded: Decoded[] = [];
  let reason: unknown;
  for (const { key, path } of images) {
    const start = performance.now();
    try {
      const image = await decodeRgb(path);
      decoded.push({ key, image, decodeMs: performance.now() - start });
    } catch (error) {
      reason = error;
    }
  }
  if (decoded.length === 0) throw reason;
  return decoded;
}

async function predict(image: RgbImage): Promise<Omit<PhaseTimes, 'decodeMs'>> {
  if (session === undefined || load === undefined) throw new Error('time was asked for before load');
  const start = performance.now();
  const tensor = await toTensor(image, load.input);
  const fed = performance.now();
  const output = await session.run(tensor);
  const inferred = performance.now();
  // An output that is no matte (NaN, constant) took its time all the same; the accuracy pass reports it.
  await toMatte(output, load.output, image.width, image.height).catch(() => undefined);
  const end = performance.now();
  return { preprocessMs: fed - start, inferenceMs: inferred - fed, postprocessMs: end - inferred };
}

/** VmHWM of this process; `resourceUsage().maxRSS` would start from the parent's. Linux only, else null. */
async function peakRssBytes(): Promise<number | null> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

function send(message: FromChild): void {
  process.send?.(message);
}
