import { statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { escapeControls, MaskbenchError } from '../../core/errors.js';
import { jsonText } from '../../reports/formats/json.js';
import type { CliContext, DefineCommand } from '../context.js';
import { commandOnData, describeRun, type DataFlags, type WrittenConfig } from '../run/describe-run.js';

/** `maskbench init`: a config to go on from, written from flags or from answers. */
export const init: DefineCommand = (context) =>
  commandOnData('init', { models: 'known models or YAML files', alone: '' })
    .argument('[file]', 'where to', 'run.yaml')
    .option('--force', 'replace a file that is there')
    .option('--json', 'as JSON: where it was written')
    .action(async (file, { force, json, ...flags }) => {
      const path = resolve(context.cwd, file);
      const there = statSync(path, { throwIfNoEntry: false });
      if (there !== undefined && (force !== true || there.isDirectory())) {
        const isFolder = there.isDirectory();
        throw new MaskbenchError('usage', isFolder ? 'this is a folder' : 'there is a file already', {
          where: path,
          remedy: isFolder ? 'name the file to write' : 'name another, or replace it with --force',
        });
      }
      const config = describeRun(await asked(flags, context), context.cwd, NO_MODELS);
      const text = await configText(config, path, context.cwd);
      await assertRuns(text, path, context);
      const { writeReport } = await import('../write-report.js');
      await writeReport(path, text);
      context.err(escapeControls(`Written to ${file}; next: maskbench run ${file}`) + '\n');
      if (json === true) context.out(jsonText({ path: file }));
    });

const NO_MODELS = {
  message: '--models is missing',
  remedy: 'name them with it, beside --images and --masks or --datasets; the file is only what is written',
};

/** The flags, and answers for what they lack. */
async function asked(flags: DataFlags, { ask }: CliContext): Promise<DataFlags> {
  if (ask === undefined) return flags;
  const answer = async (question: string): Promise<string | undefined> =>
    (await ask(question)).trim() || undefined;
  const models =
    flags.models ??
    (await answer('Models, names or YAML files, by commas ("maskbench models list" shows names): '))
      ?.split(',')
      .map((name) => name.trim());
  if (flags.datasets !== undefined) return { ...flags, models };
  const images = flags.images ?? (await answer('Folder of pictures: '));
  const masks = flags.masks ?? (await answer('Folder of their masks: '));
  return { ...flags, models, images, masks };
}

/** The config as YAML with what else it could say; folders are relative to it where they lie beside or below it. */
async function configText(
  { name, models, datasets }: WrittenConfig,
  path: string,
  cwd: string,
): Promise<string> {
  const { stringify } = await import('yaml');
  const { PACKAGE_ROOT } = await import('../../core/package-root.js');
  const folder = dirname(path);
  const moved = (reference: unknown): unknown =>
    typeof reference === 'string' && /\.ya?ml$/.test(reference)
      ? `./${relative(folder, resolve(cwd, reference))}`
      : typeof reference === 'object' && reference !== null && 'root' in reference
        ? { ...reference, root: rootFrom(folder, String(reference.root)) }
        : reference;
  const yaml = (value: unknown): string => stringify(value, { lineWidth: 0 }).trimEnd();
  return `# yaml-language-server: $schema=${relative(folder, join(PACKAGE_ROOT, 'docs/schema/run.schema.json'))}
# A run: which models on which datasets. Begin it with "maskbench run ${relative(cwd, path) || path}".
# Every field there is: docs/reference.md of Maskbench.
${yaml({ name })}

# Names of "maskbench models list", YAML files of your own, or variations: { extends: u2net, name: mine, ... }
${yaml({ models: models.map(moved) })}

# Names of "maskbench datasets list", YAML files, or specs such as this. What else a spec of two folders may say:
#   truths: { path: masks, suffix: _mask, values: nonzero }   # what the values of masks mean
#   unit: { pattern: '^(p[0-9]+)_' }   # which images belong together: of one person, of one video
${yaml({ datasets: datasets.map(moved) })}

# What inference runs on ("maskbench devices"): cpu, webgpu, cuda:0, ...
device: cpu

# Not all images of every dataset, but a drawn sample of so many:
# sample: { count: 200, seed: 1 }

# Whose metrics: fixed, sod, matting, cutout; and what counts as foreground.
scoring: { protocols: [fixed], threshold: 128 }

# How thoroughly time is measured: quick, standard, publishable.
time: { profile: standard }
`;
}

function rootFrom(folder: string, root: string): string {
  const inside = relative(folder, root).replaceAll('\\', '/');
  if (inside === '') return '${CONFIG_DIR}';
  return inside.startsWith('..') || resolve(folder, inside) !== root ? root : `\${CONFIG_DIR}/${inside}`;
}

/** What is written can be run: the models and datasets are known, and the folders are there. */
async function assertRuns(text: string, path: string, { env, cwd }: CliContext): Promise<void> {
  const { parseYaml } = await import('../../core/yaml-file.js');
  const { openDataset } = await import('../../datasets/load.js');
  const { resolveDataset } = await import('../../datasets/resolve.js');
  const { loadModelSpec } = await import('../../runners/load-spec.js');
  const { runConfigSchema } = await import('../../store/config.js');
  const { models, datasets } = parseYaml(text, path, runConfigSchema);
  for (const model of models) await loadModelSpec(model, dirname(path));
  for (const dataset of datasets) {
    const resolved = await resolveDataset(dataset, { configDir: dirname(path), cwd, env });
    if (typeof dataset !== 'string') await openDataset(resolved);
  }
}
