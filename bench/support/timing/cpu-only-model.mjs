import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeOnnx } from '../../../scripts/support/onnx-encode.mjs';

/** A network that ONNX Runtime's WebGPU provider has no kernel for, of the size that contrast-baseline is fed with. */
export function writeCpuOnlyModel(folder) {
  const value = (name) => ({ name, dtype: 'float32', shape: [1, 3, 160, 160] });
  const path = join(folder, 'cpu-only.onnx');
  const nodes = [{ op: 'Selu', inputs: ['image'], outputs: ['map'] }];
  writeFileSync(path, encodeOnnx({ graph: { inputs: [value('image')], outputs: [value('map')], nodes } }));
  return path;
}
