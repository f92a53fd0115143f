import { escapeControls } from '../../core/errors.js';
import type { PageInput } from '../../schema/page-input.js';
import { escapeXml } from './escape-xml.js';
import { PLOTS } from './index.js';
import type { StaticPlot } from './plot.js';

/** A plot that stands alone, in a slide or a paper. */
interface StandalonePlot {
  /** Safe as a file name, without its extension. */
  readonly id: string;
  readonly svg: string;
}

/** Every plot of the registry that the runs have data for. */
export function standalonePlots(input: PageInput): readonly StandalonePlot[] {
  return PLOTS.flatMap((family) => family.draw(input)).map((plot) => ({
    id: plot.id,
    svg: standalone(plot),
  }));
}

const PAD = 12;
const TITLE = 26;
const LEGEND_LINE = 18;
const CHARACTER = 6.6;

/** With its title and legend in the picture, colours for paper, and a font that every renderer has. */
export function standalone({ title, description, svg, legend }: StaticPlot): string {
  const [, width = 0, height = 0] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)?.map(Number) ?? [];
  const lines = legendLines(legend, width);
  const top = PAD + TITLE + lines.length * LEGEND_LINE;
  const whole = { width: width + 2 * PAD, height: top + height + PAD };
  const keys = lines.flatMap((line, row) =>
    line.map(({ x, label, colour }) => {
      const y = PAD + TITLE + row * LEGEND_LINE;
      return `<rect x="${PAD + x}" y="${y - 2}" width="10" height="10" rx="2" fill="${colour}"/><text x="${PAD + x + 15}" y="${y + 7}" font-size="11">${escapeXml(label)}</text>`;
    }),
  );
  const inner = svg.replace(/^<svg/, `<svg x="${PAD}" y="${top}"`);
  const heading = `<text x="${PAD}" y="${PAD + 12}" font-size="13" font-weight="600">${escapeXml(fitted(title, whole.width))}</text>`;
  return forPaper(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}" viewBox="0 0 ${whole.width} ${whole.height}" font-family="system-ui, sans-serif" fill="currentColor" role="img"><title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc><rect width="100%" height="100%" fill="#fff"/>${heading}${keys.join('')}${inner}</svg>\n`,
  );
}

/** Properties of the page become the colours that they stand for. */
function forPaper(svg: string): string {
  const plain = svg
    .replaceAll(/var\(--[a-z0-9]+,(#[0-9a-f]{3,6})\)/g, '$1')
    .replaceAll('currentColor', '#1a1f27')
    .replaceAll('system-ui, sans-serif', 'DejaVu Sans, Helvetica, Arial, sans-serif');
  return `${escapeControls(plain.trimEnd())}\n`;
}

function legendLines(legend: StaticPlot['legend'], width: number) {
  const lines: { x: number; label: string; colour: string }[][] = [];
  let x = width;
  for (const { label: text, colour } of legend) {
    const label = fitted(text, width - 20);
    const needed = 15 + label.length * CHARACTER + 14;
    if (x + needed > width) {
      lines.push([]);
      x = 0;
    }
    lines.at(-1)?.push({ x, label, colour });
    x += needed;
  }
  return lines;
}

function fitted(text: string, width: number): string {
  const most = Math.max(8, Math.floor(width / (CHARACTER * 1.15)));
  return text.length <= most ? text : `${text.slice(0, most - 1)}\u2026`;
}
