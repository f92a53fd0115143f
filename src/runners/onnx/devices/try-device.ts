import { join } from 'node:path';
import { MaskbenchError } from '../../../core/errors.js';
import { readYamlFile } from '../../../core/yaml-file.js';
import { networkSchemas } from '../../../models/spec/spec.js';
import { MODELS_FOLDER } from '../../load-spec.js';
import { formatDevice, type DeviceRequest } from '../../device.js';
import { proveProvider } from '../proof/prove-provider.js';
import { runnerOptionsSchema } from '../session-options.js';

/** Whether a device runs a network, or what it says instead. */
export type Trial =
  | { readonly kind: 'runs' }
  | { readonly kind: 'fails'; readonly reason: string; readonly remedy: string | null };

/** The smallest network that comes along. */
const NETWORK = 'contrast-baseline';

/** Loads a tiny network on the device in a process of its own and looks where its nodes are placed. */
export async function tryDevice(device: DeviceRequest, signal: AbortSignal): Promise<Trial> {
  try {
    const spec = await readYamlFile(join(MODELS_FOLDER, `${NETWORK}.yaml`), networkSchemas.matte);
    const paths = { model: join(MODELS_FOLDER, `${NETWORK}.onnx`) };
    const options = runnerOptionsSchema.parse({});
    await proveProvider({
      load: { kind: 'load', spec, paths, device, options, threads: 1 },
      image: null,
      signal,
    });
    return { kind: 'runs' };
  } catch (error) {
    if (!(error instanceof MaskbenchError) || error.code === 'cancelled') throw error;
    const [reason = '', ...remedy] = withoutName(error.message, device).split('; ');
    return { kind: 'fails', reason, remedy: error.remedy ?? (remedy.join('; ') || null) };
  }
}

function withoutName(message: string, device: DeviceRequest): string {
  const prefix = `device ${formatDevice(device)} is not available: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
