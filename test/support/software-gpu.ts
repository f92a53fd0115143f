import { existsSync } from 'node:fs';

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

/** Such a driver: a second, real device for WebGPU without any card. Undefined where there is none. */
export const SOFTWARE_GPU: string | undefined = PLACES.find((path) => existsSync(path));

export const NO_SOFTWARE_GPU = `no Vulkan driver for the CPU in ${PLACES.join(', ')}`;
