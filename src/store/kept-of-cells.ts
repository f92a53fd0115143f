import type { ReadOutput } from '../models/pixels/raw-values.js';
import type { DonePrediction } from './records.js';

/** Phases of the accuracy pass, in the order in which they are kept. */
export const PASS_PHASES = ['decodeMs', 'preprocessMs', 'inferenceMs', 'postprocessMs'] as const;

export interface KeptOptions {
  /** Whether what is known of outputs and mattes is kept, 24 bytes per cell. */
  readonly outputs?: boolean;
  /** Whether the times of the accuracy pass are kept, 32 bytes per cell. */
  readonly phases?: boolean;
  /** Whether what each cell was predicted on is kept, a byte per cell. */
  readonly devices?: boolean;
  /** Whether the SHA-256 that each matte must have is kept, 32 bytes per cell. */
  readonly digests?: boolean;
}

/** What is kept of each predicted cell beside its state, by its number: a few numbers, as far as asked for. */
interface Kept {
  set(cell: number, record: DonePrediction): void;
  setDigest(cell: number, matteSha256: string): void;
  /** By `PASS_PHASES`; undefined if not asked for. */
  phases(cell: number): readonly number[] | undefined;
  /** Undefined if not asked for. */
  output(cell: number): ReadOutput | undefined;
  /** Empty if not asked for, or where the run's settings say it. */
  device(cell: number): string;
  /** Empty if not asked for. */
  digest(cell: number): string;
}

/** Numbers of a `ReadOutput`; NaN stands for what is not known. */
const OUTPUT_FIELDS = 3;
const DIGEST_BYTES = 32;

export function keptOfCells(size: number, options: KeptOptions): Kept {
  const phases = new Float64Array(options.phases === true ? size * PASS_PHASES.length : 0);
  const outputs = new Float64Array(options.outputs === true ? size * OUTPUT_FIELDS : 0);
  const devices = new Uint8Array(options.devices === true ? size : 0);
  const names = [''];
  const digests = Buffer.alloc(options.digests === true ? size * DIGEST_BYTES : 0);
  const setDigest = (cell: number, matteSha256: string): void => {
    if (digests.length > 0) digests.write(matteSha256, cell * DIGEST_BYTES, DIGEST_BYTES, 'hex');
  };
  return {
    set(cell, record) {
      setDigest(cell, record.matteSha256);
      const { raw, constant = Number.NaN, device = '' } = record;
      if (devices.length > 0) {
        if (!names.includes(device)) names.push(device);
        devices[cell] = names.indexOf(device);
      }
      if (outputs.length > 0)
        outputs.set([raw?.min ?? Number.NaN, raw?.max ?? Number.NaN, constant], cell * OUTPUT_FIELDS);
      if (phases.length > 0)
        phases.set(
          PASS_PHASES.map((name) => record.phases[name]),
          cell * PASS_PHASES.length,
        );
    },
    setDigest,
    phases(cell) {
      if (phases.length === 0) return undefined;
      return [...phases.subarray(cell * PASS_PHASES.length, (cell + 1) * PASS_PHASES.length)];
    },
    output(cell) {
      if (outputs.length === 0) return undefined;
      const [min, max, constant] = outputs.subarray(cell * OUTPUT_FIELDS, (cell + 1) * OUTPUT_FIELDS);
      return {
        ...(Number.isNaN(min) ? {} : { raw: { min, max } }),
        ...(Number.isNaN(constant) ? {} : { constant }),
      };
    },
    device: (cell) => names[devices[cell] ?? 0],
    digest: (cell) => digests.toString('hex', cell * DIGEST_BYTES, (cell + 1) * DIGEST_BYTES),
  };
}
