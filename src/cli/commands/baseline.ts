import { join, relative } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { nearest } from '../../core/yaml-file.js';
import { BASELINES_FOLDER } from '../../analysis/compare/baseline/baseline-schema.js';
import { listBaselines, openBaseline } from '../../analysis/compare/baseline/open-baseline.js';
import { openSide } from '../../analysis/compare/open-side.js';
import { modelOf } from '../../analysis/compare/pair-models.js';
import { saveBaseline } from '../../analysis/compare/baseline/save-baseline.js';
import type { SideFacts } from '../../analysis/compare/side.js';
import { plainTable } from '../../reports/formats/plain-table.js';
import { formatMegabytes } from '../../reports/tables/table.js';
import type { CliContext } from '../context.js';

interface JsonOption {
  readonly json?: boolean;
}

/** `maskbench baseline set`: keeps a run's scores and fingerprints under a name. */
export async function setBaseline(
  name: string,
  options: { readonly run: string; readonly models?: readonly string[]; readonly replace?: boolean },
  context: CliContext,
): Promise<void> {
  const side = await openSide(options.run, context.cwd);
  for (const model of options.models ?? []) modelOf(side.facts, model);
  const folder = await saveBaseline(side, {
    folder: join(context.cwd, BASELINES_FOLDER),
    name,
    models: options.models,
    replace: options.replace === true,
  });
  context.out(`${relative(context.cwd, folder)}\n`);
}

export async function listAllBaselines({ json }: JsonOption, context: CliContext): Promise<void> {
  const folder = join(context.cwd, BASELINES_FOLDER);
  const names = await listBaselines(folder);
  const all = await Promise.all(
    names.map(async (name) => ({ name, facts: (await openBaseline(join(folder, name), name)).facts })),
  );
  if (json === true) {
    context.out(
      `${JSON.stringify(
        all.map(({ name, facts }) => ({ baseline: name, ...facts })),
        null,
        2,
      )}\n`,
    );
  } else if (all.length === 0) {
    context.out('no baseline yet; make one with "maskbench baseline set <name> --run <folder>"\n');
  } else {
    const rows = all.map(({ name, facts }) => [
      name,
      facts.models.map((model) => model.name).join(', '),
      facts.datasets.map((dataset) => dataset.name).join(', '),
      String(facts.datasets.reduce((sum, { samples }) => sum + samples, 0)),
      facts.createdAt.slice(0, 10),
    ]);
    context.out(`${plainTable(['baseline', 'models', 'datasets', 'images', 'made'], rows)}\n`);
  }
}

export async function showBaseline(name: string, { json }: JsonOption, context: CliContext): Promise<void> {
  const folder = join(context.cwd, BASELINES_FOLDER);
  const names = await listBaselines(folder);
  if (!names.includes(name)) {
    const near = nearest(name, names);
    throw new MaskbenchError('config.unknown-name', `no baseline "${name}"`, {
      remedy: near === undefined ? `there are ${names.join(', ') || 'none yet'}` : `did you mean "${near}"?`,
    });
  }
  const { facts } = await openBaseline(join(folder, name), name);
  context.out(json === true ? `${JSON.stringify(facts, null, 2)}\n` : describe(name, facts));
}

function describe(baseline: string, facts: SideFacts): string {
  const { device, environment, signatures, models, datasets, createdAt, maskbenchVersion, name } = facts;
  return [
    `${baseline}: of the run ${name} of ${createdAt}, by Maskbench ${maskbenchVersion}`,
    `device ${device} (${environment.cpu}, ${environment.cores} cores), onnxruntime ${environment.onnxruntime}`,
    `signature ${signatures.join('  ')}`,
    '',
    plainTable(
      ['model', 'MB', 'sha256'],
      models.map((model) => [model.name, formatMegabytes(model.bytes), model.sha256.slice(0, 16)]),
    ),
    '',
    plainTable(
      ['dataset', 'images', 'fingerprint'],
      datasets.map((dataset) => [dataset.name, String(dataset.samples), dataset.fingerprint.slice(0, 16)]),
    ),
    '',
  ].join('\n');
}
