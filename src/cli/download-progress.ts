import { escapeControls } from '../core/errors.js';
import type { OnProgress } from '../models/sources/progress.js';
import type { CliContext } from './context.js';
import { createStatusLine } from './status-line.js';

const PLAIN_INTERVAL_MS = 10_000;

/** Shows downloads on stderr: a bar in megabytes on a terminal, a plain line now and then elsewhere. */
export function createDownloadProgress(context: CliContext): OnProgress {
  let bar: ReturnType<typeof createStatusLine> | undefined;
  let current = '';
  let startedMs = 0;
  let lastLine = 0;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return (event) => {
    const name = escapeControls(event.name);
    if (event.kind === 'source-failed') {
      stop();
      context.err(
        `${name}: ${escapeControls(event.source)} failed (${escapeControls(event.reason)}); trying the next source\n`,
      );
      return;
    }
    const received = Math.round(event.receivedBytes / 1e6);
    const total = event.totalBytes === undefined ? undefined : Math.round(event.totalBytes / 1e6);
    if (current !== name) {
      stop();
      current = name;
      lastLine = 0;
      startedMs = performance.now();
      if (context.interactive) bar = createStatusLine();
    }
    bar?.show({ label: `pull ${name}`, done: received, total, unit: ' MB', startedMs });
    if (bar === undefined && performance.now() - lastLine >= PLAIN_INTERVAL_MS) {
      lastLine = performance.now();
      context.err(`pull ${name}: ${received}${total === undefined ? '' : `/${total}`} MB\n`);
    }
    if (total !== undefined && event.receivedBytes >= (event.totalBytes ?? 0)) stop();
  };
}
