import { escapeControls } from '../core/errors.js';
import { formatRate, formatSpan, timeLeft } from './spans.js';

/** What a line of progress shows. */
export interface Status {
  readonly label: string;
  readonly done: number;
  /** Undefined where it is not known how much there is. */
  readonly total: number | undefined;
  readonly unit?: string;
  /** What is being done at the moment. */
  readonly note?: string | undefined;
  /** By `performance.now()`: when the work began. */
  readonly startedMs: number;
  /** When the first of what is counted began, if that is later: what came before says nothing about the rest. */
  readonly countedFromMs?: number;
}

const BAR = { full: '\u2588', empty: '\u2591' };
/** Characters that a label and a note are worth showing with. */
const LEAST_NAME = 12;
const LEAST_NOTE = 12;
const REDRAWN_MS = 100;
const TICK_MS = 1000;

/**
 * One line on a terminal's stderr that is drawn again in place: at once, when something happens, and every second, unless
 * nothing may run beside what is measured.
 */
export function createStatusLine({ quiet = false } = {}): {
  show(status: Status): void;
  /** Makes room for another line. */
  clear(): void;
  /** Removes the line for good. */
  stop(): void;
} {
  const { stderr } = process;
  let status: Status | undefined;
  let drawnMs = Number.NEGATIVE_INFINITY;
  const draw = (): void => {
    if (status === undefined) return;
    drawnMs = performance.now();
    // A line that reaches the edge would wrap, and could not be drawn over.
    const width = Math.min(120, stderr.columns ?? 80) - 1;
    stderr.write(`\r\u001b[K${statusText(status, drawnMs, width)}`);
  };
  const timer = quiet ? undefined : setInterval(draw, TICK_MS).unref();
  const clear = (): void => void stderr.write('\r\u001b[K');
  return {
    show(next) {
      const isNew = status?.note !== next.note || status?.total !== next.total;
      status = next;
      if (isNew || performance.now() - drawnMs >= REDRAWN_MS) draw();
    },
    clear,
    stop() {
      clearInterval(timer);
      status = undefined;
      clear();
    },
  };
}

/** A status as one line of at most so many characters: what is of least use is shortened or left out. */
export function statusText(status: Status, nowMs: number, width: number): string {
  const { label, done, total, unit = '', note, startedMs, countedFromMs = startedMs } = status;
  const elapsed = nowMs - startedMs;
  const counted = nowMs - countedFromMs;
  const bar = barOf(done, total, width < 80 ? 10 : 20);
  const count = `${done}${total === undefined ? '' : `/${total}`}${unit}`;
  const left = timeLeft(done, total, counted);
  const parts = [count, left === '' ? formatSpan(elapsed) : left];
  const room = (): number => width - bar.length - parts.join('  ').length - 2;
  const name = escapeControls(label);
  const forName = Math.min(name.length, LEAST_NAME);
  const forNote = room() - forName - 2;
  // Of a model's name and what it does, the end says more.
  if (note !== undefined && forNote >= LEAST_NOTE) parts.push(ending(escapeControls(note), forNote));
  const rate = done === 0 || unit !== '' ? '' : formatRate(done, counted);
  if (rate !== '' && room() - rate.length - 2 >= name.length) parts.push(rate);
  return `${beginning(name, Math.max(LEAST_NAME, room()))} ${bar} ${parts.join('  ')}`.slice(0, width);
}

/** Of unknown length: a piece that moves on with what is done. */
function barOf(done: number, total: number | undefined, length: number): string {
  if (total === undefined) {
    const at = done % (length - 2);
    return `${BAR.empty.repeat(at)}${BAR.full.repeat(3)}${BAR.empty.repeat(length - 3 - at)}`;
  }
  const full = total === 0 ? length : Math.min(length, Math.floor((length * done) / total));
  return BAR.full.repeat(full) + BAR.empty.repeat(length - full);
}

function beginning(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}\u2026`;
}

function ending(text: string, most: number): string {
  return text.length <= most ? text : `\u2026${text.slice(1 - most)}`;
}
