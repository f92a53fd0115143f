import type { Summary } from '../../schema/summary.js';

/** A report format: text from a summary, no I/O. */
export interface Report {
  readonly name: string;
  /** Of the file that a report is written to. */
  readonly extension: string;
  readonly summary: string;
  render(summary: Summary, options?: RenderOptions): string;
}

export interface RenderOptions {
  /** Whether figures have their intervals beside them, in formats for reading. */
  readonly intervals?: boolean;
  /** Ids of metrics: what the table of accuracy shows, instead of a table a protocol. */
  readonly columns?: readonly string[];
}
