/** A run's models ranked into tiers, metric by metric. Plain data: the only input of the ranking reports. */
export interface RankingReport {
  readonly run: string;
  readonly name: string;
  readonly signatures: readonly string[];
  /** Chance of any false "better than" among all pairs of one table. */
  readonly alpha: number;
  readonly tables: readonly RankingTable[];
}

export interface RankingTable {
  readonly metric: string;
  readonly title: string;
  readonly better: 'higher' | 'lower';
  /** Null: the images of all datasets together, every image weighing the same. */
  readonly dataset: string | null;
  /** Images that every ranked model was scored on, the metric being defined for all. */
  readonly n: number;
  readonly ranks: readonly Rank[];
  /** Models that are in no tier, and why: trained on these pictures, or failed cells. */
  readonly excluded: readonly { readonly model: string; readonly reason: string }[];
  /** What is to be known of models that are ranked: chosen by their scores here, or trained on nobody says what. */
  readonly cautions: readonly string[];
}

export interface Rank {
  readonly model: string;
  readonly mean: number;
  /** From 1; two models of one tier cannot be told apart. */
  readonly tier: number;
  readonly beatenBy: readonly string[];
  /** Models of other tiers that cannot be told apart from this one all the same. */
  readonly alike: readonly string[];
}
