import type { ProviderSummary } from '../../../schema/hardware.js';
import type { Provider } from '../../device.js';

/**
 * Of all options of these providers onnxruntime-node 1.30 passes on the number of the device; the others are left at ONNX
 * Runtime\u2019s defaults (its pages on the CUDA and TensorRT execution providers), whatever a session asks for. Read in its source
 * (js/node/src/session_options_helper.cc) and seen: values that are none are taken without a word (docs/gpu.md).
 */
const CUDA = [
  'cudnn_conv_algo_search=EXHAUSTIVE',
  'cudnn_conv_use_max_workspace=1',
  'arena_extend_strategy=kNextPowerOfTwo',
  'gpu_mem_limit=none',
  'prefer_nhwc=0',
  'enable_cuda_graph=0',
];
const TENSORRT = [
  'trt_fp16_enable=0',
  'trt_int8_enable=0',
  'trt_engine_cache_enable=0',
  'trt_cuda_graph_enable=0',
];

/** Options of the two providers, by how their names begin. */
const OF_PROVIDERS =
  /^(trt|cudnn|gpu_mem|gpu_external|arena_extend|tunable_op|use_tf32|prefer_nhwc|enable_cuda|do_copy_in|use_ep_level|has_user_compute|user_compute)(_|$)/;

/**
 * Why an option of CUDA or TensorRT is not taken, by its name as ONNX Runtime has it or in camel case; undefined for anything else.
 */
export function whyIgnored(key: string): string | undefined {
  const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const known = [...CUDA, ...TENSORRT].find((option) => option.startsWith(`${name}=`));
  if (known === undefined && !OF_PROVIDERS.test(`${name}_`)) return undefined;
  if (name === 'use_tf32') return `"${key}" cannot be set here; say tf32`;
  const stays =
    known === undefined ? 'stays at ONNX Runtime\u2019s default' : `stays ${known.slice(name.length + 1)}`;
  return `"${key}" cannot be set: of CUDA and TensorRT onnxruntime-node passes on the number of the device alone, and it ${stays} (docs/gpu.md)`;
}

/** Variables of TensorRT's provider, which it reads only where it is given no options at all: onnxruntime-node gives it some. */
const TENSORRT_VARIABLES = /^ORT_TENSORRT_/;

/**
 * How a provider computes as far as it can be said; undefined for those that have nothing to say.
 *
 * @param tf32 as the run's options say; undefined where they do not
 */
export function providerSettings(
  provider: Provider,
  env: NodeJS.ProcessEnv = process.env,
  tf32?: boolean,
): ProviderSummary | undefined {
  if (provider !== 'cuda' && provider !== 'tensorrt') return undefined;
  const ignored =
    provider === 'tensorrt' ? Object.keys(env).filter((name) => TENSORRT_VARIABLES.test(name)) : [];
  return {
    tf32: (tf32 ?? env['NVIDIA_TF32_OVERRIDE'] !== '0') ? 'on' : 'off',
    atDefaults: provider === 'tensorrt' ? [...TENSORRT, ...CUDA] : CUDA,
    ...(ignored.length === 0 ? {} : { ignored: ignored.toSorted() }),
  };
}
