import type { ClockLimit } from './gpu.js';

/**
 * The bits of NVML's clock event (formerly throttle) reasons. A power cap in software is how a card at full load keeps
 * to its rating, and no fault of the measurement; heat and the board's emergency brakes are.
 */
const REASONS: readonly (ClockLimit & { readonly bit: number })[] = [
  { bit: 0x1, reason: 'idle', throttles: false },
  { bit: 0x2, reason: 'application clocks setting', throttles: false },
  { bit: 0x4, reason: 'software power cap', throttles: false },
  { bit: 0x8, reason: 'hardware slowdown', throttles: true },
  { bit: 0x10, reason: 'sync boost', throttles: false },
  { bit: 0x20, reason: 'software thermal slowdown', throttles: true },
  { bit: 0x40, reason: 'hardware thermal slowdown', throttles: true },
  { bit: 0x80, reason: 'hardware power brake', throttles: true },
  { bit: 0x100, reason: 'display clock setting', throttles: false },
];

/** The reasons behind a mask such as `0x0000000000000044`; null for what is not a mask: the driver does not tell. */
export function clockLimits(mask: string): readonly ClockLimit[] | null {
  if (!/^0x[0-9a-fA-F]{1,16}$/.test(mask)) return null;
  const bits = BigInt(mask);
  const known = REASONS.filter(({ bit }) => (bits & BigInt(bit)) !== 0n);
  const rest = REASONS.reduce((left, { bit }) => left & ~BigInt(bit), bits);
  return [
    ...known.map(({ reason, throttles }) => ({ reason, throttles })),
    ...(rest === 0n ? [] : [{ reason: `unknown reason 0x${rest.toString(16)}`, throttles: true }]),
  ];
}
