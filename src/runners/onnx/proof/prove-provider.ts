import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { RESUME } from '../../../core/cancelled.js';
import { MaskbenchError } from '../../../core/errors.js';
import { computes, type PlacementSummary, whereComputed } from '../../../schema/placement.js';
import type { startChild } from '../child-process.js';
import type { LoadMessage, TimedImage } from '../child/messages.js';
import { explainBusy } from '../devices/card.js';
import { askProbe } from './ask-probe.js';
import { type DeviceRequest, deviceUnavailable, type Provider } from '../../device.js';

/** Which provider runs a model, as ONNX Runtime itself tells. */
export type ProviderProof = PlacementSummary;

interface ProofRequest {
  readonly load: LoadMessage;
  /** An image to profile; null takes a grey one of the size that the model is fed, once, and tells no shares of time. */
  readonly image: TimedImage | null;
  /** Go on where the asked provider computes nothing; the proof says so. Default: an error. */
  readonly allowFallback?: boolean;
  readonly signal: AbortSignal;
  /** How the process is started; by default a process indeed. */
  readonly start?: typeof startChild;
}

const PROVIDER_NAMES: Readonly<Record<Provider, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  tensorrt: 'TensorrtExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
  coreml: 'CoreMLExecutionProvider',
  dml: 'DmlExecutionProvider',
};

/** The first run pays for kernels that are compiled on demand; the second one is what is looked at. */
const PROFILED_RUNS = 2;

/**
 * Loads a model once more in a process of its own, only to see where its nodes run, by the placement log and by a profile, and
 * that they do: some libraries are opened by the first inference only. ONNX Runtime leaves nodes to the CPU silently,
 * all of them if it must.
 *
 * @throws MaskbenchError `device.unavailable` if the provider that was asked for computes nothing or the log does not say; `device.busy`;
 * else why the process could not do it, or `cancelled`.
 */
export async function proveProvider(request: ProofRequest): Promise<ProviderProof> {
  const { load, image, allowFallback = false } = request;
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-profile-'));
  try {
    const nodes = await probe(request, join(folder, 'profile'));
    const names = (await readdir(folder)).sort();
    const profiles = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    const { timeShare, computing } = readProfiles(profiles);
    const proof = {
      provider: PROVIDER_NAMES[load.device.provider],
      nodes,
      ...(computing === undefined ? {} : { computing }),
      timeShare: image === null ? null : timeShare,
    };
    if (!allowFallback) assertProven(proof, load.device);
    return proof;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function assertProven(proof: ProviderProof, device: DeviceRequest): void {
  if (whereComputed(proof) !== 'elsewhere') return;
  const placed = Object.entries(proof.nodes).map(([provider, count]) => `${count} nodes on ${provider}`);
  throw deviceUnavailable(
    device,
    placed.length === 0
      ? 'ONNX Runtime does not report where it runs the model'
      : `ONNX Runtime runs the model elsewhere (${placed.join(', ')})`,
  );
}

async function probe(
  { load, image, signal, start }: ProofRequest,
  profilePrefix: string,
): Promise<Placement> {
  let log = '';
  const onLog = (text: string): void => {
    // Of a long log only the lines on placement are kept, and the unfinished last one.
    const lines = (log + text).split('\n');
    log = lines.filter((line, i) => i === lines.length - 1 || line.includes(' placed on [')).join('\n');
  };
  const message = {
    kind: 'probe' as const,
    load,
    image,
    runs: image === null ? 1 : PROFILED_RUNS,
    profilePrefix,
  };
  const isDone = await askProbe(message, { signal, remedy: RESUME, start, onLog }).catch(
    async (error: unknown) => {
      throw await explainBusy(load.device, error);
    },
  );
  if (!isDone)
    throw new MaskbenchError('runner.crashed', 'the process ended before it reported where the model runs');
  return readPlacement(log);
}

/** Nodes of a graph by the execution provider that runs them, e.g. `{ CUDAExecutionProvider: 410, CPUExecutionProvider: 6 }`. */
export type Placement = Readonly<Record<string, number>>;

const PLACED = /\b(?:All nodes|Node\(s\)) placed on \[([A-Za-z0-9_]+)\]\. Number of nodes: (\d+)/g;

/**
 * What ONNX Runtime's log at severity 0 says of where it put the nodes: a line per provider, once for every session and
 * once more for every subgraph (`If`, `Loop`), all of them added up. Empty if the log says nothing of it.
 */
export function readPlacement(log: string): Placement {
  const nodes: Record<string, number> = {};
  for (const [, provider, count] of log.matchAll(PLACED)) {
    nodes[provider] = (nodes[provider] ?? 0) + Number(count);
  }
  return nodes;
}

/** Share of the time in nodes by execution provider, 0..1, adding up to 1; empty if no node was profiled. */
type TimeShare = Readonly<Record<string, number>>;

interface Profiled {
  readonly timeShare: TimeShare;
  /** See the schema; undefined if no node was profiled. */
  readonly computing: NonNullable<PlacementSummary['computing']> | undefined;
}

/** An event of ONNX Runtime's profile; times are microseconds. */
const eventsSchema = z.array(
  z.looseObject({
    cat: z.string(),
    name: z.string(),
    dur: z.number(),
    ts: z.number(),
    args: z
      .looseObject({
        provider: z.string().optional(),
        op_name: z.string().optional(),
        node_index: z.string().optional(),
      })
      .optional(),
  }),
);

/**
 * What the last run of a model's sessions (SAM has two) went through, by their profiles: JSON as ONNX Runtime writes it.
 * Times are the host's: a node that only hands work to a GPU looks short, and whoever waits for the GPU (a copy back, or
 * a node on the CPU) looks long.
 *
 * @throws SyntaxError or ZodError where a text is no such profile.
 */
export function readProfiles(profiles: readonly string[]): Profiled {
  const micros: Record<string, number> = {};
  const computing: Record<string, Record<string, number>> = {};
  let isTold = false;
  for (const profile of profiles) {
    const events = eventsSchema.parse(JSON.parse(profile));
    const run = events.findLast(({ cat, name }) => cat === 'Session' && name === 'model_run');
    // A node in a loop is run several times.
    const seen = new Set<string>();
    for (const { cat, name, dur, ts, args = {} } of events) {
      const { provider, op_name: operator, node_index: index } = args;
      if (cat !== 'Node' || provider === undefined || !name.endsWith('_kernel_time')) continue;
      if (run !== undefined && (ts < run.ts || ts > run.ts + run.dur)) continue;
      micros[provider] = (micros[provider] ?? 0) + dur;
      if (operator === undefined) continue;
      isTold = true;
      const node = `${index ?? ''} ${name}`;
      if (!computes(operator) || seen.has(node)) continue;
      seen.add(node);
      const own = (computing[provider] ??= {});
      own[operator] = (own[operator] ?? 0) + 1;
    }
  }
  const all = Object.values(micros).reduce((sum, value) => sum + value, 0);
  const shares = Object.entries(micros).map(([provider, value]) => [provider, value / all]);
  return {
    timeShare: all === 0 ? {} : Object.fromEntries(shares),
    computing: isTold ? computing : undefined,
  };
}
