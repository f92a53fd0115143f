import type { Check } from '../check.js';
import { clocks, energy, memory, neighbours, stays, telemetry, throttling } from './card.js';
import { allCards, secondCard } from './cards.js';
import { device, mattes, placement, run } from './computing.js';
import { fullMemory, killed } from './faults.js';
import { sameTwice, seal, times } from './times.js';

/** What "gpu prove" proves, in the order of its report. Adding a check is one entry here. */
export const CHECKS: readonly Check[] = [
  device,
  placement,
  mattes,
  run,
  memory,
  neighbours,
  telemetry,
  energy,
  clocks,
  throttling,
  seal,
  times,
  sameTwice,
  secondCard,
  allCards,
  fullMemory,
  killed,
  stays,
];
