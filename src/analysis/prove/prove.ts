import { availableParallelism, cpus, release } from 'node:os';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { explainRefusal, systemRefusal, toFailure } from '../../core/failure.js';
import { ownVersion } from '../../core/package-root.js';
import { prepareRun } from '../../pipeline/prepare.js';
import { formatDevice } from '../../runners/device.js';
import { summariseCard } from '../../runners/onnx/devices/card.js';
import { ENGINE_VERSION } from '../../runners/onnx/engine/engine.js';
import { type GpuProof, type ProofCheck, PROOF_VERSION } from '../../schema/gpu-proof.js';
import { runConfigSchema } from '../../store/config.js';
import type { AllGathered, Artifacts, Gathered, Gatherer, Prepared, ProveRequest } from './artifacts.js';
import type { Check } from './check.js';
import { CHECKS } from './checks/index.js';
import { precisionOf } from './gather/drift.js';
import { GATHERERS } from './gather/index.js';

/**
 * Proves or disproves, check by check, that a device does what Maskbench says of it: first all that there is to see is
 * gathered, then every check judges it. What goes wrong in one of them is what is found there, and the rest goes on.
 *
 * @throws MaskbenchError for models and images that cannot be had, `disk.full`, `files.too-many`, and `cancelled`.
 */
export async function prove(request: ProveRequest, checks: readonly Check[] = CHECKS): Promise<GpuProof> {
  const started = performance.now();
  const createdAt = new Date().toISOString();
  const prepared = await prepare(request);
  const gathered = await gatherAll(prepared, gatherersFor(checks));
  const { rest } = gathered;
  const card = rest.kind === 'found' && rest.value.found.kind === 'card' ? rest.value.found.card : undefined;
  const audited = checks.map((check) => audit(check, gathered, prepared));
  const count = (state: ProofCheck['state']): number => audited.filter((one) => one.state === state).length;
  return {
    proofVersion: PROOF_VERSION,
    maskbenchVersion: ownVersion(),
    createdAt,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    device: formatDevice(request.device),
    ...(card === undefined ? {} : { gpu: summariseCard(card) }),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      os: `${process.platform} ${release()} ${process.arch}`,
      node: process.versions.node,
      onnxruntime: ENGINE_VERSION,
    },
    models: prepared.run.models.map((model) => ({
      name: model.spec.name,
      sha256: model.sha256,
      bytes: model.bytes,
      precision: precisionOf(model),
    })),
    images: request.images,
    profile: request.effort.time.profile,
    counts: { pass: count('pass'), fail: count('fail'), notKnown: count('not known') },
    checks: audited,
  };
}

/** The device is not asked for here: that it cannot be used is for the proof to say. */
async function prepare(request: ProveRequest): Promise<Prepared> {
  const { models, dataset, images, device, effort, cwd, env, offline, onProgress, signal } = request;
  const config = runConfigSchema.parse({
    name: 'gpu-proof',
    models,
    datasets: [dataset],
    device: 'cpu',
    limit: images,
    time: effort.time,
  });
  const run = await prepareRun({ config, folder: cwd }, { cwd, env, offline, onProgress, signal });
  const asked = { ...config, device: formatDevice(device) };
  return { ...request, run: { ...run, config: asked }, began: performance.now() };
}

/** What checks are made from, with all that needs; the card at rest is a part of every proof. */
function gatherersFor(checks: readonly Check[]): readonly Gatherer[] {
  const wanted = new Set<keyof Artifacts>(['rest', ...checks.map(({ from }) => from)]);
  for (const { name, needs } of GATHERERS.toReversed()) {
    if (wanted.has(name)) for (const one of needs) wanted.add(one);
  }
  return GATHERERS.filter(({ name }) => wanted.has(name));
}

async function gatherAll(request: Prepared, gatherers: readonly Gatherer[]): Promise<AllGathered> {
  const all: Partial<Record<keyof Artifacts, Gathered<unknown>>> = {};
  const have: Partial<Record<keyof Artifacts, unknown>> = {};
  for (const { name, doing, needs, gather } of gatherers) {
    throwIfCancelled(request.signal);
    const missing = gatherers.find((one) => needs.includes(one.name) && !(one.name in have));
    if (missing !== undefined) {
      all[name] = { kind: 'left-out', why: `without ${missing.doing}, which did not come about` };
      continue;
    }
    request.onDoing(doing);
    try {
      const value = await gather(request, have as Partial<Artifacts>);
      have[name] = value;
      all[name] = { kind: 'found', value };
    } catch (error) {
      throwIfCancelled(request.signal);
      if (error instanceof MaskbenchError && error.code === 'cancelled') throw error;
      // That a disk is full says nothing of the device.
      if (systemRefusal(error) !== undefined)
        throw explainRefusal(error, request.scratch, 'prove again, or set TMPDIR');
      all[name] = { kind: 'failed', failure: toFailure(error) };
    }
  }
  return all as AllGathered;
}

function audit({ name, title, audit: judge }: Check, gathered: AllGathered, request: Prepared): ProofCheck {
  try {
    const { state, found, details = [] } = judge(gathered, request);
    return { name, title, state, found, details };
  } catch (error) {
    return {
      name,
      title,
      state: 'fail',
      found: `the check itself failed: ${toFailure(error).message}`,
      details: [],
    };
  }
}
