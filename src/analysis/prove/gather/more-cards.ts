import { join } from 'node:path';
import type { DatasetEntry } from '../../../datasets/dataset.js';
import type { Dataset } from '../../../datasets/load.js';
import { run } from '../../../pipeline/run.js';
import { type DeviceRequest, formatDevice } from '../../../runners/device.js';
import { findCard } from '../../../runners/onnx/devices/card.js';
import { askNvidia } from '../../../runners/onnx/devices/nvidia.js';
import { visibleCards } from '../../../runners/onnx/devices/visible-cards.js';
import type { Summary } from '../../../schema/summary.js';
import {
  type AllCards,
  gatherer,
  type Prepared,
  type SameMattes,
  type SecondCard,
  type TimedRun,
} from '../artifacts.js';
import { compareMattes, mattesOf } from './mattes.js';

/** Runs the same models on another card, where there is one. */
export const secondCard = gatherer(
  'secondCard',
  'another card',
  ['timed'],
  async (request, { timed }): Promise<SecondCard> => {
    const cards = await cardsBeside(request.device);
    if (typeof cards === 'string') return { kind: 'none', why: cards };
    const { config } = request.run;
    const device = formatDevice(cards.other);
    const ran = await runOn(request, timed, {
      ...request.run,
      config: { ...config, device, time: { ...config.time, profile: 'quick' } },
    });
    return { kind: 'computed', device, card: await findCard(cards.other), ...ran };
  },
);

/**
 * So many that every card gets some: with one thread that feeds it, as here, it takes five ahead, and of the few that are shown the
 * first card would take all.
 */
const PICTURES_A_CARD = 16;

/** Runs them on all cards at once, where there are several: on the same pictures again and again. */
export const allCards = gatherer(
  'allCards',
  'one run on all cards',
  ['timed'],
  async (request, { timed }): Promise<AllCards> => {
    const cards = await cardsBeside(request.device);
    if (typeof cards === 'string') return { kind: 'none', why: cards };
    const device = `${request.device.provider}:all`;
    const { limit = 1, ...config } = request.run.config;
    const copies = Math.ceil((cards.count * PICTURES_A_CARD) / limit);
    const lost: string[] = [];
    const ran = await runOn(request, timed, {
      ...request.run,
      config: { ...config, device, accuracy: { ...config.accuracy, feeders: 1 } },
      datasets: request.run.datasets.map((dataset) => repeated(dataset, limit, copies)),
      phases: { time: false },
      emit: (event) => {
        if (event.kind === 'warning' && event.lost !== undefined) lost.push(event.message);
        request.emit(event);
      },
    });
    return { kind: 'computed', device, lost, ...ran };
  },
);

/** @returns why there is none, in words */
async function cardsBeside({
  provider,
  index,
}: DeviceRequest): Promise<{ readonly other: DeviceRequest; readonly count: number } | string> {
  if (provider !== 'cuda' && provider !== 'tensorrt')
    return `${provider} is not one of several that have numbers`;
  const answer = await askNvidia();
  if (answer.kind === 'none') return answer.reason;
  const cards = visibleCards(answer.gpus);
  const other = cards.findIndex((_, i) => i !== index);
  return other === -1
    ? 'this machine has one card'
    : { other: { provider, index: other }, count: cards.length };
}

const COPY = /-again\d+$/;

/** The first samples of a dataset, each so many times under other names. */
function repeated(dataset: Dataset, limit: number, copies: number): Dataset {
  return {
    ...dataset,
    async *entries(): AsyncGenerator<DatasetEntry, void, undefined> {
      let samples = 0;
      for await (const entry of dataset.entries()) {
        if (entry.kind !== 'sample') continue;
        const digits = String(copies).length;
        for (let copy = 1; copy <= copies; copy++) {
          const id = `${entry.sample.id}-again${String(copy).padStart(digits, '0')}`;
          yield { ...entry, sample: { ...entry.sample, id } };
        }
        if (++samples === limit) return;
      }
    },
  };
}

/** One more run of the models that the first one computed, and its mattes beside those. */
async function runOn(
  { scratch, emit, signal }: Prepared,
  timed: TimedRun,
  asked: Omit<Parameters<typeof run>[0], 'out'>,
): Promise<{ readonly summary: Summary; readonly mattes: SameMattes }> {
  const folder = join(scratch, `on-${asked.config.device.replace(':', '-')}`);
  const computed = new Set(timed.summary.models.map(({ name }) => name));
  const summary = await run({
    emit,
    signal,
    ...asked,
    models: asked.models.filter(({ spec }) => computed.has(spec.name)),
    out: folder,
  });
  const again = { folder, mattes: await mattesOf(folder) };
  return { summary, mattes: await compareMattes(timed, again, (cell) => cell.replace(COPY, '')) };
}
