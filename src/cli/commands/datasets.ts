import { EXIT_STATUS, escapeControls } from '../../core/errors.js';
import { fingerprintDataset } from '../../datasets/fingerprint.js';
import { isPresent, loadDataset, type Dataset } from '../../datasets/load.js';
import { listPresetNames } from '../../datasets/presets.js';
import { resolveDataset } from '../../datasets/resolve.js';
import { measureDataset, type DatasetStats } from '../../datasets/stats.js';
import { verifyDataset } from '../../datasets/verify.js';
import { measureAttributes, type AttributeStats } from '../../scoring/dataset-attributes.js';
import { plainTable } from '../../reports/formats/plain-table.js';
import type { CliContext } from '../context.js';

interface JsonOption {
  readonly json?: boolean;
}

export async function listDatasets({ json }: JsonOption, context: CliContext): Promise<void> {
  const resolved = await Promise.all((await listPresetNames()).map((name) => resolve(name, context)));
  const datasets = await Promise.all(
    resolved.map(async (dataset) => ({
      name: dataset.spec.name,
      layout: dataset.spec.layout,
      here: await isPresent(dataset),
      root: dataset.root,
      licence: dataset.spec.licence ?? null,
    })),
  );
  if (json === true) return context.out(`${JSON.stringify(datasets, null, 2)}\n`);
  const rows = datasets.map(({ name, layout, here, licence }) => [
    name,
    layout,
    here ? 'yes' : 'no',
    (licence ?? '').slice(0, 34),
  ]);
  context.out(`${plainTable(['dataset', 'layout', 'here', 'licence'], rows)}\n`);
}

export async function datasetStats(name: string, { json }: JsonOption, context: CliContext): Promise<void> {
  const dataset = await load(name, context);
  const stats = await measureDataset(dataset, {
    signal: context.signal,
    onProgress: ticker(context, 'measured'),
  });
  const attributes = await measureAttributes(dataset, {
    signal: context.signal,
    onProgress: ticker(context, 'measured in detail'),
  });
  context.out(
    json === true
      ? `${JSON.stringify({ ...stats, attributes }, null, 2)}\n`
      : describeStats(dataset, stats, attributes),
  );
}

/** Every file decoded; 65 if something makes samples unusable. */
export async function verifyDatasetCommand(
  name: string,
  { json }: JsonOption,
  context: CliContext,
): Promise<number> {
  const dataset = await load(name, context);
  const findings: unknown[] = [];
  const counts = await verifyDataset(dataset, {
    signal: context.signal,
    onProgress: ticker(context, 'verified'),
    onFinding: (finding) => {
      if (json === true) findings.push(finding);
      else {
        const { path, message, code } = finding.problem;
        context.out(`${finding.severity}: ${escapeControls(path)}: ${escapeControls(message)} (${code})\n`);
      }
    },
  });
  const fingerprint =
    counts.errors === 0 ? (await fingerprintDataset(dataset, { signal: context.signal })).fingerprint : null;
  if (json === true) context.out(`${JSON.stringify({ ...counts, fingerprint, findings }, null, 2)}\n`);
  else {
    context.out(`${counts.samples} pairs, ${counts.errors} errors, ${counts.warnings} warnings\n`);
    if (fingerprint !== null) context.out(`fingerprint ${fingerprint}\n`);
  }
  return counts.errors > 0 ? EXIT_STATUS['data.unreadable'] : 0;
}

function describeStats({ name, root }: Dataset, stats: DatasetStats, attributes: AttributeStats): string {
  const digits = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(3));
  const rows = (
    [
      ['width (pixels)', stats.width],
      ['height (pixels)', stats.height],
      ['megapixels', stats.megapixels],
      ['foreground share', stats.foreground],
      ['share at >= 128', stats.foregroundAt128],
      ['translucent share', stats.translucent],
      ['components', attributes['components']],
      ['largest one\u2019s share', attributes['largestComponentShare']],
      ['contours', attributes['contours']],
      ['IPQ', attributes['ipq']],
      ['dominant points', attributes['dominantPoints']],
      ['thin structure', attributes['thinStructureShare']],
    ] as const
  ).flatMap(([label, d]) =>
    d === undefined ? [] : [[label, ...[d.min, d.p25, d.median, d.mean, d.p75, d.max].map(digits)]],
  );
  const counts = (title: string, of: Readonly<Record<string, number>>): string[] =>
    Object.keys(of).length === 0
      ? []
      : [
          `${title}: ${Object.entries(of)
            .map(([key, n]) => `${escapeControls(key)} ${n}`)
            .join(', ')}`,
        ];
  return `${[
    `${name}: ${stats.samples} pairs, ${stats.problems} problems, in ${root}`,
    ...counts('splits', stats.splits),
    ...counts('groups', stats.groups),
    plainTable(['', 'min', 'p25', 'median', 'mean', 'p75', 'max'], rows),
  ].join('\n')}\n`;
}

function ticker(context: CliContext, verb: string): (done: number) => void {
  let last = performance.now();
  return (done) => {
    if (performance.now() - last < 5000) return;
    last = performance.now();
    context.err(`${verb} ${done}\n`);
  };
}

function load(name: string, context: CliContext): Promise<Dataset> {
  return loadDataset(name, { cwd: context.cwd, env: context.env });
}

function resolve(name: string, context: CliContext): ReturnType<typeof resolveDataset> {
  return resolveDataset(name, { cwd: context.cwd, env: context.env });
}
