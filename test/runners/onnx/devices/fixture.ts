import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunTool, ToolAnswer } from '../../../../src/runners/onnx/devices/run-tool.js';
import { answerQuery } from '../../../support/fake-nvidia-smi.mjs';

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

interface Answers {
  /** To `-L`, of divided cards. */
  readonly list?: ToolAnswer;
  readonly processes?: ToolAnswer;
  /** To no argument at all. */
  readonly table?: ToolAnswer;
}

/** nvidia-smi of a driver: what it says of its cards by a recording with a header, or why it says nothing. */
export function nvidiaSmi(query: ToolAnswer, { list, processes, table }: Answers = {}): RunTool {
  const nothing: ToolAnswer = { kind: 'failed', status: 1, text: '' };
  return async (command, args) => {
    if (command !== 'nvidia-smi') return { kind: 'missing' };
    if (args.length === 0) return table ?? nothing;
    if (args[0] === '-L') return list ?? nothing;
    if (args[0]?.startsWith('--query-compute-apps') === true)
      return processes ?? { kind: 'answer', text: '' };
    if (query.kind !== 'answer' || !query.text.includes('index, ')) return query;
    const columns = args[0]?.slice('--query-gpu='.length).split(',') ?? [];
    const card = args.includes('-i') ? args[args.indexOf('-i') + 1] : undefined;
    const { text, status } = answerQuery(query.text, columns, card);
    return status === 0 ? { kind: 'answer', text } : { kind: 'failed', status, text };
  };
}
