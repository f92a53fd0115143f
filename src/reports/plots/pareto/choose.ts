import type { ParetoChoice, ParetoData, ParetoRow } from './pareto-data.js';

/** A model as it stands in the plot. */
export interface ParetoPoint extends Pick<ParetoRow, 'colour' | 'bytes' | 'sealed' | 'leaked'> {
  readonly label: string;
  readonly ms: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
  /** No other held-out model is both faster and better. */
  readonly front: boolean;
}

/** The points of one choice, fastest first. Leaked models are never on the front. */
export function choosePoints(data: ParetoData, choice: ParetoChoice): readonly ParetoPoint[] {
  const { metric, statistic, dataset, device } = choice;
  const better = data.metrics.find(({ id }) => id === metric)?.better ?? 'higher';
  const several = device === null && data.devices.length > 1;
  const points = data.rows
    .filter((row) => row.dataset === dataset && (device === null || row.device === device))
    .flatMap((row): ParetoPoint[] => {
      const ms = row.ms[statistic];
      const score = row.scores[metric];
      if (ms === undefined || score === undefined) return [];
      const { model, colour, bytes, sealed, leaked } = row;
      const label = several ? `${model} (${data.devices[row.device]})` : model;
      return [
        {
          label,
          colour,
          ms,
          score: score[0],
          low: score[1],
          high: score[2],
          bytes,
          sealed,
          leaked,
          front: false,
        },
      ];
    })
    .sort((a, b) => a.ms - b.ms);
  const gain = (a: ParetoPoint, b: ParetoPoint): number =>
    better === 'higher' ? a.score - b.score : b.score - a.score;
  const heldOut = points.filter(({ leaked }) => !leaked);
  const beaten = (point: ParetoPoint): boolean =>
    heldOut.some(
      (other) =>
        other !== point &&
        other.ms <= point.ms &&
        gain(other, point) >= 0 &&
        (other.ms < point.ms || gain(other, point) > 0),
    );
  return points.map((point) => ({ ...point, front: !point.leaked && !beaten(point) }));
}
