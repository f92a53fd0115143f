import type { Gatherer } from '../artifacts.js';
import { after, placements, rest, trial } from './device.js';
import { drift } from './drift.js';
import { fullMemory } from './full-memory.js';
import { killedRun } from './killed-run.js';
import { allCards, secondCard } from './more-cards.js';
import { sameTwice } from './same-twice.js';
import { timedRun } from './timed-run.js';

/** All that is gathered, in order: nothing of ours is on the card before the first look at it, nor at the last one. */
export const GATHERERS: readonly Gatherer[] = [
  rest,
  trial,
  placements,
  timedRun,
  drift,
  killedRun,
  fullMemory,
  secondCard,
  allCards,
  sameTwice,
  after,
] as readonly Gatherer[];
