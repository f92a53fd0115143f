import { describe, expect, it } from 'vitest';
import { askAmd, parseAmdStatic } from '../../../../src/runners/onnx/devices/amd.js';
import {
  askSystemForGpus,
  parseSystemProfiler,
  parseVideoControllers,
} from '../../../../src/runners/onnx/devices/system-gpus.js';
import { answer, recorded } from './fixture.js';

describe('an AMD card', () => {
  it('is read from the list of ROCm 6', () => {
    expect(parseAmdStatic(recorded('amd-smi-rocm6.json'))).toEqual([
      {
        vendor: 'amd',
        index: 0,
        uuid: '0x1A2B3C4D5E6F7081',
        name: 'AMD Instinct MI300X',
        driver: '6.8.5',
        memoryBytes: 196_592 * 2 ** 20,
        instances: null,
      },
    ]);
  });

  it('is read from the object of ROCm 7, sizes as text and all', () => {
    expect(parseAmdStatic(recorded('amd-smi-rocm7.json'))).toMatchObject([
      { name: 'AMD Radeon PRO W7700', uuid: null, memoryBytes: 16_368 * 2 ** 20 },
    ]);
  });

  it('is none where the tool is missing, fails or says something else', async () => {
    expect(await askAmd(async () => ({ kind: 'missing' }))).toEqual([]);
    expect(await askAmd(async () => ({ kind: 'failed', status: 1, text: '' }))).toEqual([]);
    expect(parseAmdStatic('ERROR: no driver')).toEqual([]);
  });
});

describe('a Mac', () => {
  it("tells of its own processor and its cores; the memory is the machine's", () => {
    expect(parseSystemProfiler(recorded('system-profiler-m2.json'))).toMatchObject([
      { vendor: 'apple', name: 'Apple M2 Pro (19 cores)', memoryBytes: null },
    ]);
  });
});

describe('Windows', () => {
  it('tells of its controllers, and of memory only where 32 bits can hold it', () => {
    expect(parseVideoControllers(recorded('windows-controllers.json'))).toMatchObject([
      { vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4070', memoryBytes: null, driver: '32.0.15.6094' },
      { vendor: 'other', memoryBytes: 2 ** 30 },
    ]);
    expect(parseVideoControllers(recorded('windows-one.json'))).toMatchObject([{ memoryBytes: null }]);
  });

  it('and macOS are asked by their own tools, other systems are not', async () => {
    const asked: string[] = [];
    const run = async (command: string) => {
      asked.push(command);
      return command === 'powershell' ? answer('windows-one.json') : answer('system-profiler-m2.json');
    };
    expect(await askSystemForGpus('win32', run)).toHaveLength(1);
    expect(await askSystemForGpus('darwin', run)).toHaveLength(1);
    expect(await askSystemForGpus('linux', run)).toEqual([]);
    expect(asked).toEqual(['powershell', 'system_profiler']);
  });
});
