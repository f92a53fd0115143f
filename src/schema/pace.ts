import { z } from 'zod';
import { percent } from '../core/text.js';
import { count, figure, type Document } from './basics.js';

const STAGES = ['device', 'feeding', 'disk', 'scoring'] as const;
type Stage = (typeof STAGES)[number];

/** How an accuracy pass went: what held it up, and how much of the time everything else waited. */
export const pace = z
  .object({
    cells: count.describe('That were predicted.'),
    seconds: figure.describe('From the first process to the last score.'),
    by: z.enum(STAGES).describe('What bounded the pass: it waited least.'),
    waited: z
      .object({
        device: figure.describe('Share of the time in which the processes of the device computed nothing.'),
        feeding: figure.describe('In which the threads that decode, feed, read and write had nothing to do.'),
        disk: figure.describe('In which nothing waited for the disk.'),
        scoring: figure.describe('In which nothing waited for the threads that score.'),
      })
      .describe('Shares of 0..1.'),
  })
  .meta({ id: 'Pace' });
export type Pace = Document<typeof pace>;

/** @param waited shares of `seconds` */
export function paceOf({ cells, seconds, waited }: Omit<Pace, 'by'>): Pace {
  const by = STAGES.reduce((least, stage) => (waited[stage] < waited[least] ? stage : least));
  return { cells, seconds, by, waited };
}

/** Of the passes of a run that was continued all together; undefined without any. */
export function paceOfAll(passes: readonly Pace[]): Pace | undefined {
  if (passes.length === 0) return undefined;
  const sum = (of: (one: Pace) => number): number => passes.reduce((all, one) => all + of(one), 0);
  const seconds = sum((one) => one.seconds);
  const share = (stage: Stage): number => sum((one) => one.waited[stage] * one.seconds) / seconds;
  return paceOf({
    cells: sum(({ cells }) => cells),
    seconds,
    waited: {
      device: share('device'),
      feeding: share('feeding'),
      disk: share('disk'),
      scoring: share('scoring'),
    },
  });
}

const NAMES: Readonly<Record<Stage, string>> = {
  device: 'the device',
  feeding: 'feeding (decoding, resampling, reading and writing)',
  disk: 'the disk',
  scoring: 'scoring',
};

/** `the accuracy pass (144 cells in 12 s) was bounded by the device; of the time waited: device 3 %, ...`. */
export function paceText({ cells, seconds, by, waited }: Pace): string {
  const shares = STAGES.map((stage) => `${stage} ${percent(waited[stage])}`).join(', ');
  const time = seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
  return `${cells} cells in ${time} s, bounded by ${NAMES[by]}; of the time waited: ${shares}.`;
}
