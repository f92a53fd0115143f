import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unknownName } from '../core/names.js';
import { readYamlFile } from '../core/yaml-file.js';
import { datasetSpecSchema, type DatasetSpec } from './spec.js';

/** The specs that come with Maskbench, wherever it is installed: two folders above this file, built or not. */
export const PRESETS = fileURLToPath(new URL('../../configs/datasets', import.meta.url));

/** Names of the known datasets, in order. */
export async function listPresetNames(folder: string = PRESETS): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * The spec of a known dataset.
 *
 * @throws MaskbenchError `config.unknown-name` with the nearest name, or `config.invalid`.
 */
export async function readPreset(name: string, folder: string = PRESETS): Promise<DatasetSpec> {
  const names = await listPresetNames(folder);
  if (names.includes(name)) return readYamlFile(join(folder, `${name}.yaml`), datasetSpecSchema);
  throw unknownName('unknown dataset', name, names, {
    otherwise: `known are ${names.join(', ')}; or give the path of a .yaml file`,
  });
}
