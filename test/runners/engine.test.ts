import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ENGINE_VARIABLE,
  ENGINE_VERSION,
  engineFolder,
  findEngine,
  loadEngine,
} from '../../src/runners/onnx/engine/engine.js';
import { ensureEngine } from '../../src/runners/onnx/engine/ensure-engine.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

async function packageFolder(name: string, version: string): Promise<string> {
  const folder = join(await tempFolder(), 'engine');
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version }));
  return folder;
}

describe('the engine', () => {
  it('is the one installed beside Maskbench', () => {
    expect(engineFolder()).toMatch(/node_modules[\\/]onnxruntime-node$/);
    expect(loadEngine().env.versions.node).toBe(ENGINE_VERSION);
  });

  it('is the one that the environment names', async () => {
    const folder = await packageFolder('onnxruntime-node', ENGINE_VERSION);
    expect(findEngine({ [ENGINE_VARIABLE]: folder })).toBe(folder);
    expect(findEngine({ [ENGINE_VARIABLE]: '' })).toBe(engineFolder());
  });

  it.each([
    ['onnxruntime-node', '1.29.0', /names a folder with onnxruntime-node 1\.29\.0/],
    ['onnxruntime-web', ENGINE_VERSION, /names a folder with no onnxruntime-node/],
  ])('is never %s %s, though the environment names it', async (name, version, message) => {
    const env = { [ENGINE_VARIABLE]: await packageFolder(name, version) };
    expect(() => findEngine(env)).toThrow(message);
    await expect(ensureEngine({ env })).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('is not fetched where one is there', async () => {
    const events: unknown[] = [];
    const cacheDir = await tempFolder();
    await ensureEngine({ cacheDir, offline: true, onProgress: (event) => events.push(event) });
    expect(events).toEqual([]);
  });
});
