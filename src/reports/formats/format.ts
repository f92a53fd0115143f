import type { ReportDocument } from '../document.js';

/** A format of reports: turns a document into text; no I/O. One that fits only some documents says so by `needsPage`. */
export interface Format {
  readonly name: string;
  /** Of the file that a report is written to. */
  readonly extension: string;
  /** What it is, in a few words. */
  readonly summary: string;
  /** Whether it shows what was gathered from run folders, and pictures; other formats show the document's tables or figures. */
  readonly needsPage?: true;
  render(document: ReportDocument, options?: RenderOptions): string | Promise<string>;
}

export interface RenderOptions {
  /** Whether figures have their intervals beside them, in formats for reading. */
  readonly intervals?: boolean;
  /** Columns of the terminal that text is for; 80 if absent. */
  readonly width?: number;
}
