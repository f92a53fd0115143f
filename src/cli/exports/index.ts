import { cellsCsv, parquet } from './cells.js';
import type { Export } from './export.js';
import { png, svg } from './plots.js';

/** The formats of `report` that are no formats of results (src/reports/formats). Adding one is one file and one line here. */
export const EXPORTS: readonly Export[] = [cellsCsv, parquet, svg, png];
