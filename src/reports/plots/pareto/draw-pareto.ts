import { LINE, modelColour, SOFT } from '../colours.js';
import { escapeXml } from '../escape-xml.js';
import type { ParetoPoint } from './choose.js';
import { labelEnd, placeLabels } from './place-labels.js';

export interface ParetoFrame {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly better: 'higher' | 'lower';
  readonly width: number;
  readonly height: number;
}

/**
 * Accuracy against latency as SVG text. Drawn by the report and, on another choice, by the page's script: so it knows
 * neither a document nor a plot library.
 */
export function drawPareto(points: readonly ParetoPoint[], frame: ParetoFrame): string {
  const { width, height, title } = frame;
  const box = { left: 52, right: width - 16, top: 16, bottom: height - 44 };
  const x = xScale(points, box.left + 12, box.right - 12);
  const y = yScale(points, box.bottom - 6, box.top + 10);
  const largest = Math.max(1, ...points.map(({ bytes }) => bytes));
  const spots = points.map((point) => ({
    point,
    x: x.at(point.ms),
    y: y.at(point.score),
    r: 4 + 12 * Math.sqrt(point.bytes / largest),
  }));
  const labels = placeLabels(
    spots.map(({ point, ...spot }) => ({
      ...spot,
      bar: [y.at(point.low), y.at(point.high)] as const,
      text: `${point.label}${point.sealed ? '' : ' *'}${point.leaked ? ' \u2021' : ''}`,
    })),
    { left: box.left, right: width - 4, top: 2, bottom: box.bottom },
  );
  const parts = [
    ...x.ticks.map((tick) => gridLine(x.at(tick), box.top, x.at(tick), box.bottom)),
    ...y.ticks.map((tick) => gridLine(box.left, y.at(tick), box.right, y.at(tick))),
    ...x.ticks.map((tick) => text(x.at(tick), box.bottom + 16, shortNumber(tick), 'middle', SOFT)),
    ...y.ticks.map((tick) => text(box.left - 8, y.at(tick) + 4, shortNumber(tick), 'end', SOFT)),
    text((box.left + box.right) / 2, height - 8, `${frame.xLabel} \u2192`, 'middle', SOFT),
    `<text transform="translate(13,${(box.top + box.bottom) / 2}) rotate(-90)" text-anchor="middle" fill="${SOFT}">${escapeXml(frame.yLabel)} ${frame.better === 'higher' ? '\u2192' : '\u2190'}</text>`,
    front(spots.filter(({ point }) => point.front)),
    ...spots.map(({ point, x: cx, y: cy, r }) =>
      spotMark(point, cx, cy, r, y.at(point.low), y.at(point.high)),
    ),
    ...labels.map((label, i) => (label.isFar ? leader(spots[i], labelEnd(label, spots[i])) : '')),
    ...labels.map(({ x: lx, y: ly, anchor, text: label }) =>
      text(lx, ly, label, anchor, 'currentColor', HALO),
    ),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor"><title>${escapeXml(title)}</title>${parts.join('')}</svg>`;
}

/** Keeps names legible on lines. */
const HALO = ' stroke="var(--page,#fff)" stroke-width="4" stroke-linejoin="round" paint-order="stroke"';

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Logarithmic from a span of five on: models differ by orders. */
function xScale(points: readonly ParetoPoint[], from: number, to: number): Scale {
  const values = points.map(({ ms }) => ms).filter((ms) => ms > 0);
  const low = Math.min(...values, Number.MAX_VALUE);
  const high = Math.max(...values, 0);
  if (values.length === 0) return { ticks: [], at: () => from };
  if (high / low < 5) {
    const ticks = linearTicks(0, high * 1.05, 6);
    const end = Math.max(high * 1.05, ticks[ticks.length - 1]);
    return { ticks, at: (ms) => from + ((to - from) * ms) / end };
  }
  const [a, b] = [Math.log(low / 1.3), Math.log(high * 1.3)];
  return {
    ticks: logTicks(low / 1.3, high * 1.3),
    at: (ms) => from + ((to - from) * (Math.log(Math.max(ms, low / 1.3)) - a)) / (b - a),
  };
}

function yScale(points: readonly ParetoPoint[], from: number, to: number): Scale {
  if (points.length === 0) return { ticks: [], at: () => from };
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  const pad = (high - low) * 0.04 || Math.abs(high) * 0.05 || 0.05;
  const ticks = linearTicks(low - pad, high + pad, 6);
  const [a, b] = [low - pad, high + pad];
  return { ticks, at: (score) => from + ((to - from) * (score - a)) / (b - a) };
}

/** Hollow where the time is not sealed, dashed where the model knew the pictures. */
function spotMark(
  { colour, sealed, leaked }: ParetoPoint,
  x: number,
  y: number,
  r: number,
  low: number,
  high: number,
): string {
  const paint = modelColour(colour);
  const bar =
    Math.abs(low - high) < 1
      ? ''
      : `<path d="M${n(x)},${n(low)}V${n(high)}" stroke="${paint}" stroke-width="1.5" stroke-opacity="0.6"/>`;
  return `${bar}<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${paint}" fill-opacity="${sealed ? 0.75 : 0.15}" stroke="${paint}" stroke-width="2"${leaked ? ' stroke-dasharray="3 3"' : ''}/>`;
}

/** The best score that may be had up to each time. */
function front(spots: readonly { readonly x: number; readonly y: number }[]): string {
  if (spots.length < 2) return '';
  const [first, ...others] = spots;
  const d = others.reduce((path, { x, y }) => `${path}H${n(x)}V${n(y)}`, `M${n(first.x)},${n(first.y)}`);
  return `<path d="${d}" fill="none" stroke="currentColor" stroke-opacity="0.45" stroke-width="1.5" stroke-dasharray="1 4" stroke-linecap="round"/>`;
}

/** From a spot's edge to a label that found no room beside it. */
function leader(
  {
    x,
    y,
    r,
    point,
  }: { readonly x: number; readonly y: number; readonly r: number; readonly point: ParetoPoint },
  [toX, toY]: readonly [number, number],
): string {
  const share = r / Math.max(r, Math.hypot(toX - x, toY - y));
  return `<path d="M${n(x + (toX - x) * share)},${n(y + (toY - y) * share)}L${n(toX)},${n(toY)}" stroke="${modelColour(point.colour)}" stroke-width="1.5"/>`;
}

function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${n(x1)},${n(y1)}L${n(x2)},${n(y2)}" stroke="${LINE}"/>`;
}

function text(x: number, y: number, label: string, anchor: string, fill: string, more = ''): string {
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" fill="${fill}"${more}>${escapeXml(label)}</text>`;
}

function n(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** Round values from low to high, about as many as wanted. */
export function linearTicks(low: number, high: number, wanted: number): readonly number[] {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** 1, 2 and 5 of every decade; powers of ten alone where these are many. */
export function logTicks(low: number, high: number): readonly number[] {
  const decades = Math.log10(high / low);
  const factors = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
    .flatMap((power) => factors.map((factor) => Number((factor * power).toPrecision(6))))
    .filter((value) => value >= low && value <= high);
}

function shortNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}
