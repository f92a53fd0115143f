import { canonicalJson } from '../../core/hash.js';
import { networkSchemas, type NetworkSpec } from '../../models/spec/spec.js';
import { providersOf } from '../devices.js';
import type { Runner, StageSession, StagesRequest, TimedRequest } from '../runner.js';
import type { LoadMessage } from './child/messages.js';
import type { OnnxAssets, OnnxModel } from './ensure.js';
import type { TimedModel } from './timing/time-together.js';

/** ONNX networks, each in a process of its own under ONNX Runtime. What runs them is loaded once one is run. */
export const onnxRunner: Runner<NetworkSpec, OnnxAssets> = {
  title: 'an ONNX network',
  specs: networkSchemas,
  describe: ({ input: { width, height } }) => `${width}x${height}`,
  moved: (spec, move) =>
    spec.feeding === 'sam' && spec.prompts.file !== undefined
      ? { ...spec, prompts: { ...spec.prompts, file: move(spec.prompts.file) } }
      : spec,
  readyDevice: async (...asked) => (await import('./engine/ready-device.js')).readyOnnxDevice(...asked),
  ensure: async (...asked) => (await import('./ensure.js')).ensureOnnx(...asked),
  copied: async (...asked) => (await import('./copy-files.js')).copyOnnxFiles(...asked),
  identity({ spec, sha256 }, { device, runner, batch }) {
    const provider = providersOf(device);
    const text = canonicalJson({
      bytes: sha256,
      ...feedingFields(spec),
      provider,
      runner,
      ...(batch === undefined ? {} : { batch }),
    });
    return () => text;
  },
  async tryOut({ spec, assets: { paths, isKnown } }, { onlyInDoubt, device, options, threads, signal }) {
    if (onlyInDoubt && isKnown) return;
    const { tryOut } = await import('./proof/ask-probe.js');
    await tryOut({ kind: 'load', spec, paths, device, options, threads }, signal);
  },
  open: async (...asked) => (await import('./session.js')).openOnnxSession(...asked),
  async doubts(spec, outputs) {
    const { feedingOf } = await import('../../models/feedings/registry.js');
    return feedingOf(spec).doubts?.(outputs) ?? [];
  },
  time: {
    kind: 'pass',
    scopes: ['predict', 'file-to-file'],
    pixels: ({ input: { width, height } }) => width * height,
    timed: timedModel,
  },
  stages: (model) => ({ spec: model.spec, open: (request) => openStages(model, request) }),
};

/** What of a spec can change a matte. The content of a file of prompts is in the model's hash. */
function feedingFields(spec: NetworkSpec): Readonly<Record<string, unknown>> {
  if (spec.feeding !== 'sam') return { feeding: spec.feeding, input: spec.input, output: spec.output };
  const { file: _inHash, ...prompts } = spec.prompts;
  return { feeding: spec.feeding, input: spec.input, prompts };
}

async function timedModel(
  model: OnnxModel,
  { samples, device, options, threads, scope }: TimedRequest,
): Promise<TimedModel> {
  const { promptsOf } = await import('./ensure.js');
  const { spec, assets } = model;
  const promptOf = await promptsOf(model);
  const load: LoadMessage = { kind: 'load', spec, paths: assets.paths, device, options, threads };
  const { startFileToFile } = await import('./timing/file-to-file.js');
  return {
    name: spec.name,
    load,
    ...(scope === 'file-to-file' ? { start: (signal) => startFileToFile(load, signal) } : {}),
    images: samples.map(({ imagePath, dataset, id }, i) => ({
      key: String(i),
      path: imagePath,
      prompt: promptOf(dataset, id),
    })),
  };
}

async function openStages(model: OnnxModel, request: StagesRequest): Promise<StageSession> {
  const { promptsOf } = await import('./ensure.js');
  const { startStageRunner } = await import('./stage-runner.js');
  const { spec = model.spec, device, options, threads, folder } = request;
  const promptOf = await promptsOf({ ...model, spec });
  const { paths } = model.assets;
  const runner = startStageRunner({ kind: 'load', spec, paths, device, options, threads }, folder);
  return {
    stagesOf: ({ imagePath, dataset, id }) => runner.stagesOf(imagePath, promptOf(dataset, id)),
    outputOf: ({ imagePath, dataset, id }, fedAs) => runner.outputOf(imagePath, promptOf(dataset, id), fedAs),
    stop: () => runner.stop(),
  };
}
