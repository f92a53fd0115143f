import { spawn } from 'node:child_process';
import type { GpuState } from './gpu.js';
import { type Column, parseNvidiaCsv, queryArguments, STATE_COLUMNS } from './nvidia-csv.js';

/** A card's state and when it was told, by the calendar's clock in milliseconds. */
export interface GpuReading extends GpuState {
  readonly atMs: number;
}

/** Reads the state of a card while a measurement runs. */
export interface GpuWatch {
  /** Of the process that reads; its processor time is ours. */
  readonly pid: number | undefined;
  readings(): readonly GpuReading[];
  stop(): void;
}

/** Turns take half a second at least: two or more of these fall into each. */
export const READ_EVERY_MS = 200;

/**
 * One nvidia-smi that goes on telling: to start it anew for every reading would cost much more.
 *
 * @param card its uuid or index
 * @param known the columns that the driver knows
 */
export function watchNvidia(card: string, known: readonly Column[], command = 'nvidia-smi'): GpuWatch {
  const readings: GpuReading[] = [];
  const columns = STATE_COLUMNS.filter((column) => known.includes(column));
  const child = spawn(command, [...queryArguments(columns), '-i', card, '-lms', String(READ_EVERY_MS)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let rest = '';
  child.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const heardMs = Date.now();
    for (const { askedMs, state } of parseNvidiaCsv(lines.join('\n'), columns)) {
      readings.push({ atMs: momentOf(askedMs, heardMs), ...state });
    }
  });
  return {
    pid: child.pid,
    readings: () => readings,
    stop: () => void child.kill('SIGKILL'),
  };
}

const QUARTER_HOUR_MS = 900_000;

/**
 * When a reading was taken: what the driver says, since a pipe may hold readings back for seconds, in the time zone that
 * makes it agree with when it was heard (no two zones lie less than a quarter of an hour apart).
 */
export function momentOf(askedMs: number | null, heardMs: number): number {
  if (askedMs === null) return heardMs;
  return askedMs + Math.round((heardMs - askedMs) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
}
