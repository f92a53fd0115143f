import type { Format } from './format.js';

/** The summary itself, as it stands in summary.json; those of several runs in a list. */
export const json = {
  name: 'json',
  extension: 'json',
  summary: 'all of it, for programs',
  render: ({ data }) => jsonText(data),
} satisfies Format;

/** JSON as Maskbench prints it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
