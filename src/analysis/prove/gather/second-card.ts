import { join } from 'node:path';
import { run } from '../../../pipeline/run.js';
import { type DeviceRequest, formatDevice } from '../../../runners/device.js';
import { findCard } from '../../../runners/onnx/devices/card.js';
import { askNvidia } from '../../../runners/onnx/devices/nvidia.js';
import { visibleCards } from '../../../runners/onnx/devices/visible-cards.js';
import { gatherer, type SecondCard } from '../artifacts.js';
import { compareMattes, mattesOf } from './mattes.js';

/** Runs the same models on another card, where there is one. */
export const secondCard = gatherer(
  'secondCard',
  'another card',
  ['timed'],
  async (request, { timed }): Promise<SecondCard> => {
    const { device: first, signal, emit, scratch } = request;
    if (first.provider !== 'cuda' && first.provider !== 'tensorrt')
      return { kind: 'none', why: `${formatDevice(first)} is not one of several that have numbers` };
    const answer = await askNvidia();
    const cards = answer.kind === 'gpus' ? visibleCards(answer.gpus) : [];
    const index = cards.findIndex((_, i) => i !== first.index);
    if (index === -1) return { kind: 'none', why: 'this machine has one card' };
    const device: DeviceRequest = { provider: first.provider, index };
    const folder = join(scratch, 'second-card');
    const { models, datasets, config } = request.run;
    const computed = new Set(timed.summary.models.map(({ name }) => name));
    const summary = await run({
      config: { ...config, device: formatDevice(device), time: { ...config.time, profile: 'quick' } },
      models: models.filter(({ spec }) => computed.has(spec.name)),
      datasets,
      out: folder,
      emit,
      signal,
    });
    const mattes = await compareMattes(timed, { folder, mattes: await mattesOf(folder) });
    return { kind: 'computed', device: formatDevice(device), card: await findCard(device), summary, mattes };
  },
);
