import { parseDevice } from '../../../runners/device.js';
import { MaskbenchError } from '../../../core/errors.js';
import { check, fail, notKnown, pass } from '../check.js';
import { mebibytes } from './card.js';

export const secondCard = check(
  'two-cards',
  'another card computes the same, and is another one',
  'secondCard',
  (found, _request, { rest }) => {
    if (found.kind === 'none') return notKnown(found.why);
    const { device, card, summary, mattes } = found;
    const first =
      rest.kind === 'found' && rest.value.found.kind === 'card' ? rest.value.found.card.gpu : undefined;
    if (card.kind !== 'card' || first === undefined)
      return notKnown(`${device}: nobody tells which card it is`);
    if (card.card.gpu.uuid === first.uuid) return fail(`${device} is the same card (${first.uuid})`);
    if (summary.cells.failed > 0) return fail(`${device}: ${summary.cells.failed} cells failed`);
    const said = `${device} (${card.card.gpu.name}): ${mattes.identical} of ${mattes.compared} mattes equal, ${mattes.meanLevel.toFixed(3)} levels off at most on average`;
    if (mattes.meanLevel > 1) return fail(said);
    const held = summary.models.flatMap(({ timing }) => timing?.pass?.gpuMemoryBytes ?? []);
    return held.length === 0
      ? notKnown(`${said}; the memory of that card does not show that it computed`)
      : pass(`${said}; ${mebibytes(Math.max(...held))} of that card were used`);
  },
);

export const allCards = check(
  'all-cards',
  'one run on all cards',
  'timed',
  (_timed, { device: { provider } }) => {
    try {
      parseDevice(`${provider}:all`);
      return notKnown('no run on several cards was tried');
    } catch (error) {
      if (!(error instanceof MaskbenchError)) throw error;
      return notKnown(`this version has no run on several cards (${provider}:all)`);
    }
  },
);
