import type { Report } from './report.js';

/** The summary itself, as it stands in summary.json. */
export const json: Report = {
  name: 'json',
  extension: 'json',
  summary: 'the whole summary as JSON',
  render: (summary) => `${JSON.stringify(summary, null, 2)}\n`,
};
