import { escapeXml } from './escape-xml.js';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { LINE } from './colours.js';

/** As wide as a phone shows without scrolling; three stand side by side on a wide page. */
const PANEL_WIDTH = 358;

interface Panel {
  readonly description: string;
  readonly width?: number;
  readonly height?: number;
  readonly options: Plot.PlotOptions;
}

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Draws with Observable Plot in a document that is none of a browser; the text that comes back is self-contained SVG. */
export function drawSvg({ description, width = PANEL_WIDTH, height = 250, options }: Panel): string {
  const element = Plot.plot({
    marginLeft: 44,
    marginRight: 14,
    marginTop: 22,
    marginBottom: 36,
    ...options,
    document,
    width,
    height,
    style: { fontFamily: 'system-ui, sans-serif', fontSize: '11px' },
  });
  const svg = tidy(String(element.outerHTML)).replace(
    /^<svg/,
    '<svg xmlns="http://www.w3.org/2000/svg" role="img"',
  );
  return svg.replace(/^(<svg[^>]*>)/, `$1<title>${escapeXml(description)}</title>`);
}

/** Rules behind the marks, quieter than the axes. */
export function grid(axis: 'x' | 'y'): Plot.Markish {
  return axis === 'x'
    ? Plot.gridX({ stroke: LINE, strokeOpacity: 1 })
    : Plot.gridY({ stroke: LINE, strokeOpacity: 1 });
}

/** Plot's own style sheet is the page's task; its long numbers are a third of the file. */
function tidy(svg: string): string {
  return svg
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(/ (?:class|aria-label|aria-hidden|style)="[^"]*"/g, '')
    .replaceAll(/<[a-z][^<>]*>/g, (tag) =>
      tag.replaceAll(/-?\d+\.\d{3,}/g, (n) => String(Number(Number(n).toFixed(2)))),
    );
}
