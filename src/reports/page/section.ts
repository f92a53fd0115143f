import type { VNode } from 'preact';
import type { PageInput } from '../../schema/page-input.js';

/** A part of the page with a heading and an entry in the contents. Adding one is one file and one line in the registry. */
export interface Section {
  /** Anchor of the section, and the key of its data. */
  readonly id: string;
  readonly title: string;
  /** Shown only once it is opened: for those who want to know more. */
  readonly isFolded?: boolean;
  /** Static markup, readable without script; null where the runs have nothing to show here. */
  render(input: PageInput): VNode | null;
  /** What the section's script needs: plain JSON, embedded once; `sectionData(id)` of the client reads it. */
  data?(input: PageInput): unknown;
}
