import { columnOf, csvError, readCsv } from '../../core/csv.js';
import type { Named } from './mask-files.js';

/** The times that came along with masks made elsewhere. */
export interface MaskTimes {
  /** Milliseconds of a sample's prediction, if there are any. */
  of(sample: Named): number | undefined;
  readonly rows: readonly {
    readonly line: number;
    /** Undefined where the file has no such column. */
    readonly dataset: string | undefined;
    readonly id: string;
  }[];
}

/**
 * Reads times: CSV with a header `id,ms` or `dataset,id,ms`, in any order and case.
 *
 * @throws MaskbenchError `data.missing`, `data.unreadable`, or `data.duplicate` for an id with two times; naming the line.
 */
export async function readMaskTimes(path: string): Promise<MaskTimes> {
  const table = await readCsv(path, { what: 'times', anyCase: true });
  const [id, ms] = [columnOf(table, 'id'), columnOf(table, 'ms')];
  const dataset = table.columns.indexOf('dataset');
  const times = new Map<string, { readonly ms: number; readonly line: number }>();
  const rows = table.rows.map(({ line, fields }) => {
    const row = { line, dataset: dataset < 0 ? undefined : fields[dataset], id: fields[id] };
    const text = fields[ms].trim();
    // Decimal alone: Number would take 0x10, and spaces, for a time.
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value) || value < 0) {
      throw csvError(path, line, `${JSON.stringify(text)} is not a time in milliseconds`);
    }
    const before = times.get(keyOf(row));
    if (before !== undefined) {
      const message = `${JSON.stringify(row.id)} has a time in line ${before.line} already`;
      throw csvError(path, line, message, 'keep one of the two', 'data.duplicate');
    }
    times.set(keyOf(row), { ms: value, line });
    return row;
  });
  return {
    rows,
    of: (sample) => times.get(keyOf({ ...sample, ...(dataset < 0 ? { dataset: undefined } : {}) }))?.ms,
  };
}

function keyOf({ dataset, id }: { readonly dataset: string | undefined; readonly id: string }): string {
  return JSON.stringify([dataset ?? null, id]);
}

/** The phases of a prediction that was made elsewhere, as far as they are known: all of its time. */
export const phasesOf = (inferenceMs: number) => ({ preprocessMs: 0, inferenceMs, postprocessMs: 0 });
