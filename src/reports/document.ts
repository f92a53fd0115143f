import type { PageInput } from '../schema/page-input.js';
import { evidenceMark, type Evidence } from '../schema/evidence.js';
import type { Summary } from '../schema/summary.js';
import { assertComparable, differencesBetween } from './across/comparable.js';
import { deviceLabels } from './tables/device-label.js';
import { figuresOf, type Figures } from './tables/figures.js';
import type { Table } from './tables/table.js';
import { tablesOf, type TableOptions } from './tables/tables-of.js';

/** What is to be reported, as plain data: of a run, of several, of its slices, of a ranking. A format picks what it shows. */
export interface ReportDocument {
  /** Null for tables that need no heading. */
  readonly title: string | null;
  /** By which Maskbench and when; null where that is not one run. */
  readonly made: { readonly maskbenchVersion: string; readonly createdAt: string } | null;
  /** What else differs between several runs than their devices. */
  readonly differences: readonly string[];
  /** Whether the files that it is made of are whole, a line per run. */
  readonly evidence: readonly string[];
  readonly tables: readonly Table[];
  readonly failures: Summary['failures'];
  /** Every figure, for programs that read tables. */
  readonly figures: Figures;
  /** The whole of it, for programs that read JSON. */
  readonly data: unknown;
  /** For the page; null where there is none. The script makes it interactive. */
  readonly page: { readonly input: PageInput; readonly script?: string } | null;
}

/** A document of tables and figures alone. */
export function tablesDocument(
  content: Pick<ReportDocument, 'tables' | 'figures' | 'data'>,
  evidence?: Evidence,
): ReportDocument {
  const lines = evidenceLines([evidence], []);
  return {
    title: null,
    made: null,
    differences: [],
    evidence: lines,
    failures: [],
    page: null,
    ...content,
  };
}

function evidenceLines(all: readonly (Evidence | undefined)[], labels: readonly string[]): readonly string[] {
  return all.flatMap((evidence, i) =>
    evidence === undefined
      ? []
      : [`Evidence${all.length > 1 ? ` of ${labels[i]}` : ''}: ${evidenceMark(evidence)}`],
  );
}

/**
 * The report of a run, or of several of one experiment on several devices side by side: every table that one of them has.
 *
 * @throws MaskbenchError `run.mismatch` if they are not one experiment.
 */
export function reportDocument(summaries: readonly Summary[], options: TableOptions = {}): ReportDocument {
  const labels = deviceLabels(summaries);
  const [only, ...others] = summaries;
  if (others.length > 0) assertComparable(summaries, labels);
  const { columns, rankings = [] } = options;
  const runs = summaries.map((summary, i) => {
    const ranking = rankings[i];
    return { summary, ...(ranking === undefined ? {} : { ranking }) };
  });
  const common = {
    evidence: evidenceLines(
      summaries.map(({ evidence }) => evidence),
      labels,
    ),
    tables: tablesOf(summaries, options),
    page: { input: { runs, ...(columns === undefined ? {} : { columns }) } },
  };
  if (only !== undefined && others.length === 0) {
    const { name: title, maskbenchVersion, createdAt, failures } = only;
    const made = { maskbenchVersion, createdAt };
    return { title, made, differences: [], failures, figures: figuresOf(only), data: only, ...common };
  }
  const names = [...new Set(summaries.map(({ name }) => name))];
  return {
    title: `${names.join(', ')} on ${labels.length} devices`,
    made: null,
    differences: differencesBetween(summaries),
    failures: [],
    figures: figuresOfAll(summaries, labels),
    data: summaries,
    ...common,
  };
}

/** The figures of every run, with its device in front. */
function figuresOfAll(summaries: readonly Summary[], labels: readonly string[]): Figures {
  const all = summaries.map(figuresOf);
  return {
    columns: ['device', ...(all[0]?.columns ?? [])],
    rows: all.flatMap(({ rows }, i) => rows.map((row) => [labels[i] ?? '', ...row])),
  };
}
