import { stat } from 'node:fs/promises';
import { MaskbenchError } from '../core/errors.js';

/** @throws MaskbenchError `data.missing` where the file that a model spec names is none. */
export async function existingFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return path;
  throw new MaskbenchError('data.missing', 'no such file', {
    where: path,
    remedy: 'paths in a model spec are relative to the YAML file',
  });
}
