/** What the accuracy-latency plot is drawn from, for every choice of metric, percentile, dataset and device. */
export interface ParetoData {
  /** What the times cover, where that is more than a prediction. */
  readonly covers?: string;
  /** Devices, or runs on them. */
  readonly devices: readonly string[];
  /** `null` is the mean of all datasets. */
  readonly datasets: readonly { readonly name: string | null; readonly title: string }[];
  readonly metrics: readonly {
    readonly id: string;
    readonly name: string;
    readonly better: 'higher' | 'lower';
  }[];
  readonly statistics: readonly string[];
  readonly rows: readonly ParetoRow[];
}

export interface ParetoRow {
  readonly model: string;
  /** Of the model's colour. */
  readonly colour: number;
  /** Index into `devices`. */
  readonly device: number;
  readonly dataset: string | null;
  readonly bytes: number;
  readonly sealed: boolean;
  readonly leaked: boolean;
  /** Milliseconds of a prediction by statistic. */
  readonly ms: Readonly<Record<string, number>>;
  /** Mean and its interval by metric. */
  readonly scores: Readonly<Record<string, readonly [mean: number, low: number, high: number]>>;
}

export interface ParetoChoice {
  readonly metric: string;
  readonly statistic: string;
  readonly dataset: string | null;
  /** Null: all of them. */
  readonly device: number | null;
}
