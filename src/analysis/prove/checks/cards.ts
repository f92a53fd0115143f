import { check, fail, notKnown, pass } from '../check.js';
import { mebibytes } from './card.js';
import { areSame, mattesInWords } from './faults.js';

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
    const said = `${device} (${card.card.gpu.name}): ${mattesInWords(mattes)}`;
    if (!areSame(mattes)) return fail(said);
    const held = summary.models.flatMap(({ timing }) => timing?.pass?.gpuMemoryBytes ?? []);
    return held.length === 0
      ? notKnown(`${said}; the memory of that card does not show that it computed`)
      : pass(`${said}; ${mebibytes(Math.max(...held))} of that card were used`);
  },
);

export const allCards = check('all-cards', 'one run on all cards computes the same', 'allCards', (found) => {
  if (found.kind === 'none') return notKnown(found.why);
  const { device, lost, summary, mattes } = found;
  const { planned, failed } = summary.cells;
  if (lost.length > 0) return fail(`${device}: ${lost[0]}`, lost.slice(1));
  if (failed > 0) return fail(`${device}: ${failed} of ${planned} cells failed`);
  const cards = summary.device.devices ?? [];
  const shares = cards.map((card) => `${card.cells} on ${card.device}`).join(', ');
  const said = `${device} (${shares}): ${mattesInWords(mattes)}`;
  if (!areSame(mattes)) return fail(said);
  return cards.every(({ cells }) => cells > 0)
    ? pass(said)
    : notKnown(`${said}; the first cards were done before the others began`);
});
