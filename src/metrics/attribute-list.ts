import type { MEASURED_ATTRIBUTES } from '../schema/measured-attributes.js';
import { isDefined, type MetricValue } from '../schema/metric-value.js';
import type { TruthAttributes } from './attributes.js';

/** A fact of a ground truth that is a number, and how it is cut into slices. */
interface NumericAttribute {
  readonly name: (typeof MEASURED_ATTRIBUTES)[number];
  readonly of: (attributes: TruthAttributes) => MetricValue;
  /** Fixed slices, each up to and including its end; without them the dataset is cut into thirds. */
  readonly bins?: readonly Bin[];
}

export interface Bin {
  readonly label: string;
  readonly upTo: number;
}

/** Most ground truths have one component, and most no translucent pixel: thirds would cut equal values apart. */
export const NUMERIC_ATTRIBUTES: readonly NumericAttribute[] = [
  { name: 'width', of: ({ width }) => width },
  { name: 'height', of: ({ height }) => height },
  { name: 'megapixels', of: ({ width, height }) => (width * height) / 1e6 },
  { name: 'foregroundShare', of: ({ foregroundShare }) => foregroundShare },
  {
    name: 'translucentShare',
    of: ({ translucentShare }) => translucentShare,
    bins: [
      { label: 'none', upTo: 0 },
      { label: 'up to 1 %', upTo: 0.01 },
      { label: 'over 1 %', upTo: 1 },
    ],
  },
  {
    name: 'components',
    of: ({ components }) => components,
    bins: [
      { label: '0', upTo: 0 },
      { label: '1', upTo: 1 },
      { label: '2 to 5', upTo: 5 },
      { label: '6 or more', upTo: Number.POSITIVE_INFINITY },
    ],
  },
  { name: 'largestComponentShare', of: ({ largestComponentShare }) => largestComponentShare },
  { name: 'contours', of: ({ contours }) => contours },
  { name: 'ipq', of: ({ ipq }) => ipq },
  { name: 'dominantPoints', of: ({ dominantPoints }) => dominantPoints },
  { name: 'thinStructureShare', of: ({ thinStructureShare }) => thinStructureShare },
];

/** The value of a numeric attribute; NaN where it is undefined. */
export function numberOf(attribute: NumericAttribute, attributes: TruthAttributes): number {
  const value = attribute.of(attributes);
  return isDefined(value) ? value : Number.NaN;
}
