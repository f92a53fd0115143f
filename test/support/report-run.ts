import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from './cli.js';
import { writePair } from './tiny-datasets.js';
import { writeTinyModel } from './tiny-models.js';
import { datasetText } from './workspace.js';

/** File names that try to be something else. */
export const HOSTILE = {
  markup: '<img src=x onerror="globalThis.hit=1">',
  closing: `</script><script>globalThis.hit=1<!-- & 'quotes' "both"`.replaceAll('/', '\u2215'),
  lines: 'two\nlines',
  reversed: 'right \u202egpj.to left',
  long: 'very-long-'.repeat(19),
} as const;

export interface ReportRun {
  readonly folder: string;
  /** The run's report.html, with its pictures in it. */
  readonly page: string;
  path(...names: readonly string[]): string;
  maskbench(...argv: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/**
 * A real run by the command line: three models on some of our samples and on pictures with hostile names.
 */
export async function makeReportRun(): Promise<ReportRun> {
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-'));
  const path = (...names: readonly string[]): string => join(folder, ...names);
  await mkdir(path('data', 'im'), { recursive: true });
  await mkdir(path('data', 'gt'));
  for (const [i, stem] of Object.values(HOSTILE).entries()) {
    await writePair(path('data', 'im', `${stem}.jpg`), path('data', 'gt', `${stem}.png`), 40 + i);
  }
  await writeFile(path('hostile.yaml'), datasetText('hostile', 'data'));
  for (const model of ['luma', 'inverse'] as const) await writeTinyModel(folder, model);
  await writeFile(
    path('run.yaml'),
    `name: tiny-report
models: [./luma.yaml, contrast-baseline, ./inverse.yaml]
datasets: [./hostile.yaml, samples-dis5k]
accuracy: { processes: 1, threads: 1 }
time: { profile: quick, images: 2, rounds: 1, threads: 1 }
`,
  );
  const maskbench = async (...argv: readonly string[]): Promise<string> => {
    const { status, out, err } = await cli(argv, folder);
    if (status !== 0) throw new Error(`maskbench ${argv.join(' ')}: ${status} ${err}`);
    return out;
  };
  await maskbench('run', 'run.yaml', '--limit', '5', '--out', 'run');
  return {
    folder,
    page: path('run', 'report.html'),
    path,
    maskbench,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
