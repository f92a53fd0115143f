import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tryDevice } from '../../src/runners/onnx/devices/list-devices.js';

/** Where distributions and browsers keep the description of a Vulkan driver that computes on the CPU. */
const PLACES = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
  '/usr/share/vulkan/icd.d/vk_swiftshader_icd.json',
  '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json',
  '/usr/share/vulkan/icd.d/lvp_icd.json',
];

/** A second, real device for WebGPU without any card: the environment that child processes need, or why there is none. */
export type SoftwareGpu =
  | { readonly kind: 'found'; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: 'none'; readonly reason: string };

/** Looks for such a driver, and really runs a tiny network on it. */
export async function findSoftwareGpu(): Promise<SoftwareGpu> {
  const driver = PLACES.find((path) => existsSync(path));
  if (driver === undefined) {
    return { kind: 'none', reason: `no Vulkan driver for the CPU in ${PLACES.join(', ')}` };
  }
  const env = environmentFor(driver);
  const restore = setEnvironment(env);
  try {
    const trial = await tryDevice({ provider: 'webgpu', index: 0 }, new AbortController().signal);
    return trial.kind === 'runs'
      ? { kind: 'found', env }
      : { kind: 'none', reason: `${driver}: ${trial.reason}` };
  } finally {
    restore();
  }
}

/** Browsers keep the loader beside the driver, for machines that have none. */
function environmentFor(driver: string): Readonly<Record<string, string>> {
  const folder = dirname(driver);
  const before = process.env['LD_LIBRARY_PATH'];
  return {
    VK_ICD_FILENAMES: driver,
    ...(existsSync(join(folder, 'libvulkan.so.1'))
      ? { LD_LIBRARY_PATH: before === undefined ? folder : `${before}:${folder}` }
      : {}),
  };
}

/** Sets variables for the child processes of this one. @returns what puts the old ones back. */
export function setEnvironment(env: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, env);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
