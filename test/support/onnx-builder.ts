import { writeFile } from 'node:fs/promises';
import { encodeOnnx, type ModelDescription } from '../../scripts/support/onnx-encode.mjs';

export * from '../../scripts/support/onnx-encode.mjs';

/** Writes a model made for a test; returns its path. */
export async function writeOnnx(path: string, model: ModelDescription): Promise<string> {
  await writeFile(path, encodeOnnx(model));
  return path;
}
