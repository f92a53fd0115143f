import { MaskbenchError } from '../../core/errors.js';
import { unknownName } from '../../core/names.js';
import type { SideFacts, SideModel } from './side.js';

export interface ModelChoice {
  readonly baseline?: string | undefined;
  readonly candidate?: string | undefined;
}

export interface ModelPair {
  readonly baseline: SideModel;
  readonly candidate: SideModel;
}

/** The models of a side, and what messages call it. */
type Offered = Pick<SideFacts, 'label' | 'models'>;

/**
 * Which models are compared with each other: those of equal name; or the two that `choice` names (one name stands for
 * both sides, or the only model of the other one); or, where each side has a single model, these two.
 *
 * @throws MaskbenchError `config.unknown-name` for a model that is not there, `usage` if nothing pairs up.
 */
export function pairModels(baseline: Offered, candidate: Offered, choice: ModelChoice): readonly ModelPair[] {
  if (choice.baseline !== undefined) {
    const named = modelOf(baseline, choice.baseline);
    const other = choice.candidate;
    return [
      {
        baseline: named,
        candidate: other === undefined ? likeNamed(candidate, named, '--model-b') : modelOf(candidate, other),
      },
    ];
  }
  if (choice.candidate !== undefined) {
    const named = modelOf(candidate, choice.candidate);
    return [{ baseline: likeNamed(baseline, named, '--model-a'), candidate: named }];
  }
  const pairs = baseline.models.flatMap((model): ModelPair[] => {
    const other = candidate.models.find(({ name }) => name === model.name);
    return other === undefined ? [] : [{ baseline: model, candidate: other }];
  });
  if (pairs.length > 0) return pairs;
  if (baseline.models.length === 1 && candidate.models.length === 1) {
    return [{ baseline: baseline.models[0], candidate: candidate.models[0] }];
  }
  throw new MaskbenchError(
    'usage',
    `no model of ${baseline.label} (${namesOf(baseline)}) has its name in ${candidate.label} (${namesOf(candidate)})`,
    { remedy: 'name the two with --model-a and --model-b' },
  );
}

/** The model of the other side's name, or the only one. */
function likeNamed(side: Offered, { name }: SideModel, flag: string): SideModel {
  const [only, ...others] = side.models;
  const model = side.models.find((one) => one.name === name) ?? (others.length === 0 ? only : undefined);
  if (model !== undefined) return model;
  throw new MaskbenchError('config.unknown-name', `no model "${name}" to hold against the one of that name`, {
    where: side.label,
    remedy: `name one of ${namesOf(side)} with ${flag}`,
  });
}

/** @throws MaskbenchError `config.unknown-name`, with the nearest name. */
export function modelOf(side: Offered, name: string): SideModel {
  const model = side.models.find((candidate) => candidate.name === name);
  if (model !== undefined) return model;
  const names = side.models.map((candidate) => candidate.name);
  throw unknownName('no model', name, names, { where: side.label });
}

function namesOf({ models }: Offered): string {
  return models.map(({ name }) => name).join(', ');
}
