import type { Summary } from '../../schema/summary.js';

/** A run as its kinds of devices: each with its own times, as if there had been a run on each. Of one kind it is the run itself. */
export function kindsOfDevices(summary: Summary): readonly Summary[] {
  const { otherKinds = [], device } = summary;
  if (device.devices === undefined && otherKinds.length === 0) return [summary];
  const on = (name: string | undefined): Summary['device'] => {
    const { gpu: _lead, devices = [], ...rest } = device;
    const gpu = devices.find((one) => one.device === name)?.gpu;
    return { ...rest, request: name ?? device.request, ...(gpu === undefined ? {} : { gpu }) };
  };
  const { scenarios: _ofTheFirst, slowness: _its, ...common } = summary;
  const others = otherKinds.map((kind): Summary => ({
    ...common,
    device: kind.on ?? on(kind.device),
    models: summary.models.map((model) => ({
      ...model,
      timing: kind.models.find(({ name }) => name === model.name)?.timing ?? null,
    })),
    timing: kind.timing,
    ...(kind.slowness === undefined ? {} : { slowness: kind.slowness }),
  }));
  return [
    { ...summary, device: device.devices === undefined ? device : on(device.devices[0]?.device) },
    ...others,
  ];
}

/** What each of several devices predicted, and that cells of different kinds of them may differ. */
export function devicesNote({ devices = [] }: Summary['device']): readonly string[] {
  if (devices.length === 0) return [];
  const named = devices.map(
    ({ device, gpu, cells }) => `${device}${gpu === undefined ? '' : ` (${gpu.name})`} ${cells}`,
  );
  const busy = devices.filter(({ cells }) => cells > 0);
  const kinds = new Set(busy.map(({ device, gpu }) => `${device.split(':')[0]} ${gpu?.name}`));
  const mixed =
    kinds.size > 1
      ? [
          `${kinds.size} kinds of devices predicted: cells of one kind may differ from those of another by how it rounds; predictions.jsonl names the device of each.`,
        ]
      : [];
  return [`Cells by device: ${named.join(', ')}.`, ...mixed];
}
