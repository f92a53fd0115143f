import type { DeviceRequest } from '../../device.js';
import { assertDeviceAvailable } from '../ort-session.js';
import { ensureEngine, type EngineOptions } from './ensure-engine.js';

/**
 * Makes ONNX Runtime available, and sees whether it has a device's provider.
 *
 * @throws MaskbenchError `device.unavailable`, or as `ensureEngine` does.
 */
export async function readyOnnxDevice(device: DeviceRequest, options: EngineOptions): Promise<void> {
  await ensureEngine(options);
  assertDeviceAvailable(device);
}
