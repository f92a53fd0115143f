import { Presets, SingleBar } from 'cli-progress';
import { escapeControls } from '../core/errors.js';
import type { EventSink, RunEvent } from '../schema/events.js';
import type { CliContext } from './context.js';

/** Plain lines at most this often where stderr is no terminal. */
const PLAIN_INTERVAL_MS = 10_000;
const VERBS = { pull: 'pull', plan: 'plan', predict: 'predict', score: 'score', time: 'time' } as const;
/** Failures that are told one by one; the rest is counted and stands in the summary. */
const FAILURES_TOLD = 20;

/** Shows events on stderr: a bar with rate and time left on a terminal, a plain line now and then elsewhere. */
export function createProgress(context: CliContext): EventSink {
  let bar: SingleBar | undefined;
  let label = '';
  let started = 0;
  let lastLine = 0;
  let told = 0;
  let current = { done: 0, total: undefined as number | undefined };

  const line = (text: string): void => {
    // The bar draws there itself.
    if (bar !== undefined) process.stderr.write('\r\u001b[K');
    context.err(`${text}\n`);
  };
  const start = (event: Extract<RunEvent, { kind: 'phase-started' }>): void => {
    label = `${VERBS[event.phase]} ${escapeControls(event.label)}`;
    started = performance.now();
    lastLine = started;
    current = { done: 0, total: event.total };
    if (context.interactive && event.total !== undefined) {
      bar = new SingleBar(
        {
          format: '{label} {bar} {value}/{total}  {rate}  {eta_formatted} left',
          barsize: 20,
          stream: process.stderr,
          hideCursor: true,
        },
        Presets.shades_classic,
      );
      bar.start(event.total, 0, { label: label.slice(0, 32).padEnd(32), rate: '' });
    }
  };
  const advance = (done: number, total: number | undefined): void => {
    current = { done, total };
    const now = performance.now();
    bar?.update(done, { rate: rate(done, now - started) });
    if (bar === undefined && now - lastLine >= PLAIN_INTERVAL_MS) {
      lastLine = now;
      line(
        `${label}: ${done}${total === undefined ? '' : `/${total}`}, ${rate(done, now - started)}${timeLeft(done, total, now - started)}`,
      );
    }
  };
  const end = (): void => {
    bar?.stop();
    bar = undefined;
    const elapsed = performance.now() - started;
    line(
      `${label}: ${current.done}${current.total === undefined ? '' : `/${current.total}`} in ${seconds(elapsed)}`,
    );
  };

  return (event) => {
    switch (event.kind) {
      case 'phase-started':
        return start(event);
      case 'progress':
        return advance(event.done, event.total);
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

function rate(done: number, ms: number): string {
  const perSecond = ms > 0 ? (done / ms) * 1000 : 0;
  return perSecond >= 1 || perSecond === 0
    ? `${perSecond.toFixed(1)}/s`
    : `${(1 / perSecond).toFixed(1)} s each`;
}

function timeLeft(done: number, total: number | undefined, ms: number): string {
  return total === undefined || done === 0 ? '' : `, ${seconds((ms / done) * (total - done))} left`;
}

function seconds(ms: number): string {
  const s = Math.round(ms / 1000);
  return s < 1 ? `${(ms / 1000).toFixed(1)} s` : s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${s % 60} s`;
}
