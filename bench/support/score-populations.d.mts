export interface ScorePopulation {
  readonly name: string;
  readonly kind: 'scores' | 'gains';
  readonly pool: Float64Array;
  readonly mean: number;
  readonly skewness: number;
}

export function scorePopulations(random: {
  normal(): number;
  uniform(): number;
  split(label: string): { normal(): number; uniform(): number };
}): ScorePopulation[];
