import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeOnnx, floatValue, node } from '../../../scripts/support/onnx-encode.mjs';

/**
 * A network that ONNX Runtime's WebGPU provider has no kernel for, of the size that contrast-baseline is fed with.
 *
 * @param {string} folder
 */
export function writeCpuOnlyModel(folder) {
  const [input, output] = ['image', 'map'].map((name) => floatValue(name, [1, 3, 160, 160]));
  const path = join(folder, 'cpu-only.onnx');
  const nodes = [node('Selu', ['image'], 'map')];
  writeFileSync(path, encodeOnnx({ graph: { inputs: [input], outputs: [output], nodes } }));
  return path;
}
