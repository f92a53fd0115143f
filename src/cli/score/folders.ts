import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import type { FolderPlan } from '../../scoring/folders/folder-plan.js';
import type { FolderValues } from '../../scoring/folders/folder-readings.js';
import type { Affixes } from '../../scoring/folders/plain-layout.js';
import type { Flags } from './flags.js';

interface PlanRequest {
  readonly options: Flags;
  readonly withPictures: boolean;
  readonly cwd: string;
}

/** Whose folders they are, and how they are read. */
export const LAYOUTS: Readonly<Record<Flags['layout'], (request: PlanRequest) => Promise<FolderPlan>>> = {
  async plain({ options, withPictures, cwd }) {
    const { planPlainFolders } = await import('../../scoring/folders/plain-layout.js');
    const { method, datasets: [dataset, ...others] = [] } = options;
    if (others.length > 0)
      throw new MaskbenchError('usage', 'one folder of ground truths is one dataset', {
        remedy: 'give --datasets one name, or choose a --layout',
      });
    return planPlainFolders({
      ...predictionsAndTruths(options, cwd),
      ...(withPictures
        ? {
            images: resolve(cwd, needed(options.images, '--images', 'the folder of the pictures themselves')),
          }
        : {}),
      predictionNames: affixes(options.predPrefix, options.predSuffix),
      imageNames: affixes(options.imagePrefix, options.imageSuffix),
      truthNames: affixes(options.gtPrefix, options.gtSuffix),
      ...(method === undefined ? {} : { method }),
      ...(dataset === undefined ? {} : { dataset }),
    });
  },
  async birefnet({ options, withPictures, cwd }) {
    const { planBirefnetFolders } = await import('../../scoring/folders/birefnet-layout.js');
    return planBirefnetFolders({ ...predictionsAndTruths(options, cwd), withPictures, ...chosenIn(options) });
  },
  async pysodevaltoolkit({ options, withPictures, cwd }) {
    const { planToolkitFolders } = await import('../../scoring/folders/pysodevaltoolkit-layout.js');
    const { datasetsJson, methodsJson } = options;
    return planToolkitFolders({
      datasetsFile: resolve(cwd, needed(datasetsJson, '--datasets-json', 'the file of datasets')),
      methodsFile: resolve(cwd, needed(methodsJson, '--methods-json', 'the file of methods')),
      cwd,
      withPictures,
      ...chosenIn(options),
    });
  },
};

/** In the words of a dataset's spec, which are YAML; braces may be left out. */
export async function valuesIn({ gtValues, predValues }: Flags): Promise<FolderValues> {
  const { maskValuesSchema, truthValuesSchema } = await import('../../schema/mask-values.js');
  const { parseYaml } = await import('../../core/yaml-file.js');
  const braced = (text: string): string => (/^[^{]*:/.test(text) ? `{ ${text} }` : text);
  return {
    truths:
      gtValues === undefined ? undefined : parseYaml(braced(gtValues), '--gt-values', truthValuesSchema),
    predictions:
      predValues === undefined ? undefined : parseYaml(braced(predValues), '--pred-values', maskValuesSchema),
  };
}

function predictionsAndTruths(options: Flags, cwd: string) {
  return {
    predictions: resolve(cwd, needed(options.pred, '--pred', 'the folder of predictions')),
    truths: resolve(cwd, needed(options.gt, '--gt', 'the folder of ground truths')),
  };
}

function chosenIn({ method, datasets }: Flags) {
  return {
    ...(method === undefined ? {} : { methods: [method] }),
    ...(datasets === undefined ? {} : { datasets }),
  };
}

function affixes(prefix: string | undefined, suffix: string | undefined): Affixes {
  return { ...(prefix === undefined ? {} : { prefix }), ...(suffix === undefined ? {} : { suffix }) };
}

function needed(value: string | undefined, option: string, what: string): string {
  if (value !== undefined) return value;
  throw new MaskbenchError('usage', `${option} is missing`, { remedy: `name ${what} with it` });
}
