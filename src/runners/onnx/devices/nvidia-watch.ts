import { spawn } from 'node:child_process';
import type { GpuState } from './gpu.js';
import { parseNvidiaCsv, queryArguments, type LimitsColumn } from './nvidia-csv.js';

/** A card's state and when it was told, by the calendar's clock in milliseconds. */
export interface GpuReading extends GpuState {
  readonly atMs: number;
}

/** Reads the state of all cards once per second while a measurement runs. */
interface GpuWatch {
  /** Of the process that reads; its processor time is ours. */
  readonly pid: number | undefined;
  readings(): readonly GpuReading[];
  stop(): void;
}

export const READ_EVERY_MS = 1000;

/** One nvidia-smi that goes on telling: to start it anew every second would cost much more. */
export function watchNvidia(limits: LimitsColumn, command = 'nvidia-smi'): GpuWatch {
  const readings: GpuReading[] = [];
  const child = spawn(command, [...queryArguments(limits), '-lms', String(READ_EVERY_MS)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let rest = '';
  child.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const atMs = Date.now();
    for (const { state } of parseNvidiaCsv(lines.join('\n'))) readings.push({ atMs, ...state });
  });
  return {
    pid: child.pid,
    readings: () => readings,
    stop: () => void child.kill('SIGKILL'),
  };
}
