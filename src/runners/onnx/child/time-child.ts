import { setTimeout as sleep } from 'node:timers/promises';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toFailure } from '../../../core/failure.js';
import { decodeRgb } from '../../../image/codec.js';
import { encodeMattePng } from '../../../image/encode-matte.js';
import type { RgbImage } from '../../../image/raster.js';
import type { ImagePrompt } from '../../../models/spec/prompts.js';
import type { Fed } from '../../../models/feedings/feeding.js';
import { toFloats } from '../../../models/pixels/to-floats.js';
import { openModel, type OpenModel } from '../open-model.js';
import { batched } from '../timing/batch.js';
import type { DecodeMessage, LoadMessage, MeasuredSample, MeasureMessage, ToChild } from './messages.js';
import { listen, send } from './parent.js';

/**
 * The process of the timing pass: one model, nothing beside it. Images are decoded first and kept as pixels; then it
 * predicts whatever it is told to, each phase timed by itself, and tells nothing before it is done: a message between
 * two predictions would wake up the parent.
 */

interface Decoded {
  readonly key: string;
  readonly path: string;
  readonly image: RgbImage;
  readonly prompt: ImagePrompt | undefined;
  readonly decodeMs: number;
}

let model: OpenModel | undefined;
let decoded: readonly Decoded[] = [];

listen((message) => {
  work(message).catch((error: unknown) => send({ kind: 'fatal', failure: toFailure(error) }));
});

async function work(message: ToChild): Promise<void> {
  switch (message.kind) {
    case 'load':
      return open(message);
    case 'decode':
      return decode(message);
    case 'measure':
      return measure(message);
    default:
  }
}

async function open(message: LoadMessage): Promise<void> {
  const start = performance.now();
  model = await openModel(message);
  send({ kind: 'loaded', loadMs: performance.now() - start });
}

async function decode({ images }: DecodeMessage): Promise<void> {
  const usable: Decoded[] = [];
  let reason: unknown;
  for (const { key, path, prompt } of images) {
    const start = performance.now();
    try {
      const image = await decodeRgb(path);
      usable.push({ key, path, image, prompt, decodeMs: performance.now() - start });
    } catch (error) {
      reason = error;
    }
  }
  if (usable.length === 0) throw reason;
  decoded = usable;
  send({
    kind: 'decoded',
    images: usable.map(({ key, decodeMs, image: { width, height } }) => ({ key, decodeMs, width, height })),
  });
}

async function measure({ order, batch = 1, alone = 0, arrivalsMs, filesIn }: MeasureMessage): Promise<void> {
  const loaded = model;
  if (loaded === undefined) throw new Error('a measurement was asked for before load');
  const samples: MeasuredSample[] = [];
  const switchesBefore = process.resourceUsage().involuntaryContextSwitches;
  const cpuBefore = process.cpuUsage();
  let copiedBefore = loaded.copied();
  const begin = performance.now();
  for (let i = 0; i < order.length; i += batch) {
    if (arrivalsMs !== undefined) await until(begin + arrivalsMs[i]);
    const images = order.slice(i, i + batch).map((position) => decoded[position]);
    copiedBefore = loaded.copied();
    const at = { position: order[i], begin };
    samples.push(
      filesIn === undefined
        ? await predict(loaded, images, { ...at, alone })
        : await fileToFile(loaded, images[0], { ...at, matte: join(filesIn, 'matte.png') }),
    );
  }
  const wallMs = performance.now() - begin;
  const cpu = process.cpuUsage(cpuBefore);
  const copied = loaded.copied();
  // Of the last prediction; a bare loop after it copies as much each time.
  const inferences = 1 + alone;
  send({
    kind: 'measured',
    samples,
    wallMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    involuntarySwitches: process.resourceUsage().involuntaryContextSwitches - switchesBefore,
    copies: {
      inBytes: (copied.inBytes - copiedBefore.inBytes) / inferences,
      outBytes: (copied.outBytes - copiedBefore.outBytes) / inferences,
    },
    peakRssBytes: await peakRssBytes(),
  });
}

interface Measured {
  readonly position: number;
  /** When the measurement began. */
  readonly begin: number;
}

interface Measurement extends Measured {
  readonly alone: number;
}

/** All that a program does that is asked for a matte file of a picture file. */
async function fileToFile(
  { feeding, infer }: OpenModel,
  { path, prompt }: Decoded,
  { position, begin, matte }: Measured & { readonly matte: string },
): Promise<MeasuredSample> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const image = await decodeRgb(path);
  const opened = performance.now();
  const fed = await feeding.prepare(image, prompt);
  const prepared = performance.now();
  const { output, parts } = await infer(fed);
  const inferred = performance.now();
  const { width, height } = image;
  // An output that is not a matte took its time all the same; the accuracy pass reports it.
  const read = await feeding.read(toFloats(output), width, height).catch(() => undefined);
  const finished = performance.now();
  if (read !== undefined) await writeFile(matte, await encodeMattePng(read));
  const end = performance.now();
  const cpu = process.cpuUsage(cpuBefore);
  return {
    image: position,
    startMs: start - begin,
    cpuMs: (cpu.user + cpu.system) / 1000,
    phases: {
      decodeMs: opened - start,
      preprocessMs: prepared - opened,
      inferenceMs: inferred - prepared,
      postprocessMs: finished - inferred,
      ...parts,
      totalMs: end - start,
    },
  };
}

async function predict(
  { feeding, infer }: OpenModel,
  images: readonly Decoded[],
  { position, begin, alone }: Measurement,
): Promise<MeasuredSample> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const feds = [];
  for (const { image, prompt } of images) feds.push(await feeding.prepare(image, prompt));
  const prepared = performance.now();
  const { outputs, parts } = await batched(infer, feds);
  const inferred = performance.now();
  for (const [i, { image }] of images.entries()) {
    // An output that is not a matte (NaN, a wrong shape) took its time all the same; the accuracy pass reports it.
    await feeding.read(toFloats(outputs[i]), image.width, image.height).catch(() => undefined);
  }
  const end = performance.now();
  const cpu = process.cpuUsage(cpuBefore);
  const aloneMs = alone > 0 ? await timeAlone(infer, feds, alone) : undefined;
  return {
    image: position,
    startMs: start - begin,
    cpuMs: (cpu.user + cpu.system) / 1000,
    phases: {
      preprocessMs: prepared - start,
      inferenceMs: inferred - prepared,
      postprocessMs: end - inferred,
      ...parts,
    },
    ...(aloneMs === undefined ? {} : { aloneMs }),
  };
}

/** A bare loop of inferences: nothing between them cools the caches or lets the threads fall asleep. */
async function timeAlone(
  infer: OpenModel['infer'],
  feds: readonly Fed[],
  count: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await batched(infer, feds);
    times.push(performance.now() - start);
  }
  return times;
}

/** A timer wakes up to a millisecond or two late: the last stretch is waited out. */
const TIMER_SLACK_MS = 3;

async function until(moment: number): Promise<void> {
  const wait = moment - performance.now() - TIMER_SLACK_MS;
  if (wait > 0) await sleep(wait);
  while (performance.now() < moment);
}

/** VmHWM of this process; `resourceUsage().maxRSS` would start from the parent's. Linux only, else null. */
export async function peakRssBytes(): Promise<number | null> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}
