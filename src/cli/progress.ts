import { escapeControls } from '../core/errors.js';
import type { EventSink, RunEvent } from '../schema/events.js';
import type { CliContext } from './context.js';
import { formatRate, formatSpan, timeLeft } from './spans.js';
import { createStatusLine, type Status } from './status-line.js';

/** Plain lines at most this often where stderr is no terminal. */
const PLAIN_INTERVAL_MS = 10_000;
/** Failures that are told one by one; the rest is counted and stands in the summary. */
const FAILURES_TOLD = 20;

/**
 * Shows events on stderr: on a terminal a bar with what is left, from the first moment of every phase; elsewhere a plain line
 * when a phase starts and when it ends, and now and then meanwhile.
 */
export function createProgress(context: CliContext): EventSink {
  let shown: ReturnType<typeof createStatusLine> | undefined;
  let status: Status = { label: '', done: 0, total: undefined, startedMs: 0 };
  let lastLine = 0;
  let told = 0;

  const line = (text: string): void => {
    // The bar draws there itself.
    shown?.clear();
    context.err(`${text}\n`);
  };
  const count = (): string => `${status.done}${status.total === undefined ? '' : `/${status.total}`}`;
  const start = ({ phase, label, total }: Extract<RunEvent, { kind: 'phase-started' }>): void => {
    const startedMs = performance.now();
    status = { label: `${phase} ${escapeControls(label)}`, done: 0, total, startedMs };
    lastLine = startedMs;
    if (context.interactive) {
      // Beside what is timed nothing else runs.
      shown = createStatusLine({ quiet: phase === 'time' });
      shown.show(status);
    } else line(`${status.label}${total === undefined ? ' ...' : `: ${total} to do`}`);
  };
  const advance = ({ done, total, note }: Extract<RunEvent, { kind: 'progress' }>): void => {
    const now = performance.now();
    // What was done before it was known how much there is was another kind of work.
    const counted = status.total === undefined && total !== undefined ? { countedFromMs: now } : {};
    status = { ...status, ...counted, done, total, note };
    shown?.show(status);
    if (shown !== undefined || now - lastLine < PLAIN_INTERVAL_MS) return;
    lastLine = now;
    const ms = now - (status.countedFromMs ?? status.startedMs);
    const left = timeLeft(done, total, ms);
    line(
      [
        `${status.label}: ${count()}`,
        ...(note === undefined ? [] : [escapeControls(note)]),
        ...(done === 0 ? [] : [formatRate(done, ms)]),
        ...(left === '' ? [] : [left]),
      ].join(', '),
    );
  };
  const end = (): void => {
    shown?.stop();
    shown = undefined;
    line(`${status.label}: ${count()} in ${formatSpan(performance.now() - status.startedMs)}`);
  };

  return (event) => {
    switch (event.kind) {
      case 'phase-started':
        return start(event);
      case 'progress':
        return advance(event);
      case 'phase-ended':
        return end();
      case 'warning':
        return line(`warning: ${escapeControls(event.message)}`);
      case 'time-failed': {
        const { model, scenario, failure } = event;
        const what = scenario === undefined ? 'could not be timed' : `could not be timed (${scenario})`;
        return line(`warning: ${escapeControls(`${model} ${what}: ${failure.message}`)}`);
      }
      case 'cell-failed': {
        told++;
        if (told <= FAILURES_TOLD) {
          const { model, dataset, id, failure } = event;
          const name = `${model === '*' ? '' : `${model} `}${dataset}/${id}`;
          line(
            `failed: ${escapeControls(name)}: ${escapeControls(failure.where ?? '')}${failure.where === undefined ? '' : ': '}${escapeControls(failure.message)}`,
          );
        } else if (told === FAILURES_TOLD + 1) line('failed: more; summary.json names them');
      }
    }
  };
}
