import { counted, percent } from '../../../core/text.js';
import { awayInWords, whereComputed } from '../../../schema/placement.js';
import type { SealPart } from '../../../schema/seal.js';
import { SLOW_MS } from '../timing/warm-up.js';
import { medianMs, spreadOf, windowsOf } from '../timing/windows.js';
import { cardUse } from './card.js';
import type { SealEvidence } from './evidence.js';
import { idlePart } from './idle.js';
import { partOf } from './part.js';
import { unthrottledPart } from './unthrottled.js';

/** The parts of the seal in their order, each with what was found. */
export function judgeSeal(evidence: SealEvidence): readonly SealPart[] {
  return [
    providerPart(evidence),
    isolatedPart(evidence),
    warmedPart(evidence),
    steadyPart(evidence),
    samplesPart(evidence),
    unthrottledPart(evidence),
    idlePart(evidence),
    clockPart(evidence),
  ];
}

function providerPart({ proof }: SealEvidence): SealPart {
  if (proof === null)
    return partOf('provider', { troubles: ['it was not checked where the nodes run'], quiet: '' });
  if (proof === 'only-provider') return partOf('provider', { quiet: 'the only provider of the session' });
  if (proof === 'untold')
    return partOf('provider', {
      quiet: 'a program of its own',
      notKnown: ['where the program computes'],
    });
  const placed = Object.entries(proof.nodes).map(([name, count]) => `${count} nodes on ${name}`);
  const found = `asked for ${proof.provider}: ${placed.join(', ') || 'no nodes'}`;
  const where = whereComputed(proof);
  return partOf('provider', {
    troubles: where === 'partly' || where === 'elsewhere' ? [[found, ...awayInWords(proof)].join('; ')] : [],
    quiet: found,
    notKnown: where === 'untold' ? ['which nodes are elsewhere'] : [],
    // without it one node on the card and all convolutions on the CPU would pass
    demanded: true,
  });
}

function isolatedPart({ neighbours, card, demandsKnown, proof }: SealEvidence): SealPart {
  const { troubles, notKnown, couldKnow } = cardUse(card);
  // One that is not asked for by the run may be used all the same, and nobody watched it.
  const hidden = proof === 'untold' && card === null ? ['who else is on a card that the program uses'] : [];
  return partOf('isolated', {
    troubles: [...neighbours, ...troubles],
    quiet: `no other inference on this machine${card?.kind === 'read' ? ', and nobody else on the card' : ''}`,
    notKnown: [...notKnown, ...hidden],
    demanded: notKnown.length > 0 && demandsKnown && couldKnow,
  });
}

/** Inferences before anything is recorded, for how long, and how many of a slow model. */
export const WARM = { inferences: 20, ms: 3000, slowInferences: 5 };

function warmedPart({ warmUp, passes, tolerance }: SealEvidence): SealPart {
  const { inferenceMs, totalMs, settled } = warmUp;
  const n = inferenceMs.length;
  const slow = n > 0 && medianMs(inferenceMs) > SLOW_MS;
  const enough = slow ? n >= WARM.slowInferences : n >= WARM.inferences && totalMs >= WARM.ms;
  const excess = firstExcess(passes);
  const found = [
    `${n} inferences, ${(totalMs / 1000).toFixed(1)} s`,
    ...(enough
      ? []
      : [`needed ${slow ? WARM.slowInferences : `${WARM.inferences} and ${WARM.ms / 1000} s`}`]),
    ...(settled === false ? ['still changing'] : []),
    ...(excess > tolerance ? [`the first recorded pass was ${percent(excess)} slower than the others`] : []),
  ];
  const [quiet = '', ...troubles] = found;
  return partOf('warmed', { troubles: troubles.length === 0 ? [] : [found.join(', ')], quiet });
}

/** How much slower the first tenth of the passes was than the rest, by their medians; 0 where that cannot be told. */
function firstExcess(passes: readonly (readonly number[])[]): number {
  const first = Math.ceil(passes.length / 10);
  if (passes.length < 3) return 0;
  return Math.max(0, medianMs(passes.slice(0, first).flat()) / medianMs(passes.slice(first).flat()) - 1);
}

function steadyPart({ passes, tolerance }: SealEvidence): SealPart {
  const windows = windowsOf(passes, 3);
  const spread = windows.length === 0 ? Number.POSITIVE_INFINITY : spreadOf(windows);
  const found =
    windows.length === 0
      ? `${passes.length} ${passes.length === 1 ? 'pass is' : 'passes are'} too few for three windows`
      : `three windows ${percent(spread)} apart, allowed ${percent(tolerance)}`;
  return partOf('steady', { troubles: spread <= tolerance ? [] : [found], quiet: found });
}

/** Fewer images say little of the images that there are, and nothing of the slowest one. */
export const IMAGES_NEEDED = 16;

function samplesPart({ samples, samplesNeeded, images, imagesThere }: SealEvidence): SealPart {
  const imagesNeeded = Math.min(IMAGES_NEEDED, imagesThere);
  const found = `${samples} of each dataset, needed ${samplesNeeded}; ${counted(images, 'image')}, needed ${imagesNeeded}`;
  const enough = samples >= samplesNeeded && images >= imagesNeeded;
  return partOf('samples', { troubles: enough ? [] : [found], quiet: found });
}

/** The calendar's clock may be slewed; what moves further than this was set, or the machine slept. */
const STEP_MS = 50;
const SLEW = 0.001;
/** Counts timer interrupts: too coarse to time anything by. */
const COARSE = 'jiffies';

function clockPart({ before, during }: SealEvidence): SealPart {
  const sources = [...new Set([...(before?.clockSources ?? []), ...during.clockSources])];
  const stepped = during.clockStepMs > STEP_MS + SLEW * during.durationMs;
  const troubles = [
    ...(sources.length > 1 ? [`the clock source changed: ${sources.join(', ')}`] : []),
    ...(sources.includes(COARSE) ? [`the clock source is ${COARSE}`] : []),
    ...(stepped ? [`the clocks drifted apart by ${during.clockStepMs.toFixed(0)} ms`] : []),
  ];
  const notKnown = sources.length === 0 ? ['clock source'] : [];
  return partOf('clock', { troubles, quiet: sources.join(', '), notKnown });
}
