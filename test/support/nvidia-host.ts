import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';

const RECORDED = join(PACKAGE_ROOT, 'test', 'fixtures', 'devices');

/** What a card does beside answering as recorded: see `fake-nvidia-smi.mjs`. */
interface Faults {
  readonly silentAfter?: number;
  readonly failsAfter?: number;
}

/**
 * Makes this machine look like one with an NVIDIA card: a folder whose `nvidia-smi` plays a recorded answer back, also
 * again and again where it is asked to go on telling, and says nothing of processes, as in a container.
 *
 * @returns the environment that child processes need to find it.
 */
export async function simulateNvidiaHost(
  folder: string,
  recording: string,
  faults: Faults = {},
): Promise<Readonly<Record<string, string>>> {
  await mkdir(folder, { recursive: true });
  await copyFile(join(RECORDED, recording), join(folder, 'answer.csv'));
  await copyFile(join(import.meta.dirname, 'fake-nvidia-smi.mjs'), join(folder, 'fake-nvidia-smi.mjs'));
  await writeFile(join(folder, 'faults.json'), JSON.stringify(faults));
  const script = `#!/bin/sh\nexec "${process.execPath}" "${join(folder, 'fake-nvidia-smi.mjs')}" "$@"\n`;
  await writeFile(join(folder, 'nvidia-smi'), script);
  await chmod(join(folder, 'nvidia-smi'), 0o755);
  return { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
}

/**
 * The same of a machine whose WebGPU computes in software: no variable names the driver there, as none does on a host with a
 * card, but it lies where the loader looks.
 *
 * @param gpuEnv of `findSoftwareGpu`
 */
export async function simulateGpuHost(
  folder: string,
  recording: string,
  gpuEnv: Readonly<Record<string, string>>,
  faults: Faults = {},
): Promise<Readonly<Record<string, string>>> {
  const { VK_ICD_FILENAMES: driver = '', ...env } = gpuEnv;
  const nvidia = await simulateNvidiaHost(folder, recording, faults);
  const drivers = join(folder, 'vulkan', 'icd.d');
  await mkdir(drivers, { recursive: true });
  const text = await readFile(driver, 'utf8');
  await writeFile(join(drivers, 'icd.json'), text.replace(/"\.\//, `"${dirname(driver)}/`));
  return { ...env, ...nvidia, XDG_DATA_DIRS: folder };
}
