import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { parseDevice } from '../../../../src/runners/device.js';
import type { LoadMessage } from '../../../../src/runners/onnx/child/messages.js';
import { startTimedProcess } from '../../../../src/runners/onnx/timing/timed-process.js';
import { loadNetworkSpec } from '../../../support/model-specs.js';
import { CAN_LOOK_UP_PROCESSES, inferenceProcesses, until } from '../../../support/processes.js';
import { useTempFolders } from '../../../support/temp-folder.js';
import { writePairedFolders } from '../../../support/tiny-datasets.js';
import { TINY_SIDE, writeTinyModel, type TinyModel } from '../../../support/tiny-models.js';

const tempFolder = useTempFolders();

async function prepare(
  name: TinyModel = 'luma',
): Promise<{ load: LoadMessage; image: (i: number) => string }> {
  const folder = await tempFolder();
  const spec = await loadNetworkSpec(await writeTinyModel(folder, name), folder);
  await writePairedFolders(join(folder, 'data'), 2);
  const options = { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' } as const;
  return {
    load: {
      kind: 'load',
      spec,
      paths: { model: join(folder, `${name}.onnx`) },
      device: parseDevice('cpu'),
      options,
      threads: 1,
    },
    image: (i) => join(folder, 'data', 'im', `00${i}.jpg`),
  };
}

const signal = new AbortController().signal;

describe('a timing process', () => {
  it('loads, decodes what can be decoded, and times every phase of what it is told to predict', async () => {
    const { load, image } = await prepare();
    const process = await startTimedProcess(load, signal);
    try {
      expect(process.loadMs).toBeGreaterThan(0);
      const images = await process.decode([
        { key: 'a', path: image(0) },
        { key: 'no', path: image(7) },
        { key: 'b', path: image(1) },
      ]);
      expect(images).toMatchObject([
        { key: 'a', width: 72, height: 56 },
        { key: 'b', width: 72, height: 56 },
      ]);
      const { samples, wallMs, cpuMs, peakRssBytes, copies } = await process.measure({ order: [0, 1, 1] });
      // three planes of float32 in, one out
      expect(copies).toEqual({ inBytes: 3 * TINY_SIDE ** 2 * 4, outBytes: TINY_SIDE ** 2 * 4 });
      expect(samples.map(({ image: position }) => position)).toEqual([0, 1, 1]);
      for (const { phases } of samples) {
        expect(Object.values(phases).every((ms) => ms > 0)).toBe(true);
      }
      const inPhases = samples
        .flatMap(({ phases }) => Object.values(phases))
        .reduce((sum, ms) => sum + ms, 0);
      expect(inPhases).toBeLessThanOrEqual(wallMs);
      expect(cpuMs).toBeGreaterThan(0);
      if (CAN_LOOK_UP_PROCESSES) expect(peakRssBytes).toBeGreaterThan(1e6);
    } finally {
      await process.stop();
    }
  });

  it('repeats an inference in a row where it is asked to, beside the phases', async () => {
    const { load, image } = await prepare();
    const process = await startTimedProcess(load, signal);
    try {
      await process.decode([{ key: 'a', path: image(0) }]);
      const { samples, copies } = await process.measure({ order: [0], alone: 4 });
      expect(copies?.outBytes).toBe(TINY_SIDE ** 2 * 4);
      expect(samples[0]?.aloneMs).toHaveLength(4);
      expect(samples[0]?.aloneMs?.every((ms) => ms > 0)).toBe(true);
      expect((await process.measure({ order: [0] })).samples[0]?.aloneMs).toBeUndefined();
    } finally {
      await process.stop();
    }
  });

  it('waits for requests that arrive later, and starts none before it is due', async () => {
    const { load, image } = await prepare();
    const process = await startTimedProcess(load, signal);
    await process.decode([{ key: 'a', path: image(0) }]);
    const arrivalsMs = [0, 40, 80];
    const { samples } = await process.measure({ order: [0, 0, 0], arrivalsMs });
    await process.stop();
    for (const [i, { startMs }] of samples.entries())
      expect(startMs).toBeGreaterThanOrEqual(arrivalsMs[i] ?? 0);
  });

  it('says why a model cannot be loaded', async () => {
    const { load } = await prepare();
    await expect(
      startTimedProcess({ ...load, paths: { model: '/nowhere.onnx' } }, signal),
    ).rejects.toMatchObject({
      code: 'model.load',
    });
  });

  it('says that a model does not take a batch', async () => {
    const { load, image } = await prepare();
    const timed = await startTimedProcess(load, signal);
    await timed.decode([{ key: 'a', path: image(0) }]);
    await expect(timed.measure({ order: [0, 0], batch: 2 })).rejects.toThrow();
    await timed.stop();
  });

  it.runIf(CAN_LOOK_UP_PROCESSES)('is gone when it was stopped or interrupted', async () => {
    const { load } = await prepare();
    const interrupt = new AbortController();
    const timed = await startTimedProcess(load, interrupt.signal);
    expect(inferenceProcesses(process.pid)).toHaveLength(1);
    interrupt.abort();
    await expect(timed.measure({ order: [0] })).rejects.toMatchObject({ code: 'cancelled' });
    await until('the process is gone', () => inferenceProcesses(process.pid).length === 0);
  });
});
