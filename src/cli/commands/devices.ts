import { describeError } from '../../core/errors.js';
import { formatDevice, PROVIDERS } from '../../runners/device.js';
import { assertDeviceAvailable } from '../../runners/ort-session.js';
import { plainTable } from '../../reports/plain-table.js';
import type { CliContext } from '../context.js';

/** `maskbench devices`: every provider, and why it cannot be used where it cannot. */
export async function devicesCommand(
  { json }: { readonly json?: boolean },
  context: CliContext,
): Promise<void> {
  const devices = PROVIDERS.map((provider) => {
    const device = formatDevice({ provider, index: 0 });
    try {
      assertDeviceAvailable({ provider, index: 0 });
      return { device, installed: true, reason: null };
    } catch (error) {
      return { device, installed: false, reason: describeError(error) };
    }
  });
  if (json === true) return context.out(`${JSON.stringify(devices, null, 2)}\n`);
  const rows = devices.map(({ device, installed }) => [device, installed ? 'yes' : 'no']);
  const reasons = devices.flatMap(({ reason }) => (reason === null ? [] : [`${reason}\n`]));
  context.out(`${plainTable(['device', 'installed'], rows)}\n\n${reasons.join('')}`);
}
