import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../../../src/core/errors.js';
import { askNvidia } from '../../../../src/runners/onnx/devices/nvidia.js';
import { cudaFor, findDriver } from '../../../../src/runners/onnx/gpu/driver.js';
import { answer, nvidiaSmi } from '../devices/fixture.js';
import { useTempFolders } from '../../../support/temp-folder.js';

const tempFolder = useTempFolders();

const told = (name: string) => (): ReturnType<typeof askNvidia> => askNvidia(nvidiaSmi(answer(name)));
const missing = (): ReturnType<typeof askNvidia> => askNvidia(async () => ({ kind: 'missing' }));

describe('the driver', () => {
  it.each([
    ['nvidia-550-l4.csv', '550.90.07', 12],
    ['nvidia-580-gb10.csv', '580.95.05', 13],
    ['nvidia-595-l40s-idle.csv', '595.80', 13],
  ])('of %s is %s, which runs CUDA %i', async (name, version, cuda) => {
    const driver = await findDriver(told(name), '/nowhere');
    expect(driver).toEqual({ kind: 'found', version, from: 'nvidia-smi' });
    expect(cudaFor(driver)).toBe(cuda);
  });

  it.each([
    // Both as the drivers print them: the closed kernel module, and the open one.
    [
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024',
      '535.183.01',
      12,
    ],
    [
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U16)',
      '580.65.06',
      13,
    ],
  ])('is told by the kernel where nvidia-smi is missing: %s', async (line, version, cuda) => {
    const file = join(await tempFolder(), 'version');
    await writeFile(file, `${line}\nGCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)\n`);
    const driver = await findDriver(missing, file);
    expect(driver).toEqual({ kind: 'found', version, from: file });
    expect(cudaFor(driver)).toBe(cuda);
  });

  it('that is too old for any CUDA is refused with what would do', async () => {
    const driver = await findDriver(told('nvidia-470-t4.csv'), '/nowhere');
    expect(() => cudaFor(driver)).toThrow(/470\.256\.02 is too old/);
    try {
      cudaFor(driver);
    } catch (error) {
      expect(describeError(error)).toMatch(/CUDA 12 needs 525 or newer, CUDA 13 needs 580 or newer$/);
    }
  });

  it('that is not there is said so, with how to go on without', async () => {
    const driver = await findDriver(missing, '/nowhere');
    expect(driver).toMatchObject({ kind: 'none', reason: 'nvidia-smi is not installed' });
    expect(() => cudaFor(driver)).toThrow(/no NVIDIA driver here: nvidia-smi is not installed/);
  });
});
