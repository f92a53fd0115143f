import type { InputSpec } from '../../models/spec/input-spec.js';
import type { MatteOutputSpec } from '../../models/spec/output-spec.js';
import type { MatteSpec } from '../../models/spec/spec.js';

/** A spec that differs in one point from the given one, and the mistake that it would correct. */
interface Hypothesis {
  readonly mistake: string;
  /** As it would stand in the YAML. */
  readonly fix: string;
  readonly spec: MatteSpec;
  /** Whether only the reading changes, so that nothing has to be inferred again. */
  readonly readingOnly: boolean;
}

type Triple = [number, number, number];

/** The normalisations that are in use, by their usual names. */
const NORMALISATIONS: readonly (readonly [name: string, mean: Triple, std: Triple])[] = [
  ['ImageNet', [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]],
  ['to -1..1', [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
  ['to -0.5..0.5', [0.5, 0.5, 0.5], [1, 1, 1]],
  ['none', [0, 0, 0], [1, 1, 1]],
];

/**
 * The mistakes that specs are written with, each mended alone.
 *
 * @param channels of the output, as far as known.
 */
export function hypothesesFor(spec: MatteSpec, channels: number): readonly Hypothesis[] {
  return [...feedingMistakes(spec), ...readingMistakes(spec, channels)];
}

function feedingMistakes(spec: MatteSpec): readonly Hypothesis[] {
  const { input } = spec;
  const change = (mistake: string, fix: string, fields: Partial<InputSpec>): Hypothesis => ({
    mistake,
    fix,
    spec: { ...spec, input: { ...input, ...fields } },
    readingOnly: false,
  });
  const swapped = input.channels === 'rgb' ? 'bgr' : 'rgb';
  // Means of pixel levels (128, 116.3) belong to specs that divide by 1; there the usual shares would say nothing.
  const scaled = input.divideBy === 1 && Math.max(...input.mean) > 1;
  return [
    change('the channels are swapped', `channels: ${swapped}`, { channels: swapped }),
    ...NORMALISATIONS.filter(([, mean, std]) => `${mean}/${std}` !== `${input.mean}/${input.std}`).map(
      ([name, mean, std]) =>
        change(
          isNone(input) ? 'mean and std are missing' : 'mean and std are wrong',
          `mean: [${mean.join(', ')}], std: [${std.join(', ')}] (${name})${scaled ? ', divideBy: 255' : ''}`,
          { mean, std, ...(scaled ? { divideBy: 255 } : {}) },
        ),
    ),
    ...([255, 1, 'image-max'] as const)
      .filter((divideBy) => divideBy !== input.divideBy)
      .map((divideBy) => change('pixels are scaled wrongly', `divideBy: ${divideBy}`, { divideBy })),
    ...(input.fit === 'inside'
      ? []
      : (['stretch', 'letterbox'] as const)
          .filter((fit) => fit !== input.fit)
          .map((fit) => change('pictures are fitted wrongly', `fit: ${fit}`, { fit }))),
  ];
}

function readingMistakes(spec: MatteSpec, channels: number): readonly Hypothesis[] {
  const { output } = spec;
  const change = (mistake: string, fix: string, fields: Partial<MatteOutputSpec>): Hypothesis => ({
    mistake,
    fix,
    spec: { ...spec, output: { ...output, ...fields } },
    readingOnly: true,
  });
  const activations = (['none', 'sigmoid', ...(channels > 1 ? (['softmax'] as const) : [])] as const).filter(
    (activation) => activation !== output.activation,
  );
  const others = Array.from({ length: Math.min(channels, 8) }, (_, i) => i).filter(
    (i) => i !== output.channel,
  );
  const divideBy = (output.divideBy ?? 1) === 1 ? 255 : 1;
  const rescale = output.rescale === 'none' ? 'min-max' : 'none';
  return [
    ...activations.map((activation) =>
      change(
        activation === 'none' ? 'probabilities are taken as logits' : 'logits are taken as probabilities',
        `activation: ${activation}`,
        { activation },
      ),
    ),
    change(
      divideBy === 255 ? 'levels are taken as probabilities' : 'probabilities are taken as levels',
      `output.divideBy: ${divideBy}`,
      { divideBy },
    ),
    ...others.map((channel) => change('the wrong channel is read', `channel: ${channel}`, { channel })),
    change(
      rescale === 'none' ? 'maps are stretched that should not be' : 'maps are not stretched',
      `rescale: ${rescale}`,
      { rescale },
    ),
  ];
}

function isNone({ mean, std }: InputSpec): boolean {
  return mean.every((value) => value === 0) && std.every((value) => value === 1);
}
