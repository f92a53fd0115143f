import type { ProviderSummary } from '../../../schema/hardware.js';
import type { Provider } from '../../device.js';

/**
 * Of all options of these providers onnxruntime-node 1.30 passes on the number of the device; the others are left at ONNX
 * Runtime’s defaults (its pages on the CUDA and TensorRT execution providers), whatever a session asks for.
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

/** How a provider computes as far as it can be said; undefined for those that have nothing to say. */
export function providerSettings(
  provider: Provider,
  env: NodeJS.ProcessEnv = process.env,
): ProviderSummary | undefined {
  if (provider !== 'cuda' && provider !== 'tensorrt') return undefined;
  return {
    tf32: env['NVIDIA_TF32_OVERRIDE'] === '0' ? 'off' : 'on',
    atDefaults: provider === 'tensorrt' ? [...TENSORRT, ...CUDA] : CUDA,
  };
}
