/** Weight of precision against recall in F, beta squared, in the whole salient-object literature. */
export const BETA_SQUARED = 0.3;

/** (1 + b) P R / (b P + R) with b = 0.3, 0..1 (Achanta et al. 2009). Both 0: 0. */
export function fBeta(precision: number, recall: number): number {
  const weighted = BETA_SQUARED * precision + recall;
  return weighted === 0 ? 0 : ((1 + BETA_SQUARED) * precision * recall) / weighted;
}
