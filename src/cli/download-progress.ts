import { Presets, SingleBar } from 'cli-progress';
import { escapeControls } from '../core/errors.js';
import type { OnProgress } from '../models/sources/progress.js';
import type { CliContext } from './context.js';

const PLAIN_INTERVAL_MS = 10_000;

/** Shows downloads on stderr: a bar in megabytes on a terminal, a plain line now and then elsewhere. */
export function createDownloadProgress(context: CliContext): OnProgress {
  let bar: SingleBar | undefined;
  let current = '';
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
      if (context.interactive && total !== undefined) {
        bar = new SingleBar(
          {
            format: 'pull {name} {bar} {value}/{total} MB  {eta_formatted} left',
            barsize: 20,
            stream: process.stderr,
            hideCursor: true,
          },
          Presets.shades_classic,
        );
        bar.start(total, received, { name: name.slice(0, 32) });
      }
    }
    bar?.update(received);
    if (bar === undefined && performance.now() - lastLine >= PLAIN_INTERVAL_MS) {
      lastLine = performance.now();
      context.err(`pull ${name}: ${received}${total === undefined ? '' : `/${total}`} MB\n`);
    }
    if (total !== undefined && event.receivedBytes >= (event.totalBytes ?? 0)) stop();
  };
}
