import { join } from 'node:path';
import { MaskbenchError } from '../../../core/errors.js';
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
    const other = await otherCard(request.device);
    if (typeof other === 'string') return { kind: 'none', why: other };
    const device = formatDevice(other);
    const ran = await runOn(request, timed, device, true);
    return { kind: 'computed', device, card: await findCard(other), ...ran };
  },
);

/** Runs them on all cards at once, where there are several, and where this version does. */
export const allCards = gatherer(
  'allCards',
  'one run on all cards',
  ['timed'],
  async (request, { timed }): Promise<AllCards> => {
    const other = await otherCard(request.device);
    if (typeof other === 'string') return { kind: 'none', why: other };
    const device = `${request.device.provider}:all`;
    try {
      return { kind: 'computed', device, ...(await runOn(request, timed, device, false)) };
    } catch (error) {
      if (!(error instanceof MaskbenchError) || error.code !== 'usage') throw error;
      return { kind: 'none', why: `this version has no run on several cards (${error.message})` };
    }
  },
);

/** @returns why there is none, in words */
async function otherCard({ provider, index }: DeviceRequest): Promise<DeviceRequest | string> {
  if (provider !== 'cuda' && provider !== 'tensorrt')
    return `${provider} is not one of several that have numbers`;
  const answer = await askNvidia();
  if (answer.kind === 'none') return answer.reason;
  const other = visibleCards(answer.gpus).findIndex((_, i) => i !== index);
  return other === -1 ? 'this machine has one card' : { provider, index: other };
}

async function runOn(
  { run: { models, datasets, config }, scratch, emit, signal }: Prepared,
  timed: TimedRun,
  device: string,
  time: boolean,
): Promise<{ readonly summary: Summary; readonly mattes: SameMattes }> {
  const folder = join(scratch, `on-${device.replace(':', '-')}`);
  const computed = new Set(timed.summary.models.map(({ name }) => name));
  const summary = await run({
    config: { ...config, device, time: { ...config.time, profile: 'quick' } },
    models: models.filter(({ spec }) => computed.has(spec.name)),
    datasets,
    out: folder,
    phases: { time },
    emit,
    signal,
  });
  return { summary, mattes: await compareMattes(timed, { folder, mattes: await mattesOf(folder) }) };
}
