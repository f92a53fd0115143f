import { formatMegabytes } from '../../core/text.js';
import type { Summary } from '../../schema/summary.js';
import type { GpuSummary, ProviderSummary } from '../../schema/hardware.js';
import type { Row, Table } from './table.js';

type Fact = readonly [what: string, value: string];

/** How a card was set while it was measured, what could not be set, and what of a time is copying. Null where nothing is known. */
export function cardTable({ device, models }: Summary, label: string): Table | null {
  const { gpu, provider } = device;
  const copied = models.flatMap(({ name, timing }): readonly Fact[] => {
    const copies = timing?.pass?.copies;
    if (copies === undefined) return [];
    const [inside, outside] = [copies.inBytes, copies.outBytes].map(formatMegabytes);
    return [[`copied per inference, ${name}`, `${inside} MB in, ${outside} MB out`]];
  });
  const facts = [
    ...(gpu?.settings === undefined ? [] : factsOf(gpu)),
    ...(provider === undefined ? [] : optionsOf(provider)),
    ...(device.request.startsWith('tensorrt') ? [ENGINE] : []),
    ...copied,
  ];
  if (facts.length === 0) return null;
  const grown = models.filter(({ timing }) => timing?.pass?.gpuMemoryBy === 'difference');
  return {
    title: `How ${label} was set`,
    caption: 'As its driver told; times of inference include the copies of input and output.',
    columns: [
      { label: 'Setting', align: 'left' },
      { label: 'Value', align: 'left' },
    ],
    rows: facts.map(([what, value]): Row => ({ kind: 'measured', cells: [{ text: what }, { text: value }] })),
    notes:
      grown.length === 0
        ? []
        : [
            `The memory of ${grown.map(({ name }) => name).join(', ')} is what the card\u2019s memory grew by: the driver does not list the process.`,
          ],
  };
}

function factsOf({ uuid, instance, settings }: GpuSummary): readonly Fact[] {
  const told = (what: string, value: string | null | undefined): readonly Fact[] =>
    value == null ? [] : [[what, value]];
  const { powerLimitW: cap, defaultPowerLimitW: usual } = settings ?? {};
  const clocks = [settings?.maxSmClockMhz, settings?.maxMemoryClockMhz].flatMap((mhz) => mhz ?? []);
  return [
    ...told('uuid', uuid),
    ...told('instance of the divided card', instance && `${instance.profile}, ${instance.uuid}`),
    ...told('compute mode', settings?.computeMode),
    ...told('persistence mode', settings?.persistence),
    ...told('ECC', settings?.ecc),
    ...told('power cap', cap == null ? null : `${cap} W${usual == null ? '' : `, by default ${usual} W`}`),
    ...told(
      'highest clocks',
      clocks.length === 0 ? null : `${clocks.join(' and ')} MHz (processors, memory)`,
    ),
    ...told('not told by this driver', settings?.notTold.join(', ') || null),
  ];
}

const ENGINE: Fact = [
  'TensorRT engine',
  'built anew by every process, within its load time or its first inference; no time of a prediction has it',
];

function optionsOf({ tf32, atDefaults, ignored = [] }: ProviderSummary): readonly Fact[] {
  return [
    ['TF32', tf32 === 'on' ? 'on; "runner: { tf32: false }" turns it off' : 'off'],
    ['at their defaults, which onnxruntime-node cannot change', atDefaults.join(', ')],
    ...(ignored.length === 0
      ? []
      : [['set in the environment, and not read by the provider', ignored.join(', ')] as const]),
  ];
}
