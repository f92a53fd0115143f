import { availableParallelism, freemem } from 'node:os';
import { awayInWords, whereComputed } from '../../schema/placement.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import { formatDevice } from '../device.js';
import type { MatteJob, OpenRequest, PredictSession } from '../runner.js';
import type { LoadMessage } from './child/messages.js';
import { findCard, isExclusive } from './devices/card.js';
import { promptsOf, type OnnxModel } from './ensure.js';
import { predictAll } from './predict-pool.js';
import { proveProvider } from './proof/prove-provider.js';

/**
 * The accuracy pass of one model: a few inference processes, which start with the first job and end after the last.
 *
 * @param simulated the file of a process that only seems to compute, and needs no device (bench/feed.mjs)
 */
export async function openOnnxSession(
  model: OnnxModel,
  request: OpenRequest,
  simulated?: string,
): Promise<PredictSession> {
  const { device, options, signal } = request;
  const { spec, assets } = model;
  const promptOf = await promptsOf(model);
  const divided = divideCores(request, model.bytes);
  const { threads, feeders } = divided;
  const { batch } = request.parallelism;
  const processes =
    simulated === undefined ? await allowedProcesses(divided.processes, request) : divided.processes;
  const load: LoadMessage = {
    kind: 'load',
    spec,
    paths: assets.paths,
    device,
    options,
    threads,
    feeders,
    batch,
  };
  if (simulated === undefined) await assertPlaced(load, request);
  const [warnAlone, warnRefused] = [warnOnce(request), warnOnce(request)];
  return {
    predict: (jobs, onOutcome) =>
      predictAll<MatteJob>({
        load,
        ...(simulated === undefined ? {} : { entry: simulated }),
        processes,
        items: jobs,
        jobOf: ({ sample: { imagePath, imageSha256, dataset, id }, mattePath }) => ({
          imagePath,
          imageSha256,
          mattePath,
          prompt: promptOf(dataset, id),
        }),
        bytesOf: ({ sample }) => bytesOfJob(sample, spec),
        roomBytes: (freemem() * ROOM_SHARE) / processes / request.devices,
        onOutcome,
        onAlone: (reason) => warnAlone(`${spec.name}: ${reason}`),
        signal,
        onRefused: () =>
          warnRefused(
            `${formatDevice(device)} takes fewer processes at a time than asked for: the others wait for their turn`,
          ),
      }),
    close: async () => undefined,
  };
}

/**
 * A card in exclusive mode takes one process at a time, whatever is asked for.
 *
 * @param find asks the card's driver
 */
export async function allowedProcesses(
  wanted: number,
  { device, emit }: Pick<OpenRequest, 'device' | 'emit'>,
  find: typeof findCard = findCard,
): Promise<number> {
  if (wanted === 1 || device.provider === 'cpu') return wanted;
  const found = await find(device);
  if (found.kind !== 'card' || !isExclusive(found.card)) return wanted;
  emit({
    kind: 'warning',
    message: `${formatDevice(device)} is in exclusive mode: one process at a time instead of ${wanted}`,
  });
  return 1;
}

/** Processes of one model find the same: it is told once. */
function warnOnce({ emit }: Pick<OpenRequest, 'emit'>): (message: string) => void {
  let isTold = false;
  return (message) => {
    if (!isTold) emit({ kind: 'warning', message });
    isTold = true;
  };
}

/** Of the free memory, what pictures on their way may take. */
const ROOM_SHARE = 0.4;
/** Of a picture with all that is made of it: decoded, resampled, compressed, each with what the decoder keeps (measured: 12). */
const BYTES_PER_PIXEL = 16;
/** A tensor of float32 of three channels, and what comes out. */
const BYTES_PER_FED_PIXEL = 16;

function bytesOfJob({ width, height }: PlannedSample, { input }: NetworkSpec): number {
  return width * height * BYTES_PER_PIXEL + input.width * input.height * BYTES_PER_FED_PIXEL;
}

/** Memory that one process is taken to need: a base, and a few times the weights (measured: IS-Net fp16 1.0 GB). */
const BASE_BYTES = 1.2e9;
const BYTES_PER_WEIGHT_BYTE = 5;

/**
 * How the accuracy pass uses the machine. On a CPU several processes with one thread each beat one process with many
 * (0.58 against 0.51 images/s on two cores), each with one thread that feeds it; on other devices one process feeds the
 * device, with a thread per core.
 *
 * @public for bench/rembg.mjs
 */
export function divideCores(
  {
    parallelism: { processes, threads, feeders: asked },
    device,
    devices,
    samples,
  }: Pick<OpenRequest, 'device' | 'devices' | 'samples'> & {
    readonly parallelism: Pick<OpenRequest['parallelism'], 'processes' | 'threads' | 'feeders'>;
  },
  modelBytes: number,
): { readonly processes: number; readonly threads: number; readonly feeders: number } {
  const cores = Math.max(1, Math.floor(availableParallelism() / devices));
  const share = (count: number): number => Math.max(1, Math.floor(cores / count));
  const feedersOf = (count: number): number =>
    asked !== 'auto' ? asked : device.provider === 'cpu' ? 1 : share(count);
  if (processes !== 'auto') {
    return {
      processes,
      threads: threads === 'auto' ? share(processes) : threads,
      feeders: feedersOf(processes),
    };
  }
  if (device.provider !== 'cpu')
    return { processes: 1, threads: threads === 'auto' ? cores : threads, feeders: feedersOf(1) };
  const fitting = Math.floor((freemem() * 0.8) / devices / (BASE_BYTES + BYTES_PER_WEIGHT_BYTE * modelBytes));
  const wanted = threads === 'auto' ? cores : Math.floor(cores / threads);
  const count = Math.max(1, Math.min(wanted, fitting, samples));
  return {
    processes: count,
    threads: threads === 'auto' ? share(count) : threads,
    feeders: feedersOf(count),
  };
}

/**
 * Before a model predicts on a device that is no CPU: looks where its nodes will run, and tells of what will not run
 * there. A session on the CPU has no other provider.
 *
 * @throws MaskbenchError `device.unavailable` if none runs there and that is not allowed.
 */
async function assertPlaced(load: LoadMessage, { allowFallback, emit, signal }: OpenRequest): Promise<void> {
  if (load.device.provider === 'cpu') return;
  const proof = await proveProvider({ load, image: null, allowFallback, signal });
  if (whereComputed(proof) === 'asked') return;
  const away = awayInWords(proof);
  const elsewhere = Object.entries(proof.nodes).filter(([provider]) => provider !== proof.provider);
  const nodes = elsewhere.map(([provider, count]) => `${count} nodes on ${provider}`);
  const told = (away.length > 0 ? away : nodes).join(', ');
  emit({
    kind: 'warning',
    message: `${load.spec.name}: ONNX Runtime puts ${told || 'its nodes nowhere that it reports'}`,
  });
}
