import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunTool, ToolAnswer } from '../../../../src/runners/onnx/devices/run-tool.js';

/** A recorded answer (test/fixtures/devices/README.md). */
export function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../../fixtures/devices', name), 'utf8');
}

export const answer = (name: string): ToolAnswer => ({ kind: 'answer', text: recorded(name) });
export const failure = (name: string, status: number): ToolAnswer => ({
  kind: 'failed',
  status,
  text: recorded(name).trim(),
});

/** nvidia-smi of a driver: what it says of its cards, and, where a card is divided, of the parts. */
export function nvidiaSmi(query: ToolAnswer, list?: ToolAnswer, processes?: ToolAnswer): RunTool {
  return async (command, args) => {
    if (command !== 'nvidia-smi') return { kind: 'missing' };
    if (args[0] === '-L') return list ?? { kind: 'failed', status: 1, text: '' };
    if (args[0]?.startsWith('--query-compute-apps') === true) {
      return processes ?? { kind: 'answer', text: '' };
    }
    return query;
  };
}

/** A driver from before 535: it knows the clock limits by their former name only. */
export function oldNvidiaSmi(query: ToolAnswer): RunTool {
  return async (_command, [first = '']) =>
    first.includes('clocks_event_reasons') ? failure('nvidia-unknown-field.txt', 2) : query;
}
