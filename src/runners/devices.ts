import { MaskbenchError } from '../core/errors.js';
import { formatDevice, parseDevice, type DeviceRequest } from './device.js';
import type { askNvidia } from './onnx/devices/nvidia.js';

/** All cards of a provider that counts them. */
const ALL = /^(cuda|tensorrt):all$/;

/**
 * Devices as a run asks for them, written as one text in one way: `cuda:0,cuda:1`, `cuda:all`, `cpu,webgpu`.
 *
 * @throws MaskbenchError `usage` for anything else.
 */
export function formatDevices(text: string): string {
  const names = text
    .split(',')
    .map((part) => part.trim())
    .map((name) => (ALL.test(name) ? name : formatDevice(parseDevice(name))));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return names.join(',');
  throw new MaskbenchError('usage', `device "${twice}" is named twice`, { remedy: 'every device once' });
}

/** The providers that a text of devices names, each once, as a part of a key: `cuda`, `cpu+webgpu`. */
export function providersOf(text: string): string {
  const providers = text.split(',').map((name) => name.split(':')[0]);
  return [...new Set(providers)].sort().join('+');
}

/** The first device that a text names, without asking anybody. */
export function leadDevice(text: string): DeviceRequest {
  const [first = ''] = text.split(',');
  return parseDevice(first.replace(/:all$/, ''));
}

/**
 * The devices that a text stands for on this machine.
 *
 * @throws MaskbenchError `usage`, or `device.unavailable` where nobody tells how many cards `all` is.
 */
export async function resolveDevices(
  text: string,
  ask: typeof askNvidia = async (...asked) => (await import('./onnx/devices/nvidia.js')).askNvidia(...asked),
): Promise<readonly DeviceRequest[]> {
  const found: DeviceRequest[] = [];
  for (const name of formatDevices(text).split(',')) {
    const provider = ALL.exec(name)?.[1];
    if (provider === undefined) {
      found.push(parseDevice(name));
      continue;
    }
    const { visibleCards } = await import('./onnx/devices/visible-cards.js');
    const answer = await ask();
    const cards = answer.kind === 'none' ? [] : visibleCards(answer.gpus);
    if (cards.length === 0) {
      const reason = answer.kind === 'none' ? answer.reason : 'no card is visible';
      throw new MaskbenchError('device.unavailable', `device ${name} is not available: ${reason}`, {
        remedy: 'name the cards (cuda:0,cuda:1); "maskbench devices" lists what there is',
      });
    }
    found.push(...cards.map((_, index) => parseDevice(`${provider}:${index}`)));
  }
  const names = found.map(formatDevice);
  return found.filter((_, i) => names.indexOf(names[i]) === i);
}
