import type { Protocol } from '../../metrics/metric.js';

/** The metrics that a narrow table shows of each protocol, most telling first. */
const HEADLINE: Readonly<Record<Protocol, readonly string[]>> = {
  fixed: ['iou', 'dice', 'pixel_accuracy', 'boundary_iou', 'mae'],
  sod: ['sod.max_f', 'sod.wf', 'sod.s', 'sod.mean_e', 'sod.mae', 'sod.hce'],
  matting: ['matting.sad', 'matting.mse', 'matting.mad', 'matting.grad', 'matting.conn'],
  cutout: [
    'cutout.halo',
    'cutout.lost_detail',
    'cutout.opacity_loss',
    'cutout.rim_white',
    'cutout.rim_black',
    'cutout.white',
  ],
};

/** Columns of figures beside a name in 80 columns. */
const COLUMNS = 6;

/** As many of each protocol's metrics as find room together. */
export function headlineMetrics(protocols: readonly Protocol[]): readonly string[] {
  const each = Math.floor(COLUMNS / protocols.length);
  return protocols.flatMap((protocol) => HEADLINE[protocol].slice(0, each));
}

/** Four figures or so: 0.9123, 12.34, 123.4, 12345. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 9999.5 ? 0 : size >= 99.995 ? 1 : size >= 9.9995 ? 2 : 4);
}
